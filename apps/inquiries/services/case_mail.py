"""Mails that are more than a question: each becomes a case, or an entry of the case it answers
(CMP-1).

Into a conversation comes only who knows it: somebody who names a Message-ID of ours or the word in
our subject, or writes from the case's own address. A number alone can be guessed: such a mail
becomes a case of its own, linked with that one, for a person to decide.

Anybody can write any address into a mail. Where our own mail server did not vouch for it, a mail
from the case's own address stands in the conversation as unverified.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounts.enums import Language
from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.complaints import services as cases
from apps.complaints.enums import CaseChannel, CaseClass, EntryKind, LinkKind
from apps.complaints.inputs import NewCase, NewMessage
from apps.complaints.models import Case, CaseEntry
from apps.complaints.queries.links import is_right_word, tagged
from apps.complaints.rules.contacts import email_index
from apps.core.errors import BadInput
from apps.core.files import NewFile
from apps.core.files.attachments import MOST_FILES, CleanFile, clean_file
from apps.core.masking import mask_text
from apps.inquiries.classes import class_of
from apps.inquiries.mail.parsing import Mail
from apps.inquiries.purpose import is_decoration, is_forged, is_vouched
from apps.inquiries.services.counting import count
from apps.notifications.enums import Audience
from apps.notifications.queries.threads import MAIL_ID, mails_of_ours
from apps.tracking.models import Waybill

# New cases, and entries of one case, within a day; more is a loop or an attack.
MOST_CASES, MOST_ENTRIES = 20, 100
A_DAY = timedelta(days=1)
LONGEST_ID = 150


@dataclass(frozen=True, slots=True)
class Thread:
    """``is_proven`` False: the mail only names the case. ``is_verified`` False: it knows the case
    by its number and an address that anybody could have written."""

    case: Case
    is_proven: bool
    is_verified: bool = True


class TooMany(Exception):
    """More mails than people write."""


def thread_of(mail: Mail) -> Thread | None:
    """The case that a mail answers; None for one that answers none."""
    for delivery in mails_of_ours(mail.references):
        if delivery.case is not None and delivery.audience == Audience.CASE_CONTACT:
            return Thread(delivery.case, is_proven=True)
    tags = tagged(mail.question)
    named = {case.number: case for case in Case.objects.filter(number__in=[t[0] for t in tags])}
    for number, word in tags:
        case = named.get(number)
        if case is not None:
            known = bool(word) and is_right_word(case, word)
            theirs = known or _is_theirs(case, mail)
            return Thread(case, is_proven=theirs, is_verified=known or _is_vouched(mail))
    return _own_thread(mail)


def _own_thread(mail: Mail) -> Thread | None:
    """A second mail on top of their own first one, before we have written."""
    ids = [f"{MAIL_ID}{one}" for one in mail.references]
    entry = CaseEntry.objects.filter(external_id__in=ids).select_related("case").last()
    if entry is None or not _is_theirs(entry.case, mail):
        return None
    return Thread(entry.case, is_proven=True, is_verified=_is_vouched(mail))


def _is_vouched(mail: Mail) -> bool:
    return is_vouched(mail.headers, settings.INQUIRY_MAIL_AUTHSERV)


def _is_theirs(case: Case, mail: Mail) -> bool:
    """Written from the case's own address, as far as our mail server can tell."""
    if not case.contact_email_index or is_forged(mail.headers, settings.INQUIRY_MAIL_AUTHSERV):
        return False
    return email_index(mail.author) == case.contact_email_index


def add_to_case(thread: Thread, mail: Mail, *, at: datetime) -> Case:
    """Into its conversation; raises TooMany."""
    if count("case-mail", str(thread.case.pk), window=A_DAY, at=at) > MOST_ENTRIES:
        raise TooMany
    by = system_user("mail")
    files, refused = _files(mail)
    message = NewMessage(
        kind=EntryKind.MESSAGE_IN,
        text=_text(mail),
        channel=CaseChannel.EMAIL,
        external_id=_external_id(mail),
        author_label=mask_text(mail.author or mail.answer_to),
        is_unverified=not thread.is_verified,
    )
    entry = cases.add_message(case_id=thread.case.pk, message=message, files=files, by=by, at=at)
    _note_refused(entry.case, refused, by=by, at=at)
    return entry.case


def open_from_mail(
    mail: Mail, *, language: str, numbers: Sequence[str], names: Case | None, at: datetime
) -> Case:
    """A case of its own; ``names`` is the one that the mail speaks of without proof. Raises
    TooMany, and RuleBroken where the company cannot open cases."""
    if count("mail-case", mail.answer_to.lower(), window=A_DAY, at=at) > MOST_CASES:
        raise TooMany
    by = system_user("mail")
    files, refused = _files(mail)
    new = NewCase(
        case_class=class_of(mail.question) or CaseClass.INQUIRY,
        channel=CaseChannel.EMAIL,
        description=_text(mail),
        title=mail.subject,
        waybill=Waybill.objects.filter(number__in=numbers).order_by("pk").first(),
        contact_name=mail.author_name if "@" not in mail.author_name else "",
        contact_email=mail.answer_to,
        language=Language(language),
        source_key=f"{MAIL_ID}{mail.identity}",
        external_id=_external_id(mail),
        author_label=mask_text(mail.author or mail.answer_to),
    )
    case = cases.open_case(new=new, files=files, by=by, at=at).case
    _note_refused(case, refused, by=by, at=at)
    if names is not None and names.pk != case.pk:
        _link(case, names, mail, by=by, at=at)
    return case


def _link(case: Case, names: Case, mail: Mail, *, by: User, at: datetime) -> None:
    cases.link_cases(case_id=case.pk, other_id=names.pk, kind=LinkKind.RELATED, by=by, at=at)
    with translation.override(settings.LANGUAGE_CODE):
        text = _(
            "%(who)s wrote about %(number)s from an address that is not the customer's, without "
            "the word of our mails. Check who it is before you merge the two."
        ) % {"who": mask_text(mail.author), "number": names.number}
    cases.add_note(case_id=case.pk, text=text, by=by, at=at)


def _text(mail: Mail) -> str:
    """Something always: where nothing was written, the subject or that files came."""
    text = mail.fresh.strip() or mail.text.strip() or mail.subject
    if text:
        return text
    with translation.override(settings.LANGUAGE_CODE):
        return _("(no text)")


def _external_id(mail: Mail) -> str:
    """The Message-ID, by which our answers thread; where that is no use, a fingerprint."""
    plain = mail.message_id.isascii() and len(mail.message_id) <= LONGEST_ID
    wanted = f"{MAIL_ID}{mail.message_id}" if mail.message_id and plain else ""
    if wanted and not CaseEntry.objects.filter(external_id=wanted).exists():
        return wanted
    # Some programs give many mails one id; the mail itself was taken in once already.
    return f"{MAIL_ID}{mail.identity}"


def _files(mail: Mail) -> tuple[list[CleanFile], list[str]]:
    """What may stand in a case, harmless; and why the others may not. Those stay with the mail."""
    clean: list[CleanFile] = []
    refused: list[str] = []
    for file in mail.files:
        if is_decoration(file):
            continue
        if len(clean) >= MOST_FILES:
            refused.append(file.name)
            continue
        try:
            clean.append(clean_file(NewFile(file.content, file.name)))
        except BadInput as problem:
            refused.append(f"{file.name}: {problem}")
    return clean, refused


def _note_refused(case: Case, refused: Sequence[str], *, by: User, at: datetime) -> None:
    if not refused:
        return
    with translation.override(settings.LANGUAGE_CODE):
        text = _("Attachments left with the mail, under “Messages received”:")
    lines = "\n".join(f"· {one[:200]}" for one in refused[:20])
    cases.add_note(case_id=case.pk, text=f"{text}\n{lines}", by=by, at=at)
