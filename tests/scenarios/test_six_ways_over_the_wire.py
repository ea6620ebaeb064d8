"""A parcel waits at a locker, and six people ask for it at the same moment: on the web page, by the
API with its live updates, by WeChat, by SMS, by e-mail and by telephone. Each asks over the wire, as
phones, platforms, gateways and mail servers do, and each is told the same (TRK-8).
"""

import asyncio
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.request import Request, urlopen
from xml.etree import ElementTree

import pytest
from django.conf import settings as installation
from django.utils import timezone, translation

from apps.accounts.queries import system_user
from apps.inquiries import gateway
from apps.inquiries.saying import sentence_of
from apps.inquiries.services.mailbox import read_mailbox
from apps.inquiries.services.replying import send_replies
from apps.inquiries.services.status_messages import push_status
from apps.inquiries.streams.app import StreamApp
from apps.inquiries.streams.hub import Hub
from apps.tracking.queries.public import public_view
from tests.doubles.mail_server import MailServer
from tests.doubles.sms_gateway import SmsGateway
from tests.factories.accounts import api_key
from tests.factories.inquiries import APP_ID, TOKEN, plain_query, wechat_text
from tests.factories.notifications import send_all
from tests.factories.tracking import report, waybill
from tests.inquiries.servers import DOVECOT, PASSWORD, USER, dovecot
from tests.inquiries.test_mail import letter
from tests.inquiries.test_streams import Server, address, listen
from tests.inquiries.test_streams import bearer as stream_bearer
from tests.waiting import LIMIT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.requirement("TRK-8"),
    pytest.mark.skipif(
        DOVECOT is None, reason="needs an IMAP server: install Debian's dovecot-imapd to run this"
    ),
]
SECRET = "gateway-secret"
ASKER, CALLER = "13700000001", "13700000002"
PERSONAL = ("王小明", "李小红", "建国路", "8001", "9002")


@dataclass
class Wire:
    """The house from outside: its address, and what its gateway and mail server were given."""

    url: str
    key: str
    sms: SmsGateway
    mail: MailServer

    def ask(self, path: str, body: bytes | None = None, **head: str) -> str:
        head = {name.replace("_", "-"): text for name, text in head.items()}
        with urlopen(Request(f"{self.url}{path}", body, head), timeout=LIMIT) as answer:
            return str(answer.read().decode())


@pytest.fixture
def wire(settings: Any, live_server: Any) -> Iterator[Wire]:
    settings.STORAGES = {
        **installation.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.WECHAT_TOKEN, settings.WECHAT_APP_ID, settings.WECHAT_AES_KEY = TOKEN, APP_ID, ""
    settings.INQUIRY_SMS_SECRET = SECRET
    settings.INQUIRY_IMAP_USER, settings.INQUIRY_IMAP_PASSWORD = USER, PASSWORD
    settings.INQUIRY_IMAP_HOST, settings.INQUIRY_IMAP_TLS = "127.0.0.1", False
    settings.DEFAULT_FROM_EMAIL = "Yipiao <track@house.example>"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "127.0.0.1", False
    with SmsGateway() as sms, MailServer() as mail:
        settings.EMAIL_PORT = mail.port
        settings.SMS_URL, settings.SMS_SIGN_NAME = sms.url, "一票速递"
        settings.SMS_ACCESS_KEY, settings.SMS_ACCESS_SECRET = sms.key, sms.secret
        yield Wire(live_server.url, api_key("waybills:read")[1], sms, mail)


def test_six_people_ask_and_are_told_the_same(wire: Wire, settings: Any) -> None:
    parcel = report(
        waybill(at=timezone.now() - timedelta(days=1)),
        "picked_up",
        "out_for_delivery",
        "ready_for_pickup.locker_or_station",
    )
    shown = public_view(parcel.number)
    assert shown is not None
    with translation.override("zh-hans"):
        sentence = sentence_of(shown, timezone.now())
    answers = {
        "web": by_web(wire, parcel.number),
        "wechat": by_wechat(wire, parcel.number),
        "sms": by_sms(wire, parcel.number),
        "e-mail": by_mail(wire, settings, parcel.number),
        "voice menu": by_voice(wire, parcel.number),
        "caller": by_agent(wire, parcel),
        "live": by_stream(wire, parcel.number),
    }
    for way, words in answers.items():
        assert "".join(sentence.split()) in "".join(words.split()), way
        for secret in PERSONAL:
            assert secret not in words.replace(parcel.number, ""), (way, secret)
    api = json.loads(wire.ask(f"/api/v1/waybills/{parcel.number}", **authorised(wire)))
    assert (api["status"], api["status_reason"]) == (shown.status, shown.reason)
    assert len(api["events"]) == len(shown.events)
    assert wire.sms.signature_errors == 0


def authorised(wire: Wire) -> dict[str, str]:
    return {"Authorization": f"Bearer {wire.key}"}


def by_web(wire: Wire, number: str) -> str:
    page = wire.ask(f"/track/{number}?lang=zh-hans", Accept_Language="zh-CN")
    return unescape(re.sub(r"<[^>]*>", "", page))


def by_wechat(wire: Wire, number: str) -> str:
    body = wechat_text(f"查 {number}").encode()
    answer = wire.ask(f"/hooks/wechat?{plain_query()}", body, Content_Type="text/xml")
    return ElementTree.fromstring(answer).findtext("Content") or ""


def by_sms(wire: Wire, number: str) -> str:
    row = {
        "phone_number": ASKER,
        "content": f"查 {number}",
        "send_time": "2026-11-22 10:00:00",
        "sequence_id": 1,
        "dest_code": "1069",
    }
    body = json.dumps([row]).encode()
    stamp = str(int(time.time()))
    signature = gateway.sign(body, timestamp=stamp, nonce="n", secret=SECRET)
    head = {"X_Timestamp": stamp, "X_Nonce": "n", "X_Signature": signature}
    answer = json.loads(wire.ask("/hooks/sms", body, Content_Type="application/json", **head))
    assert (answer["code"], answer["refused"]) == (0, 0)
    return sent_to(wire, ASKER)


def sent_to(wire: Wire, phone: str) -> str:
    send_all("sms")
    (message,) = [one for one in wire.sms.sent if one["phone"].endswith(phone)]
    return str(json.loads(message["param"])["sentence"])


def by_mail(wire: Wire, settings: Any, number: str) -> str:
    with dovecot() as mailbox:
        settings.INQUIRY_IMAP_PORT = mailbox.port
        question = letter("查件", f"请问 {number} 到哪了？", message_id="<q@shop.example>")
        mailbox.put(question.as_bytes(), "1.m")
        assert read_mailbox(at=timezone.now()).taken == 1
    assert send_replies(at=timezone.now()) == 1
    (answer,) = wire.mail.accepted
    assert answer["In-Reply-To"] == "<q@shop.example>"
    part = next(one for one in answer.walk() if one.get_content_type() == "text/plain")
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode()


def by_voice(wire: Wire, number: str) -> str:
    digits = number.removeprefix(installation.WAYBILL_PREFIX)
    return str(json.loads(wire.ask(f"/voice/track?digits={digits}", **authorised(wire)))["zh"])


def by_agent(wire: Wire, parcel: Any) -> str:
    """While the caller speaks, the agent has it sent to their phone."""
    push_status(waybill=parcel, phone=CALLER, by=system_user("tests"), at=timezone.now())
    return sent_to(wire, CALLER)


def by_stream(wire: Wire, number: str) -> str:
    server = Server(StreamApp(Hub(look_every=0.1), heartbeat=0.3)).start()
    try:
        heard = asyncio.run(listen(server.port, address(number), head=stream_bearer(wire.key)))
    finally:
        server.stop()
    status, events, _raw = heard
    assert status == 200
    return str(json.loads(events[0]["data"])["sentence"]["zh-hans"])
