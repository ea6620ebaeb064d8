"""The demonstration's campaign: half of it read, one question, one customer whom an agent by name has to call."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.account_changes.demo import tell_customers
from apps.account_changes.enums import RecipientState
from apps.account_changes.models import Feedback
from apps.account_changes.queries.campaigns import board_of
from tests.factories.accounts import UserFactory
from tests.factories.campaigns import agent_of, customer, scheduled_change

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-3")]


def test_it_shows_every_way_a_notice_goes() -> None:
    made = [customer() for _n in range(7)]
    then = timezone.now() - timedelta(days=10)
    project = scheduled_change(then, starts_in=timedelta(days=3))
    tell_customers(project, agent=agent_of(project), by=UserFactory(), at=then + timedelta(hours=6))
    board = board_of(project.campaign)
    assert board.notified == len(made)
    assert board.by_state == {"acknowledged": 2, "delivered": 2, "read": 2, "to_call": 1}
    left = project.campaign.recipients.get(state=RecipientState.TO_CALL)
    assert left.agent == left.customer.agent
    assert Feedback.objects.get(case__isnull=False).case.owner == agent_of(project)  # type: ignore[union-attr]
