"""The official account: both modes against an independent library, redelivery, binding, attacks."""

import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import TextReply
from wechatpy.utils import check_signature

from apps.accounts.queries import system_user
from apps.core.errors import RuleBroken
from apps.core.masking import mask_phone
from apps.inquiries.enums import BindingState, Outcome
from apps.inquiries.models import InboundMessage, Inquiry, WeChatBinding
from apps.inquiries.services import binding as binding_services
from apps.inquiries.states import BINDING_MOVES, MESSAGE_MOVES, MONITOR_MOVES
from apps.inquiries.wechat.commands import Command, understand
from apps.inquiries.wechat.messages import read_message, read_xml
from apps.notifications.models import Delivery, LinkedAddress, OneTimeCode
from apps.notifications.services import codes
from tests.factories.inquiries import (
    AES_KEY,
    APP_ID,
    TOKEN,
    plain_query,
    sealed,
    wechat_event,
    wechat_text,
)
from tests.factories.tracking import CONSIGNEE_PHONE, report, waybill
from tests.waiting import LIMIT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wechat", "sms")]
URL = "/hooks/wechat"
# The platform hangs up after five seconds; benchmarks/callbacks.py says how long an answer takes.
MOST_STATEMENTS = 20


def post(client: Client, xml: str, query: str | None = None) -> Any:
    return client.post(f"{URL}?{query or plain_query()}", xml, content_type="text/xml")


def content(response: Any) -> str:
    reply = parse_message(response.content)
    return str(reply._data["Content"])


def test_the_echo_check(client: Client) -> None:
    query = plain_query()
    assert client.get(f"{URL}?{query}&echostr=4711").content == b"4711"
    assert client.get(f"{URL}?{query.replace('nonce=n1', 'nonce=n9')}&echostr=1").status_code == 403
    pairs = dict(pair.split("=") for pair in query.split("&"))
    check_signature(TOKEN, pairs["signature"], pairs["timestamp"], pairs["nonce"])


@pytest.mark.requirement("TRK-8")
def test_a_number_as_text_is_answered_in_plain_mode(client: Client) -> None:
    shipment = report(waybill(), "picked_up", "departed")
    response = post(client, wechat_text(f"查一下 {shipment.number}"))
    assert response.status_code == 200
    reply = parse_message(response.content)
    assert reply.source == "gh_house"
    assert reply.target == "o-asker"
    assert "李小红" not in content(response)
    assert shipment.number[2:6] in content(response)


def test_a_number_is_answered_in_safe_mode(client: Client, wechat: Any) -> None:
    wechat.WECHAT_AES_KEY = AES_KEY
    shipment = report(waybill(), "picked_up")
    oracle = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    inside = wechat_text(shipment.number)
    stamp = str(int(time.time()))
    body = oracle.encrypt_message(inside, "n7", stamp)
    import xmltodict
    from wechatpy.utils import to_text

    fields = xmltodict.parse(to_text(body))["xml"]
    query = f"timestamp={stamp}&nonce=n7&encrypt_type=aes&msg_signature={fields['MsgSignature']}"
    response = client.post(f"{URL}?{query}", body, content_type="text/xml")
    assert response.status_code == 200
    reply = xmltodict.parse(response.content)["xml"]
    opened = oracle.decrypt_message(
        response.content.decode(), reply["MsgSignature"], reply["TimeStamp"], reply["Nonce"]
    )
    assert shipment.number[2:6] in parse_message(opened)._data["Content"]


def test_our_seal_is_what_the_independent_library_opens(client: Client) -> None:
    query, body = sealed(TextReply(content="你好", message=None, source="a", target="b").render())
    given = dict(pair.split("=") for pair in query.split("&"))
    oracle = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    opened = oracle.decrypt_message(
        body, given["msg_signature"], given["timestamp"], given["nonce"]
    )
    assert "你好" in opened


def test_a_scan_and_a_menu_click_are_answered(client: Client) -> None:
    shipment = report(waybill(), "picked_up")
    assert shipment.number[2:6] in content(post(client, wechat_event("SCAN", shipment.number)))
    assert "bind" in content(post(client, wechat_event("CLICK", "BIND"))) or "绑定" in content(
        post(client, wechat_event("CLICK", "BIND", created=9))
    )
    assert post(client, wechat_event("VIEW", "https://x")).content == b"success"


def test_a_redelivery_is_answered_once_and_alike(client: Client) -> None:
    shipment = report(waybill(), "picked_up")
    xml = wechat_text(shipment.number, msg_id=77)
    first = content(post(client, xml))
    report(shipment, "delivered")
    assert [content(post(client, xml)) for _n in range(3)] == [first] * 3
    assert Inquiry.objects.count() == InboundMessage.objects.count() == 1
    event = wechat_event("SCAN", shipment.number, created=5)
    assert content(post(client, event)) == content(post(client, event))
    assert Inquiry.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_four_deliveries_at_once_have_one_effect() -> None:
    shipment = report(waybill(), "picked_up")
    xml, query = wechat_text(shipment.number, msg_id=78), plain_query()
    answers: list[str] = []
    start = threading.Barrier(4)

    def deliver() -> None:
        start.wait(LIMIT)
        answers.append(content(post(Client(), xml, query)))
        connections.close_all()

    threads = [threading.Thread(target=deliver) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert len(set(answers)) == 1
    assert Inquiry.objects.count() == InboundMessage.objects.count() == 1


def test_forgeries_and_replays_are_refused(client: Client, wechat: Any) -> None:
    xml = wechat_text("hello")
    assert post(client, xml, plain_query(token="other")).status_code == 403
    old = plain_query(timezone.now() - timedelta(hours=1))
    assert post(client, xml, old).status_code == 403
    wechat.WECHAT_AES_KEY = AES_KEY
    assert post(client, xml).status_code == 403, "plain is refused where a key is set"
    query, body = sealed(xml)
    assert client.post(f"{URL}?{query}x", body, content_type="text/xml").status_code == 403
    broken = body.replace("CDATA[", "CDATA[AAAA")
    assert client.post(f"{URL}?{query}", broken, content_type="text/xml").status_code == 403
    wechat.WECHAT_APP_ID = "wx-of-somebody-else"
    assert client.post(f"{URL}?{query}", body, content_type="text/xml").status_code == 403
    wechat.WECHAT_TOKEN = ""
    assert post(client, xml).status_code == 404
    assert not InboundMessage.objects.exists()


# The platform's own samples, as other people's libraries are tested with them: what is asked for.
SAMPLES = {
    "click_event": ("CLICK", Command("help")),
    "image_message": ("", Command("media", argument="media_id")),
    "link_message": ("", Command("help")),
    "location_event": ("LOCATION", Command("")),
    "location_message": ("", Command("help")),
    "scan_event": ("SCAN", Command("help")),
    "subscribe_event": ("SUBSCRIBE", Command("welcome")),
    "subscribe_event_with_last_trade_no": ("SUBSCRIBE", Command("welcome")),
    "subscribe_scan_event": ("SUBSCRIBE", Command("welcome")),
    "text_message": ("", Command("said", argument="this is a test")),
    "view_event": ("VIEW", Command("")),
}
CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "tracking"
needs_cases = pytest.mark.skipif(
    not CASES.is_dir(), reason="the folder of shared cases is not beside this clone"
)


@needs_cases
@pytest.mark.requirement("TRK-8")
@pytest.mark.parametrize("name", SAMPLES)
def test_the_platforms_samples_are_understood(client: Client, name: str) -> None:
    raw = (CASES / f"wechat_{name}.xml").read_bytes()
    message = read_message(read_xml(raw))
    event, command = SAMPLES[name]
    kind = "event" if name.endswith("event") or event else name.removesuffix("_message")
    assert (message.kind, message.event, message.to) == (kind, event, "toUser")
    assert message.openid.lower() == "fromuser" and message.created.isdecimal()
    assert message.msg_id == ("" if event else "1234567890123456")
    assert message.identity.startswith("event:" if event else "msg:1234567890123456")
    assert understand(message) == command
    # The independent library reads them alike, and each is answered.
    theirs = parse_message(raw)
    assert (theirs.source, theirs.type == "event") == (message.openid, message.kind == "event")
    answer = post(client, raw.decode())
    assert answer.status_code == 200
    assert (answer.content == b"success") == (command.verb == "")


@needs_cases
def test_every_sample_is_expected_above() -> None:
    found = {path.stem.removeprefix("wechat_") for path in CASES.glob("wechat_*.xml")}
    assert found == set(SAMPLES)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>'
    "<xml><FromUserName>o</FromUserName><Content>&lol2;</Content></xml>"
)
FILE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Content>&e;</Content></xml>'


@pytest.mark.parametrize("xml", [BOMB, FILE, "<xml>", "not xml", "<xml></xml>", "\x00", "[" * 900])
def test_bombs_and_broken_xml_are_refused(
    client: Client, xml: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert post(client, xml).status_code == 403
    assert not InboundMessage.objects.exists()
    assert "root:" not in caplog.text


def test_oversized_xml_is_refused(client: Client) -> None:
    assert post(client, wechat_text("x" * 70_000)).status_code == 413


@pytest.mark.requirement("TRK-10")
def test_binding_a_phone_opens_ones_own_shipments(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes.secrets, "randbelow", lambda _most: 123456)
    mine, others = (
        report(waybill(), "picked_up"),
        waybill(consignee_phone="13700137000", sender_phone="13600136000"),
    )
    assert "李小红" not in content(post(client, wechat_text(mine.number)))
    asked = content(post(client, wechat_text(f"绑定 {CONSIGNEE_PHONE}")))
    assert mask_phone(CONSIGNEE_PHONE) in asked
    delivery = Delivery.objects.get(topic="inquiry.code")
    assert delivery.address == f"+86{CONSIGNEE_PHONE}"
    assert "123456" not in str(delivery.data)
    assert "绑定" not in content(post(client, wechat_text("654321")))
    assert OneTimeCode.objects.get().tries == 1
    post(client, wechat_text("123456"))
    assert WeChatBinding.objects.get().state == BindingState.ACTIVE
    assert LinkedAddress.objects.filter(ended_at=None).count() == 1
    assert "李小红" in content(post(client, wechat_text(mine.number)))
    assert "李小红" not in content(post(client, wechat_text(others.number)))
    assert mine.number in content(post(client, wechat_text("我的快件")))
    post(client, wechat_text("解绑"))
    assert "李小红" not in content(post(client, wechat_text(mine.number)))
    assert not LinkedAddress.objects.filter(ended_at=None).exists()


def test_codes_cannot_be_guessed_or_used_late(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes.secrets, "randbelow", lambda _most: 123456)
    post(client, wechat_text(f"bind {CONSIGNEE_PHONE}"))
    for guess in range(codes.TRIES):
        post(client, wechat_text(f"{guess:06d}"))
    post(client, wechat_text("123456"))
    assert not WeChatBinding.objects.filter(state=BindingState.ACTIVE).exists()
    by, later = system_user("wechat"), timezone.now() + timedelta(minutes=11)
    made = binding_services.start_binding(
        openid="o-late", phone=CONSIGNEE_PHONE, language="en", by=by, at=timezone.now()
    )
    assert made.state == BindingState.PENDING
    result = binding_services.confirm_binding(openid="o-late", code="123456", by=by, at=later)
    assert result == "expired"
    assert binding_services.confirm_binding(openid="o-late", code="1", by=by, at=later) == "nothing"


def test_only_so_many_codes_are_sent(client: Client) -> None:
    for n in range(6):
        post(client, wechat_text(f"bind {CONSIGNEE_PHONE}", openid=f"o-{n}"))
    assert Delivery.objects.filter(topic="inquiry.code").count() == 5


def test_a_landline_gets_no_code(client: Client) -> None:
    post(client, wechat_text("bind 021-66668888"))
    assert not Delivery.objects.exists()


def test_what_became_of_a_template_message_is_handed_on(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.inquiries.services import wechat as service

    pushed_mark: list[tuple[str, str]] = []
    monkeypatch.setattr(service, "record_wechat_outcome", lambda i, s: pushed_mark.append((i, s)))
    more = "<MsgID>200163836</MsgID><Status><![CDATA[failed:user block]]></Status>"
    xml = wechat_event("TEMPLATESENDJOBFINISH", more=more)
    assert post(client, xml).content == b"success"
    assert post(client, xml).content == b"success"
    assert pushed_mark == [("200163836", "failed:user block")]


@pytest.mark.parametrize("table", [BINDING_MOVES, MESSAGE_MOVES, MONITOR_MOVES])
def test_every_move_is_in_its_table(table: Any) -> None:
    moves = set(table.moves())
    states = type(next(iter(moves))[0])
    for frm in states:
        for to in states:
            if (frm, to) in moves:
                table.check(frm, to)
            else:
                with pytest.raises(RuleBroken):
                    table.check(frm, to)


def test_an_answer_costs_few_statements_however_many_have_asked(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    shipment = report(waybill(), "picked_up", "sorted", "departed")
    for n in range(50):
        with django_assert_max_num_queries(MOST_STATEMENTS):
            post(client, wechat_text(shipment.number, openid=f"o-{n}", msg_id=n + 1))
    assert Inquiry.objects.filter(outcome=Outcome.ANSWERED).count() == 50
