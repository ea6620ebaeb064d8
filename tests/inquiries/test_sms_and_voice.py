"""Text messages in, one line out, once; and what a phone system reads out."""

import json
import time
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.inquiries import gateway
from apps.inquiries.enums import MessageState, Way
from apps.inquiries.models import InboundMessage, Inquiry
from apps.inquiries.services import counting
from apps.inquiries.services.counting import LIMITS
from apps.inquiries.services.purging import purge
from apps.inquiries.services.status_messages import push_status
from apps.notifications.enums import DeliveryState
from apps.notifications.models import Delivery
from apps.notifications.queries.words import render
from apps.tracking.numbers import compose, new_key
from tests.factories.accounts import bearer
from tests.factories.tracking import report, waybill

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sms")]
PHONE = "13800138123"


def send(
    client: Client, *rows: dict[str, Any], secret: str = "gateway-secret", age: int = 0
) -> Any:
    body = json.dumps(list(rows)).encode()
    stamp = str(int(time.time()) - age)
    return client.post(
        "/hooks/sms",
        body,
        content_type="application/json",
        headers={
            "X-Timestamp": stamp,
            "X-Nonce": "n",
            "X-Signature": gateway.sign(body, timestamp=stamp, nonce="n", secret=secret),
        },
    )


def text(content: str, *, phone: str = PHONE, id: int = 1) -> dict[str, Any]:
    return {
        "phone_number": phone,
        "content": content,
        "send_time": "2026-11-22 10:00:00",
        "sequence_id": id,
        "dest_code": "1069",
    }


def text_of(delivery: Delivery) -> str:
    return render(delivery, frozenset()).text


@pytest.mark.requirement("TRK-8")
def test_a_number_by_sms_is_answered_with_one_line(client: Client) -> None:
    shipment = report(waybill(), "picked_up", "departed")
    response = send(client, text(f"查 {shipment.number}"))
    assert response.json() == {"code": 0, "msg": "OK", "refused": 0}
    delivery = Delivery.objects.get()
    assert (delivery.address, delivery.channel, delivery.urgent) == (f"+86{PHONE}", "sms", True)
    assert delivery.state == DeliveryState.QUEUED
    assert shipment.number in text_of(delivery)
    assert "运输中" in text_of(delivery)
    assert "\n" not in text_of(delivery)
    assert "李小红" not in text_of(delivery)
    kept = InboundMessage.objects.get()
    assert kept.asker_label == "138********"
    assert (kept.state, kept.number) == (MessageState.ANSWERED, shipment.number)


def test_a_repeated_message_is_answered_once(client: Client) -> None:
    shipment = report(waybill(), "picked_up")
    for _n in range(3):
        assert send(client, text(shipment.number)).status_code == 200
    assert Delivery.objects.count() == Inquiry.objects.count() == 1
    send(client, text(shipment.number, id=2))
    assert Delivery.objects.count() == 2


def test_the_askers_language_is_answered(client: Client) -> None:
    shipment = report(waybill(), "picked_up")
    send(client, text(f"where is {shipment.number}"))
    send(client, text(shipment.number, phone="00447911123456", id=2))
    for delivery in Delivery.objects.all():
        assert delivery.language == "en"
        assert "Picked up" in text_of(delivery)


def test_forged_and_replayed_messages_are_refused(client: Client) -> None:
    row = text(waybill().number)
    assert send(client, row, secret="other").status_code == 403
    assert send(client, row, age=3600).status_code == 403
    response = client.post("/hooks/sms", "[]", content_type="application/json")
    assert response.status_code == 403
    assert client.get("/hooks/sms").status_code == 405
    assert not InboundMessage.objects.exists()


def test_without_a_secret_nothing_is_signed(client: Client, settings: Any) -> None:
    settings.INQUIRY_SMS_SECRET = ""
    assert send(client, text("x"), secret="").status_code == 403


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"x"', b"[]", b"\xff\xfe", b"[" * 5000])
def test_broken_bodies_are_refused(client: Client, body: bytes) -> None:
    stamp = str(int(time.time()))
    signature = gateway.sign(body, timestamp=stamp, nonce="", secret="gateway-secret")
    headers = {"X-Timestamp": stamp, "X-Signature": signature}
    response = client.post("/hooks/sms", body, content_type="application/json", headers=headers)
    assert response.status_code == 400
    assert client.post("/hooks/sms", b"x" * 300_000, content_type="a/b").status_code == 413


def test_one_bad_message_holds_up_no_other(client: Client) -> None:
    shipment = report(waybill(), "picked_up")
    rows = [text("x", phone="nobody"), text("x", id=0) | {"sequence_id": ""}, text(shipment.number)]
    assert send(client, *rows).json()["refused"] == 2
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("name", ["content", "sequence_id", "phone_number"])
@pytest.mark.parametrize("sign", ["\ud800", "\x00"])
def test_what_cannot_be_kept_holds_up_no_other(client: Client, name: str, sign: str) -> None:
    shipment = report(waybill(), "picked_up")
    odd = text(shipment.number, id=7)
    odd[name] = f"{odd[name]}{sign}"
    answer = send(client, odd, text(shipment.number, phone="13900139000", id=8))
    assert answer.status_code == 200
    refused = answer.json()["refused"]
    assert refused == (name == "phone_number")
    assert Delivery.objects.count() == 2 - refused


def test_what_names_no_number_is_left_to_people(client: Client) -> None:
    send(client, text("谢谢"))
    assert InboundMessage.objects.get().state == MessageState.IGNORED
    assert not Delivery.objects.exists()


def test_too_many_are_told_so_once(client: Client) -> None:
    shipment = report(waybill(), "picked_up")
    most = LIMITS[Way.SMS].asked
    for n in range(most + 4):
        send(client, text(shipment.number, id=n + 1))
    assert Delivery.objects.count() == most + 1


def test_messages_are_forgotten_in_time(client: Client) -> None:
    send(client, text(waybill().number))
    assert purge(at=timezone.now()) == 0
    assert purge(at=timezone.now() + timedelta(days=8)) > 0
    assert not InboundMessage.objects.exists()


@pytest.mark.requirement("TRK-8")
def test_an_agent_sends_the_state_to_the_caller() -> None:
    shipment, by, at = report(waybill(), "picked_up"), system_user("tests"), timezone.now()
    sentence = push_status(waybill=shipment, phone=PHONE, by=by, at=at)
    assert "揽收" in sentence
    assert sentence in text_of(Delivery.objects.get())
    pushed_mark = Event.objects.get(kind="waybill.status_told")
    assert pushed_mark.data == {"phone": "138********"}
    with pytest.raises(RuleBroken) as refused:
        push_status(waybill=shipment, phone=PHONE, by=by, at=at)
    assert refused.value.code == "told_already"
    with pytest.raises(BadInput):
        push_status(waybill=shipment, phone="021-66668888", by=by, at=at)


@pytest.mark.requirement("TRK-8")
def test_the_voice_menu_says_the_state_in_both_languages(client: Client) -> None:
    shipment, head = report(waybill(), "picked_up"), bearer("waybills:read")
    digits = shipment.number.removeprefix("YP")
    answer = client.get(f"/voice/track?digits={digits}&caller=13900000000", headers=head).json()
    assert answer["found"] is True
    assert "Picked up" in answer["en"]
    assert "揽收" in answer["zh"]
    assert " ".join(digits) in answer["zh"]
    form = "application/x-www-form-urlencoded"
    posted = client.post(
        "/voice/track", f"digits={shipment.number}", content_type=form, headers=head
    )
    assert posted.json() == answer
    xml = client.get(f"/voice/track?digits={digits}&as=xml", headers=head)
    spoken = [e.text for e in ElementTree.fromstring(xml.content)]
    assert spoken == [answer["zh"], answer["en"]]
    text_ = client.get(f"/voice/track?digits={digits}&as=text", headers=head).content.decode()
    assert text_.splitlines() == spoken


@pytest.mark.requirement("TRK-10")
def test_a_phone_system_that_makes_up_callers_is_counted_itself(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    few = counting.Limit(timedelta(minutes=10), 20_000, 5)
    monkeypatch.setattr(counting, "_MACHINE", few)
    head, key, real = bearer("waybills:read"), new_key(), waybill().number

    def ask(number: str, caller: str, head: dict[str, str] = head) -> str:
        where = f"/voice/track?digits={number}&caller={caller}"
        return str(client.get(where, headers=head).json()["outcome"])

    outcomes = [ask(compose(settings.WAYBILL_PREFIX, n, key), f"1390000{n:04d}") for n in range(6)]
    assert outcomes == ["unknown"] * 5 + ["limited"]
    assert ask(real, "13911112222") == ask(real, "") == "limited"
    assert ask(real, "13911112222", bearer("waybills:read")) == "answered"


@pytest.mark.requirement("TRK-10")
def test_one_caller_is_limited_as_a_person_and_the_others_are_not(
    client: Client, settings: Any
) -> None:
    head, key, real = bearer("waybills:read"), new_key(), waybill().number

    def ask(number: str, caller: str) -> str:
        where = f"/voice/track?digits={number}&caller={caller}"
        return str(client.get(where, headers=head).json()["outcome"])

    for n in range(LIMITS[Way.PHONE].missed):
        assert ask(compose(settings.WAYBILL_PREFIX, n, key), "1390000") == "unknown"
    assert (ask(real, "1390000"), ask(real, "1390001")) == ("limited", "answered")


@pytest.mark.parametrize("query", ["digits=%60%07", "digits=1%00", "digits=1&caller=%1B2"])
def test_the_voice_menu_says_which_parameter_holds_what_it_cannot_keep(
    client: Client, query: str
) -> None:
    answer = client.get(f"/voice/track?{query}", headers=bearer("waybills:read"))
    assert answer.status_code == 400, answer.content


def test_the_voice_menu_is_shut_to_strangers(client: Client) -> None:
    assert client.get("/voice/track?digits=1").status_code == 401
    other = bearer("orders:read")
    assert client.get("/voice/track?digits=1", headers=other).status_code == 403
    head = bearer("waybills:read")
    wrong = client.get("/voice/track?digits=12", headers=head).json()
    assert wrong["found"] is False
    assert wrong["zh"]


def test_the_commands_explain_themselves() -> None:
    from django.core.management.base import CommandError

    with pytest.raises(CommandError, match="INQUIRY_IMAP_HOST"):
        call_command("read_mailbox")
