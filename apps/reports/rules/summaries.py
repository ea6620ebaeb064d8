"""Months that are over, numbers as they are signed, and what changed between two rounds. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.errors import BadInput

CENT = Decimal("0.01")
# What its signatures are called among approvals.
SUMMARY = "reports.summary"


def next_month(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)


def month_before(month: date) -> date:
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)


def check_over(month: date, today: date) -> date:
    """The first day of a month that is over. BadInput on ``month`` for one that is not: its figures would still
    change."""
    first = month.replace(day=1)
    ends = next_month(first)
    if today < ends:
        raise BadInput(
            _("%(month)s is not over yet: its summaries can be made from %(day)s on.")
            % {"month": f"{first:%Y-%m}", "day": date_format(ends, "Y-m-d")},
            code="month_not_over",
            field="month",
        )
    return first


def as_text(value: Fraction | None) -> str | None:
    """Two places, half up, as it stands in the content that is signed; None where nothing counts."""
    if value is None:
        return None
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return str(exact.quantize(CENT, ROUND_HALF_UP))


def difference(now: str | None, before: str | None) -> str | None:
    """``+0.40``, ``-1.25``, ``0.00``; None where one of them is missing."""
    if now is None or before is None:
        return None
    found = Decimal(now) - Decimal(before)
    return f"{found:+.2f}" if found else "0.00"


def reaches(value: str | None, goal: str | None, *, better: str) -> bool | None:
    if value is None or goal is None:
        return None
    return Decimal(value) >= Decimal(goal) if better == "up" else Decimal(value) <= Decimal(goal)


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    before: str
    after: str


def changes(before: Iterable[tuple[str, str]], after: Sequence[tuple[str, str]]) -> list[Change]:
    """What stands under each label otherwise than before, in the order of ``after``; what is gone comes last."""
    old = dict(before)
    new = dict(after)
    found = [
        Change(label, old.get(label, ""), text)
        for label, text in new.items()
        if old.get(label, "") != text
    ]
    return found + [
        Change(label, text, "") for label, text in old.items() if label not in new and text
    ]
