"""The answer rate is arithmetic that anybody can follow (CMP-10)."""

from decimal import Decimal

import pytest

from apps.hotline.enums import CallOutcome
from apps.hotline.models import Call
from apps.hotline.queries.board import counts_of, policy_of
from apps.hotline.reading import Part
from apps.hotline.rules.rate import Counts, percent
from apps.hotline.services.writing import write_parts
from tests.factories import hotline as f

pytestmark = pytest.mark.requirement("CMP-10")


def test_the_worked_example() -> None:
    """100 offered, 3 hung up after 2 s, 2 served by the menu, 94 answered: 94 of 95."""
    day = Counts(offered=100, answered=94, short=3, menu=2)
    assert (day.counted, day.missed) == (95, 1)
    assert percent(day.rate) == "98.9 %"
    assert day.meets(Decimal("98"))
    assert [count for _label, count in day.left_out()] == [3, 2] and day.excluded == 5


def test_other_calls_are_no_part_of_what_was_offered() -> None:
    hour = Counts(offered=17, answered=16, short=1, internal=4, outgoing=9, other=2)
    assert (hour.excluded, hour.counted, percent(hour.rate)) == (1, 16, "100.0 %")
    assert [count for _label, count in hour.elsewhere()] == [4, 9, 2]


@pytest.mark.django_db
def test_the_worked_example_from_the_lines_of_a_file() -> None:
    """The same hundred calls as a phone system brings them. The menu's two stand in no queue_log."""
    system, noon = f.system(), f.ago(60 * 48) // 86_400 * 86_400 + 4 * 3_600
    lines = [
        line
        for n in range(94)
        for line in f.answered_call(f"a.{n}", noon + n, caller=f"1360000{n:04d}")
    ]
    for n in range(3):
        lines += f.missed_call(f"s.{n}", noon + n, waited=2, caller=f"1370000000{n}")
    lines += f.missed_call("m.1", noon + 9, waited=40, caller="13900000001")
    assert f.taken(system, lines).lines_refused == 0
    parts: dict[str, Part] = {}
    for n in range(2):
        parts[f"v.{n}"] = part = Part()
        part.offer(noon + n)
        part.end(noon + n + 30, CallOutcome.MENU.value)
    write_parts(system, parts)
    [day] = set(Call.objects.values_list("day", flat=True))
    policy = policy_of(day)
    counts = sum(counts_of(day, None, policy).values(), Counts())
    assert (counts.offered, counts.short, counts.menu) == (100, 3, 2)
    assert (counts.counted, counts.answered, percent(counts.rate)) == (95, 94, "98.9 %")
    assert counts.meets(policy.goal)


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
