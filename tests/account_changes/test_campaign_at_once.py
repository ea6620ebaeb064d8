"""Twenty who press at once: one notice; two workers at once: each customer handed over once, and one who came
later told once (COD-3)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.account_changes.enums import RecipientState
from apps.account_changes.models import Campaign, CampaignRecipient, CampaignSupplement
from apps.account_changes.services import campaigns
from apps.accounts.queries import system_user
from apps.events.models import Event
from tests.at_once import at_once
from tests.factories.campaigns import customer, newcomer, scheduled_change, sent_campaign

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("COD-3")]
N = 20


def test_one_notice_and_each_customer_once() -> None:
    made = [customer() for _n in range(3)]
    pressed = timezone.now() - timedelta(days=2)
    project = scheduled_change(pressed)
    begins = pressed + timedelta(days=1)
    answers = at_once(N, lambda _n: sent_campaign(project, at=pressed, call_from=begins))
    assert answers == {"done": 1, "sent_already": N - 1}
    assert Campaign.objects.count() == 1
    assert CampaignRecipient.objects.count() == len(made)
    at_once(N, lambda _n: campaigns.hand_over_to_agents())
    rows = CampaignRecipient.objects.filter(state=RecipientState.TO_CALL)
    assert rows.count() == len(made)
    assert Event.objects.filter(kind="account_notice.handed_over").count() == len(made)


def test_who_came_later_is_told_once_by_twenty() -> None:
    customer()
    project = scheduled_change()
    sent_campaign(project)
    late = [newcomer() for _n in range(3)]
    now, by = timezone.now(), system_user("sweeper")
    assert at_once(N, lambda _n: campaigns.tell_late_customers(by=by, at=now))["done"] == N
    assert CampaignSupplement.objects.get().customers == len(late)
    notices = Event.objects.filter(kind__in=["account_notice.told", "account_notice.handed_over"])
    assert notices.count() == len(late) + 1
