"""The notice of an account change: once, to everybody concerned, frozen as it was pressed (COD-3)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.account_changes.enums import RecipientState
from apps.account_changes.models import Campaign, CampaignRecipient
from apps.account_changes.queries.campaigns import is_as_sent
from apps.account_changes.rules.notice_codes import read_code
from apps.account_changes.services import changes
from apps.accounts.enums import Role
from apps.banking.enums import AccountPurpose
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.notifications.models import Announcement, Delivery, WebhookEvent
from apps.sla.models import Matter
from tests.factories.accounts import UserFactory
from tests.factories.campaigns import (
    WATCH_ZH,
    agent_of,
    approved_change,
    code,
    customer,
    recipient_of,
    scheduled_change,
    sent_campaign,
)
from tests.factories.customers import ContactFactory, CustomerFactory
from tests.factories.notifications import endpoint, relay_all, send_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-3")]


def test_everybody_concerned_is_told_once_and_the_site_says_so(settings: Any) -> None:
    settings.SITE_URL = "https://yp.example"
    ours, theirs, gone = (
        customer(),
        customer(language="en"),
        CustomerFactory(status="closed", status_reason="歇业"),
    )
    endpoint(ours)
    project = scheduled_change()
    campaign = sent_campaign(project)
    assert {row.customer for row in campaign.recipients.all()} == {ours, theirs}
    assert gone not in {row.customer for row in campaign.recipients.all()}
    relay_all()
    send_all("site")
    messages = Delivery.objects.filter(topic="account_notice.told")
    assert sorted(messages.values_list("customer_id", "language")) == [
        (ours.pk, "zh-hans"),
        (theirs.pk, "en"),
    ]
    shown = Announcement.objects.get()
    assert WATCH_ZH in shown.body_zh and "https://yp.example/verify" in shown.body_en
    assert shown.ends_at == project.accept_until
    payload = WebhookEvent.objects.get(customer=ours).payload
    assert payload["account"] == project.new_account.masked  # type: ignore[union-attr]
    assert read_code(payload["code"]) == code(recipient_of(campaign, ours))
    assert Matter.objects.get(kind="account_campaign").owner == agent_of(project)


def test_the_notice_says_where_to_check_and_names_no_number_of_ours(settings: Any) -> None:
    """Whom to ask stands in the contract; what is masked stays masked."""
    settings.COMPANY_PHONE, settings.SITE_URL = "400-123-4567", "https://yp.example"
    for name in ("SMS_URL", "SMS_ACCESS_KEY", "SMS_ACCESS_SECRET", "SMS_SIGN_NAME", "EMAIL_HOST"):
        setattr(settings, name, "x")
    from apps.notifications.queries.words import render

    one = customer(email="finance@example.com")
    campaign = sent_campaign()
    relay_all()
    message = Delivery.objects.get(topic="account_notice.told")
    row = recipient_of(campaign, one)
    for channel in ("email", "sms", "wechat", "phone"):
        for language in ("zh-hans", "en"):
            message.channel = channel
            words = render(message, frozenset(), language)
            assert row.account.masked in words.text
            assert "400-123-4567" not in words.text
            assert "https://yp.example/verify" in words.text
            assert row.account.number not in words.text
            if channel != "phone":
                assert code(row)[:4] in words.text


def test_who_has_no_contact_is_an_agents_at_once() -> None:
    lonely = CustomerFactory()
    customer()
    campaign = sent_campaign()
    row = recipient_of(campaign, lonely)
    assert (row.state, row.agent) == (RecipientState.TO_CALL, lonely.agent)
    assert Event.objects.filter(kind="account_notice.handed_over", subject_id=str(row.pk)).exists()


def test_whose_agent_has_left_is_the_account_change_agents() -> None:
    one = customer()
    one.agent.is_active = False
    one.agent.save()
    project = scheduled_change()
    assert recipient_of(sent_campaign(project), one).agent == agent_of(project)


def test_only_those_listed_are_told_and_a_sub_account_is_their_own() -> None:
    listed, second, _other = customer(), customer(), customer()
    project = scheduled_change(listed=[listed, second])
    campaign = sent_campaign(project)
    assert {row.customer for row in campaign.recipients.all()} == {listed, second}
    assert recipient_of(campaign, listed).account.parent == project.new_account
    assert recipient_of(campaign, second).account == project.new_account


def test_a_campaign_without_anyone_is_refused() -> None:
    project = scheduled_change()
    with pytest.raises(RuleBroken) as refusal:
        sent_campaign(project)
    assert (refusal.value.code, refusal.value.field) == ("nobody", "project")
    assert not Campaign.objects.exists()


def test_a_second_press_has_no_effect() -> None:
    customer()
    project = scheduled_change()
    sent_campaign(project)
    with pytest.raises(RuleBroken) as refusal:
        sent_campaign(project)
    assert refusal.value.code == "sent_already"
    assert CampaignRecipient.objects.count() == 1
    assert Event.objects.filter(kind="account_notice.told").count() == 1


def test_customers_are_told_of_a_scheduled_change_before_it_starts() -> None:
    customer()
    now = timezone.now()
    times = {"call_from": now + timedelta(days=1), "deadline": now + timedelta(days=2)}
    paused, project = scheduled_change(), approved_change(purpose=AccountPurpose.FREIGHT)
    changes.pause_change(paused, reason="等银行回函", by=agent_of(paused), at=now)
    for not_scheduled in (project, paused):
        with pytest.raises(RuleBroken) as refusal:
            sent_campaign(not_scheduled, **times)
        assert refusal.value.code == "not_scheduled"


def test_once_the_new_account_counts_it_is_too_late() -> None:
    customer()
    project = scheduled_change()
    assert project.since is not None
    at = project.since
    with pytest.raises(RuleBroken) as refusal:
        sent_campaign(project, at=at, deadline=at + timedelta(days=3))
    assert refusal.value.code == "too_late"


def test_what_customers_were_told_of_is_not_edited_nor_put_forward() -> None:
    customer()
    now, project = timezone.now(), scheduled_change()
    sent_campaign(project)
    by = UserFactory(roles=[Role.FINANCE])
    with pytest.raises(RuleBroken) as refusal:
        changes.edit_change(project, {"reason": "另一个理由"}, by=by, at=now)
    assert refusal.value.code == "announced"
    assert project.since is not None
    with pytest.raises(RuleBroken) as earlier:
        changes.schedule_change(
            project, since=project.since - timedelta(days=1), reason="提前", by=by, at=now
        )
    assert (earlier.value.code, earlier.value.field) == ("announced", "since")
    changes.schedule_change(
        project, since=project.since + timedelta(days=1), reason="推迟一天", by=by, at=now
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("call_from", lambda now, _since: now - timedelta(minutes=1)),
        ("deadline", lambda now, _since: now + timedelta(days=1)),
        ("deadline", lambda _now, since: since),
        ("agent", lambda _now, _since: UserFactory()),
    ],
)
def test_bad_times_and_agents_are_refused_by_name(field: str, value: Callable[..., Any]) -> None:
    customer()
    now, project = timezone.now(), scheduled_change()
    with pytest.raises(BadInput) as refusal:
        sent_campaign(project, at=now, **{field: value(now, project.since)})
    assert refusal.value.field == field


@pytest.mark.parametrize(
    "words",
    [
        "如有疑问请拨打 021-5555 6666",
        "请致电４００１２３４５６７",
        "汇入 6222 0200 1234 5678",
        "见 http://yipiao-pay.com",
        "登录 yipiao-pay.cn 核对",
        "写信到 a@b.example",
    ],
)
def test_no_number_and_no_address_is_typed_into_a_notice(words: str) -> None:
    customer()
    with pytest.raises(BadInput) as refusal:
        sent_campaign(watch_zh=words)
    assert (refusal.value.code, refusal.value.field) == ("number_in_notice", "watch_zh")


def test_what_was_pressed_is_sealed() -> None:
    customer()
    campaign = sent_campaign()
    assert is_as_sent(campaign)
    campaign.content["account"] = "**** 6666"
    assert not is_as_sent(campaign)


def test_sixty_customers_cost_as_many_statements_as_three() -> None:
    agent = UserFactory()

    def statements(n: int, purpose: AccountPurpose) -> int:
        for _n in range(n):
            CustomerFactory(agent=agent)
        ContactFactory(customer=customer())
        project = scheduled_change(purpose=purpose)
        with CaptureQueriesContext(connection) as asked:
            sent_campaign(project)
        return len(asked)

    few = statements(3, AccountPurpose.COD)
    assert statements(60, AccountPurpose.FREIGHT) == few
    assert few <= 32
