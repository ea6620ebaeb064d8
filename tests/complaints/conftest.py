from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.events.models import Event
from tests.factories.accounts import sign_in
from tests.factories.complaints import Team


@pytest.fixture
def team(db: None) -> Team:
    return Team()


@pytest.fixture
def agent(client: Client, team: Team) -> User:
    """The team's agent, signed in."""
    user: User = sign_in(client, team.agent)
    return user


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
