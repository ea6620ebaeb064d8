"""How often one asker may ask, counted in the database where it cannot be raced (TRK-10)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from apps.backoffice.rules.counting import Limit as Counted
from apps.backoffice.services import counting
from apps.inquiries.asking import Asker
from apps.inquiries.enums import Way

ASKED, MISSED = "asked", "missed"


@dataclass(frozen=True, slots=True)
class Limit:
    """Within ``window`` at most ``asked`` questions, of which ``missed`` about nothing."""

    window: timedelta
    asked: int
    missed: int


_PERSON: Final = Limit(timedelta(minutes=10), 60, 20)
# A merchant's software or a phone system speaks for many people.
_MACHINE: Final = Limit(timedelta(minutes=10), 20_000, 200)
LIMITS: Final = {
    Way.WECHAT: _PERSON,
    # Each answer costs money and could be turned against somebody else.
    Way.SMS: Limit(timedelta(hours=1), 20, 10),
    Way.EMAIL: Limit(timedelta(hours=1), 60, 20),
    Way.PHONE: _PERSON,
    Way.API: _MACHINE,
    Way.KUAIDI100: _MACHINE,
}


def may_ask(asker: Asker, at: datetime) -> bool:
    """Count this question; False, and not counted, when there were too many, or too many about
    nothing."""
    names = _counted(asker)
    # Hit or miss, all the same: whoever asked about nothing too often is told nothing.
    if any(counting.wait(limit, at=at) for limit in _limits(MISSED, names)):
        return False
    return counting.take(_limits(ASKED, names), at=at) is None


def count_miss(asker: Asker, at: datetime) -> bool:
    """Count a question about nothing before it is answered; False when it must not be answered,
    because others that came at the same moment had the last of them."""
    return counting.take(_limits(MISSED, _counted(asker)), at=at) is None


def count(kind: str, name: str, *, window: timedelta, at: datetime) -> int:
    """Count one more; how many there were within ``window``, sliding.

    Part of the caller's transaction: a caller that refuses must not roll back.
    """
    return counting.add(f"inquiries.{kind}", name, window=window, at=at)


def _counted(asker: Asker) -> list[tuple[str, Limit]]:
    """Under which names a question counts, each with its limit."""
    own = _MACHINE if asker.speaks_for_many else LIMITS[asker.way]
    found = [(f"{asker.way}:{asker.name}", own)]
    if asker.through:
        found.append((f"{asker.way}:{asker.through}", _MACHINE))
    return found


def _limits(kind: str, names: list[tuple[str, Limit]]) -> list[Counted]:
    return [
        counting.limit(
            f"inquiries.{kind}", name, one.window, one.missed if kind == MISSED else one.asked
        )
        for name, one in names
    ]
