"""Who is on duty, who is away, and who is told at a given moment."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import Absence, DutyShift, Unit, User
from apps.accounts.queries.duty import Roster, people_for
from apps.accounts.services import (
    plan_absence,
    plan_shift,
    withdraw_absence,
    withdraw_shift,
)
from apps.core.errors import RuleBroken
from apps.events.models import Event
from tests.factories.accounts import UserFactory, UserRoleFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-3")]
HOUR = timedelta(hours=1)


def away(user: User, boss: User, stand_in: User | None = None) -> Absence:
    now = timezone.now()
    return plan_absence(
        user=user, starts_at=now - HOUR, ends_at=now + HOUR, stand_in=stand_in, by=boss
    )


def duty(user: User, unit: Unit, boss: User, *, role: Role = Role.DIRECTOR) -> DutyShift:
    now = timezone.now()
    return plan_shift(
        user=user, role=role, unit=unit, starts_at=now - HOUR, ends_at=now + HOUR, by=boss
    )


def director(unit: Unit) -> User:
    user: User = UserFactory(roles=[Role.DIRECTOR], unit=unit)
    return user


def test_the_roster_goes_before_other_holders(units: dict[str, Unit], boss: User) -> None:
    near, far = director(units["sh"]), director(units["head"])
    now = timezone.now()
    assert people_for([Role.DIRECTOR], units["st"].path, now) == [near]
    duty(far, units["head"], boss)
    assert people_for([Role.DIRECTOR], units["st"].path, timezone.now()) == [far]


def test_a_shift_counts_from_its_first_moment_until_just_before_its_last(
    units: dict[str, Unit], boss: User
) -> None:
    near, far = director(units["sh"]), director(units["head"])
    shift = duty(far, units["head"], boss)
    path = units["st"].path
    assert people_for([Role.DIRECTOR], path, shift.starts_at) in ([far], [])
    assert far in people_for([Role.DIRECTOR], path, shift.ends_at - timedelta(microseconds=1))
    assert people_for([Role.DIRECTOR], path, shift.ends_at) == [near]


def test_a_withdrawn_shift_counts_no_more(units: dict[str, Unit], boss: User) -> None:
    near, far = director(units["sh"]), director(units["head"])
    shift = duty(far, units["head"], boss)
    withdraw_shift(shift_id=shift.pk, by=boss, at=timezone.now())
    assert people_for([Role.DIRECTOR], units["st"].path, timezone.now()) == [near]
    with pytest.raises(RuleBroken):
        withdraw_shift(shift_id=shift.pk, by=boss, at=timezone.now())
    assert Event.objects.filter(kind="user.shift_withdrawn", subject_id=far.pk).count() == 1


def test_a_stand_in_takes_the_place_of_who_is_away(units: dict[str, Unit], boss: User) -> None:
    chief, deputy, third = director(units["sh"]), UserFactory(), UserFactory()
    away(chief, boss, deputy)
    assert people_for([Role.DIRECTOR], units["st"].path, timezone.now()) == [deputy]
    away(deputy, boss, third)
    assert people_for([Role.DIRECTOR], units["st"].path, timezone.now()) == [third]


def test_who_is_away_without_a_stand_in_is_told_all_the_same(
    units: dict[str, Unit], boss: User
) -> None:
    chief = director(units["sh"])
    away(chief, boss)
    assert people_for([Role.DIRECTOR], units["st"].path, timezone.now()) == [chief]


def test_two_who_stand_in_for_one_another_lose_nothing(units: dict[str, Unit], boss: User) -> None:
    one, two = director(units["sh"]), UserFactory()
    away(one, boss, two)
    away(two, boss, one)
    roster = Roster([], timezone.now())
    assert [roster.instead_of(pk) for pk in (one.pk, two.pk)] == [one.pk, two.pk]
    assert people_for([Role.DIRECTOR], units["st"].path, timezone.now()) == [one]


def test_back_before_the_plan_said(units: dict[str, Unit], boss: User) -> None:
    chief, deputy = director(units["sh"]), UserFactory()
    absence = away(chief, boss, deputy)
    withdraw_absence(absence_id=absence.pk, by=boss, at=timezone.now())
    assert people_for([Role.DIRECTOR], units["st"].path, timezone.now()) == [chief]


def test_several_holders_of_the_nearest_unit_are_all_told(units: dict[str, Unit]) -> None:
    first, second, above = director(units["sh"]), director(units["sh"]), director(units["head"])
    found = people_for([Role.DIRECTOR], units["st"].path, timezone.now())
    assert {u.pk for u in found} == {first.pk, second.pk}
    assert above not in found
    assert people_for([Role.QC_MANAGER], units["st"].path, timezone.now()) == []


@pytest.mark.parametrize(
    ("hours", "code"), [((1, 1), "bad_period"), ((2, 1), "bad_period")], ids=["empty", "backwards"]
)
def test_a_time_that_does_not_run_forward_is_refused(
    units: dict[str, Unit], boss: User, hours: tuple[int, int], code: str
) -> None:
    user, now = director(units["sh"]), timezone.now()
    with pytest.raises(RuleBroken) as refusal:
        plan_absence(
            user=user, starts_at=now + hours[0] * HOUR, ends_at=now + hours[1] * HOUR, by=boss
        )
    assert (refusal.value.code, refusal.value.field) == (code, "ends_at")


def test_duty_needs_the_role_and_is_planned_once(units: dict[str, Unit], boss: User) -> None:
    user = UserFactory(roles=[Role.AGENT], unit=units["sh"])
    with pytest.raises(RuleBroken, match=units["sh"].name):
        duty(user, units["sh"], boss)
    duty(user, units["st"], boss, role=Role.AGENT)
    with pytest.raises(RuleBroken) as refusal:
        duty(user, units["st"], boss, role=Role.AGENT)
    assert refusal.value.code == "shift_overlaps"
    assert DutyShift.objects.count() == 1


def test_nobody_stands_in_for_themselves(units: dict[str, Unit], boss: User) -> None:
    user, now = director(units["sh"]), timezone.now()
    with pytest.raises(RuleBroken) as refusal:
        away(user, boss, user)
    assert refusal.value.code == "own_stand_in"
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.create(
            user=user, stand_in=user, starts_at=now, ends_at=now + HOUR, made_by=boss
        )


def test_the_number_of_queries_does_not_grow(
    units: dict[str, Unit], boss: User, django_assert_num_queries: Any
) -> None:
    for _n in range(3):
        away(director(units["sh"]), boss, UserFactory())
    with django_assert_num_queries(2):
        assert len(people_for([Role.DIRECTOR], units["st"].path, timezone.now())) == 3


def test_the_roster_is_planned_on_its_page(
    client: Client, units: dict[str, Unit], boss: User
) -> None:
    chief = director(units["sh"])
    planner = sign_in(client, UserFactory(roles=[Role.DEPARTMENT_MANAGER], unit=units["head"]))
    # What has begun cannot be withdrawn: the shift is one of the day after tomorrow.
    day = timezone.localdate() + timedelta(days=2)
    answer = client.post(
        reverse("admin:accounts_dutyshift_add"),
        {
            "user": chief.pk,
            "role": Role.DIRECTOR,
            "unit": units["sh"].pk,
            "starts_at_0": day.isoformat(),
            "starts_at_1": "20:00",
            "ends_at_0": (day + timedelta(days=1)).isoformat(),
            "ends_at_1": "08:00",
        },
    )
    assert answer.status_code == 302, answer.content.decode()[:2000]
    shift = DutyShift.objects.get()
    assert shift.made_by == planner
    assert shift.ends_at - shift.starts_at == 12 * HOUR
    assert chief.display_name in client.get(reverse("admin:accounts_dutyshift_changelist")).text
    client.post(reverse("admin:accounts_dutyshift_act", args=[shift.pk, "withdraw"]))
    shift.refresh_from_db()
    assert shift.withdrawn_by == planner


@pytest.mark.parametrize("page", ["dutyshift", "absence"])
@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_cost_the_same_whatever_they_hold(
    client: Client,
    units: dict[str, Unit],
    boss: User,
    page: str,
    rows: int,
    django_assert_max_num_queries: Any,
) -> None:
    sign_in(client, UserFactory(roles=[Role.DEPARTMENT_MANAGER], unit=units["head"]))
    for _n in range(rows):
        user = director(units["sh"])
        duty(user, units["sh"], boss)
        away(user, boss, UserFactory())
    with django_assert_max_num_queries(9):
        client.get(reverse(f"admin:accounts_{page}_changelist"))


@pytest.mark.parametrize("page", ["dutyshift", "absence"])
def test_an_agent_plans_nothing(client: Client, units: dict[str, Unit], page: str) -> None:
    user = sign_in(client, UserFactory(roles=[Role.AGENT], unit=units["sh"]))
    UserRoleFactory(user=user, role=Role.AGENT, unit=units["st"])
    assert client.get(reverse(f"admin:accounts_{page}_add")).status_code == 403
