"""Needs, gaps that open and close by themselves, patterns, volunteers."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import DutyShift
from apps.accounts.services import plan_absence, withdraw_shift
from apps.core.errors import BadInput, RuleBroken
from apps.core.times import day_start
from apps.events.models import Event
from apps.shifts import services
from apps.shifts.enums import GapEnd
from apps.shifts.models import Gap, Need, PatternFill
from apps.shifts.queries.taking_over import volunteers
from apps.sla.models import Clock
from tests.factories import shifts as f
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-9")]


def test_every_night_of_two_weeks_is_known_and_timed() -> None:
    unit = f.branch()
    boss, at = f.director(unit), timezone.now()
    f.need(unit, boss)
    gaps = list(Gap.objects.filter(closed_at=None))
    assert 13 <= len(gaps) <= 14
    assert all(gap.ends_at - gap.starts_at == 12 * f.HOUR and gap.missing == 1 for gap in gaps)
    clock = Clock.objects.get(matter__subject_type="shifts.gap", matter__subject_id=gaps[-1].pk)
    assert clock.due_at == gaps[-1].starts_at
    before = sorted(clock.due_at - moment for moment in set(clock.schedule))
    assert {timedelta(hours=2), timedelta(days=1), timedelta(days=2), timedelta(days=7)} <= set(
        before
    )
    assert Event.objects.filter(kind="gap.found").count() == len(gaps)
    assert services.refresh_gaps(at=at + timedelta(seconds=1)) == 0, "nothing has changed"


def test_a_gap_closes_when_somebody_is_planned_and_comes_again_when_they_are_away() -> None:
    unit = f.branch()
    boss, night = f.director(unit), f.agent(unit)
    f.need(unit, boss)
    gap = Gap.objects.filter(closed_at=None).order_by("starts_at")[2]
    at = timezone.now()
    shift = services.plan_person(
        user=night, role=Role.AGENT, unit=unit, day=timezone.localdate(gap.starts_at),
        begins="20:00", ends="02:00", by=boss, at=at,
    )  # fmt: skip
    gap.refresh_from_db()
    assert gap.closed_at is None and gap.starts_at == shift.ends_at, "half of it is filled"
    clock = Clock.objects.get(matter__subject_type="shifts.gap", matter__subject_id=gap.pk)
    assert clock.due_at == gap.starts_at
    f.on_duty(night, unit, gap.starts_at, gap.ends_at)
    services.refresh_gaps(at=timezone.now())
    gap.refresh_from_db()
    assert gap.closed_as == GapEnd.FILLED
    clock.refresh_from_db()
    assert clock.state == "met"
    plan_absence(user=night, starts_at=shift.starts_at, ends_at=shift.ends_at, by=boss)
    services.refresh_gaps(at=timezone.now())
    again = Gap.objects.get(closed_at=None, starts_at=shift.starts_at)
    assert again.ends_at == shift.ends_at and again.pk != gap.pk
    with pytest.raises(RuleBroken):
        services.take_gap(gap_id=gap.pk, by=night, at=timezone.now())


def test_what_came_uncovered_stays_on_record_and_the_rest_can_be_filled() -> None:
    unit = f.branch()
    boss, late = f.director(unit), f.agent(unit)
    f.need(unit, boss, begins="00:00", ends="24:00")
    gap = Gap.objects.filter(closed_at=None).order_by("starts_at").first()
    assert gap is not None
    running = gap.starts_at + 3 * f.HOUR
    services.refresh_gaps(at=running)
    gap.refresh_from_db()
    assert gap.closed_at is None and gap.starts_at == running - 3 * f.HOUR
    shift = services.take_gap(gap_id=gap.pk, by=late, at=running)
    gap.refresh_from_db()
    assert (shift.starts_at, gap.ends_at, gap.closed_as) == (running, running, GapEnd.FILLED)
    other = Gap.objects.filter(closed_at=None).order_by("starts_at").first()
    assert other is not None
    services.refresh_gaps(at=other.ends_at)
    other.refresh_from_db()
    assert other.closed_as == GapEnd.PASSED
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        with pytest.raises(Exception, match="append-only"):
            Gap.objects.filter(pk=other.pk).update(missing=7)


def test_a_need_that_ends_asks_for_nobody() -> None:
    unit = f.branch()
    boss = f.director(unit)
    need = f.need(unit, boss)
    until = timezone.localdate() + 3 * f.DAY
    services.end_need(need_id=need.pk, until=until, by=boss, at=timezone.now())
    assert Gap.objects.filter(closed_at=None).count() == 3
    with pytest.raises(BadInput):
        early = timezone.localdate() - 9 * f.DAY
        services.end_need(need_id=need.pk, until=early, by=boss, at=timezone.now())


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"begins": "00:00", "ends": "25:00"}, "ends"),
        ({"heads": 0}, "heads"),
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [9]}, None),
        ({"until": timezone.localdate() - f.DAY}, "until"),
    ],
)
def test_a_need_that_makes_no_sense_is_refused(given: dict[str, Any], field: str | None) -> None:
    unit = f.branch()
    with pytest.raises((BadInput, IntegrityError)) as refusal:
        f.need(unit, f.director(unit), **given)
    if isinstance(refusal.value, BadInput) and field:
        assert refusal.value.field == field
    assert not Need.objects.exists() or isinstance(refusal.value, IntegrityError)


def test_two_units_above_one_another_and_two_heads() -> None:
    above = f.branch()
    below = f.branch(parent=above)
    boss, one = f.director(above), f.agent(above)
    f.need(below, boss, heads=2)
    gap = Gap.objects.filter(closed_at=None).order_by("starts_at").first()
    assert gap is not None and gap.missing == 2
    f.on_duty(one, above, gap.starts_at, gap.ends_at)
    services.refresh_gaps(at=timezone.now())
    gap.refresh_from_db()
    assert gap.missing == 1, "who is on duty above answers for the units below"


def test_a_pattern_is_filled_once(django_assert_max_num_queries: Any) -> None:
    unit = f.branch()
    boss, people = f.director(unit), [f.agent(unit), f.agent(unit)]
    first, at = timezone.localdate() + f.DAY, timezone.now()
    f.need(unit, boss, begins="08:00", ends="08:00")
    pattern = services.make_pattern(
        name="两班倒", unit=unit, role=Role.AGENT, cycle=1, anchor=first,
        lines="1 08:00-20:00 1\n1 20:00-08:00 2", people=people, by=boss, at=at,
    )  # fmt: skip
    last = first + timedelta(days=20)
    with django_assert_max_num_queries(80):
        made = services.fill_pattern(pattern_id=pattern.pk, first=first, last=last, by=boss, at=at)
    assert made == 42 == PatternFill.objects.count() == DutyShift.objects.count()
    assert not Gap.objects.filter(closed_at=None).exists()
    with pytest.raises(RuleBroken) as refusal:
        services.fill_pattern(pattern_id=pattern.pk, first=first, last=last, by=boss, at=at)
    assert refusal.value.code == "filled"
    withdraw_shift(shift_id=DutyShift.objects.order_by("starts_at").first().pk, by=boss, at=at)  # type: ignore[union-attr]
    services.refresh_gaps(at=at)
    assert Gap.objects.get(closed_at=None).ends_at == day_start(first) + 20 * f.HOUR
    with pytest.raises(BadInput):
        yesterday = timezone.localdate() - f.DAY
        services.fill_pattern(pattern_id=pattern.pk, first=yesterday, last=last, by=boss, at=at)
    with pytest.raises(BadInput) as few:
        services.make_pattern(
            name="x", unit=unit, role=Role.AGENT, cycle=1, anchor=first, lines="1 08:00-20:00 3",
            people=people, by=boss, at=at,
        )  # fmt: skip
    assert few.value.field == "people"


def test_volunteers_are_those_who_are_free_with_how_they_can_be_reached() -> None:
    unit = f.branch()
    boss, free, busy, away = f.director(unit), *(f.agent(unit) for _n in range(3))
    f.need(unit, boss)
    gap = Gap.objects.filter(closed_at=None).order_by("starts_at").first()
    assert gap is not None
    plan_absence(user=away, starts_at=gap.starts_at, ends_at=gap.ends_at, by=boss)
    found = volunteers(gap)
    assert {user.pk for user, _lacks in found} == {free.pk, busy.pk}
    assert all(len(missing) == 2 for _user, missing in found), "neither phone nor WeChat"
    services.ask_volunteers(gap_id=gap.pk, users=[free], by=boss, at=timezone.now())
    for wrong in ([away], [UserFactory()], []):
        with pytest.raises(RuleBroken):
            services.ask_volunteers(gap_id=gap.pk, users=wrong, by=boss, at=timezone.now())
    services.take_gap(gap_id=gap.pk, by=free, at=timezone.now())
    gap.refresh_from_db()
    assert gap.closed_as == GapEnd.FILLED


def test_the_past_of_the_roster_is_fixed() -> None:
    unit = f.branch()
    boss, one = f.director(unit), f.agent(unit)
    at = timezone.now()
    over = f.on_duty(one, unit, at - 9 * f.HOUR, at - f.HOUR)
    running = f.on_duty(one, unit, at - f.HOUR, at + f.HOUR)
    with pytest.raises(RuleBroken) as refusal:
        withdraw_shift(shift_id=over.pk, by=boss, at=at)
    assert refusal.value.code == "past"
    withdraw_shift(shift_id=running.pk, by=boss, at=at)
    past = DutyShift.objects.standing().get(starts_at=running.starts_at)
    assert (past.ends_at, past.user) == (at, one), "until now they were on duty"
    with pytest.raises(BadInput):
        services.plan_person(
            user=one, role=Role.AGENT, unit=unit, day=timezone.localdate() - f.DAY, begins="08:00",
            ends="20:00", by=boss, at=at,
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyShift.objects.filter(pk=over.pk).update(ends_at=at)


@pytest.mark.parametrize("needs", [1, 3])
def test_reading_gaps_costs_the_same_whatever_is_needed(
    needs: int, django_assert_max_num_queries: Any
) -> None:
    unit = f.branch()
    boss = f.director(unit)
    for _n in range(needs):
        f.need(unit, boss)
    with django_assert_max_num_queries(12):
        services.refresh_gaps(at=timezone.now())
