"""The same question by all six ways, and by Kuaidi100, at the same moment: the same facts (TRK-8)."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings as installation
from django.core import mail as outbox
from django.test import Client
from django.utils import timezone, translation

from apps.accounts.queries import system_user
from apps.inquiries.kuaidi100.codes import words_of
from apps.inquiries.mail.parsing import read_mail
from apps.inquiries.queries.streams import look
from apps.inquiries.saying import sentence_of
from apps.inquiries.services.mail import take_mail
from apps.inquiries.services.replying import send_replies
from apps.inquiries.services.status_messages import push_status
from apps.notifications.models import Delivery
from apps.notifications.queries.words import render
from apps.tracking.queries.public import public_view
from tests.factories.accounts import bearer
from tests.factories.inquiries import aggregator, merchant, plain_query, query_form, wechat_text
from tests.factories.tracking import report, waybill
from tests.inquiries.test_kuaidi100 import follow
from tests.inquiries.test_mail import letter
from tests.inquiries.test_sms_and_voice import send, text

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("wechat", "sms"),
    pytest.mark.requirement("TRK-8"),
]
ROUTES = [
    ("picked_up",),
    ("picked_up", "departed", "arrived"),
    ("picked_up", "out_for_delivery", "ready_for_pickup.locker_or_station"),
    ("picked_up", "out_for_delivery", "attempt_failed.cannot_contact"),
    ("picked_up", "out_for_delivery", "delivered.proxy"),
    ("picked_up", "late.weather"),
    ("picked_up", "exception.lost"),
]


@pytest.mark.parametrize("codes", ROUTES, ids=lambda codes: codes[-1])
def test_all_ways_tell_the_same(client: Client, settings: Any, codes: tuple[str, ...]) -> None:
    settings.DEFAULT_FROM_EMAIL = "track@house.example"
    shipment = report(waybill(at=timezone.now() - timedelta(days=1)), *codes)
    shown = public_view(shipment.number)
    assert shown is not None
    with translation.override("zh-hans"):
        sentence = sentence_of(shown, timezone.now())

    page = client.get(f"/track/{shipment.number}?lang=zh-hans").content.decode()
    page = "".join(unescape(re.sub(r"<[^>]*>", "", page)).split())
    answers = {
        "web": page,
        "wechat": by_wechat(client, shipment.number),
        "sms": by_sms(client, shipment.number),
        "email": by_mail(shipment.number),
        "voice": by_voice(client, shipment.number),
        "agent": push_status(
            waybill=shipment, phone="13700000000", by=system_user("tests"), at=timezone.now()
        ),
        "stream": json.loads(look({shipment.pk: ""}, at=timezone.now())[shipment.pk].data)[
            "sentence"
        ]["zh-hans"],
    }
    for way, words in answers.items():
        assert "".join(sentence.split()) in "".join(words.split()), way
        for secret in ("王小明", "李小红", "建国路", "8001", "9002"):
            assert secret not in words.replace(shipment.number, ""), (way, secret)

    api = client.get(f"/api/v1/waybills/{shipment.number}", headers=bearer("waybills:read")).json()
    assert (api["status"], api["status_reason"]) == (shown.status, shown.reason)
    asked = client.post(
        "/poll/query.do",
        query_form(merchant(), json.dumps({"com": "yipiao", "num": shipment.number})),
        content_type="application/x-www-form-urlencoded",
    ).json()
    words_ = words_of(shown.status, shown.reason)
    assert asked["state"] == words_.state
    assert len(asked["data"]) == len(api["events"]) == len(shown.events)
    followed = follow(client, aggregator(), shipment.number)
    assert str(followed["state"]) == words_.state
    assert [r["time"] for r in followed["data"]] == [r["time"] for r in asked["data"]]


def by_wechat(client: Client, number: str) -> str:
    xml = wechat_text(f"查 {number}")
    response = client.post(f"/hooks/wechat?{plain_query()}", xml, content_type="text/xml")
    return ElementTree.fromstring(response.content).findtext("Content") or ""


def by_sms(client: Client, number: str) -> str:
    send(client, text(f"查 {number}"))
    return render(Delivery.objects.get(topic="inquiry.answer"), frozenset()).text


def by_mail(number: str) -> str:
    take_mail(read_mail(letter("查件", number).as_bytes()), at=timezone.now())
    send_replies(at=timezone.now())
    return str(outbox.outbox[-1].body)


def by_voice(client: Client, number: str) -> str:
    digits = number.removeprefix(installation.WAYBILL_PREFIX)
    answer = client.get(f"/voice/track?digits={digits}", headers=bearer("waybills:read"))
    return str(answer.json()["zh"])
