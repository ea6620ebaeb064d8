"""What is no unit's business comes to the service desk on duty, and everybody there sees it (CMP-1)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role, UnitKind
from apps.accounts.models import Absence, DutyShift, Unit, User
from apps.accounts.queries import public_user, system_user
from apps.complaints import services
from apps.complaints.enums import CaseChannel, CaseClass
from apps.complaints.models import Case
from apps.complaints.queries.cases import CaseFilter, case_list
from apps.desk.queries.load import team_load
from apps.desk.queries.running import own_cases
from apps.events.models import Event
from apps.notifications.models import Delivery
from apps.sla import services as sla
from apps.sla.enums import Metric
from tests.factories.accounts import UnitFactory, UserFactory, UserRoleFactory
from tests.factories.complaints import new_case
from tests.factories.notifications import relay_all
from tests.factories.sla import let_pass

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]
HOUR = timedelta(hours=1)


class Installation:
    """Head office with its manager, a branch with a desk of two agents and their director."""

    def __init__(self) -> None:
        self.head = UnitFactory(code="A", kind=UnitKind.HEAD_OFFICE)
        self.branch = UnitFactory(code="B", parent=self.head)
        self.other = UnitFactory(code="C", parent=self.head)
        self.manager = self.person(Role.DEPARTMENT_MANAGER, self.head)
        self.agents = [self.person(Role.AGENT, self.branch) for _ in range(2)]
        self.director = self.person(Role.DIRECTOR, self.branch)

    def person(self, role: Role, unit: Unit) -> User:
        user: User = UserFactory(scope=ObjectScope.UNITS)
        UserRoleFactory(user=user, role=role, unit=unit, since=timezone.now() - 30 * 24 * HOUR)
        return user

    def on_duty(self, user: User, unit: Unit, **span: Any) -> None:
        now = timezone.now()
        times = {"starts_at": now - HOUR, "ends_at": now + HOUR, **span}
        made_by = system_user("tests")
        DutyShift.objects.create(user=user, role=Role.AGENT, unit=unit, made_by=made_by, **times)


@pytest.fixture
def installation() -> Installation:
    return Installation()


def nobodys(**fields: Any) -> Case:
    """As the public page opens it: no shipment, no customer, nobody signed in."""
    values = {"channel": CaseChannel.WEB, "case_class": CaseClass.COMPLAINT, "unit": None, **fields}
    new = new_case(**values)
    return services.open_case(new=new, by=public_user(), at=timezone.now()).case


def test_a_report_without_a_waybill_is_seen_by_the_agents_and_their_director(
    installation: Installation, client: Client
) -> None:
    for agent in installation.agents:
        installation.on_duty(agent, installation.branch)
    sent = client.post(
        "/report",
        {"kind": "damaged", "text": "外箱破了一个洞", "phone": "13812345678", "key": str(uuid4())},
    )
    assert sent.status_code == 303
    case = Case.objects.get()
    assert case.unit == installation.branch and case.owner in installation.agents
    for user in (*installation.agents, installation.director):
        assert list(case_list(user, CaseFilter())) == [case]
    assert [load.user for load in team_load(installation.director)] == [case.owner]
    assert own_cases(case.owner, most=5).to_answer == [case]


def test_a_desk_without_a_free_agent_has_it_in_its_queue(installation: Installation) -> None:
    installation.on_duty(installation.agents[0], installation.branch)
    case = nobodys()
    Case.objects.filter(pk=case.pk).update(owner=None, assigned_at=None, assigned_by=None)
    assert own_cases(installation.agents[1], most=5).unowned == [case]


def test_who_is_on_duty_decides_then_head_office_then_the_fuller_desk(
    installation: Installation,
) -> None:
    away = installation.person(Role.AGENT, installation.other)
    assert nobodys().unit == installation.branch, "no roster: where most agents are"
    installation.on_duty(away, installation.other)
    assert nobodys().unit == installation.other
    absence = Absence.objects.create(
        user=away,
        starts_at=timezone.now() - HOUR,
        ends_at=timezone.now() + HOUR,
        made_by=system_user("tests"),
    )
    assert nobodys().unit == installation.branch, "whoever is on the roster and away answers nobody"
    absence.delete()
    installation.on_duty(
        installation.agents[0], installation.branch, ends_at=timezone.now() - timedelta(minutes=1)
    )
    assert nobodys().unit == installation.other, "that shift is over"
    here = installation.person(Role.AGENT, installation.head)
    installation.on_duty(here, installation.head)
    assert nobodys().unit == installation.head


def test_a_shift_for_the_whole_house_leads_to_the_unit_its_people_see(
    installation: Installation,
) -> None:
    installation.on_duty(installation.agents[0], installation.head)
    assert nobodys().unit == installation.branch


def test_everybody_on_duty_is_told_when_it_comes_in(installation: Installation) -> None:
    for agent in installation.agents:
        installation.on_duty(agent, installation.branch)
    case = nobodys()
    relay_all()
    answers = Delivery.objects.filter(case_id=case.pk, recipient__startswith="user:")
    named = set(answers.values_list("topic", "recipient"))
    (other,) = (agent for agent in installation.agents if agent != case.owner)
    assert ("staff.case_assigned", f"user:{case.owner_id}") in named
    assert ("staff.case_at_desk", f"user:{other.pk}") in named
    assert ("staff.case_at_desk", f"user:{case.owner_id}") not in named, "told once"


def test_a_case_of_a_unit_is_not_everybodys(installation: Installation) -> None:
    installation.on_duty(installation.agents[0], installation.branch)
    installation.on_duty(installation.agents[1], installation.branch)
    case = nobodys(unit=installation.branch)
    relay_all()
    assert not Delivery.objects.filter(topic="staff.case_at_desk", case_id=case.pk).exists()


@pytest.mark.requirement("CMP-3")
def test_the_desk_hears_before_it_is_late_and_not_its_owner_alone(
    installation: Installation,
) -> None:
    for agent in installation.agents:
        installation.on_duty(agent, installation.branch)
    nobodys(case_class=CaseClass.INQUIRY)
    let_pass(minutes=6)
    sla.sweep()
    warned = Event.objects.filter(kind="clock.warned", data__metric=Metric.FIRST_WORD).get()
    assert set(warned.data["recipients"]) == {agent.pk for agent in installation.agents}
    let_pass(minutes=6)
    sla.sweep()
    late = Event.objects.filter(kind="clock.escalated", data__metric=Metric.FIRST_WORD).get()
    assert late.data["recipients"] == [installation.director.pk]
