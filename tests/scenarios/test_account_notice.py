"""The account changes and every customer is told: one reads it, one asks, one is called, one is shown a forged
notice; in the end everybody is reached and the figures say so."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.account_changes.enums import FeedbackClass, NoticeAnswer, RecipientState
from apps.account_changes.models import CampaignRecipient, Feedback
from apps.account_changes.queries.campaigns import board_of
from apps.account_changes.queries.feedback import feedback_figures
from apps.account_changes.queries.links import token_of
from apps.account_changes.rules.notice_codes import grouped
from apps.account_changes.services import campaigns
from apps.accounts.enums import Role
from apps.complaints import services as complaints
from apps.complaints.enums import CaseChannel, EntryKind
from apps.complaints.inputs import NewMessage
from apps.notifications.enums import DeliveryState, TaskState
from apps.notifications.models import Delivery, NotificationPolicy, PhoneTask
from apps.notifications.services import close_task
from apps.notifications.services.rows import move
from apps.sla.models import Matter
from tests.factories.accounts import UserFactory
from tests.factories.campaigns import code, customer, recipient_of, scheduled_change, sent_campaign
from tests.factories.notifications import relay_all, send_all

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("COD-3")
@pytest.mark.requirement("COD-5")
@pytest.mark.requirement("COD-6")
def test_every_customer_is_told_and_the_one_not_reached_is_called(
    client: Client, settings: Any
) -> None:
    for name in ("SMS_URL", "SMS_ACCESS_KEY", "SMS_ACCESS_SECRET", "SMS_SIGN_NAME"):
        setattr(settings, name, "x")
    settings.WECHAT_APP_ID = settings.EMAIL_HOST = ""
    NotificationPolicy.objects.update(quiet_from=None, quiet_until=None)
    officer = UserFactory(roles=[Role.SAFETY_OFFICER])
    reader, asker, silent = customer(), customer(role="finance"), customer()

    # Two days ago the director pressed, once.
    pressed = timezone.now() - timedelta(days=2)
    project = scheduled_change(pressed)
    campaign = sent_campaign(project, at=pressed, call_from=pressed + timedelta(days=1))
    relay_all()
    assert Delivery.objects.filter(topic="account_notice.told").count() == 3

    # The first has read it: the provider says so.
    arrives(recipient_of(campaign, reader), DeliveryState.DELIVERED, DeliveryState.READ)

    # The second opens the page of the notice, checks the code, and asks.
    theirs = recipient_of(campaign, asker)
    checked = client.post("/verify", {"code": grouped(code(theirs)), "digits": theirs.account.tail})
    assert "真实" in checked.content.decode()
    typed = {"kind": "cannot_pay_in", "name": "李会计", "text": "网银里查不到这个账户"}
    assert client.post(f"/notice/{token_of(theirs)}/answer", typed).status_code == 303
    question = Feedback.objects.get()
    assert question.case is not None and question.case.owner == campaign.agent

    # The third was reached by nothing when calls began: an agent by name has to call, with a script.
    campaigns.hand_over_to_agents()
    relay_all()
    send_all("phone")
    relay_all()
    call = PhoneTask.objects.get()
    assert recipient_of(campaign, silent).state == RecipientState.TO_CALL
    assert recipient_of(campaign, silent).agent == silent.agent
    assert Matter.objects.get(kind="account_campaign").closed_at is not None, "in time"

    # Meanwhile a crook writes to the third, with the real code and another account.
    forged = client.post(
        "/verify", {"code": grouped(code(recipient_of(campaign, silent))), "digits": "0000"}
    )
    assert "不是我司发出的" in forged.content.decode()
    relay_all()
    alarm = Delivery.objects.get(
        topic="staff.notice_not_ours", recipient=f"user:{officer.pk}", channel="in_app"
    )
    assert alarm.data["customer"] == silent.display_name

    # The agent calls; the account-change agent answers the question.
    close_task(
        task_id=call.pk,
        outcome=TaskState.REACHED,
        note_text="已告知财务",
        by=silent.agent,
        at=timezone.now(),
    )
    complaints.add_message(
        case_id=question.case.pk,
        message=NewMessage(EntryKind.MESSAGE_OUT, "明天起可查，届时再付即可。", CaseChannel.EMAIL),
        by=campaign.agent,
        at=timezone.now(),
    )
    relay_all()

    board, figures = board_of(campaign), feedback_figures(project)
    assert (board.notified, board.reached) == (3, 3)
    assert board.by_state == {"read": 1, "acknowledged": 1, "phoned": 1}
    assert figures.classes == {FeedbackClass.CANNOT_PAY_IN: 1}
    assert (figures.answered, figures.percent) == (1, 100) and figures.median is not None
    checks = theirs.checks.values_list("answer", flat=True)
    assert list(checks) == [NoticeAnswer.GENUINE]


def arrives(row: CampaignRecipient, *states: DeliveryState) -> None:
    one = Delivery.objects.get(customer=row.customer, topic="account_notice.told", channel="sms")
    now = timezone.now()
    move(one, DeliveryState.SENDING, now=now, lease_until=now + timedelta(minutes=1))
    for to in states:
        move(one, to, now=now)
    relay_all()
