"""Each channel against a real server that speaks its protocol: what is sent, what comes of it."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import Webhook
from wechatpy import WeChatClient, parse_message

from apps.core import http
from apps.core.opaque import Id, id_shape
from apps.notifications import acs3, services, standard_webhook
from apps.notifications.channels.base import delivery_of, reference_of
from apps.notifications.enums import DeliveryState as S
from apps.notifications.models import Attempt, Delivery, ProviderState, SuppressedAddress
from tests.doubles.mail_server import MailServer
from tests.doubles.merchant import Merchant
from tests.doubles.sms_gateway import SmsGateway
from tests.doubles.wechat_platform import WeChatPlatform
from tests.factories.notifications import EMAIL, PHONE, delivery, send_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("NTF-1")]


def state(of: Delivery) -> str:
    of.refresh_from_db()
    return of.state


# --- e-mail -------------------------------------------------------------------------------------
def test_an_email_arrives_with_its_guards_against_loops(mail: MailServer) -> None:
    sent = delivery("email", EMAIL, link="https://yp.example/track/1")
    send_all("email")
    assert state(sent) == S.ACCEPTED
    (got,) = mail.accepted
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Precedence"] == "bulk"
    assert got["Message-ID"] == f"<{sent.idempotency_key.hex}@yipiao.example>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got["List-Unsubscribe"].strip().startswith("<https://yp.example/notify/stop/")
    assert mail.recipients == [EMAIL]


def test_an_address_that_mail_servers_cannot_be_given_has_failed_and_the_next_channel_goes_on(
    mail: MailServer,
) -> None:
    """Rather than nobody knowing whether it was sent: the connection is never even opened."""
    sent = delivery("email", "张三@qq.com", chain=[["phone", PHONE]])
    send_all("email")
    assert (state(sent), sent.state_reason) == (S.FAILED, "not_writable")
    assert Delivery.objects.get(previous=sent).channel == "phone"
    assert mail.recipients == []


def test_a_busy_mailbox_is_tried_again_under_the_same_message_id(mail: MailServer) -> None:
    sent = delivery("email", EMAIL)
    mail.plan("450")
    send_all("email")
    assert (state(sent), sent.state_reason, sent.attempts) == (S.QUEUED, "450", 1)
    assert sent.due_at > timezone.now()
    Delivery.objects.update(due_at=timezone.now())
    send_all("email")
    assert state(sent) == S.ACCEPTED
    assert len(mail.accepted) == 1


def test_a_mailbox_that_does_not_exist_is_stopped(mail: MailServer) -> None:
    sent, other = delivery("email", EMAIL), delivery("email", EMAIL)
    mail.plan("550")
    send_all("email")
    assert state(sent) == S.SUPPRESSED
    stopped = SuppressedAddress.objects.get()
    assert (stopped.address_index, stopped.reason) == (sent.address_index, "bounced")
    assert EMAIL not in stopped.label
    assert state(other) == S.SUPPRESSED
    assert mail.accepted == []


def test_a_lost_acknowledgement_is_unclear_and_never_sent_again(mail: MailServer) -> None:
    sent = delivery("email", EMAIL)
    mail.plan("drop")
    send_all("email")
    assert state(sent) == S.AMBIGUOUS
    Delivery.objects.update(due_at=timezone.now() - timedelta(hours=1))
    send_all("email")
    services.maintain()
    assert state(sent) == S.AMBIGUOUS
    assert len(mail.accepted) == 1


def test_no_server_at_all_is_a_later_try(mail: MailServer, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    sent = delivery("email", EMAIL)
    send_all("email")
    assert state(sent) == S.QUEUED
    assert ProviderState.objects.get(pk="email").failures_in_row == 1


# --- SMS ----------------------------------------------------------------------------------------
def test_a_reference_tells_no_count_and_finds_its_message() -> None:
    shown = reference_of(41)
    assert re.fullmatch(id_shape(Id.DELIVERY), shown)
    assert delivery_of(shown) == 41
    assert delivery_of("yp41") == 41, "sent before references were hidden"
    for strange in ("", "yp", "sms_", "\x00", "evt_0000000000000", f"yp{10**20}"):
        assert delivery_of(strange) is None


def test_the_signature_is_the_documented_one() -> None:
    """The worked example of the provider's own description of its third signature."""
    headers = acs3.sign(
        method="POST",
        host="ecs.cn-shanghai.aliyuncs.com",
        path="/",
        action="RunInstances",
        version="2014-05-26",
        parameters={
            "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
            "RegionId": "cn-shanghai",
        },
        body=b"",
        key_id="YourAccessKeyId",
        secret="YourAccessKeySecret",
        nonce="3156853299f313e23d1673dc12e1703d",
        at=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
    )
    assert headers["Authorization"].endswith(
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_an_sms_is_taken_and_its_receipt_says_that_it_arrived(sms: SmsGateway) -> None:
    sent = delivery("sms", PHONE, personal={"consignee": "李小红"})
    send_all("sms")
    assert (state(sent), sent.provider_ref) == (S.ACCEPTED, "biz000000")
    (got,) = sms.sent
    assert got["phone"] == "13800000001"
    assert json.loads(got["param"])["consignee"] == "李**"
    assert got["out_id"] == reference_of(sent.pk)
    assert services.record_sms_receipts(sms.reports()) == 1
    assert state(sent) == S.DELIVERED
    # The same receipt again, and a contradicting one: nothing changes.
    services.record_sms_receipts(sms.reports())
    services.record_sms_receipts(sms.reports(success=False))
    assert state(sent) == S.DELIVERED


@pytest.mark.parametrize("fault", ["drop", "timeout"])
def test_a_lost_answer_is_asked_about_before_anything_else(sms: SmsGateway, fault: str) -> None:
    sent = delivery("sms", PHONE)
    sms.plan(fault)
    send_all("sms")
    assert state(sent) == S.AMBIGUOUS
    Delivery.objects.update(due_at=timezone.now())
    services.ask_about_unclear(_channel("sms"))
    assert state(sent) == S.DELIVERED
    assert len(sms.sent) == 1


def test_what_the_provider_never_had_is_sent_again_once_that_is_sure(sms: SmsGateway) -> None:
    sent = delivery("sms", PHONE)
    sms.plan("refuse")
    send_all("sms")
    assert state(sent) == S.AMBIGUOUS
    Delivery.objects.update(due_at=timezone.now())
    services.ask_about_unclear(_channel("sms"))
    assert state(sent) == S.AMBIGUOUS, "it may only not have it yet"
    Delivery.objects.update(
        due_at=timezone.now(), state_since=timezone.now() - timedelta(minutes=3)
    )
    services.ask_about_unclear(_channel("sms"))
    assert (state(sent), sent.state_reason) == (S.QUEUED, "proved_not_sent")
    send_all("sms")
    assert state(sent) == S.ACCEPTED
    assert len(sms.sent) == 1


@pytest.mark.parametrize(
    ("code", "becomes"),
    [
        ("isv.MOBILE_NUMBER_ILLEGAL", S.SUPPRESSED),
        ("isv.BUSINESS_LIMIT_CONTROL", S.QUEUED),
        ("isp.SYSTEM_ERROR", S.QUEUED),
        ("Throttling.User", S.QUEUED),
        ("isv.AMOUNT_NOT_ENOUGH", S.FAILED),
    ],
)
def test_what_the_gateway_refuses(sms: SmsGateway, code: str, becomes: S) -> None:
    sms.refusals["13800000001"] = code
    sent = delivery("sms", PHONE)
    send_all("sms")
    assert (state(sent), sms.sent) == (becomes, [])


def test_a_gateway_in_between_leaves_it_unclear(sms: SmsGateway) -> None:
    sent = delivery("sms", PHONE)
    sms.plan(502)
    send_all("sms")
    assert state(sent) == S.AMBIGUOUS


# --- WeChat -------------------------------------------------------------------------------------
def test_a_template_message_is_accepted_first_and_arrives_later(wechat: WeChatPlatform) -> None:
    sent = delivery("wechat", "openid-1")
    send_all("wechat")
    assert state(sent) == S.ACCEPTED
    (got,) = wechat.sent
    assert got["client_msg_id"] == sent.idempotency_key.hex
    event = parse_message(wechat.outcome_xml(int(str(got["msgid"]))))
    assert services.record_wechat_outcome(str(event.id), event.status)
    assert state(sent) == S.DELIVERED


@pytest.mark.parametrize("status", ["failed:user block", "failed: system failed"])
def test_a_failed_outcome_goes_on_to_the_next_channel(
    wechat: WeChatPlatform, sms: SmsGateway, status: str
) -> None:
    sent = delivery("wechat", "openid-1", chain=[["sms", PHONE]])
    send_all("wechat")
    event = parse_message(wechat.outcome_xml(int(sent_id(wechat)), status))
    services.record_wechat_outcome(str(event.id), event.status)
    assert state(sent) == S.FAILED
    follower = Delivery.objects.get(previous=sent)
    assert (follower.channel, follower.cause) == ("sms", sent.cause)


def sent_id(wechat: WeChatPlatform) -> str:
    return str(wechat.sent[-1]["msgid"])


def test_a_client_library_finds_the_double_credible(wechat: WeChatPlatform) -> None:
    class Client(WeChatClient):
        API_BASE_URL = f"{wechat.url}/cgi-bin/"

    client = Client(wechat.app_id, wechat.secret)
    client.fetch_access_token = lambda: client._fetch_access_token(  # type: ignore[method-assign]
        f"{wechat.url}/cgi-bin/token",
        {"grant_type": "client_credential", "appid": wechat.app_id, "secret": wechat.secret},
    )
    client.message.send_template("openid-9", "T1", {"number": {"value": "YP1"}})
    assert wechat.sent[0]["touser"] == "openid-9"


def test_the_token_is_fetched_once_and_again_when_the_platform_forgets_it(
    wechat: WeChatPlatform,
) -> None:
    first, second = delivery("wechat", "o1"), delivery("wechat", "o2")
    send_all("wechat")
    assert wechat.tokens_given == 1
    wechat.token = "somebody fetched another"
    third = delivery("wechat", "o3")
    send_all("wechat")
    assert {state(d) for d in (first, second, third)} == {S.ACCEPTED}
    assert wechat.tokens_given == 2
    assert "token-" not in str(list(ProviderState.objects.values_list("pause_reason", "last_code")))


@pytest.mark.parametrize(
    ("code", "becomes"),
    [
        (43004, S.FAILED),
        (40003, S.SUPPRESSED),
        (45009, S.QUEUED),
        (-1, S.QUEUED),
        (40037, S.FAILED),
    ],
)
def test_what_wechat_refuses(wechat: WeChatPlatform, code: int, becomes: S) -> None:
    wechat.refusals["o1"] = code
    sent = delivery("wechat", "o1")
    send_all("wechat")
    assert (state(sent), sent.state_reason.endswith(str(code))) == (becomes, True)
    if code == 45009:
        paused = ProviderState.objects.get(pk="wechat").paused_until
        assert paused and paused > timezone.now() + timedelta(minutes=50)


def test_a_lost_answer_is_repeated_under_the_same_key(wechat: WeChatPlatform) -> None:
    sent = delivery("wechat", "o1")
    send_all("wechat")  # for the token
    again = delivery("wechat", "o2")
    wechat.plan("drop")
    send_all("wechat")
    assert state(again) == S.QUEUED
    Delivery.objects.filter(state="queued").update(due_at=timezone.now())
    send_all("wechat")
    assert (state(sent), state(again)) == (S.ACCEPTED, S.ACCEPTED)
    assert (len(wechat.sent), wechat.repeats) == (2, 1)


def test_after_ten_minutes_the_key_protects_no_longer(wechat: WeChatPlatform) -> None:
    sent = delivery("wechat", "o1")
    Delivery.objects.update(first_attempt=timezone.now() - timedelta(minutes=11), attempts=1)
    wechat.plan(None, "drop")  # the token, then the message
    send_all("wechat")
    assert state(sent) == S.AMBIGUOUS


# --- webhooks -----------------------------------------------------------------------------------
def test_our_signature_is_the_librarys() -> None:
    secret, at, body = standard_webhook.new_secret(), timezone.now(), b'{"a":1}'
    ours = standard_webhook.headers([secret], "msg_1", at, body)
    assert ours["webhook-signature"] == Webhook(secret).sign("msg_1", at, body.decode())
    assert Webhook(secret).verify(body, ours)


def test_private_addresses_are_refused_after_resolution() -> None:
    for url in (
        "https://localhost/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
    ):
        with pytest.raises(http.AddressRefused):
            http.request("POST", url)
    with pytest.raises(http.AddressRefused):
        http.request("POST", "http://example.com/")


def test_one_deadline_over_a_dripping_answer(open_network: None) -> None:
    with Merchant() as merchant:
        merchant.slow = 60.0
        merchant.plan("timeout")
        began = timezone.now()
        with pytest.raises(http.PerhapsSent, match=r".*"):
            http.request("GET", merchant.url, rules=http.Rules(timeout=0.3, check_address=False))
        assert timezone.now() - began < timedelta(seconds=30)


# --- inside -------------------------------------------------------------------------------------
def test_a_call_and_an_announcement_are_left_for_people() -> None:
    call = delivery("phone", PHONE)
    word = delivery("site", "", recipient="public", topic="waybill.late", audience="public")
    bell = delivery("in_app", "", recipient="user:1")
    send_all("phone", "site", "in_app")
    assert (state(call), state(word), state(bell)) == (S.HANDED_OVER, S.DELIVERED, S.DELIVERED)
    assert call.phone_task.state == "open"
    assert word.announcement.title_en and word.announcement.title_zh


def test_every_attempt_is_on_record_without_personal_data(sms: SmsGateway) -> None:
    sent = delivery("sms", PHONE, personal={"consignee": "李小红"})
    sms.refusals["13800000001"] = "isp.SYSTEM_ERROR"
    send_all("sms")
    lines = list(Attempt.objects.filter(delivery=sent).values("step", "effect", "code", "answer"))
    assert [line["step"] for line in lines] == ["started", "answered"]
    assert lines[1]["code"] == "isp.SYSTEM_ERROR"
    assert "13800000001" not in str(lines) and "李小红" not in str(lines)


def _channel(name: str) -> Any:
    from apps.notifications import channels

    return channels.channel(name)
