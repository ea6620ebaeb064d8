"""The next sensible act on a case: the one button that stands out on its page. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from apps.complaints.enums import CaseState
from apps.complaints.states import LIVE
from apps.sla.enums import Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """A case as somebody looks at it. ``offered`` are the names of the acts that this person may do
    now; ``due`` is the metric of the open clock that runs out next."""

    state: CaseState
    offered: Collection[str]
    has_owner: bool = True
    is_mine: bool = True
    is_trouble: bool = True
    is_reported: bool = True
    awaits_answer: bool = False
    is_answered: bool = True
    is_confirmed: bool = False
    is_asked: bool = False
    due: Metric | None = None
    is_overdue: bool = False


# What meets the clock that runs out next; in writing, or aloud where there is no way to write.
MEETS: dict[Metric, tuple[str, ...]] = {
    Metric.PROMISE: ("call", "reply"),
    Metric.FIRST_WORD: ("reply", "call"),
    Metric.RESPONSE: ("reply", "call"),
    Metric.PLAN_REPLY: ("plan",),
}


def next_act(facts: CaseFacts) -> str:
    """The name of the act, "" where nothing is to be done or this person may do nothing of it."""
    return next((name for name in _sensible(facts) if name in facts.offered), "")


def _sensible(facts: CaseFacts) -> Iterator[str]:
    """Most urgent first."""
    if facts.state in LIVE:
        yield from _responsible(facts)
        if facts.is_trouble and not facts.is_reported:
            yield "report"
    if facts.awaits_answer:
        yield from ("reply", "call")
    match facts.state:
        case CaseState.NEW | CaseState.OPEN:
            yield from _in_hand(facts)
        case CaseState.WAITING:
            # Their word ends the wait; on the phone it comes at once.
            yield from ("solve",) if facts.is_overdue else ("call", "resume")
        case CaseState.SOLVED:
            yield from ("close",) if facts.is_confirmed else ("confirm", "ask")
        case CaseState.CLOSED if not (facts.is_asked or facts.is_confirmed):
            yield "ask"


def _responsible(facts: CaseFacts) -> Iterator[str]:
    """Somebody must have it; what a colleague is late with, a leader gives to another."""
    if not facts.has_owner:
        yield from ("take", "assign")
    elif facts.is_overdue and not facts.is_mine:
        yield "assign"


def _in_hand(facts: CaseFacts) -> Iterator[str]:
    if facts.due is not None:
        yield from MEETS.get(facts.due, ())
    if not facts.is_answered:
        yield from ("reply", "call")
    yield "solve"
