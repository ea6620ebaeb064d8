"""One message per real change, in the right words, and none for what is old news (TRK-9)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.notifications.models import Delivery
from apps.notifications.queries.words import render
from apps.tracking.models import Waybill
from apps.tracking.services import ingest
from apps.tracking.services.late import find_late
from tests.doubles.sms_gateway import SmsGateway
from tests.factories.customers import ready_customer
from tests.factories.notifications import relay_all, subscription
from tests.factories.tracking import event, waybill

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("TRK-9"),
    pytest.mark.requirement("NTF-2"),
]
FOLLOWER = "+8613712345678"


@pytest.fixture(autouse=True)
def sms(settings: Any) -> Iterator[SmsGateway]:
    with SmsGateway() as gateway:
        settings.SMS_URL, settings.SITE_URL = gateway.url, "https://yp.example"
        settings.SMS_ACCESS_KEY, settings.SMS_ACCESS_SECRET = gateway.key, gateway.secret
        yield gateway


def scan(parcel: Waybill, code: str, hours_ago: float, source: str = "tests") -> None:
    ingest(
        [event(parcel, code, hours_ago=hours_ago)],
        source=source,
        by=system_user("tests"),
        at=timezone.now(),
    )
    relay_all()


def pushes_to(parcel: Waybill) -> list[str]:
    rows = Delivery.objects.filter(waybill=parcel, audience="subscriber").order_by("id")
    return [row.topic.removeprefix("waybill.") for row in rows]


def words(parcel: Waybill, topic: str, language: str = "zh-hans") -> str:
    row = Delivery.objects.get(waybill=parcel, audience="subscriber", topic=f"waybill.{topic}")
    return render(row, frozenset(), language).text


CHANGES = [
    ("picked_up", "picked_up", "已揽收", "was picked up"),
    ("exception.damaged", "exception", "异常", "something went wrong"),
    ("out_for_delivery", "out_for_delivery", "正在派送", "out for delivery"),
    ("attempt_failed.cannot_contact", "attempt_failed", "派送未成功", "could not deliver"),
    ("ready_for_pickup.locker_or_station", "ready_for_pickup", "请及时取件", "is waiting at"),
    ("delivered", "delivered", "签收", "was delivered"),
]


def test_a_whole_journey_is_told_change_by_change() -> None:
    parcel = waybill()
    subscription(parcel, "sms", FOLLOWER)
    for n, (code, _topic, _zh, _en) in enumerate(CHANGES):
        hours = float(len(CHANGES) - n)
        scan(parcel, code, hours)
        scan(parcel, code, hours)  # the same scan again
        scan(parcel, code, hours - 0.01, source="another door")  # and told by somebody else
        assert pushes_to(parcel) == [topic for _code, topic, _z, _e in CHANGES[: n + 1]], code
    for _code, topic, chinese, english in CHANGES:
        assert chinese in words(parcel, topic) and parcel.number in words(parcel, topic)
        assert english in words(parcel, topic, "en")


def test_what_happened_earlier_and_is_heard_of_late_is_not_told() -> None:
    parcel = waybill()
    subscription(parcel, "sms", FOLLOWER)
    scan(parcel, "picked_up", 5)
    scan(parcel, "out_for_delivery", 2)
    before = pushes_to(parcel)
    for late in ("departed", "arrived", "exception.damaged", "attempt_failed.cannot_contact"):
        scan(parcel, late, 4)
    assert pushes_to(parcel) == before == ["picked_up", "out_for_delivery"]


def test_after_the_end_nothing_more_is_told() -> None:
    parcel = waybill()
    subscription(parcel, "sms", FOLLOWER)
    scan(parcel, "delivered", 1)
    scan(parcel, "out_for_delivery", 3)
    scan(parcel, "picked_up", 9)
    assert pushes_to(parcel) == ["delivered"]


def test_a_batch_that_brings_the_whole_journey_at_once_tells_where_it_stands() -> None:
    parcel = waybill()
    subscription(parcel, "sms", FOLLOWER)
    codes = ["picked_up", "departed", "out_for_delivery", "delivered"]
    rows = [event(parcel, code, hours_ago=len(codes) - n) for n, code in enumerate(codes)]
    ingest(rows[::-1], source="file", by=system_user("tests"), at=timezone.now())
    relay_all()
    assert pushes_to(parcel) == ["delivered"]


def test_a_shipment_found_late_is_told_with_an_apology_and_a_new_time() -> None:
    """Nobody reports it: the sweep finds that the promise has passed (TRK-7)."""
    parcel = waybill(promised_at=timezone.now() - timedelta(hours=1))
    subscription(parcel, "sms", FOLLOWER)
    scan(parcel, "picked_up", 20)
    for _again in range(2):
        find_late(by=system_user("tests"))
        relay_all()
    assert pushes_to(parcel) == ["picked_up", "late"]
    assert "非常抱歉" in words(parcel, "late") and "新的预计送达时间" in words(parcel, "late")
    assert "apologise" in words(parcel, "late", "en")


@pytest.mark.requirement("TRK-7")
def test_a_stuck_shipment_is_told_to_both_ends_once() -> None:
    """No scan for thirteen hours after picking up: customer and consignee hear of it first."""
    customer = ready_customer()
    parcel = waybill(
        customer=customer,
        promised_at=timezone.now() + timedelta(days=2),
        consignee_phone="+8613900005678",
    )
    scan(parcel, "picked_up", 20)
    for _again in range(2):
        find_late(by=system_user("tests"))
        relay_all()
    rows = Delivery.objects.filter(waybill=parcel, topic="waybill.late")
    assert sorted(row.audience for row in rows) == ["consignee", "customer_contacts"]
    for row in rows:
        assert "新的预计送达时间" in render(row, frozenset(), "zh-hans").text


@pytest.mark.requirement("TRK-7")
def test_a_damaged_shipment_is_told_to_both_ends_with_a_new_time() -> None:
    parcel = waybill(customer=ready_customer(), consignee_phone="+8613900005678")
    scan(parcel, "picked_up", 20)
    scan(parcel, "exception.damaged", 1)
    rows = Delivery.objects.filter(waybill=parcel, topic="waybill.exception")
    assert {row.audience for row in rows} >= {"consignee", "customer_contacts"}
    text = render(rows.get(audience="consignee"), frozenset(), "zh-hans").text
    assert "新的预计送达时间" in text and "破损" in text
