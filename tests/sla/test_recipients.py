"""Who is told of a step (CMP-3): the roster first, the nearest unit, a stand-in for who is away."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.enums import Role, UnitKind
from apps.accounts.models import Absence, DutyShift, Unit, User
from apps.core.database import database_now
from apps.events.models import Event
from apps.sla import services
from apps.sla.enums import Metric, Whom
from apps.sla.queries.recipients import CHAIN, Ask, Staff
from tests.factories.accounts import UnitFactory, UserFactory, UserRoleFactory
from tests.factories.sla import machine, open_case, publish, step, target

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-3")]
NOW = timezone.now()
HOUR = timedelta(hours=1)


class Installation:
    """Head office › Shanghai › its complaint team, and Beijing beside it."""

    def __init__(self) -> None:
        self.head: Unit = UnitFactory(kind=UnitKind.BRANCH)
        self.shanghai: Unit = UnitFactory(parent=self.head, kind=UnitKind.BRANCH)
        self.team: Unit = UnitFactory(parent=self.shanghai, kind=UnitKind.STATION)
        self.beijing: Unit = UnitFactory(parent=self.head, kind=UnitKind.BRANCH)


@pytest.fixture
def installation() -> Installation:
    return Installation()


def holder(role: Role, unit: Unit) -> User:
    """Has held the role since long before the present of the tests."""
    user: User = UserFactory()
    UserRoleFactory(user=user, role=role, unit=unit, since=NOW - timedelta(days=30))
    return user


def on_roster(user: User, role: Role, unit: Unit, **span: Any) -> DutyShift:
    times = {"starts_at": NOW - HOUR, "ends_at": NOW + HOUR, **span}
    return DutyShift.objects.create(user=user, role=role, unit=unit, made_by=machine(), **times)


def away(user: User, stand_in: User | None, **span: Any) -> Absence:
    times = {"starts_at": NOW - HOUR, "ends_at": NOW + HOUR, **span}
    return Absence.objects.create(user=user, stand_in=stand_in, made_by=machine(), **times)


def who(
    whom: Whom,
    unit: Unit | None,
    *,
    role: Role | str = "",
    owner: User | None = None,
    at: datetime = NOW,
) -> set[int]:
    ask = Ask(str(whom), str(role), owner.pk if owner else None, unit.pk if unit else None)
    return set(Staff([ask], at).who(ask))


@pytest.mark.parametrize("role", CHAIN[1:])
def test_whoever_is_on_duty_comes_before_whoever_holds_the_role(
    installation: Installation, role: Role
) -> None:
    usual = holder(role, installation.team)
    assert who(Whom.ROLE, installation.team, role=role) == {usual.pk}
    substitute = UserFactory()
    shift = on_roster(substitute, role, installation.shanghai)
    assert who(Whom.ROLE, installation.team, role=role) == {substitute.pk}
    for at, expected in (
        (shift.starts_at - timedelta(seconds=1), usual),
        (shift.starts_at, substitute),
        (shift.ends_at - timedelta(seconds=1), substitute),
        (shift.ends_at, usual),
    ):
        assert who(Whom.ROLE, installation.team, role=role, at=at) == {expected.pk}


def test_a_withdrawn_shift_and_one_of_another_unit_do_not_count(installation: Installation) -> None:
    usual = holder(Role.DIRECTOR, installation.shanghai)
    on_roster(UserFactory(), Role.DIRECTOR, installation.beijing)
    gone = on_roster(UserFactory(), Role.DIRECTOR, installation.team)
    gone.withdrawn_at, gone.withdrawn_by = NOW, machine()
    gone.save()
    assert who(Whom.ROLE, installation.team, role=Role.DIRECTOR) == {usual.pk}


def test_the_nearest_unit_at_or_above_is_told_and_no_other(installation: Installation) -> None:
    top = holder(Role.DIRECTOR, installation.head)
    holder(Role.DIRECTOR, installation.beijing)
    assert who(Whom.ROLE, installation.team, role=Role.DIRECTOR) == {top.pk}
    near = {holder(Role.DIRECTOR, installation.shanghai).pk for _ in range(2)}
    assert who(Whom.ROLE, installation.team, role=Role.DIRECTOR) == near
    own = holder(Role.DIRECTOR, installation.team)
    assert who(Whom.ROLE, installation.team, role=Role.DIRECTOR) == {own.pk}
    assert who(Whom.ROLE, installation.shanghai, role=Role.DIRECTOR) == near


def test_a_role_that_nobody_holds_goes_up_the_chain(installation: Installation) -> None:
    chief = holder(Role.GENERAL_MANAGER, installation.head)
    assert who(Whom.ROLE, installation.team, role=Role.DIRECTOR) == {chief.pk}
    quality = holder(Role.QC_MANAGER, installation.shanghai)
    assert who(Whom.ROLE, installation.team, role=Role.DIRECTOR) == {quality.pk}
    elsewhere = Installation()
    assert who(Whom.ROLE, elsewhere.team, role=Role.QC_MANAGER) == {quality.pk}, (
        "nobody in its own branch of the house: anybody rather than nobody"
    )


def test_a_house_without_anybody_tells_nobody_and_says_so(installation: Installation) -> None:
    assert who(Whom.ROLE, installation.team, role=Role.DIRECTOR) == set()
    assert who(Whom.OWNER, installation.team) == set()


def test_the_owner_is_told_and_an_owner_who_left_is_replaced_by_the_director(
    installation: Installation,
) -> None:
    owner, director = UserFactory(), holder(Role.DIRECTOR, installation.shanghai)
    assert who(Whom.OWNER, installation.team, owner=owner) == {owner.pk}
    assert who(Whom.OWNER, installation.team) == {director.pk}
    owner.is_active = False
    owner.save()
    assert who(Whom.OWNER, installation.team, owner=owner) == {director.pk}


def test_a_machine_owns_nothing_that_is_told(installation: Installation) -> None:
    director = holder(Role.DIRECTOR, installation.shanghai)
    assert who(Whom.OWNER, installation.team, owner=machine()) == {director.pk}


@pytest.mark.parametrize("whom", [Whom.OWNER, Whom.ROLE, Whom.UNIT_LEAD])
def test_whoever_is_away_is_replaced_by_their_stand_in(
    installation: Installation, whom: Whom
) -> None:
    person = holder(Role.DIRECTOR, installation.team)
    stand_in = UserFactory()
    absence = away(person, stand_in)
    given = {
        Whom.OWNER: {"owner": person},
        Whom.ROLE: {"role": Role.DIRECTOR},
        Whom.UNIT_LEAD: {},
    }[whom]
    assert who(whom, installation.team, **given) == {stand_in.pk}
    assert who(whom, installation.team, at=absence.ends_at, **given) == {person.pk}
    further = UserFactory()
    away(stand_in, further)
    assert who(whom, installation.team, **given) == {further.pk}, "the stand-in is away too"


def test_away_without_a_stand_in_one_is_told_oneself(installation: Installation) -> None:
    person = holder(Role.DIRECTOR, installation.team)
    away(person, None)
    assert who(Whom.ROLE, installation.team, role=Role.DIRECTOR) == {person.pk}


def test_two_who_stand_in_for_each_other_hide_nobody(installation: Installation) -> None:
    first, second = (holder(Role.DIRECTOR, installation.team) for _ in range(2))
    away(first, second)
    away(second, first)
    assert who(Whom.ROLE, installation.team, role=Role.DIRECTOR) == {first.pk, second.pk}


def test_even_who_is_on_duty_may_be_away(installation: Installation) -> None:
    on_call, stand_in = UserFactory(), UserFactory()
    on_roster(on_call, Role.QC_MANAGER, installation.team)
    away(on_call, stand_in)
    assert who(Whom.ROLE, installation.team, role=Role.QC_MANAGER) == {stand_in.pk}


def test_whoever_leads_the_unit_is_the_nearest_of_those_who_lead(
    installation: Installation,
) -> None:
    manager = holder(Role.DEPARTMENT_MANAGER, installation.head)
    assert who(Whom.UNIT_LEAD, installation.team) == {manager.pk}
    keeper = holder(Role.WAREHOUSE_MANAGER, installation.team)
    assert who(Whom.UNIT_LEAD, installation.team) == {keeper.pk}
    assert who(Whom.UNIT_LEAD, installation.beijing) == {manager.pk}


def test_the_sweeper_tells_whom_the_step_names(installation: Installation) -> None:
    owner, director = UserFactory(), holder(Role.DIRECTOR, installation.shanghai)
    stand_in = UserFactory()
    away(director, stand_in)
    publish(
        target(
            Metric.FEEDBACK,
            HOUR,
            step("owner", -timedelta(minutes=10)),
            step("director", timedelta(minutes=5), whom=Whom.ROLE, role=Role.DIRECTOR),
        )
    )
    open_case(owner=owner, unit=installation.team, opened_at=database_now() - 2 * HOUR)
    services.sweep()
    answers = Event.objects.filter(kind__startswith="clock.").order_by("pk")
    assert [(event.kind, event.data["recipients"]) for event in answers] == [
        ("clock.overdue", [owner.pk]),
        ("clock.escalated", [stand_in.pk]),
    ]
