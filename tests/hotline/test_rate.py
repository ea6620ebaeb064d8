"""The answer rate is arithmetic that anybody can follow (CMP-10)."""

from decimal import Decimal

import pytest

from apps.hotline.rules.rate import Counts, percent

pytestmark = pytest.mark.requirement("CMP-10")


def test_the_worked_example() -> None:
    """100 offered, 3 hung up after 2 s, 2 served by the menu, 94 answered: 94 of 95."""
    day = Counts(offered=100, answered=94, short=3, menu=2)
    assert (day.counted, day.missed) == (95, 1)
    assert percent(day.rate) == "98.9 %"
    assert day.meets(Decimal("98"))
    assert [count for _label, count in day.left_out()] == [3, 2]


def test_a_missed_goal_never_looks_met() -> None:
    hour = Counts(offered=10_000, answered=9_799)
    assert percent(hour.rate) == "97.9 %"
    assert not hour.meets(Decimal("98.0"))
    assert percent(Counts(offered=3, answered=2).rate) == "66.6 %"


def test_an_hour_without_calls_has_no_rate() -> None:
    assert percent(Counts().rate) == "—"
    assert Counts().meets(Decimal("98")) and Counts().mean_wait is None


def test_hours_add_up_to_the_day() -> None:
    both = Counts(offered=4, answered=3, waited=30) + Counts(
        offered=6, answered=6, waited=60, short=1
    )
    assert (both.offered, both.answered, both.short, both.mean_wait) == (10, 9, 1, 10)
