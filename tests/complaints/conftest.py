from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.complaints.models import Case
from apps.events.models import Event
from apps.tracking.models import Waybill
from tests.factories.accounts import sign_in
from tests.factories.complaints import Team, case
from tests.factories.customers import ready_customer
from tests.factories.orders import confirmed_order


@pytest.fixture
def team(db: None) -> Team:
    return Team()


@pytest.fixture
def agent(client: Client, team: Team) -> User:
    """The team's agent, signed in."""
    user: User = sign_in(client, team.agent)
    return user


@pytest.fixture
def mine(team: Team, agent: User) -> Case:
    """An ordinary complaint about a shipment, in the hands of who is signed in."""
    customer = ready_customer(unit=team.unit, agent=team.agent, name="上海云裳服饰有限公司")
    waybill = Waybill.objects.get(work_orders=confirmed_order(customer, by=team.agent))
    return case(team=team, waybill=waybill, contact_email="wang@example.com")


def kinds_of(subject: Any) -> list[str]:
    """What happened to one record, oldest first."""
    rows = Event.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=str(subject.pk)
    ).order_by("pk")
    return list(rows.values_list("kind", flat=True))


def last_data(subject: Any, kind: str) -> dict[str, Any]:
    row = Event.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=str(subject.pk), kind=kind
    ).latest("pk")
    data: dict[str, Any] = row.data
    return data
