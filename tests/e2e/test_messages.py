"""Telling and being asked, in a real browser and over the real protocols.

A merchant's journey from its order to a replay of the webhooks; a consignee's from the public page
to the unsubscribe link; an agent who answers a caller and sends it by SMS.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation
from playwright.sync_api import APIResponse, Browser, BrowserContext, Page, expect

from apps.customers.models import Customer
from apps.desk.demo.people import Cast
from apps.inquiries.saying import sentence_of
from apps.notifications.models import Attempt, Delivery, Subscription
from apps.orders.models import WorkOrder
from apps.orders.services import confirm_order
from apps.tracking.models import Waybill
from apps.tracking.queries.public import public_view
from tests.doubles.merchant import Merchant
from tests.doubles.sms_gateway import SmsGateway
from tests.e2e.desk import PATIENCE
from tests.e2e.test_order_to_signature import signed_in
from tests.factories.notifications import delivery, relay_all, send_all
from tests.factories.tracking import report, waybill
from tests.orders.test_api import BODY

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.slow,
]
MOBILE = "13800001234"


@pytest.fixture
def sms(settings: Any, live_server: Any) -> Iterator[SmsGateway]:
    with SmsGateway() as gateway:
        settings.SITE_URL = live_server.url
        settings.SMS_URL = gateway.url
        settings.SMS_ACCESS_KEY, settings.SMS_ACCESS_SECRET = gateway.key, gateway.secret
        settings.SMS_SIGN_NAME = "一票速递"
        settings.SMS_RECEIPT_KEY = "receipts-of-the-tests"
        yield gateway


@pytest.fixture
def shop(settings: Any) -> Iterator[Merchant]:
    settings.WEBHOOK_ALLOW_HTTP = True
    settings.WEBHOOK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with Merchant() as merchant:
        yield merchant


@pytest.fixture
def phone_of(browser: Browser, live_server: Any) -> BrowserContext:
    context = browser.new_context(
        base_url=live_server.url, locale="zh-CN", viewport={"width": 390, "height": 844}
    )
    context.set_default_timeout(PATIENCE)
    return context


def tell_everybody() -> None:
    """What the relay and the sending process do; and whatever the hour, nobody is asleep."""
    relay_all()
    Delivery.objects.filter(state__in=["queued", "held"]).update(
        due_at=timezone.now(), quiet_from=None, quiet_until=None
    )
    send_all("in_app", "sms", "webhook")


# --- (a) the merchant ---------------------------------------------------------------------------
class Api:
    """The merchant's own program: its key, real HTTP."""

    def __init__(self, context: BrowserContext, key: str) -> None:
        self._request = context.request
        self._headers = {"Authorization": f"Bearer {key}"}

    def get(self, path: str) -> Any:
        return self._read(self._request.get(f"/api/v1/{path}", headers=self._headers))

    def post(self, path: str, body: Any, key: str) -> Any:
        headers = {**self._headers, "Idempotency-Key": key}
        return self._read(self._request.post(f"/api/v1/{path}", data=body, headers=headers))

    def _read(self, answer: APIResponse) -> Any:
        assert answer.ok, answer.text()
        return answer.json()


def statuses(shop: Merchant) -> list[str]:
    return [
        event["data"]["status"]
        for event in shop.heard.values()
        if event["type"] == "waybill.status_changed"
    ]


@pytest.mark.requirement("NTF-4")
@pytest.mark.requirement("NTF-2")
def test_a_merchants_whole_journey(
    browser: Browser, live_server: Any, phone_of: BrowserContext, cast: Cast, shop: Merchant
) -> None:
    api = Api(phone_of, cast.api_key)
    endpoint = api.post("webhook-endpoints", {"url": f"{shop.url}/hooks"}, "endpoint-1")
    shop.secrets = [endpoint["secret"]]
    api.post("orders", {**BODY, "customer_reference": "SHOP-1"}, "order-1")
    order = WorkOrder.objects.get()
    confirm_order(order_id=order.pk, by=cast["wangfang"], at=timezone.now())
    parcel = Waybill.objects.get()
    tell_everybody()
    (confirmed,) = shop.heard.values()
    assert confirmed["type"] == "workorder.confirmed"
    assert confirmed["data"]["waybills"] == [parcel.number]
    for scan in ("picked_up", "departed", "out_for_delivery", "delivered"):
        if scan == "departed":
            shop.plan(503)  # the shop is down for a moment; the message comes again
        report(parcel, scan)
        tell_everybody()
        tell_everybody()
    assert sorted(statuses(shop)) == sorted(
        ["picked_up", "in_transit", "out_for_delivery", "delivered"]
    )
    assert shop.forged == 0 and len(shop.calls) == len(set(shop.calls)) == 5

    # The shop lost its database: the log is replayed under the same ids.
    logged = api.get("webhook-events")["results"]
    assert {entry["id"] for entry in logged} == set(shop.heard)
    before, shop.heard = dict(shop.heard), {}
    since = (timezone.now() - timedelta(hours=1)).isoformat()
    replayed = api.post(
        "webhook-events/replay", {"endpoint": endpoint["id"], "since": since}, "replay-1"
    )
    assert replayed["queued"] == len(before)
    tell_everybody()
    assert shop.heard == before

    every_attempt_is_shown(browser, live_server.url, parcel)


def every_attempt_is_shown(browser: Browser, url: str, parcel: Waybill) -> None:
    retried = Delivery.objects.get(channel="webhook", attempts=2)
    lines = Attempt.objects.filter(delivery=retried).count()
    assert lines == 4  # begun, 503, begun, 204
    admin = signed_in(browser, url, "linzhuren")
    admin.goto(f"/admin/notifications/delivery/?q={parcel.number}")
    expect(admin.locator("#result_list tbody tr")).not_to_have_count(0)
    admin.goto(f"/admin/notifications/delivery/{retried.pk}/change/")
    for answer in ("http_503", "http_204"):
        expect(admin.get_by_text(answer).first).to_be_visible()
    admin.context.close()


# --- (b) the consignee --------------------------------------------------------------------------
@pytest.mark.requirement("TRK-9")
@pytest.mark.requirement("NTF-2")
def test_a_consignee_follows_and_stops(
    phone_of: BrowserContext, live_server: Any, sms: SmsGateway
) -> None:
    parcel = waybill(at=timezone.now() - timedelta(days=1))
    page = phone_of.new_page()
    follow_by_sms(page, parcel, sms)
    for scan in ("picked_up", "out_for_delivery", "ready_for_pickup"):
        report(parcel, scan)
        tell_everybody()
    mine = [one for one in sms.sent if one["phone"] == MOBILE]
    assert len(mine) == 4  # the code, and one per real change
    assert parcel.number in mine[-1]["param"]
    receipts = phone_of.request.post(
        "/notify/receipts/sms/receipts-of-the-tests", data=sms.reports()
    )
    assert receipts.json()["code"] == 0
    answers = Delivery.objects.filter(audience="subscriber")
    assert {one.state for one in answers} == {"delivered"} and answers.count() == 3

    # The message leads back to the shipment, and its other link ends it all.
    page.goto(json.loads(mine[-1]["param"])["link"])
    expect(page.locator("#state")).to_be_visible()
    report(parcel, "delivered")
    tell_everybody()
    last = [one for one in sms.sent if one["phone"] == MOBILE][-1]
    page.goto(json.loads(last["param"])["stop"])
    assert Subscription.objects.get().state == "active"  # looking changes nothing
    page.get_by_role("button", name="停止接收").click()
    expect(page.get_by_role("status").first).to_contain_text("138********")
    assert Subscription.objects.get().state == "ended"
    assert MOBILE not in page.content()


def follow_by_sms(page: Page, parcel: Waybill, sms: SmsGateway) -> None:
    page.goto(f"/track/{parcel.number}")
    page.get_by_role("link", name="订阅这票快件").click()
    page.get_by_role("textbox").fill("010-66668888")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_be_visible()  # no SMS reaches a landline
    page.get_by_role("textbox").fill("138 0000 1234")
    page.get_by_role("button").click()
    expect(page.locator("#id_code")).to_be_visible()
    tell_everybody()
    code = str(json.loads(sms.sent[-1]["param"])["code"])
    page.locator("#id_code").fill("000000" if code != "000000" else "111111")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("#id_code").fill(code)
    page.get_by_role("button").click()
    expect(page.get_by_role("status").first).to_contain_text("138********")


# --- (c) the caller -----------------------------------------------------------------------------
@pytest.mark.requirement("TRK-8")
def test_a_caller_is_answered_and_gets_it_by_sms(
    browser: Browser, live_server: Any, cast: Cast, sms: SmsGateway
) -> None:
    """The sixth way: while the caller speaks, the same facts as everywhere (the other five are
    compared in tests/inquiries/test_six_ways.py)."""
    shop = Customer.objects.get(code="YUNSHANG")
    parcel = report(
        waybill(customer=shop, consignee_phone="+8613900005678", at=timezone.now()),
        "picked_up",
        "out_for_delivery",
    )
    shown = public_view(parcel.number)
    assert shown is not None
    with translation.override("zh-hans"):
        sentence = sentence_of(shown, timezone.now())
    agent = signed_in(browser, live_server.url, "wangfang")
    agent.keyboard.press("/")
    agent.keyboard.type("139 0000 5678")
    agent.keyboard.press("Enter")
    expect(agent.locator(".ship-number")).to_contain_text(parcel.number)
    agent.fill("#push-phone", "021-66668888")
    agent.click("#push-status button")
    expect(agent.get_by_text("短信需要手机号").first).to_be_visible()
    assert not Delivery.objects.filter(topic="inquiry.answer").exists()
    agent.fill("#push-phone", MOBILE)
    agent.click("#push-status button")
    # The sentence stands on the page as well: only this says that the answer is there.
    expect(agent.get_by_text("短信已安排发送").first).to_be_visible()
    expect(agent.get_by_text(sentence).first).to_be_visible()
    tell_everybody()
    (sent,) = [one for one in sms.sent if one["phone"] == MOBILE]
    assert json.loads(sent["param"])["sentence"] == sentence
    # A second press within the minute sends nothing more.
    agent.fill("#push-phone", MOBILE)
    agent.click("#push-status button")
    expect(agent.get_by_text("一分钟").first).to_be_visible()
    assert Delivery.objects.filter(topic="inquiry.answer").count() == 1
    agent.context.close()


@pytest.mark.requirement("NTF-1")
def test_the_bell_rings_on_an_open_page(browser: Browser, live_server: Any, cast: Cast) -> None:
    agent = signed_in(browser, live_server.url, "wangfang")
    agent.goto("/admin/orders/workorder/")
    bell = agent.locator("#msg-bell .msg-bell-count")
    expect(agent.locator("#msg-bell")).to_be_visible()
    expect(bell).to_be_hidden()
    delivery("in_app", "", recipient=f"user:{cast['wangfang'].pk}", topic="staff.order_assigned")
    send_all("in_app")
    expect(bell).to_have_text("1")
