"""Customers who become concerned after the notice went out are told by the same notice, once (COD-3)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.account_changes.enums import RecipientState
from apps.account_changes.models import Campaign, CampaignRecipient, CampaignSupplement
from apps.account_changes.queries.campaigns import board_of, is_as_sent
from apps.account_changes.queries.due import TO_HAND_OVER
from apps.account_changes.services import campaigns, changes
from apps.accounts.queries import system_user
from apps.banking.enums import AccountPurpose
from apps.customers import services as customers
from apps.customers.enums import CustomerStatus
from apps.events.models import Event
from apps.notifications.models import Announcement, Delivery
from apps.sla.models import Matter
from tests.factories.accounts import UserFactory
from tests.factories.campaigns import (
    code,
    customer,
    newcomer,
    recipient_of,
    scheduled_change,
    sent_campaign,
)
from tests.factories.changes import fresh, notify_everyone
from tests.factories.customers import CustomerFactory
from tests.factories.notifications import relay_all, send_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-3")]
DAY = timedelta(days=1)


def tell(at: datetime | None = None, **more: Any) -> int:
    return campaigns.tell_late_customers(by=system_user("sweeper"), at=at or timezone.now(), **more)


def test_who_comes_after_the_press_is_told_by_the_same_words_once() -> None:
    customer()
    campaign = sent_campaign()
    late = newcomer(language="en")
    assert tell() == 1
    assert tell() == 0, "once"
    row = recipient_of(campaign, late)
    assert row.supplement is not None and row.supplement.customers == 1
    assert row.account == campaign.project.new_account and row.agent == late.agent
    assert row.supplement.call_from < campaign.deadline <= row.supplement.deadline
    relay_all()
    send_all("site")
    message = Delivery.objects.get(topic="account_notice.told", customer=late)
    assert message.language == "en"
    assert Announcement.objects.count() == 1, "the site says it once"
    assert is_as_sent(campaign)
    board = board_of(campaign)
    assert (board.notified, board.late) == (2, 1)


def test_a_customer_who_resumes_is_told_without_anybody_pressing() -> None:
    customer()
    resting = CustomerFactory(status="suspended", status_reason="欠款")
    campaign = sent_campaign()
    relay_all()
    assert not campaign.supplements.exists()
    customers.resume_customer(resting, by=UserFactory(), at=timezone.now())
    relay_all()
    assert recipient_of(campaign, resting).supplement is not None
    assert Event.objects.get(kind="campaign.supplemented").data["customers"] == 1


def test_a_prospect_pays_nothing_and_a_listed_change_concerns_nobody_else() -> None:
    listed = customer()
    sent_campaign(scheduled_change(listed=[listed]))
    newcomer()
    assert tell() == 0
    sent_campaign(scheduled_change(purpose=AccountPurpose.FREIGHT))
    customer()
    assert tell() == 0


def test_in_transition_too_but_neither_paused_nor_over() -> None:
    customer()
    begun = timezone.now() - 20 * DAY
    project = scheduled_change(begun)
    notify_everyone(project, begun)
    started = changes.start_change(fresh(project), by=system_user("clocks"), at=begun + 14 * DAY)
    late = newcomer()
    officer = UserFactory()
    changes.pause_change(started, reason="等银行", by=officer, at=timezone.now())
    assert tell() == 0
    changes.resume_change(fresh(started), reason="好了", by=officer, at=timezone.now())
    relay_all()
    row = CampaignRecipient.objects.get(customer=late)
    assert row.supplement is not None and row.supplement.call_from > timezone.now()
    changes.roll_back_change(fresh(started), reason="银行出错", by=officer, at=timezone.now())
    newcomer()
    assert tell() == 0


def test_who_comes_after_the_deadline_is_called_at_once_and_holds_up_nothing() -> None:
    customer()
    begun = timezone.now() - 20 * DAY
    project = scheduled_change(begun)
    notify_everyone(project, begun)
    late, at = newcomer(), begun + 14 * DAY - timedelta(minutes=5)
    assert tell(at) == 1
    row = CampaignRecipient.objects.get(customer=late)
    assert row.supplement is not None and row.supplement.call_from == at
    changes.start_change(fresh(project), by=system_user("clocks"), at=begun + 14 * DAY)
    assert campaigns.hand_over_to_agents() == 1
    row.refresh_from_db()
    assert row.state == RecipientState.TO_CALL


def test_its_clock_is_its_own_and_ends_with_an_agent_for_everybody() -> None:
    customer()
    begun = timezone.now() - 20 * DAY
    project = scheduled_change(begun)
    notify_everyone(project, begun)
    assert Matter.objects.get(kind="account_campaign").closed_at is not None
    newcomer()
    tell(begun + 14 * DAY - timedelta(minutes=5))
    own = Matter.objects.get(kind="account_campaign", closed_at=None)
    assert own.key.startswith("supplement:")
    with connection.cursor() as cursor:
        cursor.execute(TO_HAND_OVER)
        assert cursor.fetchone()[1] == CampaignSupplement.objects.get().call_from
    campaigns.hand_over_to_agents()
    own.refresh_from_db()
    assert own.closed_at is not None


def test_what_a_supplement_was_is_sealed_like_the_press() -> None:
    customer()
    campaign = sent_campaign()
    late = newcomer()
    tell()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE account_changes_campaignrecipient DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE account_changes_campaignrecipient SET account_id = %s WHERE customer_id = %s",
            [campaign.project.old_account_id, late.pk],
        )
    assert not is_as_sent(campaign)


def test_the_database_knows_how_many_came_late() -> None:
    """Neither one more in a supplement that was sent, nor a supplement of a change that is over."""
    customer()
    campaign = sent_campaign()
    newcomer()
    tell()
    row = campaign.recipients.exclude(supplement=None).get()
    third = newcomer()
    with pytest.raises(IntegrityError), transaction.atomic():
        CampaignRecipient.objects.create(
            campaign=campaign,
            supplement=row.supplement,
            customer=third,
            account=row.account,
            code_index=code(row)[:8],
            state_since=row.state_since,
            agent=row.agent,
        )
    changes.call_off_change(
        fresh(campaign.project), reason="不换了", by=UserFactory(), at=timezone.now()
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        CampaignSupplement.objects.create(
            campaign=campaign,
            sha256="0" * 64,
            customers=1,
            call_from=row.state_since,
            deadline=row.state_since,
            sent_at=row.state_since,
            sent_by=row.agent,
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_many_who_come_at_once_are_one_supplement_in_as_many_statements_as_one() -> None:
    customer()
    sent_campaign()

    def statements(n: int) -> int:
        agent = UserFactory()
        for _n in range(n):
            CustomerFactory(agent=agent, status=CustomerStatus.ACTIVE)
        with CaptureQueriesContext(connection) as asked:
            assert tell() == n
        return len(asked)

    statements(1)
    few = statements(2)
    assert statements(40) == few
    assert Campaign.objects.get().supplements.count() == 3
