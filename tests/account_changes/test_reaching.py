"""How far the notice came, per customer and channel; who was not reached ends with a named agent (COD-3)."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from apps.account_changes.enums import MessageStatus, RecipientState
from apps.account_changes.models import CampaignMessage, CampaignRecipient
from apps.account_changes.queries.campaigns import board_of
from apps.account_changes.services import campaigns, changes
from apps.account_changes.states import RECIPIENT_MOVES
from apps.accounts.enums import Role
from apps.accounts.queries import system_user
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.events.services import new_event, record_many
from apps.notifications.enums import DeliveryState, TaskState
from apps.notifications.models import Delivery, NotificationPolicy, PhoneTask
from apps.notifications.queries.words import render
from apps.notifications.services import close_task
from apps.notifications.services.rows import move
from apps.sla.models import Matter
from tests.factories.accounts import UserFactory
from tests.factories.campaigns import customer, recipient_of, sent_campaign
from tests.factories.customers import CustomerFactory
from tests.factories.notifications import relay_all, send_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-3")]
R = RecipientState


@pytest.fixture(autouse=True)
def _sms_is_set_up(db: None, settings: Any) -> None:
    for name in ("SMS_URL", "SMS_ACCESS_KEY", "SMS_ACCESS_SECRET", "SMS_SIGN_NAME"):
        setattr(settings, name, "x")
    for name in ("WECHAT_APP_ID", "EMAIL_HOST"):
        setattr(settings, name, "")
    # Whatever the hour of the test is.
    NotificationPolicy.objects.update(quiet_from=None, quiet_until=None)


def message(recipient: CampaignRecipient, channel: str = "sms") -> Delivery:
    return Delivery.objects.get(
        customer=recipient.customer, channel=channel, topic="account_notice.told"
    )


def arrives(recipient: CampaignRecipient, *states: DeliveryState) -> None:
    one, now = message(recipient), timezone.now()
    for to in states:
        lease = now + timedelta(minutes=1) if to == DeliveryState.SENDING else None
        move(one, to, now=now, lease_until=lease)
    relay_all()


def test_each_channels_word_moves_the_customer_along() -> None:
    one = customer()
    row = recipient_of(sent_campaign(), one)
    relay_all()
    arrives(row, DeliveryState.SENDING, DeliveryState.ACCEPTED)
    row.refresh_from_db()
    assert row.state == R.TOLD, "sent is not arrived"
    assert row.messages.get().status == MessageStatus.SENT
    arrives(row, DeliveryState.DELIVERED, DeliveryState.READ)
    row.refresh_from_db()
    assert (row.state, row.messages.get().status) == (R.READ, MessageStatus.READ)
    moved = Event.objects.get(kind="account_notice.moved", subject_id=str(row.pk))
    assert (moved.data["from"], moved.data["to"]) == ("told", "read")


def test_told_twice_of_the_same_changes_nothing() -> None:
    one = customer()
    row = recipient_of(sent_campaign(), one)
    relay_all()
    arrives(row, DeliveryState.SENDING, DeliveryState.ACCEPTED, DeliveryState.DELIVERED)
    events = list(Event.objects.filter(kind="delivery.moved"))
    campaigns.note_messages(events)
    campaigns.note_messages(list(reversed(events)))
    assert Event.objects.filter(kind="account_notice.moved").count() == 1
    assert CampaignMessage.objects.get().status == MessageStatus.DELIVERED


def test_whoever_is_not_reached_is_called_by_an_agent_with_a_script() -> None:
    one, reached = customer(), customer()
    now = timezone.now()
    project_campaign = sent_campaign(at=now - timedelta(days=2), call_from=now - timedelta(days=1))
    relay_all()
    arrives(
        recipient_of(project_campaign, reached), *(DeliveryState.SENDING, DeliveryState.DELIVERED)
    )
    assert campaigns.hand_over_to_agents() == 1
    assert campaigns.hand_over_to_agents() == 0, "once"
    row = recipient_of(project_campaign, one)
    assert (row.state, row.agent) == (R.TO_CALL, one.agent)
    relay_all()
    send_all("phone")
    task = PhoneTask.objects.get()
    assert task.delivery.customer == one
    script = render(task.delivery, frozenset({"name"}), "zh-hans").text
    assert row.account.masked in script and "合同上的电话" in script
    bell = Delivery.objects.get(topic="staff.account_notice_call")
    assert bell.recipient == f"user:{one.agent_id}"
    relay_all()
    by = UserFactory(roles=[Role.AGENT])
    close_task(
        task_id=task.pk, outcome=TaskState.REACHED, note_text="王会计", by=by, at=timezone.now()
    )
    relay_all()
    row.refresh_from_db()
    assert row.state == R.PHONED
    assert board_of(project_campaign).reached == 2


def test_a_call_that_reached_nobody_stays_with_the_agent() -> None:
    one, now = customer(), timezone.now()
    campaign = sent_campaign(at=now - timedelta(days=2), call_from=now - timedelta(days=1))
    campaigns.hand_over_to_agents()
    relay_all()
    send_all("phone")
    relay_all()
    task = PhoneTask.objects.get()
    by = UserFactory(roles=[Role.AGENT])
    close_task(task_id=task.pk, outcome=TaskState.UNREACHABLE, note_text="空号", by=by, at=now)
    relay_all()
    row = recipient_of(campaign, one)
    assert (row.state, row.agent) == (R.UNREACHABLE, one.agent)
    campaigns.note_call(recipient_id=row.pk, reached=True, note="", by=by, at=now)
    row.refresh_from_db()
    assert row.state == R.PHONED


def test_the_clock_ends_when_everybody_is_reached_or_has_an_agent() -> None:
    customer(), customer()
    now = timezone.now()
    campaign = sent_campaign(at=now - timedelta(days=3), call_from=now - timedelta(hours=1))
    relay_all()
    clock = Matter.objects.get(kind="account_campaign")
    assert clock.closed_at is None
    campaigns.hand_over_to_agents()
    clock.refresh_from_db()
    assert clock.closed_at is not None
    assert Event.objects.filter(kind="campaign.finished", subject_id=str(campaign.pk)).count() == 1


def test_a_change_that_was_called_off_calls_nobody() -> None:
    customer()
    now = timezone.now()
    campaign = sent_campaign(at=now - timedelta(days=3), call_from=now - timedelta(hours=1))
    changes.call_off_change(campaign.project, reason="换行取消", by=system_user("tests"), at=now)
    assert campaigns.hand_over_to_agents() == 0


def _at_state(row: CampaignRecipient, state: R, at: datetime) -> None:
    row.state, row.state_since = state, at
    row.acknowledged_at = at if state == R.ACKNOWLEDGED else None
    row.save()


def test_every_move_and_no_other() -> None:
    """One customer for each pair of states."""
    pairs, at = list(product(R, R)), timezone.now()
    made = [customer() for _pair in pairs]
    campaign = sent_campaign()
    for (frm, to), one in zip(pairs, made, strict=True):
        row = recipient_of(campaign, one)
        _at_state(row, frm, at)

        def acknowledged(changed: CampaignRecipient, to: R = to) -> None:
            changed.acknowledged_at = at if to == R.ACKNOWLEDGED else None

        moved = campaigns.move_recipients(
            {row.pk: [to]}, by=system_user("tests"), at=at, change=acknowledged
        )
        row.refresh_from_db()
        assert row.state == (to if RECIPIENT_MOVES.allows(frm, to) else frm), (frm, to)
        assert bool(moved) == RECIPIENT_MOVES.allows(frm, to), (frm, to)


def test_another_agent_is_named_and_a_call_noted_by_who_may_see_the_customer() -> None:
    one, at = CustomerFactory(), timezone.now()
    row = recipient_of(sent_campaign(), one)
    by, other = UserFactory(roles=[Role.DIRECTOR]), UserFactory(roles=[Role.AGENT])
    campaigns.name_agent(recipient_id=row.pk, agent=other, by=by, at=at)
    row.refresh_from_db()
    assert row.agent == other
    with pytest.raises(RuleBroken):
        campaigns.name_agent(recipient_id=row.pk, agent=other, by=by, at=at)
    other.is_active = False
    other.save()
    with pytest.raises(BadInput):
        campaigns.name_agent(recipient_id=row.pk, agent=other, by=by, at=at)
    with pytest.raises(BadInput) as refusal:
        campaigns.note_call(recipient_id=row.pk, reached=False, note=" ", by=by, at=at)
    assert refusal.value.field == "note"
    stranger = UserFactory(scope="customers")
    with pytest.raises(CampaignRecipient.DoesNotExist):
        campaigns.note_call(recipient_id=row.pk, reached=True, note="", by=stranger, at=at)


def test_a_hundred_receipts_cost_as_many_statements_as_two(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    made, _left = [customer() for _n in range(20)], customer()
    campaign = sent_campaign()
    by = system_user("notifier")
    notice_events = {
        event.subject_id: event.pk for event in Event.objects.filter(kind="account_notice.told")
    }

    def receipts(rows: list[CampaignRecipient]) -> list[Event]:
        ids = record_many(
            new_event(
                "delivery.moved",
                row,
                by=by,
                data={
                    "topic": "account_notice.told",
                    "event": notice_events[str(row.pk)],
                    "channel": "sms",
                    "to": "delivered",
                },
            )
            for row in rows
        )
        return list(Event.objects.filter(pk__in=ids))

    rows = [recipient_of(campaign, one) for one in made]
    few, many = receipts(rows[:2]), receipts(rows[2:])
    campaigns.note_messages(receipts(rows[:1]))
    with django_assert_num_queries(8):
        campaigns.note_messages(few)
    with django_assert_num_queries(8):
        campaigns.note_messages(many)
    assert board_of(campaign).reached == len(made)
    assert board_of(campaign).by_channel[0][1]["delivered"] == len(made)
