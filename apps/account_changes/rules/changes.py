"""An account change as arithmetic: scores of candidate banks, test deposits compared, a calendar month. Pure."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.utils import timezone

# What a candidate is marked for, in the order of the table.
MARKS = ("service", "fees", "speed", "views")
BEST_MARK = 5


@dataclass(frozen=True, slots=True)
class Paid:
    """A test deposit: how long until the bank confirmed it and until it was there."""

    confirmed_after: timedelta
    arrived_after: timedelta


@dataclass(frozen=True, slots=True)
class Medians:
    """Of the deposits into one account; None without any."""

    n: int
    confirmed_after: timedelta | None
    arrived_after: timedelta | None


def score(marks: Sequence[int], weights: Sequence[int]) -> int:
    """Out of 500 (marks 1 to 5 by weights that sum to 100): whole numbers, so that ties are ties."""
    if sum(weights) != 100:
        raise ValueError("the weights sum to 100")
    return sum(mark * weight for mark, weight in zip(marks, weights, strict=True))


def medians(deposits: Sequence[Paid]) -> Medians:
    if not deposits:
        return Medians(0, None, None)
    confirmed = median(one.confirmed_after.total_seconds() for one in deposits)
    arrived = median(one.arrived_after.total_seconds() for one in deposits)
    return Medians(len(deposits), timedelta(seconds=confirmed), timedelta(seconds=arrived))


def wins(new: Medians, old: Medians) -> bool:
    """Whether money at the new account is confirmed and there no later than at the old one. Never
    without deposits on both."""
    if new.confirmed_after is None or new.arrived_after is None:
        return False
    if old.confirmed_after is None or old.arrived_after is None:
        return False
    return new.confirmed_after <= old.confirmed_after and new.arrived_after <= old.arrived_after


def month_after(at: datetime) -> datetime:
    """The same wall time a calendar month later in Asia/Shanghai; on the month's last day where it has
    no such day: 31 January is followed by 28 or 29 February."""
    local = timezone.localtime(at)
    year, month = (local.year + 1, 1) if local.month == 12 else (local.year, local.month + 1)
    day = min(local.day, monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day)
