"""What the page of a case says, ready to print: no decisions are left to the template."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from apps.complaints.enums import CaseState, EntryKind
from apps.complaints.models import Case, CaseFile
from apps.complaints.queries.following import PublicCase, PublicEntry, public_case
from apps.complaints.queries.satisfaction import open_ask, token_of
from apps.core.times import human
from apps.portal.case_words import next_sentence, outcome_words, state_sentence


@dataclass(frozen=True, slots=True)
class FileLine:
    address: str
    name: str
    is_picture: bool


@dataclass(frozen=True, slots=True)
class EntryLine:
    who: str
    when: str
    text: str
    is_ours: bool
    files: tuple[FileLine, ...]


@dataclass(frozen=True, slots=True)
class CasePage:
    """No waybill: whether a number is one of ours is not for a form to tell. ``rate`` is the address of the open question how satisfied they are, "" when there is none."""

    number: str
    colour: str
    tag: str
    sentence: str
    next: str
    outcome: str
    opened: str
    entries: tuple[EntryLine, ...]
    may_write: bool
    may_withdraw: bool
    rate: str
    is_elsewhere: bool


def lay_out(case: Case, token: str, at: datetime) -> CasePage:
    """Newest entry first."""
    seen = public_case(case, at)
    colour, tag = _tag(seen)
    ask = open_ask(seen.main) if seen.shared else None
    return CasePage(
        number=case.number,
        colour=colour,
        tag=tag,
        sentence=state_sentence(seen),
        next=next_sentence(seen, at),
        outcome=outcome_words(seen.outcome) if seen.state == CaseState.CLOSED else "",
        opened=human(case.created_at, at),
        entries=tuple(_entry(one, token, at) for one in reversed(seen.entries)),
        may_write=seen.may_write,
        may_withdraw=seen.may_withdraw,
        rate=f"/rate/{token_of(ask)}" if ask is not None else "",
        is_elsewhere=not seen.shared,
    )


def _tag(seen: PublicCase) -> tuple[str, str]:
    if seen.withdrawn:
        return "grey", _("Taken back")
    match seen.state:
        case CaseState.NEW:
            return "blue", _("Received")
        case CaseState.OPEN:
            return "blue", _("In hand")
        case CaseState.WAITING:
            return "amber", _("Your turn")
        case CaseState.SOLVED:
            return "teal", _("Result is in")
        case CaseState.CLOSED:
            return "green", _("Closed")
        case _other:
            return "grey", _("Closed")


def _entry(one: PublicEntry, token: str, at: datetime) -> EntryLine:
    return EntryLine(
        who=_("Customer service") if one.is_ours else _("You"),
        when=human(one.at, at),
        text=one.text or _instead_of_words(one),
        is_ours=one.is_ours,
        files=tuple(_file(file, token) for file in one.files),
    )


def _instead_of_words(one: PublicEntry) -> str:
    if one.is_call:
        return _("By phone.")
    return _("Photos") if one.kind in (EntryKind.MESSAGE_IN, EntryKind.FILE) else ""


def _file(file: CaseFile, token: str) -> FileLine:
    return FileLine(
        address=f"/case/{token}/files/{file.key}",
        name=file.name,
        is_picture=file.content_type == "image/jpeg",
    )
