"""WeCom, DingTalk and Feishu against doubles that check signature, time, limits and what must not come twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import BadInput
from apps.events.models import Event
from apps.notifications import channels, services
from apps.notifications.channels import dingtalk as dingtalk_channel
from apps.notifications.channels import platforms as common
from apps.notifications.enums import DeliveryState as S
from apps.notifications.models import Delivery, GroupRobot, SendStamp
from apps.notifications.services.claiming import claim
from tests.doubles.dingtalk_platform import DingTalkPlatform
from tests.doubles.feishu_platform import FeishuPlatform
from tests.doubles.wecom_platform import WeComPlatform
from tests.factories import platforms as f
from tests.factories.accounts import UserFactory
from tests.factories.notifications import delivery, send_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("NTF-1")]
WORDS = {"topic": "staff.robot_test", "audience": "group"}


def state(of: Delivery) -> tuple[str, str]:
    of.refresh_from_db()
    return of.state, of.state_reason


def to_group(robot: GroupRobot, **fields: Any) -> Delivery:
    return delivery(
        robot.channel, robot.recipient, recipient=robot.recipient, label=robot.name,
        data={"number": robot.name, "detail": "林静"}, **{**WORDS, **fields},
    )  # fmt: skip


def to_person(platform: str, account: str, user: User, **fields: Any) -> Delivery:
    return delivery(
        platform, account, recipient=f"user:{user.pk}", audience="named",
        data={"number": "甲", "detail": "林静"}, **{"topic": "staff.robot_test", **fields},
    )  # fmt: skip


def due_again() -> None:
    Delivery.objects.filter(state="queued").update(due_at=timezone.now())


# --- groups -------------------------------------------------------------------------------------
def test_a_robot_of_wecom_posts_a_card_that_leads_to_the_page(wecom: WeComPlatform) -> None:
    robot = f.robot("wecom", wecom.robot())
    sent = to_group(robot, link="/admin/desk/open/complaints.case/7")
    send_all("wecom_group")
    assert state(sent) == (S.ACCEPTED, "0")
    (got,) = wecom.robots["key-of-the-robot-1"]
    card = got["template_card"]
    assert robot.name in card["main_title"]["title"]
    assert card["card_action"]["url"] == "https://yp.example/admin/desk/open/complaints.case/7"
    assert [one["title"] for one in card["jump_list"]] == ["打开页面"]
    robot.refresh_from_db()
    assert robot.last_success is not None and robot.last_code == ""


def test_a_robot_of_dingtalk_signs_and_writes_no_markdown_of_others(
    dingtalk: DingTalkPlatform,
) -> None:
    robot = f.robot(
        "dingtalk", dingtalk.robot(), secret="SEC-of-the-robot", name="[点我](http://x)"
    )
    sent = to_group(robot)
    send_all("dingtalk_group")
    assert state(sent) == (S.ACCEPTED, "0")
    (got,) = dingtalk.groups["token-of-the-robot"]
    assert "［点我］" in got["actionCard"]["text"] and "[点我]" not in got["actionCard"]["text"]


def test_a_robot_of_feishu_signs(feishu: FeishuPlatform) -> None:
    robot = f.robot("feishu", feishu.robot(), secret="secret-of-the-robot")
    sent = to_group(robot)
    send_all("feishu_group")
    assert state(sent) == (S.ACCEPTED, "0")
    (got,) = feishu.groups["hook-of-the-robot"]
    assert got["card"]["header"]["title"]["content"].startswith("测试消息")


def test_a_wrong_secret_is_refused_and_said_on_the_robots_page(
    dingtalk: DingTalkPlatform, feishu: FeishuPlatform
) -> None:
    """Nothing is lost: the message stands there as failed, and goes again once the secret is right."""
    robots = (
        f.robot("dingtalk", dingtalk.robot(), secret="SEC-wrong-secret"),
        f.robot("feishu", feishu.robot(), secret="wrong-secret"),
    )
    for robot, code in zip(robots, ("310000", "19021"), strict=True):
        sent = to_group(robot)
        send_all(robot.channel)
        assert state(sent) == (S.FAILED, code)
        robot.refresh_from_db()
        assert robot.last_code == code and robot.last_failure is not None
        by = UserFactory()
        right = dingtalk.robot() if robot.platform == "dingtalk" else feishu.robot()
        secret = "SEC-of-the-robot" if robot.platform == "dingtalk" else "secret-of-the-robot"
        services.renew_robot(
            robot_id=robot.pk, address=right, secret=secret, by=by, at=timezone.now()
        )
        services.resend_delivery(delivery_id=sent.pk, reason="密钥改好了", by=by, at=timezone.now())
        send_all(robot.channel)
        assert state(sent)[0] == S.ACCEPTED


def test_a_signature_of_an_hour_ago_is_none(
    dingtalk: DingTalkPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    robot = f.robot("dingtalk", dingtalk.robot(), secret="SEC-of-the-robot")
    sent = to_group(robot)

    class Clock:
        @staticmethod
        def time() -> float:
            return timezone.now().timestamp() - 3700

    monkeypatch.setattr(dingtalk_channel, "time", Clock)
    send_all("dingtalk_group")
    assert state(sent) == (S.FAILED, "310000")


def test_an_unknown_group_and_one_that_is_switched_off(wecom: WeComPlatform) -> None:
    gone = f.robot("wecom", f"{wecom.url}/cgi-bin/webhook/send?key=nobody-knows-it")
    off = f.robot("wecom", wecom.robot())
    services.switch_robot(robot_id=off.pk, on=False, by=UserFactory(), at=timezone.now())
    lost, silent = to_group(gone), to_group(off)
    send_all("wecom_group")
    assert state(lost) == (S.FAILED, "93000")
    assert state(silent) == (S.FAILED, "robot_off")
    assert wecom.robots["key-of-the-robot-1"] == []


@pytest.mark.parametrize(
    "garbage", [b"<html>502</html>", b"[]", b'{"errcode": null}', b'{"errcode":']
)
def test_garbage_for_an_answer_leaves_it_open_and_a_group_gets_it_again(
    wecom: WeComPlatform, garbage: bytes
) -> None:
    robot = f.robot("wecom", wecom.robot())
    sent = to_group(robot)
    wecom.garbage = garbage
    send_all("wecom_group")
    assert state(sent) == (S.QUEUED, "http_200")
    assert sent.history.filter(effect="ambiguous").exists()
    wecom.garbage = b""
    due_again()
    send_all("wecom_group")
    assert state(sent)[0] == S.ACCEPTED


def test_an_answer_that_is_lost_for_long_goes_to_a_person(
    wecom: WeComPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(common, "REPEATED_FOR", timedelta(0))
    robot = f.robot("wecom", wecom.robot())
    sent = to_group(robot)
    wecom.plan("drop")
    send_all("wecom_group")
    assert state(sent)[0] == S.AMBIGUOUS
    assert len(wecom.robots["key-of-the-robot-1"]) == 1


def test_what_is_over_the_limit_waits_and_nothing_is_lost(
    wecom: WeComPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty a minute by WeCom's own count; the rest stays in order and goes when the minute is over."""
    monkeypatch.setattr(common.GroupChannel, "pace", lambda _self: (10_000.0, 1_000.0))
    robot, other = f.robot("wecom", wecom.robot()), f.robot("wecom", wecom.robot("key-of-another"))
    rows = [to_group(robot) for _n in range(27)]
    quiet = to_group(other)
    send_all("wecom_group")
    assert len(wecom.robots["key-of-the-robot-1"]) == 20 and wecom.over_limit == 0
    assert state(quiet)[0] == S.ACCEPTED, "another group does not wait for it"
    waiting = Delivery.objects.filter(state="queued")
    assert waiting.count() == 7
    assert set(waiting.values_list("state_reason", flat=True)) == {"address_limit"}
    first = SendStamp.objects.order_by("at").first()
    assert first is not None
    assert min(row.due_at for row in waiting) >= first.at + timedelta(seconds=60)
    SendStamp.objects.update(at=timezone.now() - timedelta(seconds=66))
    wecom.clear_the_minute()
    due_again()
    send_all("wecom_group")
    assert len(wecom.robots["key-of-the-robot-1"]) == 27 and wecom.over_limit == 0
    assert {state(row)[0] for row in rows} == {S.ACCEPTED}


def test_somebody_else_used_the_robot_up_and_it_is_tried_later(wecom: WeComPlatform) -> None:
    robot = f.robot("wecom", wecom.robot())
    wecom.per_minute = 0
    sent = to_group(robot)
    send_all("wecom_group")
    assert state(sent) == (S.QUEUED, "45009")
    tried = sent.history.get(step="started")
    assert sent.due_at >= tried.at + timedelta(seconds=45)


def test_a_sender_that_is_killed_before_the_first_byte_gives_its_place_back(
    wecom: WeComPlatform,
) -> None:
    robot = f.robot("wecom", wecom.robot())
    sent = to_group(robot)
    claimed = claim(channels.channel("wecom_group"), worker="w", sender=2_000_000_000)
    assert claimed.delivery == sent and SendStamp.objects.count() == 1
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    services.expire_leases()
    assert state(sent) == (S.QUEUED, "sender_gone")
    assert SendStamp.objects.count() == 0
    send_all("wecom_group")
    assert len(wecom.robots["key-of-the-robot-1"]) == 1


def test_feishus_five_a_second(feishu: FeishuPlatform) -> None:
    robot = f.robot("feishu", feishu.robot(), secret="secret-of-the-robot")
    for _n in range(8):
        to_group(robot)
    send_all("feishu_group")
    assert feishu.over_limit == 0
    # However slow this machine is: the sixth after any went two seconds later at the earliest, by our own count.
    stamps = list(SendStamp.objects.order_by("at").values_list("at", flat=True))
    assert len(stamps) == len(feishu.groups["hook-of-the-robot"])
    assert all(b - a >= timedelta(seconds=2) for a, b in zip(stamps, stamps[5:], strict=False))
    waiting = Delivery.objects.filter(state="queued")
    assert waiting.count() == 8 - len(stamps)


# --- persons ------------------------------------------------------------------------------------
def test_a_colleague_gets_a_card_at_wecom_once_even_if_the_answer_is_lost(
    wecom: WeComPlatform,
) -> None:
    sent = to_person("wecom", "ZhangSan", UserFactory())
    wecom.plan(None, "drop")  # the token, then the message
    send_all("wecom")
    assert state(sent)[0] == S.QUEUED
    due_again()
    send_all("wecom")
    assert state(sent)[0] == S.ACCEPTED
    assert len(wecom.sent) == 1 and wecom.repeats == 1
    assert wecom.sent[0]["touser"] == "ZhangSan"


def test_a_token_is_kept_and_fetched_anew_when_it_is_gone(wecom: WeComPlatform) -> None:
    user = UserFactory()
    to_person("wecom", "ZhangSan", user)
    send_all("wecom")
    again = to_person("wecom", "ZhangSan", user, topic="staff.undelivered")
    wecom.token = "somebody fetched another"
    send_all("wecom")
    assert state(again)[0] == S.ACCEPTED and wecom.tokens_given == 2


def test_dingtalk_and_feishu_reach_a_person(
    dingtalk: DingTalkPlatform, feishu: FeishuPlatform
) -> None:
    user = UserFactory()
    first, second = to_person("dingtalk", "0123", user), to_person("feishu", "ou_12345678", user)
    send_all("dingtalk", "feishu")
    assert (state(first)[0], state(second)[0]) == (S.ACCEPTED, S.ACCEPTED)
    assert dingtalk.sent[0]["to"] == "0123" and feishu.sent[0]["to"] == "ou_12345678"


def test_feishu_drops_what_comes_twice_and_dingtalks_lost_answer_stays_open(
    dingtalk: DingTalkPlatform, feishu: FeishuPlatform
) -> None:
    user = UserFactory()
    first, second = to_person("dingtalk", "0123", user), to_person("feishu", "ou_12345678", user)
    dingtalk.plan(None, "drop")
    feishu.plan(None, "drop")
    send_all("dingtalk", "feishu")
    assert state(first)[0] == S.AMBIGUOUS, "DingTalk would send it twice"
    assert state(second)[0] == S.QUEUED
    due_again()
    send_all("feishu")
    assert len(feishu.sent) == 1 and feishu.repeats == 1


def test_somebody_whom_the_platform_does_not_know_is_reached_by_the_next_channel(
    wecom: WeComPlatform, dingtalk: DingTalkPlatform, feishu: FeishuPlatform
) -> None:
    user = UserFactory()
    wecom.members, dingtalk.staff, feishu.people = set(), set(), set()
    for channel, account in (("wecom", "GoneOne"), ("dingtalk", "99"), ("feishu", "ou_87654321")):
        sent = to_person(channel, account, user, chain=[["in_app", ""]])
        send_all(channel)
        assert state(sent)[0] == S.SUPPRESSED
        assert Delivery.objects.get(previous=sent).channel == "in_app"


def test_flow_control_is_waited_for(dingtalk: DingTalkPlatform) -> None:
    sent = to_person("dingtalk", "0123", UserFactory())
    dingtalk.flow_controlled = True
    send_all("dingtalk")
    assert state(sent) == (S.QUEUED, "flow_controlled")


def test_a_refused_token_loses_nothing(feishu: FeishuPlatform, settings: Any) -> None:
    settings.FEISHU_APP_SECRET = "wrong"
    sent = to_person("feishu", "ou_12345678", UserFactory())
    send_all("feishu")
    assert state(sent) == (S.QUEUED, "token_refused")


# --- setting up ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("platform", "address", "secret", "field"),
    [
        ("wecom", "https://evil.example/cgi-bin/webhook/send?key=12345678", "", "address"),
        ("wecom", "{url}/cgi-bin/other?key=12345678", "", "address"),
        ("wecom", "{url}/cgi-bin/webhook/send?key=", "", "address"),
        ("wecom", "{url}/cgi-bin/webhook/send?key=12345678", "a-secret-here", "secret"),
        ("wecom", "http://[broken", "", "address"),
        ("feishu", "{url}/open-apis/bot/v2/hook/12345678", "", "secret"),
        ("feishu", "{url}/open-apis/bot/v2/hook/../../x", "secret-secret", "address"),
        ("dingtalk", "{url}/robot/send?key=12345678", "SEC-secret", "address"),
    ],
)
def test_an_address_that_is_no_robots_is_refused_beside_its_field(
    settings: Any, platform: str, address: str, secret: str, field: str
) -> None:
    settings.WECOM_URL = settings.FEISHU_URL = settings.DINGTALK_OAPI_URL = "https://here.example"
    with pytest.raises(BadInput) as refusal:
        f.robot(platform, address.replace("{url}", "https://here.example"), secret=secret)
    assert refusal.value.field == field
    assert not GroupRobot.objects.exists()


def test_a_robot_is_entered_once_and_its_key_is_not_in_the_record(wecom: WeComPlatform) -> None:
    first = f.robot("wecom", wecom.robot())
    with pytest.raises(BadInput) as twice:
        f.robot("wecom", wecom.robot())
    assert twice.value.field == "address"
    with pytest.raises(BadInput) as named:
        f.robot("wecom", wecom.robot("another-key"), name=first.name)
    assert named.value.field == "name"
    assert not Event.objects.filter(data__icontains="key-of-the-robot").exists()


def test_an_account_belongs_to_one_colleague(wecom: WeComPlatform) -> None:
    one, other = UserFactory(), UserFactory()
    f.account(one, "wecom", "ZhangSan")
    with pytest.raises(BadInput) as taken:
        f.account(other, "wecom", "zhangsan")
    assert taken.value.field == "account"
    with pytest.raises(BadInput):
        f.account(other, "feishu", "zhangsan")
    second = f.account(one, "wecom", "ZhangSan2")
    assert [row.pk for row in one.platform_accounts.filter(ended_at=None)] == [second.pk]
    assert "ZhangSan2" not in second.label
