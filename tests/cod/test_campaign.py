"""The notice of an account change: once, to everybody concerned, frozen as it was pressed (COD-3)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.cod.enums import ChangeScope, ProjectState, RecipientState
from apps.cod.models import Campaign, CampaignRecipient, ChangeCustomer
from apps.cod.queries.campaigns import is_as_sent
from apps.cod.rules.notice_codes import read_code
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.notifications.models import Announcement, Delivery, WebhookEvent
from apps.sla.models import Matter
from tests.factories.accounts import UserFactory
from tests.factories.banking import bank_account
from tests.factories.campaigns import (
    WATCH_ZH,
    agent_of,
    code,
    customer,
    scheduled_change,
    sent_campaign,
    told,
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
    assert read_code(payload["code"]) == code(told(campaign, ours))
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
    row = told(campaign, one)
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
    row = told(campaign, lonely)
    assert (row.state, row.agent) == (RecipientState.TO_CALL, lonely.agent)
    assert Event.objects.filter(kind="account_notice.handed_over", subject_id=str(row.pk)).exists()


def test_whose_agent_has_left_is_the_account_change_agents() -> None:
    one = customer()
    one.agent.is_active = False
    one.agent.save()
    project = scheduled_change()
    assert told(sent_campaign(project), one).agent == agent_of(project)


def test_only_those_listed_are_told_and_a_sub_account_is_their_own() -> None:
    listed, other = customer(), customer()
    project = scheduled_change(scope=ChangeScope.LISTED)
    sub = bank_account(parent=project.new_account)
    ChangeCustomer.objects.create(project=project, customer=listed, account=sub)
    campaign = sent_campaign(project)
    assert [row.customer for row in campaign.recipients.all()] == [listed]
    assert told(campaign, listed).account == sub and other != listed


def test_a_campaign_without_anyone_is_refused() -> None:
    project = scheduled_change(scope=ChangeScope.LISTED)
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


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"state": ProjectState.APPROVED, "since": None, "accept_until": None}, "not_scheduled"),
        ({"paused": True}, "not_scheduled"),
        ({"started": True}, "too_late"),
    ],
)
def test_customers_are_told_of_a_scheduled_change_before_it_starts(
    changes: dict[str, Any], code: str
) -> None:
    customer()
    now, project = timezone.now(), scheduled_change()
    at = now
    if changes.pop("paused", False):
        project.paused_at, project.paused_by, project.pause_reason = now, UserFactory(), "等银行"
    if changes.pop("started", False):
        at = now + timedelta(days=15)
    for name, value in changes.items():
        setattr(project, name, value)
    project.save()
    with pytest.raises(RuleBroken) as refusal:
        sent_campaign(
            project, call_from=at + timedelta(days=1), deadline=at + timedelta(days=2), at=at
        ) if project.since else _send_without_start(project)
    assert refusal.value.code == code


def _send_without_start(project: Any) -> None:
    from apps.cod.services.campaigns import send_campaign

    now = timezone.now()
    send_campaign(
        project=project,
        agent=agent_of(project),
        watch_zh="",
        watch_en="",
        call_from=now,
        deadline=now,
        by=agent_of(project),
        at=now,
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


def test_a_thousand_customers_cost_as_many_statements_as_three(
    django_assert_num_queries: Any,
) -> None:
    def statements(n: int) -> int:
        project = scheduled_change(scope=ChangeScope.LISTED)
        made = [CustomerFactory(agent=agent_of(project)) for _n in range(n)]
        for one in made[:2]:
            ContactFactory(customer=one)
        ChangeCustomer.objects.bulk_create(
            [ChangeCustomer(project=project, customer=one) for one in made]
        )
        with CaptureQueriesContext(
            connection,
        ) as asked:
            sent_campaign(project)
        return len(asked)

    few = statements(3)
    assert statements(60) == few
    assert few <= 32
