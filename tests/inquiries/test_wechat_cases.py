"""A complaint in WeChat: one question, then everything goes into its case (CMP-1)."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.complaints import services as cases
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, EntryKind, Outcome
from apps.complaints.inputs import NewMessage
from apps.complaints.models import Case, CaseFile
from apps.complaints.queries.links import token_of
from apps.inquiries.enums import DialogueStep, MediaState
from apps.inquiries.models import WeChatDialogue, WeChatMedia
from apps.inquiries.services import wechat_cases
from apps.inquiries.services.binding import confirm_binding, start_binding
from apps.inquiries.services.wechat_media import WAITS, fetch_media
from apps.notifications.models import Delivery, TalkWindow
from tests.doubles.wechat_platform import WeChatPlatform
from tests.factories.accounts import UnitFactory
from tests.factories.complaints import any_cause, case, who
from tests.factories.inquiries import plain_query, wechat_event, wechat_text
from tests.factories.notifications import relay_all, send_all
from tests.factories.shipments import picture
from tests.factories.tracking import report, waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-1")]
OPENID = "o-asker"


@pytest.fixture(autouse=True)
def _installation(wechat: Any, settings: Any) -> None:
    UnitFactory()
    settings.SITE_URL = "https://yp.example"


@pytest.fixture
def platform(settings: Any) -> Iterator[WeChatPlatform]:
    with WeChatPlatform() as running:
        settings.WECHAT_URL = running.url
        settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET = running.app_id, running.secret
        settings.WECHAT_TIMEOUT = 0.5
        yield running


def post(client: Client, xml: str) -> str:
    answer = client.post(f"/hooks/wechat?{plain_query()}", xml, content_type="text/xml")
    assert answer.status_code == 200
    return answer.content.decode()


def say(client: Client, text: str, **more: Any) -> str:
    return post(client, wechat_text(text, **more))


def image(media_id: str, *, openid: str = OPENID, kind: str = "image") -> str:
    return (
        "<xml><ToUserName><![CDATA[gh_house]]></ToUserName>"
        f"<FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>"
        f"<PicUrl><![CDATA[http://evil.example/x.jpg]]></PicUrl>"
        f"<MediaId><![CDATA[{media_id}]]></MediaId><MsgId>{time.monotonic_ns()}</MsgId></xml>"
    )


def bind(phone: str = "+8613812345678", openid: str = OPENID) -> None:
    start_binding(
        openid=openid, phone=phone, language="zh-hans", by=system_user("tests"), at=timezone.now()
    )
    code = Delivery.objects.latest("pk").personal
    digits = "".join(c for c in code if c.isdigit())[:6]
    done = confirm_binding(openid=openid, code=digits, by=system_user("tests"), at=timezone.now())
    assert done == "confirmed"


def words(of: Case) -> list[str]:
    return [e.text for e in of.entries.filter(kind=EntryKind.MESSAGE_IN)]


def test_the_menu_asks_once_and_the_answer_is_a_case(client: Client) -> None:
    shipment = report(waybill(), "picked_up")
    assert "说明情况" in post(client, wechat_event("CLICK", "COMPLAIN"))
    assert not Case.objects.exists()
    message = say(client, f"{shipment.number} 箱子破了，杯子碎了")
    made = Case.objects.get()
    assert (made.case_class, made.channel) == (CaseClass.DAMAGE, CaseChannel.WECHAT)
    assert made.waybill == shipment and made.contact_wechat == OPENID
    assert made.number in message and f"https://yp.example/case/{token_of(made)}" in message
    assert "绑定手机号" in message and "撤诉" in message


@pytest.mark.parametrize(
    "text",
    ["投诉 快递员态度恶劣", "我要投诉：快递员骂人", "投诉快递员态度恶劣", "complaint: rude driver"],
)
def test_the_word_with_something_to_it_is_a_case_at_once(client: Client, text: str) -> None:
    say(client, text)
    assert Case.objects.get().case_class == CaseClass.COMPLAINT


def test_bad_words_without_the_word_are_asked_about(client: Client) -> None:
    assert "回复“是”" in say(client, "你们的包装破损太严重了")
    assert not Case.objects.exists()
    say(client, "是")
    assert words(Case.objects.get()) == ["你们的包装破损太严重了"]


def test_no_is_no_and_an_old_question_is_no_question(client: Client) -> None:
    say(client, "包装破损太严重了")
    assert "没有登记" in say(client, "取消")
    say(client, "投诉")
    WeChatDialogue.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert "发送运单号" in say(client, "今天天气不错")
    assert not Case.objects.exists()


def test_what_follows_goes_into_the_case_and_commands_stay_commands(client: Client) -> None:
    number = report(waybill(), "picked_up").number
    say(client, "投诉 箱子破了")
    made = Case.objects.get()
    assert made.number in say(client, "还有一只碗也碎了")
    assert "已记入" not in say(client, number), "a number alone is a question"
    assert "没有绑定" in say(client, "解绑")
    say(client, "好的")
    assert words(made) == ["箱子破了", "还有一只碗也碎了", "好的"]


def test_the_same_message_brought_again_is_one(client: Client) -> None:
    for _n in range(3):
        say(client, "投诉 箱子破了", msg_id=77)
    for _n in range(3):
        say(client, "补充", msg_id=78)
    assert words(Case.objects.get()) == ["箱子破了", "补充"]


def test_a_bound_account_is_also_reached_by_phone_and_writes_in_the_case_of_its_phone(
    client: Client,
) -> None:
    called = case(contact_phone="13812345678")
    bind()
    say(client, "请问处理得怎样了")
    assert words(called) == ["请问处理得怎样了"]
    assert "绑定手机号" not in say(client, "投诉 又破了一个")
    assert Case.objects.latest("pk").contact_phone == "+8613812345678"


def test_somebody_elses_account_writes_in_no_case(client: Client) -> None:
    say(client, "投诉 箱子破了")
    say(client, "我来说两句", openid="o-other")
    assert words(Case.objects.get()) == ["箱子破了"]


def test_a_closed_case_takes_words_for_a_week(client: Client) -> None:
    say(client, "投诉 箱子破了")
    made = Case.objects.get()
    cases.take_case(case_id=made.pk, **who())
    cases.solve_case(
        case_id=made.pk, solution="赔付", outcome=Outcome.COMPENSATED, cause=any_cause(), **who()
    )
    cases.confirm_result(case_id=made.pk, score=5, comment="", **who())
    cases.close_case(case_id=made.pk, **who())
    say(client, "钱还没到")
    assert words(made)[-1] == "钱还没到"
    Case.objects.filter(pk=made.pk).update(closed_at=timezone.now() - timedelta(days=8))
    assert "发送运单号" in say(client, "你好")


@pytest.mark.requirement("CMP-7")
def test_it_can_be_taken_back(client: Client) -> None:
    assert "没有可以撤回" in say(client, "撤诉")
    say(client, "投诉 箱子破了")
    assert "已撤回" in say(client, "撤诉")
    assert Case.objects.get().state == CaseState.CANCELLED


def test_pictures_are_fetched_into_the_case(client: Client, platform: WeChatPlatform) -> None:
    platform.receives("m1", picture().getvalue())
    platform.receives("m2", picture().getvalue())
    say(client, "投诉")
    assert "照片已收到" in post(client, image("m1"))
    say(client, "箱子破了")
    post(client, image("m2"))
    assert fetch_media(at=timezone.now()) == 2
    made = Case.objects.get()
    assert CaseFile.objects.filter(entry__case=made).count() == 2
    assert made.awaits_answer
    assert fetch_media(at=timezone.now()) == 0
    # Only from the platform itself: the address in the message is anybody's.
    assert {r.path for r in platform.requests} == {"/cgi-bin/stable_token", "/cgi-bin/media/get"}


def test_a_picture_out_of_nowhere_is_no_complaint(client: Client) -> None:
    assert "发送运单号" in post(client, image("m1"))
    assert not WeChatMedia.objects.exists()
    say(client, "投诉 箱子破了")
    assert "请用文字" in post(client, image("v1", kind="voice"))


@pytest.mark.parametrize(
    ("content", "days", "why"),
    [
        (b"x", 4, "40007"),
        (b"<html><script>alert(1)</script></html>", 0, "no_picture"),
        (b"\xff\xd8\xff" + b"x" * 300_000, 0, "too_large"),
        (b"\xff\xd8\xff broken", 0, "file_broken"),
    ],
)
def test_what_cannot_be_fetched_is_told_to_whoever_works_on_it(
    client: Client, platform: WeChatPlatform, settings: Any, content: bytes, days: int, why: str
) -> None:
    settings.UPLOAD_MAX_BYTES = 200_000
    platform.receives("m1", content, days_ago=days)
    say(client, "投诉 箱子破了")
    post(client, image("m1"))
    assert fetch_media(at=timezone.now()) == 0
    row = WeChatMedia.objects.get()
    assert (row.state, row.reason) == (MediaState.FAILED, why)
    assert why in Case.objects.get().entries.get(kind=EntryKind.NOTE).text


def test_a_platform_in_trouble_is_asked_again_and_in_the_end_given_up(
    client: Client, platform: WeChatPlatform
) -> None:
    platform.receives("m1", picture().getvalue())
    say(client, "投诉 箱子破了")
    post(client, image("m1"))
    platform.plan(None, "drop")
    now = timezone.now()
    assert fetch_media(at=now) == 0
    row = WeChatMedia.objects.get()
    assert row.state == MediaState.WAITING and row.due_at == now + WAITS[0]
    WeChatMedia.objects.update(due_at=now)
    assert fetch_media(at=now) == 1
    post(client, image("m2"))
    platform.fault = lambda _request: 503
    for _n in range(len(WAITS) + 1):
        WeChatMedia.objects.filter(state=MediaState.WAITING).update(due_at=now)
        fetch_media(at=now)
    assert WeChatMedia.objects.get(media_id="m2").state == MediaState.FAILED


def test_the_answer_comes_back_into_the_conversation(
    client: Client, platform: WeChatPlatform
) -> None:
    say(client, "投诉 箱子破了")
    platform.hears(OPENID)
    assert TalkWindow.objects.count() == 1
    made = Case.objects.get()
    message = NewMessage(EntryKind.MESSAGE_OUT, "已安排赔付", CaseChannel.WECHAT)
    cases.add_message(case_id=made.pk, message=message, **who())
    relay_all()
    send_all("wechat_talk")
    ((user, text),) = platform.talked
    assert user == OPENID and "已安排赔付" in text


def test_floods_stop(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wechat_cases, "MOST_CASES", 2)
    monkeypatch.setattr(wechat_cases, "MOST_WORDS", 2)
    answers = [say(client, f"投诉 第{n}件") for n in range(3)]
    assert Case.objects.count() == 2 and "致电" in answers[-1]
    answers = [say(client, f"补充{n}") for n in range(3)]
    assert "致电" in answers[-1]


def test_a_step_ends(client: Client) -> None:
    say(client, "投诉")
    row = WeChatDialogue.objects.get()
    assert row.step == DialogueStep.WHAT and row.expires_at is not None
    assert row.expires_at <= timezone.now() + timedelta(minutes=31)
