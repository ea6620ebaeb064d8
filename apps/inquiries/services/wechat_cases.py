"""Complaints in WeChat: a dialogue of one question, then everything they say goes into the case
while somebody works on it (CMP-1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from apps.accounts.enums import Language
from apps.accounts.queries import system_user
from apps.complaints import services as cases
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, EntryKind
from apps.complaints.inputs import NewCase, NewMessage
from apps.complaints.models import Case
from apps.complaints.queries.links import token_of
from apps.complaints.queries.promises import answer_due, answer_sentence
from apps.complaints.rules.contacts import phone_index
from apps.core.errors import RuleBroken
from apps.core.public_links import public_link
from apps.inquiries.classes import class_of, is_outright
from apps.inquiries.enums import DialogueStep
from apps.inquiries.models import WeChatBinding, WeChatDialogue, WeChatMedia
from apps.inquiries.reading import find_numbers
from apps.inquiries.services.binding import openid_index
from apps.inquiries.services.counting import count
from apps.inquiries.wechat.commands import Command
from apps.inquiries.wechat.messages import Message
from apps.tracking.models import Waybill

ASKED_FOR = timedelta(minutes=30)
# What is said within this time after a case was closed is still about it.
AFTERWARDS = timedelta(days=7)
A_DAY = timedelta(days=1)
MOST_CASES, MOST_WORDS = 5, 200
MOST_PICTURES = 9
OURS = frozenset({"complain", "withdraw", "cancel", "yes", "said", "media", "sound"})


@dataclass(slots=True)
class _Talk:
    """One message in its dialogue; the row is locked."""

    row: WeChatDialogue
    message: Message
    binding: WeChatBinding | None
    language: str
    at: datetime

    @property
    def step(self) -> DialogueStep:
        over = self.row.expires_at is not None and self.row.expires_at <= self.at
        return DialogueStep.NOTHING if over else DialogueStep(self.row.step)


def hear(
    command: Command,
    message: Message,
    binding: WeChatBinding | None,
    *,
    language: str,
    at: datetime,
) -> str | None:
    """What to answer; None where this is not about a complaint. Inside a transaction."""
    if command.verb not in OURS and not command.argument:
        return None
    talk = _Talk(_row(message.openid), message, binding, language, at)
    match command.verb:
        case "complain":
            return _complain(talk, command.argument)
        case "withdraw":
            return _withdraw(talk)
        case "cancel" | "yes":
            return _answer(talk, command)
        case "media":
            return _picture(talk, command.argument)
        case "sound":
            return _("We cannot listen to this. Please write it.") if _is_open(talk) else None
        case "said" | "track":
            return _words(talk, command)
        case _other:
            return None


def _row(openid: str) -> WeChatDialogue:
    index = openid_index(openid)
    WeChatDialogue.objects.bulk_create([WeChatDialogue(openid_index=index)], ignore_conflicts=True)
    return (
        WeChatDialogue.objects.select_for_update(of=("self",))
        .select_related("case")
        .get(openid_index=index)
    )


def _ask(talk: _Talk, step: DialogueStep, draft: str = "") -> None:
    talk.row.step, talk.row.draft = step, draft
    talk.row.expires_at = talk.at + ASKED_FOR if step != DialogueStep.NOTHING else None
    if step == DialogueStep.NOTHING:
        talk.row.media = []
    talk.row.save()


def _complain(talk: _Talk, text: str) -> str:
    """The menu or the word. With something to it, it is a case at once."""
    only_a_number = text and not _has_text(text)
    if text and not only_a_number:
        return _open(talk, text)
    _ask(talk, DialogueStep.WHAT, text)
    return _(
        "We are sorry that something went wrong. Tell us what happened in one message, with the "
        "waybill number if you have it; photos are welcome. Reply “cancel” to leave it."
    )


def _has_text(text: str) -> bool:
    found = find_numbers(text, most=1)
    rest = "".join(c for c in text if not (c.isdigit() or c.isspace()))
    return len(rest) > (len(settings.WAYBILL_PREFIX) if found.numbers else 0) + 1


def _words(talk: _Talk, command: Command) -> str | None:
    """Whatever else they write: an answer to our question, more about their case, a complaint
    without the word, or nothing of ours."""
    text = command.argument
    if not text:
        return None
    if talk.step == DialogueStep.WHAT:
        return _open(talk, f"{talk.row.draft} {text}".strip())
    if is_outright(text):
        return _open(talk, text)
    case = _current(talk)
    if case is not None and (command.verb == "said" or class_of(text) is not None):
        return _append(talk, case, text)
    if class_of(text) is None:
        return None
    _ask(talk, DialogueStep.WHETHER, text)
    return _("Shall we record this as a complaint, so that somebody looks into it? Reply “yes”.")


def _answer(talk: _Talk, command: Command) -> str | None:
    """Yes or cancel, to what we asked; where we asked nothing, a word like any other."""
    if talk.step == DialogueStep.NOTHING:
        case = _current(talk)
        return _append(talk, case, command.argument) if case is not None else None
    if command.verb == "cancel":
        _ask(talk, DialogueStep.NOTHING)
        return _("All right, nothing was recorded.")
    if talk.step == DialogueStep.WHETHER:
        return _open(talk, talk.row.draft)
    return _complain(talk, "")


def _picture(talk: _Talk, media_id: str) -> str | None:
    if talk.step != DialogueStep.NOTHING:
        if len(talk.row.media) < MOST_PICTURES:
            talk.row.media = [*talk.row.media, media_id]
            talk.row.save(update_fields=["media"])
        return _("We have the picture. Now tell us in a few words what happened.")
    case = _current(talk)
    if case is None:
        return None
    _fetch_later(talk, case, [media_id])
    return _("The picture goes into %(number)s.") % {"number": case.number}


def _open(talk: _Talk, text: str) -> str:
    """A case, with the pictures that came before it."""
    index = talk.row.openid_index
    if count("wx-case", index, window=A_DAY, at=talk.at) > MOST_CASES:
        return _("You have brought many matters today. Please call %(phone)s.") % {
            "phone": settings.COMPANY_PHONE
        }
    found = find_numbers(text, most=5)
    new = NewCase(
        case_class=class_of(text) or CaseClass.COMPLAINT,
        channel=CaseChannel.WECHAT,
        description=text,
        waybill=Waybill.objects.filter(number__in=found.numbers).order_by("pk").first(),
        contact_phone=talk.binding.phone if talk.binding else "",
        contact_wechat=talk.message.openid,
        language=Language(talk.language),
        source_key=f"wechat:{index}:{talk.message.identity}",
        author_label=talk.binding.phone_label if talk.binding else _("WeChat user"),
    )
    try:
        opened = cases.open_case(new=new, by=system_user("wechat"), at=talk.at)
    except RuleBroken as problem:
        return str(problem)
    _fetch_later(talk, opened.case, talk.row.media)
    talk.row.case = opened.case
    _ask(talk, DialogueStep.NOTHING)
    return _received(opened.case, talk)


def _received(case: Case, talk: _Talk) -> str:
    lines = [
        _("Recorded as %(number)s. %(next)s")
        % {"number": case.number, "next": answer_sentence(answer_due(case), talk.at)},
        _("Whatever you write or send here now goes there too. Reply “withdraw” to take it back."),
    ]
    if talk.binding is None:
        lines.append(
            _("So that we can also call you, bind your phone: reply “bind” and your number.")
        )
    lines.append(public_link("portal:case", token_of(case)))
    return "\n".join(lines)


def _append(talk: _Talk, case: Case, text: str) -> str:
    if count("wx-words", talk.row.openid_index, window=A_DAY, at=talk.at) > MOST_WORDS:
        return _("You have written a great deal today. Please call %(phone)s.") % {
            "phone": settings.COMPANY_PHONE
        }
    message = NewMessage(
        kind=EntryKind.MESSAGE_IN,
        text=text,
        channel=CaseChannel.WECHAT,
        external_id=f"wechat:{talk.row.openid_index}:{talk.message.identity}",
        author_label=talk.binding.phone_label if talk.binding else _("WeChat user"),
    )
    entry = cases.add_message(
        case_id=case.pk, message=message, by=system_user("wechat"), at=talk.at
    )
    return _("This goes into %(number)s.") % {"number": entry.case.number}


def _withdraw(talk: _Talk) -> str | None:
    case = talk.row.case
    if case is None or not case.is_live:
        return _("You have no complaint with us that could be taken back.")
    try:
        cases.withdraw_case(case_id=case.pk, reason="", by=system_user("wechat"), at=talk.at)
    except RuleBroken as problem:
        return str(problem)
    return _("%(number)s is taken back. Write to us again whenever you need us.") % {
        "number": case.number
    }


def _is_open(talk: _Talk) -> bool:
    return talk.step != DialogueStep.NOTHING or _current(talk) is not None


def _current(talk: _Talk) -> Case | None:
    """The case that what they say belongs to: the one brought here, else the newest that somebody
    works on for the phone bound to the account."""
    case = talk.row.case
    if case is not None and _is_current(case, talk.at):
        return case
    if talk.binding is None:
        return None
    index = phone_index(talk.binding.phone)
    return Case.objects.live().filter(contact_phone_index=index).order_by("-pk").first()


def _is_current(case: Case, at: datetime) -> bool:
    if case.is_live or case.state == CaseState.MERGED:
        return True
    return case.closed_at is not None and at - case.closed_at <= AFTERWARDS


def _fetch_later(talk: _Talk, case: Case, media: list[str]) -> None:
    WeChatMedia.objects.bulk_create(
        [
            WeChatMedia(case=case, media_id=one, received_at=talk.at, due_at=talk.at)
            for one in media
        ],
        ignore_conflicts=True,
    )
