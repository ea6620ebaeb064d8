"""Twenty who press at once: one notice; two workers at once: each customer handed over once (COD-3)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.account_changes.enums import RecipientState
from apps.account_changes.models import Campaign, CampaignRecipient
from apps.account_changes.services import campaigns
from apps.events.models import Event
from tests.account_changes.test_changes_at_once import N, at_once
from tests.factories.campaigns import customer, scheduled_change, sent_campaign

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("COD-3")]


def test_one_notice_and_each_customer_once() -> None:
    made = [customer() for _n in range(3)]
    pressed = timezone.now() - timedelta(days=2)
    project = scheduled_change(pressed)
    begins = pressed + timedelta(days=1)
    answers = at_once(lambda: sent_campaign(project, at=pressed, call_from=begins))
    assert answers == {"done": 1, "sent_already": N - 1}
    assert Campaign.objects.count() == 1
    assert CampaignRecipient.objects.count() == len(made)
    at_once(campaigns.hand_over_to_agents)
    rows = CampaignRecipient.objects.filter(state=RecipientState.TO_CALL)
    assert rows.count() == len(made)
    assert Event.objects.filter(kind="account_notice.handed_over").count() == len(made)
