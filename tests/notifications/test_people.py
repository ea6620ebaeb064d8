"""Following a shipment, stopping messages, reading a digest: services and public pages."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.http import int_to_base36
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.queries import system_user
from apps.core.errors import BadInput, RuleBroken
from apps.notifications import services
from apps.notifications.enums import DeliveryState as S
from apps.notifications.mail import may_be_answered
from apps.notifications.models import Delivery, Preference, Subscription, SuppressedAddress
from apps.notifications.queries.desk import current_announcements
from apps.notifications.services.subscriptions import Asked
from apps.notifications.stop_links import (
    _SALT_OF_BEFORE,
    MESSAGES,
    _signature,
    delivery_named_by,
    stop_key,
)
from tests.doubles.sms_gateway import SmsGateway
from tests.factories.notifications import PHONE, delivery, relay_all, send_all
from tests.factories.tracking import report, waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("TRK-9")]


def ask(
    shipment: Any, address: str = "138 0000 0001", channel: str = "sms", client: str = "192.0.2.1"
) -> Asked:
    return services.request_subscription(
        waybill=shipment,
        address=address,
        channel=channel,
        client=client,
        language="zh-hans",
        at=timezone.now(),
    )


def sent_code(sms: SmsGateway) -> str:
    send_all("sms")
    return str(json.loads(sms.sent[-1]["param"])["code"])


def test_a_consignees_journey(client: Client, sms: SmsGateway) -> None:
    """Follow by SMS, confirm the code, hear each change, stop by the one link."""
    shipment = waybill()
    follow = f"/notify/follow/{shipment.number}"
    assert client.get(follow).status_code == 200
    asked = client.post(follow, {"channel": "sms", "address": "13800000001"})
    assert asked.status_code == 302
    page = client.get(asked["location"])
    assert "138********" in page.content.decode() and "13800000001" not in page.content.decode()
    code = sent_code(sms)
    done = client.post(asked["location"], {"code": code})
    assert done.status_code == 302
    assert "138********" in client.get(done["location"]).content.decode()
    assert Subscription.objects.get().state == "active"
    for scan in ("picked_up", "out_for_delivery", "ready_for_pickup", "delivered"):
        report(shipment, scan)
        relay_all()
    # Whatever the hour of this test, nobody is asleep in it.
    Delivery.objects.update(due_at=timezone.now(), quiet_from=None, quiet_until=None)
    send_all("sms")
    answers = Delivery.objects.filter(audience="subscriber").order_by("id")
    assert [d.topic for d in answers] == [
        f"waybill.{t}" for t in ("picked_up", "out_for_delivery", "ready_for_pickup", "delivered")
    ]
    token = stop_key(answers.latest("id").pk)
    looked = client.get(f"/notify/stop/{token}")
    assert looked.status_code == 200 and Subscription.objects.get().state == "active"
    assert client.post(f"/notify/stop/{token}").status_code == 200
    assert Subscription.objects.get().state == "ended"


def test_a_wrong_code_is_counted_and_soon_worthless(sms: SmsGateway) -> None:
    asked = ask(waybill())
    code = sent_code(sms)
    wrong = "000000" if code != "000000" else "111111"
    for _n in range(5):
        with pytest.raises(RuleBroken) as refused:
            services.confirm_subscription(asked, code=wrong, at=timezone.now())
        assert refused.value.code == "wrong_code"
    with pytest.raises(RuleBroken) as refused:
        services.confirm_subscription(asked, code=code, at=timezone.now())
    assert refused.value.code == "too_many_tries"


def test_a_code_ends_after_ten_minutes(sms: SmsGateway) -> None:
    asked = ask(waybill())
    code = sent_code(sms)
    with pytest.raises(RuleBroken) as refused:
        late = timezone.now() + timedelta(minutes=11)
        services.confirm_subscription(asked, code=code, at=late)
    assert refused.value.code == "code_expired"


def test_codes_are_limited_per_address(sms: SmsGateway) -> None:
    ask(waybill())
    with pytest.raises(RuleBroken) as refused:
        ask(waybill())
    assert refused.value.code == "too_many_codes"


@pytest.mark.parametrize(
    ("address", "channel"),
    [("010-12345678", "sms"), ("nobody", "email"), ("abc", "sms"), ("1@2", "email"), ("x", "fax")],
)
def test_an_address_that_cannot_be_written_to(address: str, channel: str) -> None:
    with pytest.raises(BadInput):
        ask(waybill(), address, channel)


def test_our_own_mailbox_is_never_written_to(settings: Any) -> None:
    settings.OWN_MAILBOXES = ["query@yipiao.example"]
    with pytest.raises(BadInput):
        ask(waybill(), "Query@Yipiao.example", "email")


def test_the_code_is_kept_nowhere_in_clear(sms: SmsGateway) -> None:
    ask(waybill())
    code = sent_code(sms)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(d)::text FROM notifications_delivery d")
        rows = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT row_to_json(s)::text FROM notifications_subscription s")
        rows += " ".join(row[0] for row in cursor.fetchall())
    assert not re.search(rf"(?<!\d){code}(?!\d)", rows)
    assert "13800000001" not in rows


@pytest.mark.requirement("NTF-3")
def test_one_link_stops_what_nobody_subscribed_to(client: Client, sms: SmsGateway) -> None:
    answers = delivery("sms", PHONE)
    token = stop_key(answers.pk)
    # RFC 8058: the mail program's own POST, without a page and without a cookie.
    stopped = Client(enforce_csrf_checks=True).post(
        f"/notify/stop/{token}", {"List-Unsubscribe": "One-Click"}
    )
    assert stopped.status_code == 200
    assert Preference.objects.get().opted_out
    send_all("sms")
    answers.refresh_from_db()
    assert answers.state == S.SUPPRESSED
    assert client.get("/notify/stop/forged").status_code == 404


def test_public_pages_know_only_real_numbers(client: Client) -> None:
    assert client.get("/notify/follow/YP00000000000").status_code == 404
    assert client.get("/notify/follow/nonsense").status_code == 404
    assert client.get("/notify/digest/forged").status_code == 404


def test_a_digest_page_names_every_shipment(client: Client, sms: SmsGateway) -> None:
    for n in range(12):
        delivery(
            "sms",
            PHONE,
            recipient="contact:1",
            digest_key="g",
            data={"number": f"YP{n:011d}", "to": "delivered"},
        )
    services.gather()
    digest = Delivery.objects.get(topic="digest")
    page = client.get(digest.link.removeprefix("https://yp.example"))
    assert all(f"YP{n:011d}" in page.content.decode() for n in range(12))
    assert page["Referrer-Policy"] == "same-origin"


def test_receipts_come_in_by_a_secret_address(
    client: Client, sms: SmsGateway, settings: Any
) -> None:
    settings.SMS_RECEIPT_KEY = "s3cret"
    sent = delivery("sms", PHONE)
    send_all("sms")

    def push(key: str, body: bytes) -> int:
        return client.post(
            f"/notify/receipts/sms/{key}", body, content_type="application/json"
        ).status_code

    good = json.dumps(sms.reports()).encode()
    assert push("wrong", good) == 404
    assert push("s3cret", b"{not json") == 400
    assert push("s3cret", b'{"a": 1}') == 400
    assert push("s3cret", b"[" + b" " * 600_000 + b"]") == 413
    sent.refresh_from_db()
    assert sent.state == S.ACCEPTED
    assert push("s3cret", good) == 200
    sent.refresh_from_db()
    assert sent.state == S.DELIVERED
    settings.SMS_RECEIPT_KEY = ""
    assert push("", good) == 404


def test_one_odd_receipt_holds_up_no_other(client: Client, sms: SmsGateway, settings: Any) -> None:
    settings.SMS_RECEIPT_KEY = "s3cret"
    rows = [delivery("sms", f"+861380000000{n}") for n in range(4)]
    send_all("sms")
    reports = sorted(sms.reports(success=False), key=lambda report: report["phone_number"])
    reports[0]["err_code"] = "DB:\x000103"
    reports[1]["err_code"] = "\ud800"
    reports[2] |= {"biz_id": "\ud800\x00", "out_id": "\x00"}
    body = json.dumps(reports).encode()
    where = "/notify/receipts/sms/s3cret"
    assert client.post(where, body, content_type="application/json").status_code == 200
    for row in rows:
        row.refresh_from_db()
    assert [row.state for row in rows] == [S.FAILED, S.FAILED, S.ACCEPTED, S.FAILED]
    deep = b"[" * 100_000
    assert client.post(where, deep, content_type="application/json").status_code == 400


@pytest.mark.requirement("NTF-3")
def test_stopped_addresses_can_be_lifted(sms: SmsGateway) -> None:
    by, at = system_user("tests"), timezone.now()
    stopped = services.stop_address(channel="sms", address=PHONE, reason="blocked", by=by, at=at)  # type: ignore[arg-type]
    assert (
        services.stop_address(channel="sms", address=PHONE, reason="blocked", by=by, at=at)
        == stopped
    )  # type: ignore[arg-type]
    answers = delivery("sms", PHONE)
    send_all("sms")
    answers.refresh_from_db()
    assert answers.state == S.SUPPRESSED
    services.lift_address(stopped_id=stopped.pk, by=by, at=at)
    services.resend_delivery(delivery_id=answers.pk, reason="客户要求", by=by, at=at)
    send_all("sms")
    assert len(sms.sent) == 1
    assert SuppressedAddress.objects.filter(lifted_at__isnull=True).count() == 0


def test_announcements_show_in_their_time_and_language() -> None:
    by, at = system_user("tests"), timezone.now()
    words = {
        "title_zh": "春节通知",
        "body_zh": "照常营业",
        "title_en": "Spring Festival",
        "body_en": "Open",
    }
    made = services.publish_announcement({**words, "starts_at": at, "ends_at": None}, by=by, at=at)
    services.publish_announcement({**words, "starts_at": at + timedelta(days=1)}, by=by, at=at)
    assert [a["title"] for a in current_announcements(at, "en")] == ["Spring Festival"]
    assert [a["title"] for a in current_announcements(at, "zh-hans")] == ["春节通知"]
    services.withdraw_announcement(announcement_id=made.pk, by=by, at=at)
    assert current_announcements(at, "en") == []


@pytest.mark.parametrize(
    ("headers", "sender", "answered"),
    [
        ({"From": "a@b.cn"}, "a@b.cn", True),
        ({"Auto-Submitted": "no"}, "a@b.cn", True),
        ({"auto-submitted": "auto-replied"}, "a@b.cn", False),
        ({"Precedence": "bulk"}, "a@b.cn", False),
        ({"List-Id": "<x>"}, "a@b.cn", False),
        ({"X-Yipiao-Loop": "yipiao"}, "a@b.cn", False),
        ({}, "", False),
        ({}, "MAILER-DAEMON@b.cn", False),
        ({"Content-Type": "multipart/report; x"}, "a@b.cn", False),
        ({}, "service@yipiao.example", False),
    ],
)
def test_machines_are_not_answered(
    settings: Any, headers: dict[str, str], sender: str, answered: bool
) -> None:
    settings.DEFAULT_FROM_EMAIL = "Yipiao <service@yipiao.example>"
    assert may_be_answered(headers, sender) is answered


@given(st.integers(1, MESSAGES - 1), st.text(max_size=40))
def test_a_stop_key_names_its_message_and_nothing_else_does(pk: int, other: str) -> None:
    key = stop_key(pk)
    assert delivery_named_by(key) == pk
    assert len(key) <= 26
    assert not key.startswith(f"{int_to_base36(pk)}-")
    # Keys that were sent before name the message itself.
    old = int_to_base36(pk)
    assert delivery_named_by(f"{old}-{_signature(old, _SALT_OF_BEFORE)}") == pk
    for forged in (other, key[:-1], key + "A", f"{other}-{key.partition('-')[2]}", key.upper()):
        if forged != key:
            assert delivery_named_by(forged) is None, forged
