"""A mail that came in: kept with its attachments, and dealt with once (TRK-8, CMP-1).

A question about a shipment is answered by machine; anything more becomes a case, or an entry of
the one it answers; what mail servers say about our own mails goes to those.
"""

import hashlib
import json
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.core.errors import NotStored, RuleBroken
from apps.core.masking import mask_text
from apps.core.storage import all_or_nothing
from apps.inquiries.asking import Answer, Asker
from apps.inquiries.enums import MessageState, Way
from apps.inquiries.mail.bounces import Bounce
from apps.inquiries.mail.parsing import Mail
from apps.inquiries.models import Attachment, InboundMessage
from apps.inquiries.purpose import is_courtesy, is_plain_question, is_spam
from apps.inquiries.reading import Found, find_numbers, language_of
from apps.inquiries.saying import company, few_lines
from apps.inquiries.services.answering import answer
from apps.inquiries.services.case_mail import (
    Thread,
    TooMany,
    add_to_case,
    open_from_mail,
    thread_of,
)
from apps.inquiries.services.claiming import claim, keep, key_of
from apps.inquiries.services.counting import count
from apps.inquiries.storage import keep_privately
from apps.notifications.addresses import is_ours
from apps.notifications.mail import may_be_answered
from apps.notifications.services import record_bounce

MOST_NUMBERS = 10
MOST_FILES = 20
# More replies than this to one address within a day are a loop or an attack.
MOST_REPLIES = 30
A_DAY = timedelta(days=1)


@all_or_nothing()
@transaction.atomic
def take_mail(mail: Mail, *, at: datetime) -> InboundMessage | None:
    """Keep a mail and queue its reply; None when it was taken before. NotStored when its files find
    no room: then it was not taken."""
    row = claim(Way.EMAIL, key_of(Way.EMAIL, mail.identity), at)
    if row is None:
        return None
    language = language_of(mail.question)
    keep(
        row,
        asker=mail.answer_to,
        asker_index=key_of(Way.EMAIL, mail.answer_to.lower()),
        asker_label=mask_text(mail.answer_to)[:80],
        subject=mail.subject,
        text=mail.text,
        thread=_thread(mail),
        language=language,
    )
    _keep_files(row, mail)
    found = find_numbers(mail.question, most=MOST_NUMBERS)
    if mail.bounce is not None:
        return _take_bounce(row, mail.bounce)
    if why := _why_not(mail):
        return keep(row, state=MessageState.IGNORED, reason=why, number=_first(found))
    with translation.override(language):
        thread = thread_of(mail)
        if thread is not None or not is_plain_question(mail, found):
            return _take_case(row, mail, found, thread, at)
        if count("replied", f"mail:{mail.answer_to.lower()}", window=A_DAY, at=at) > MOST_REPLIES:
            return keep(row, state=MessageState.IGNORED, reason="too_many", number=_first(found))
        _prepare_reply(row, mail, found, language, at)
    return row


def _take_bounce(row: InboundMessage, bounce: Bounce) -> InboundMessage:
    """The mail that did not arrive shows it, where people look for it."""
    meant = record_bounce(
        message_ids=bounce.message_ids,
        recipient=bounce.recipient,
        is_final=bounce.is_final,
        code=bounce.code,
        says=bounce.says,
    )
    case = next((delivery.case for delivery in meant if delivery.case is not None), None)
    return keep(row, state=MessageState.IGNORED, reason="bounce", case=case)


def _take_case(
    row: InboundMessage, mail: Mail, found: Found, thread: Thread | None, at: datetime
) -> InboundMessage:
    """Somebody has to act. What cannot become a case stays here for people to see."""
    if is_courtesy(mail.fresh) and not mail.files:
        return keep(row, state=MessageState.IGNORED, reason="courtesy")
    try:
        if thread is not None and thread.is_proven:
            case = add_to_case(thread, mail, at=at)
        else:
            case = open_from_mail(
                mail,
                language=row.language,
                numbers=found.numbers,
                names=thread.case if thread else None,
                at=at,
            )
    except TooMany:
        return keep(row, state=MessageState.IGNORED, reason="too_many", number=_first(found))
    except NotStored:
        raise
    except RuleBroken as problem:
        return keep(row, state=MessageState.IGNORED, reason=problem.code, number=_first(found))
    number = _first(found) or (case.waybill.number if case.waybill else "")
    return keep(row, state=MessageState.CASE, case=case, number=number)


def keep_unreadable(identity: str, why: str, *, at: datetime) -> None:
    """Note that a mail could not be taken in; it stays in the mailbox."""
    with transaction.atomic():
        row = claim(Way.EMAIL, key_of(Way.EMAIL, identity), at)
        if row is not None:
            keep(row, state=MessageState.UNREADABLE, reason=why[:60])


def _why_not(mail: Mail) -> str:
    """Why nobody here acts on this mail; empty when somebody does."""
    if not mail.answer_to:
        return "no_sender"
    sent_by_a_person = may_be_answered(mail.headers, mail.sender) and may_be_answered(
        mail.headers, mail.answer_to
    )
    if not sent_by_a_person or is_ours(mail.answer_to):
        return "automatic"
    return "spam" if is_spam(mail.headers) else ""


def _prepare_reply(
    row: InboundMessage, mail: Mail, found: Found, language: str, at: datetime
) -> None:
    asker = Asker(Way.EMAIL, mail.answer_to.lower(), language)
    asked = [*found.numbers, *found.mistyped][:MOST_NUMBERS]
    answers = [answer(number, asker, at=at) for number in asked]
    keep(
        row,
        number=answers[0].number,
        outcome=answers[0].outcome,
        reply=_letter(answers),
        state=MessageState.WAITING,
        due_at=at,
    )


def _letter(answers: list[Answer]) -> str:
    closing = _("This answer was written by a machine. To speak to a person, call %(phone)s.") % {
        "phone": settings.COMPANY_PHONE
    }
    return "\n\n".join([*(few_lines(one) for one in answers), closing, company()])


def _thread(mail: Mail) -> str:
    return json.dumps({"id": mail.message_id, "references": list(mail.references)})


def _first(found: Found) -> str:
    return found.numbers[0] if found.numbers else ""


def _keep_files(row: InboundMessage, mail: Mail) -> None:
    """What is over the limits is named but not kept; the mail stays in its mailbox."""
    room = settings.UPLOAD_MAX_BYTES
    for file in mail.files[:MOST_FILES]:
        fits = len(file.content) <= room
        room -= len(file.content) if fits else 0
        Attachment.objects.create(
            message=row,
            name=file.name,
            content_type=file.content_type,
            size=len(file.content),
            sha256=hashlib.sha256(file.content).hexdigest(),
            path=keep_privately(file.content) if fits else "",
        )
