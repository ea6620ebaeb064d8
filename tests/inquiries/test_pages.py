"""Staff pages: who may open them, what they show and hide, what they cost, what they do."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.events.models import Event
from apps.inquiries.enums import BindingState, MessageState, Monitor, Outcome, Way
from apps.inquiries.models import (
    Attachment,
    InboundMessage,
    Inquiry,
    Kuaidi100Account,
    Kuaidi100Subscription,
    MailboxState,
    WeChatBinding,
)
from apps.inquiries.services import status_messages
from apps.inquiries.storage import keep_privately
from apps.notifications.models import Delivery
from tests.factories.accounts import UnitFactory, UserFactory, sign_in, superuser
from tests.factories.customers import CustomerFactory
from tests.factories.inquiries import merchant
from tests.factories.tracking import report, waybill
from tests.pressing import do, form_at, press

pytestmark = pytest.mark.django_db
LISTS = ["inquiry", "inboundmessage", "wechatbinding", "mailboxstate", "kuaidi100account"]
LISTS += ["kuaidi100subscription"]


def make(kind: str, n: int) -> Any:
    now = timezone.now()
    match kind:
        case "inquiry":
            return Inquiry.objects.create(way=Way.SMS, asker=f"{n}", outcome=Outcome.UNKNOWN)
        case "inboundmessage":
            return InboundMessage.objects.create(
                way=Way.EMAIL,
                key=f"k{n}",
                asker="a@b.cn",
                asker_label="a***@b.cn",
                text="私密内容",
                subject="标题",
                state=MessageState.FAILED,
                outcome=Outcome.ANSWERED,
            )
        case "wechatbinding":
            return WeChatBinding.objects.create(
                openid="o",
                openid_index=f"{n}",
                phone="+8613800138000",
                phone_index="x",
                phone_label="138********",
                state=BindingState.ACTIVE,
                confirmed_on=now,
            )
        case "mailboxstate":
            return MailboxState.objects.create(name=f"box{n}")
        case "kuaidi100account":
            return merchant()
        case _:
            return Kuaidi100Subscription.objects.create(
                account=merchant(),
                number=f"YP{n}",
                company="yipiao",
                callback="https://shop.example/secret-token",
                callback_host="shop.example",
            )


ACTS = {
    "inboundmessage": "settle",
    "wechatbinding": "end",
    "kuaidi100account": "reveal",
    "kuaidi100subscription": "stop",
}


@pytest.fixture
def boss(client: Client) -> Client:
    sign_in(client, superuser())
    return client


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_costs_the_same_for_one_row_and_for_three(boss: Client, kind: str) -> None:
    url = reverse(f"admin:inquiries_{kind}_changelist")
    boss.get(url)
    counts, made = [], 0
    for rows in (1, 3):
        while made < rows:
            made += 1
            make(kind, made)
        with CaptureQueriesContext(connection) as seen:
            assert boss.get(url).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_record_has_its_page(boss: Client, kind: str, language: str) -> None:
    boss.cookies["yipiao_language"] = language
    row = make(kind, 1)
    page = boss.get(reverse(f"admin:inquiries_{kind}_change", args=[row.pk]))
    assert page.status_code == 200
    assert "secret-token" not in page.content.decode()


@pytest.mark.parametrize("kind", LISTS)
def test_nobody_without_a_permission_gets_in(client: Client, kind: str) -> None:
    row = make(kind, 1)
    sign_in(client, UserFactory(roles=[Role.SETTLEMENT_CLERK]))
    for name, args in (("changelist", []), ("change", [row.pk])):
        url = reverse(f"admin:inquiries_{kind}_{name}", args=args)
        assert client.get(url).status_code == 403
        assert client.post(url).status_code == 403
    if kind in ACTS:
        assert act(client, kind, row.pk, ACTS[kind]).status_code in (403, 404)


@pytest.mark.requirement("TRK-10")
def test_messages_are_read_in_clear_only_with_the_permission(client: Client) -> None:
    from django.contrib.auth.models import Permission

    row = make("inboundmessage", 1)
    file = Attachment.objects.create(
        message=row,
        name="发票.pdf",
        content_type="text/html",
        size=3,
        sha256="0" * 64,
        path=keep_privately(b"<b>"),
    )
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_inboundmessage"))
    sign_in(client, user)
    url = reverse("admin:inquiries_inboundmessage_change", args=[row.pk])
    download = reverse("admin:inquiries_inboundmessage_attachment", args=[row.pk, file.pk])
    user_sees = client.get(url)
    if user_sees.status_code == 200:
        assert "私密内容" not in user_sees.content.decode()
    assert client.get(download).status_code == 403
    sign_in(client, superuser())
    assert "私密内容" in client.get(url).content.decode()
    got = client.get(download)
    assert got.content == b"<b>"
    assert got["Content-Type"] == "application/octet-stream"
    assert got["Content-Disposition"].startswith("attachment")
    missing = reverse("admin:inquiries_inboundmessage_attachment", args=[row.pk + 1, file.pk])
    assert client.get(missing).status_code == 404


def act(client: Client, kind: str, pk: int, act: str, /, **fields: Any) -> Any:
    url = reverse(f"admin:inquiries_{kind}_change", args=[pk])
    return do(client, url, act, fields)


def test_acts(boss: Client) -> None:
    message = make("inboundmessage", 1)
    assert act(boss, "inboundmessage", message.pk, "settle", state="waiting").status_code == 302
    message.refresh_from_db()
    assert message.state == MessageState.WAITING
    binding = make("wechatbinding", 1)
    assert act(boss, "wechatbinding", binding.pk, "end").status_code == 302
    binding.refresh_from_db()
    assert binding.state == BindingState.ENDED
    answer = act(boss, "wechatbinding", binding.pk, "end")
    assert (
        answer.status_code == 302 and Event.objects.filter(kind="wechatbinding.ended").count() == 1
    )
    subscription = make("kuaidi100subscription", 1)
    assert act(boss, "kuaidi100subscription", subscription.pk, "stop").status_code == 302
    subscription.refresh_from_db()
    assert subscription.monitor == Monitor.STOPPED
    assert act(boss, "kuaidi100subscription", subscription.pk, "resume").status_code == 302


def test_credentials_are_made_shown_once_and_renewed(boss: Client) -> None:
    customer = CustomerFactory()
    url = reverse("admin:inquiries_kuaidi100account_add")
    made = boss.post(
        url,
        {
            "kind": "merchant",
            "customer": customer.pk,
            "name": "网店",
            "expires_at_0": "",
            "expires_at_1": "",
        },
        follow=True,
    )
    account = Kuaidi100Account.objects.get()
    assert account.customer == customer
    assert account.key in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    page = reverse("admin:inquiries_kuaidi100account_change", args=[account.pk])
    assert account.key not in boss.get(page).content.decode()
    form = form_at(boss, page, "#act-reveal")
    assert account.key in press(boss, form).content.decode()
    assert press(boss, form)["Location"] == page
    assert Event.objects.filter(kind="kuaidi100account.revealed").count() == 1
    old = account.key
    renewed = act(boss, "kuaidi100account", account.pk, "renew").content.decode()
    account.refresh_from_db()
    assert account.key in renewed
    assert account.key != old
    changed = act(boss, "kuaidi100account", account.pk, "change", name="新名")
    assert changed.status_code == 302
    account.refresh_from_db()
    assert (account.name, account.is_active) == ("新名", False)
    wrong = boss.post(url, {"kind": "aggregator", "customer": customer.pk, "name": "x"})
    assert wrong.status_code == 200
    assert Kuaidi100Account.objects.count() == 1


# --- the status for a caller --------------------------------------------------------------------
def tell(client: Client, number: str, phone: str) -> Any:
    url = reverse("admin:inquiries_push_status", args=[number])
    return client.post(url, {"phone": phone}, follow=True)


@pytest.mark.requirement("TRK-8")
def test_an_agent_sends_the_status_to_the_caller(client: Client, sms: Any) -> None:
    unit = UnitFactory()
    shipment = report(waybill(customer=CustomerFactory(unit=unit)), "picked_up")
    url = reverse("admin:inquiries_push_status", args=[shipment.number])
    assert client.post(url, {"phone": "13800000001"}).status_code == 302
    sign_in(client, UserFactory(roles=[Role.AGENT], unit=unit, scope="units"))
    assert client.get(url).status_code == 405
    shown = tell(client, shipment.number, "138 0000 0001")
    assert "短信已安排发送" in shown.content.decode()
    sent = Delivery.objects.get(topic="inquiry.answer")
    assert (sent.state, sent.waybill) == ("queued", shipment)
    assert "一分钟" in tell(client, shipment.number, "13800000001").content.decode()
    assert "手机" in tell(client, shipment.number, "021-66668888").content.decode()
    assert Delivery.objects.count() == 1


def test_strangers_and_others_tell_nobody(client: Client) -> None:
    shipment = waybill()
    url = reverse("admin:inquiries_push_status", args=[shipment.number])
    sign_in(client, UserFactory(roles=[Role.AGENT], unit=UnitFactory(), scope="units"))
    assert client.post(url, {"phone": "13800000001"}).status_code == 404
    sign_in(client, UserFactory(roles=[Role.FINANCE]))
    assert client.post(url, {"phone": "13800000001"}).status_code == 403
    assert not Delivery.objects.exists()


def test_nobody_sends_without_end_and_nothing_is_claimed_without_a_channel(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SMS_URL = ""
    monkeypatch.setattr(status_messages, "MOST_AN_HOUR", 2)
    sign_in(client, superuser())
    shipment = report(waybill(), "picked_up")
    shown = tell(client, shipment.number, "13800000001").content.decode()
    assert "未发送" in shown
    tell(client, shipment.number, "13800000002")
    assert "太多" in tell(client, shipment.number, "13800000003").content.decode()
    assert Delivery.objects.filter(topic="inquiry.answer").count() == 2
