"""Bad input at every door that strangers reach: refused, noted without personal data, nothing
kept of it and nothing lost of what stood beside it."""

import json
import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from apps.inquiries import gateway
from apps.inquiries.mail.parsing import read_mail
from apps.inquiries.models import InboundMessage, Inquiry
from apps.inquiries.services import mailbox
from apps.inquiries.services.mail import take_mail
from apps.notifications.models import Delivery
from tests.factories.inquiries import TOKEN, aggregator, merchant, plain_query, wechat_text
from tests.factories.notifications import PHONE, delivery
from tests.factories.tracking import waybill
from tests.inquiries.test_sms_and_voice import send, text

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("wechat", "sms"),
    pytest.mark.requirement("TRK-8"),
    pytest.mark.requirement("TRK-10"),
]
NAME, MOBILE, MAILBOX, STREET = "欧阳娜娜", "13912345678", "ouyang@shop.example", "建国路88号"
SECRETS = (NAME, MOBILE, MAILBOX, STREET)
PERSONAL = f"{NAME} {MOBILE} {MAILBOX} {STREET}"
BOMB = '<!DOCTYPE x [<!ENTITY a "{0}"><!ENTITY b "&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>'
Send = Callable[[Client], Any]


def wechat(body: str, *, token: str = TOKEN) -> Send:
    def send(client: Client) -> Any:
        where = f"/hooks/wechat?{plain_query(token=token)}"
        return client.post(where, body, content_type="text/xml")

    return send


def gateway_raw(body: bytes) -> Send:
    def send(client: Client) -> Any:
        # Signed when it is sent: a long run of tests would find it stale.
        stamp = str(int(time.time()))
        sign = gateway.sign(body, timestamp=stamp, nonce="n", secret="gateway-secret")
        head = {"X-Timestamp": stamp, "X-Nonce": "n", "X-Signature": sign}
        return client.post("/hooks/sms", body, "application/json", headers=head)

    return send


def form(path: str, **fields: str) -> Send:
    kind = "application/x-www-form-urlencoded"
    return lambda client: client.post(path, urlencode(fields), content_type=kind)


def receipts(key: str, body: bytes) -> Send:
    path = f"/notify/receipts/sms/{key}"
    return lambda client: client.post(path, body, content_type="application/json")


PARAM = json.dumps({"num": "YP1", "phone": MOBILE, "name": NAME}, ensure_ascii=False)
DOORS: dict[str, tuple[Send, str]] = {
    "WeChat: forged": (
        wechat(wechat_text(PERSONAL), token="other"),
        "bad_signature",
    ),
    "WeChat: an XML bomb": (wechat(BOMB.format(PERSONAL)), ""),
    "WeChat: an outside entity": (
        wechat(f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///{MOBILE}">]><xml>&e;</xml>'),
        "",
    ),
    "WeChat: oversized": (wechat(wechat_text(PERSONAL * 2_000)), "too_large"),
    "WeChat: broken": (wechat(f"<xml><Content>{PERSONAL}"), ""),
    "SMS: forged": (
        lambda client: send(client, text(PERSONAL, phone=MOBILE), secret="other"),
        "",
    ),
    "SMS: a replay": (
        lambda client: send(client, text(PERSONAL, phone=MOBILE), age=3_600),
        "",
    ),
    "SMS: broken": (gateway_raw(f'[{{"content": "{PERSONAL}"'.encode()), "bad_body"),
    "SMS: oversized": (gateway_raw(PERSONAL.encode() * 20_000), "too_large"),
    "SMS: no number at all": (lambda client: send(client, text(PERSONAL, phone=NAME)), ""),
    "Kuaidi100 query: forged": (
        form("/poll/query.do", customer="nobody", sign="0" * 32, param=PARAM),
        "503",
    ),
    "Kuaidi100 subscription: broken": (form("/poll", schema="json", param=PERSONAL), ""),
    "Kuaidi100 courier: forged": (form("/kuaidi100/courier", key="k", num=MOBILE, sign="s"), ""),
    "receipts: wrong address": (receipts("guessed", f'[{{"p": "{MOBILE}"}}]'.encode()), ""),
    "receipts: broken": (receipts("right", PERSONAL.encode()), ""),
    "receipts: oversized": (receipts("right", PERSONAL.encode() * 20_000), "too large"),
}


@pytest.mark.parametrize("name", DOORS)
def test_refused_noted_and_nothing_kept(
    client: Client, settings: Any, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    settings.SMS_RECEIPT_KEY = "right"
    merchant(), aggregator()
    other = delivery("sms", PHONE)
    send, code = DOORS[name]
    with caplog.at_level(logging.DEBUG, logger="apps"):
        answer = send(client)
    assert answer.status_code < 500
    assert (
        answer.status_code >= 400
        or b'"result": false' in answer.content
        or (answer.json().get("refused") == 1)
    )
    notes = [r for r in caplog.records if r.name.startswith("apps.")]
    assert notes and notes[0].levelno == logging.WARNING and "refused" in notes[0].getMessage()
    assert code in notes[0].getMessage()
    whole = caplog.text + answer.content.decode()
    for secret in SECRETS:
        assert secret not in whole, secret
    assert not InboundMessage.objects.exists() and not Inquiry.objects.exists()
    assert list(Delivery.objects.all()) == [other], "what stood beside it is as it was"


@pytest.mark.parametrize(
    "raw",
    [
        f"From: {NAME} <{MAILBOX}>\r\nContent-Type: multipart/mixed\r\n\r\n{PERSONAL}",
        f"From: {MAILBOX}\r\nContent-Transfer-Encoding: base64\r\n\r\n@@@{PERSONAL}",
        f"From: {MAILBOX}\r\nSubject: =?bad-charset?B?{MOBILE}?=\r\n\r\n{PERSONAL}",
        f"From: \x00{MAILBOX}\r\nDate: never\r\n\r\n{PERSONAL}\x00",
        "",
    ],
)
def test_broken_mail_is_noted_without_what_it_says(
    raw: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="apps"):
        take_mail(read_mail(raw.encode()), at=timezone.now())
    for secret in SECRETS:
        assert secret not in caplog.text
    assert not Inquiry.objects.exists()


def test_a_mail_that_breaks_the_reader_is_noted_by_the_kind_of_error(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Box:
        client = None

        def flag(self, *_args: Any) -> None:
            pass

    def fetch(*_args: Any) -> tuple[bytes, bool]:
        return PERSONAL.encode(), False

    def read(*_args: Any, **_more: Any) -> None:
        raise ValueError(PERSONAL)

    monkeypatch.setattr(mailbox, "_fetch", fetch)
    monkeypatch.setattr(mailbox, "read_mail", read)
    counts = mailbox.Taken()
    mailbox._take(Box(), "7", counts, timezone.now())  # type: ignore[arg-type]
    assert counts.unreadable == 1 and InboundMessage.objects.count() == 1
    assert "ValueError" in caplog.text and not [s for s in SECRETS if s in caplog.text]


def test_unknown_senders_are_answered_without_persons(client: Client) -> None:
    """A stranger's phone and a known waybill: the state, and nobody's name."""
    parcel = waybill()
    assert send(client, text(parcel.number, phone="13512345678")).json()["code"] == 0
    (pushed_mark,) = Delivery.objects.all()
    assert "王小明" not in str(pushed_mark.data) and "李小红" not in str(pushed_mark.data)
