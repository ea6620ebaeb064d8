"""What is pressed in a message at WeCom, DingTalk and Feishu is an act of whoever pressed it, once; and what does
not come from the platform is refused in words and changes nothing."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.complaints.models import Case
from apps.core.wechat_seals import seal, sign
from apps.events.models import Event
from apps.notifications.enums import DeliveryState
from apps.notifications.models import ButtonPress, Delivery, NotificationPolicy
from apps.notifications.take_links import delivery_to_take, take_key
from tests.doubles.dingtalk_platform import DingTalkPlatform
from tests.doubles.feishu_platform import FeishuPlatform
from tests.doubles.wecom_platform import WeComPlatform
from tests.factories import platforms as f
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.complaints import Team, case
from tests.factories.notifications import relay_all, send_all
from tests.factories.platforms import escalated

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-3")]
TOPIC = "staff.clock_escalated"


@pytest.fixture
def team() -> Team:
    return Team()


def sent_to(user: User, platform: str, account: str, of: Case) -> None:
    f.account(user, platform, account)
    escalated(of, user, channel=platform)
    relay_all()
    send_all(platform)


def owner(of: Case) -> int | None:
    of.refresh_from_db()
    return of.owner_id


def at_wecom(client: Client, call: tuple[str, bytes]) -> Any:
    query, body = call
    return client.post(f"/notify/presses/wecom?{query}", body, content_type="text/xml")


def at(client: Client, platform: str, call: tuple[dict[str, str], bytes]) -> Any:
    headers, body = call
    return client.post(
        f"/notify/presses/{platform}", body, content_type="application/json", headers=headers
    )


# --- taken --------------------------------------------------------------------------------------
def test_taken_at_wecom(client: Client, team: Team, wecom: WeComPlatform) -> None:
    made = case(team=team)
    sent_to(team.director, "wecom", "LinJing", made)
    (card,) = wecom.sent
    assert card["touser"] == "LinJing" and made.number in str(card["template_card"])
    answer = at_wecom(client, wecom.pressed(card, "linjing"))
    assert answer.status_code == 200 and b"<Encrypt>" in answer.content
    assert owner(made) == team.director.pk
    taken = Event.objects.get(kind="delivery.taken")
    assert (taken.by, taken.data["via"]) == (team.director, "wecom")
    assert Event.objects.filter(kind="case.assigned").latest("pk").by == team.director


def test_taken_at_feishu(client: Client, team: Team, feishu: FeishuPlatform) -> None:
    made = case(team=team)
    sent_to(team.director, "feishu", "ou_abcdefgh", made)
    answer = at(client, "feishu", feishu.pressed(feishu.sent[0], "ou_abcdefgh"))
    assert answer.json()["toast"] == {"type": "success", "content": "已接手，现由您负责。"}
    assert owner(made) == team.director.pk


def test_taken_at_dingtalk(client: Client, team: Team, dingtalk: DingTalkPlatform) -> None:
    made = case(team=team)
    sent_to(team.director, "dingtalk", "0123", made)
    answer = at(client, "dingtalk", dingtalk.pressed(dingtalk.sent[0], "0123"))
    assert answer.json()["text"]["content"] == "已接手，现由您负责。"
    assert owner(made) == team.director.pk


def test_each_platforms_own_question_is_answered(
    client: Client, feishu: FeishuPlatform, dingtalk: DingTalkPlatform, wecom: WeComPlatform
) -> None:
    asked = {"type": "url_verification", "challenge": "abc", "token": feishu.verification_token}
    assert at(client, "feishu", feishu.sealed(asked)).json() == {"challenge": "abc"}
    card = {"actionURL1": "x?content=hello"}
    answer = at(client, "dingtalk", dingtalk.pressed(card, "0123", text="你好"))
    assert "按钮" in answer.json()["text"]["content"]
    assert not ButtonPress.objects.exists()
    sealed = seal("echo-me", encoding_key=wecom.aes_key, app_id=wecom.corp_id)
    now = str(int(timezone.now().timestamp()))
    query = {"timestamp": now, "nonce": "n", "echostr": sealed}
    right = {**query, "msg_signature": sign(wecom.token_name, now, "n", sealed)}
    assert client.get("/notify/presses/wecom", right).content == b"echo-me"
    assert client.get("/notify/presses/wecom", query).status_code == 403


# --- refused ------------------------------------------------------------------------------------
def test_what_is_not_wecoms_is_refused(client: Client, team: Team, wecom: WeComPlatform) -> None:
    made = case(team=team)
    sent_to(team.director, "wecom", "LinJing", made)
    (card,) = wecom.sent
    old = int(timezone.now().timestamp()) - 700
    for code, wrong in (
        ("bad_signature", {"token": "somebody-elses"}),
        ("stale", {"timestamp": old}),
        ("bad_seal", {"corp_id": "ww-another"}),
        ("not_understood", {"fields": {"FromUserName": ""}}),
    ):
        answer = at_wecom(client, wecom.pressed(card, "LinJing", **wrong))
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert at_wecom(client, ("", b"<!DOCTYPE x><xml/>")).status_code == 403
    assert at_wecom(client, ("", b"x" * 70_000)).status_code == 413
    assert owner(made) == team.agent.pk and not ButtonPress.objects.exists()
    assert at_wecom(client, wecom.pressed(card, "LinJing")).status_code == 200
    assert owner(made) == team.director.pk, "the right one still counts"


def test_what_is_not_feishus_is_refused(client: Client, team: Team, feishu: FeishuPlatform) -> None:
    made = case(team=team)
    sent_to(team.director, "feishu", "ou_abcdefgh", made)
    (sent,) = feishu.sent
    old = int(timezone.now().timestamp()) - 700
    for code, wrong in (
        ("bad_signature", {"encrypt_key": "another"}),
        ("stale", {"timestamp": old}),
        ("bad_token", {"token": "another"}),
    ):
        answer = at(client, "feishu", feishu.pressed(sent, "ou_abcdefgh", **wrong))
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    headers, _body = feishu.pressed(sent, "ou_abcdefgh")
    half = b'{"encrypt": "\\ud800"}'
    for body in (b'{"challenge": "plain"}', b"[]", b'{"encrypt": "AAAA"}', b"\xff", half):
        assert at(client, "feishu", (headers, body)).status_code == 403
    assert owner(made) == team.agent.pk and not ButtonPress.objects.exists()


@pytest.mark.parametrize("number", ["\ud800", "a\x00b"])
def test_a_number_that_cannot_be_stored_is_refused(
    client: Client, team: Team, dingtalk: DingTalkPlatform, number: str
) -> None:
    """DingTalk signs the head alone: whoever overheard one may write any body."""
    made = case(team=team)
    sent_to(team.director, "dingtalk", "0123", made)
    headers, body = dingtalk.pressed(dingtalk.sent[0], "0123")
    changed = json.dumps({**json.loads(body), "msgId": number}).encode()
    answer = at(client, "dingtalk", (headers, changed))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_understood")
    assert owner(made) == team.agent.pk and not ButtonPress.objects.exists()


def test_what_is_not_dingtalks_is_refused(
    client: Client, team: Team, dingtalk: DingTalkPlatform
) -> None:
    made = case(team=team)
    sent_to(team.director, "dingtalk", "0123", made)
    (sent,) = dingtalk.sent
    old = int((timezone.now() - timedelta(minutes=61)).timestamp() * 1000)
    for code, wrong in (
        ("bad_signature", {"secret": "another"}),
        ("stale", {"timestamp": old}),
        ("other_robot", {"robot_code": "ding-another"}),
    ):
        answer = at(client, "dingtalk", dingtalk.pressed(sent, "0123", **wrong))
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert owner(made) == team.agent.pk


def test_a_door_without_settings_is_not_there(client: Client, settings: Any) -> None:
    settings.WECOM_TOKEN = settings.FEISHU_ENCRYPT_KEY = ""
    settings.DINGTALK_ANSWERS = False
    for platform in ("wecom", "feishu", "dingtalk"):
        assert client.post(f"/notify/presses/{platform}").status_code == 404


def test_sent_again_it_counts_once(client: Client, team: Team, feishu: FeishuPlatform) -> None:
    """What the platform repeats, and what somebody plays back within the window, gets the same answer."""
    made = case(team=team)
    sent_to(team.director, "feishu", "ou_abcdefgh", made)
    call = feishu.pressed(feishu.sent[0], "ou_abcdefgh")
    first, second = at(client, "feishu", call).json(), at(client, "feishu", call).json()
    assert first == second
    assert ButtonPress.objects.count() == 1
    assert Event.objects.filter(kind="delivery.taken").count() == 1


def test_an_unknown_person_an_old_message_and_a_strange_button(
    client: Client, team: Team, feishu: FeishuPlatform
) -> None:
    made = case(team=team)
    sent_to(team.director, "feishu", "ou_abcdefgh", made)
    (sent,) = feishu.sent

    def toast(who: str, n: int) -> str:
        call = feishu.pressed(sent, who, event_id=f"e{n}")
        return str(at(client, "feishu", call).json()["toast"]["content"])

    assert "没有登记" in toast("ou_stranger1", 1)
    f.account(team.manager, "feishu", "ou_manager12")
    assert "另一位同事" in toast("ou_manager12", 2)
    Delivery.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert "超过一天" in toast("ou_abcdefgh", 3)
    sent["card"]["elements"][1]["actions"][0]["value"] = {"take": "k3v9-forged"}
    assert "不是我们发出的" in toast("ou_abcdefgh", 4)
    assert owner(made) == team.agent.pk
    codes = ButtonPress.objects.order_by("pk").values_list("code", flat=True)
    assert list(codes) == ["unknown_person", "not_yours", "expired", "unknown_key"]


def test_whoever_may_not_is_told_so_in_their_language(
    client: Client, team: Team, feishu: FeishuPlatform
) -> None:
    clerk = team.person(Role.FINANCE, language="en")
    made = case(team=team)
    sent_to(clerk, "feishu", "ou_abcdefgh", made)
    toast = at(client, "feishu", feishu.pressed(feishu.sent[0], "ou_abcdefgh")).json()["toast"]
    assert toast == {"type": "error", "content": "Your roles do not let you take this."}


def test_somebody_of_another_unit_may_not_see_it(
    client: Client, team: Team, feishu: FeishuPlatform
) -> None:
    stranger = Team().director
    made = case(team=team)
    sent_to(stranger, "feishu", "ou_abcdefgh", made)
    answer = at(client, "feishu", feishu.pressed(feishu.sent[0], "ou_abcdefgh"))
    assert "无权查看" in answer.json()["toast"]["content"]
    assert owner(made) == team.agent.pk


def test_the_first_who_presses_has_it(client: Client, team: Team, feishu: FeishuPlatform) -> None:
    made = case(team=team)
    for user, account in ((team.director, "ou_director1"), (team.manager, "ou_manager12")):
        f.account(user, "feishu", account)
    escalated(made, team.director, team.manager, channel="feishu")
    relay_all()
    send_all("feishu")
    by_account = {sent["to"]: sent for sent in feishu.sent}
    for account in ("ou_director1", "ou_manager12"):
        answer = at(client, "feishu", feishu.pressed(by_account[account], account)).json()
    assert team.director.display_name in answer["toast"]["content"]
    assert owner(made) == team.director.pk


@pytest.mark.django_db(transaction=True)
def test_twenty_presses_at_once_are_one(team: Team, feishu: FeishuPlatform) -> None:
    made = case(team=team)
    with transaction.atomic():
        f.account(team.director, "feishu", "ou_abcdefgh")
        escalated(made, team.director, channel="feishu")
    relay_all()
    send_all("feishu")
    call = feishu.pressed(feishu.sent[0], "ou_abcdefgh")
    toasts = []

    def press() -> None:
        toasts.append(at(Client(), "feishu", call).json()["toast"]["type"])
        connection.close()

    threads = [threading.Thread(target=press) for _n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert toasts == ["success"] * 20
    assert ButtonPress.objects.count() == 1
    assert Event.objects.filter(kind="delivery.taken").count() == 1


# --- groups -------------------------------------------------------------------------------------
def test_a_group_gets_an_escalation_once_however_many_people_and_ways_it_names(
    team: Team, wecom: WeComPlatform
) -> None:
    whole = f.robot("wecom", wecom.robot())
    ours = f.robot("wecom", wecom.robot("key-of-our-unit"), unit=team.unit)
    f.robot("wecom", wecom.robot("key-of-others"), unit=Team().unit)
    made = case(team=team)
    f.groups_hear_of(TOPIC)
    escalated(made, team.director, team.manager)
    relay_all()
    rows = Delivery.objects.filter(audience="group")
    assert set(rows.values_list("recipient", flat=True)) == {whole.recipient, ours.recipient}
    assert rows.count() == 2
    send_all("wecom_group")
    assert set(rows.values_list("state", flat=True)) == {DeliveryState.ACCEPTED}
    assert wecom.robots["key-of-others"] == []


def test_a_line_for_a_role_reaches_the_groups_that_serve_it(
    team: Team, wecom: WeComPlatform
) -> None:
    leaders = f.robot("wecom", wecom.robot(), roles=[Role.DIRECTOR])
    f.robot("wecom", wecom.robot("key-of-agents"), roles=[Role.AGENT])
    NotificationPolicy.objects.filter(topic=TOPIC, audience="group").update(
        active=True, role=Role.DIRECTOR
    )
    escalated(case(team=team), team.director)
    relay_all()
    (row,) = Delivery.objects.filter(audience="group")
    assert row.recipient == leaders.recipient


def test_groups_hear_nothing_until_somebody_switches_it_on(
    team: Team, wecom: WeComPlatform
) -> None:
    f.robot("wecom", wecom.robot())
    escalated(case(team=team), team.director)
    relay_all()
    assert not Delivery.objects.filter(audience="group").exists()


def test_the_link_in_a_group_asks_for_sign_in_and_takes_it(
    client: Client, team: Team, wecom: WeComPlatform
) -> None:
    f.robot("wecom", wecom.robot())
    f.groups_hear_of(TOPIC)
    made = case(team=team)
    escalated(made, team.director)
    relay_all()
    send_all("wecom_group")
    (got,) = wecom.robots["key-of-the-robot-1"]
    jump = got["template_card"]["jump_list"][0]
    assert jump["title"] == "我来接手"
    path = jump["url"].removeprefix("https://yp.example")
    assert reverse("admin:login") in client.get(path).headers["location"]
    sign_in(client, team.director)
    page = client.get(path)
    assert made.number in page.text
    client.post(path, {})
    assert owner(made) == team.director.pk
    other = Client()
    sign_in(other, team.manager)
    assert team.director.display_name in other.post(path, {}).text
    wrong = client.get(path[:-3] + "xx/", follow=True)
    assert "不是我们发出的" in wrong.text


def test_keys_are_ours_alone() -> None:
    assert delivery_to_take(take_key(42)) == 42
    for wrong in ("", "-", "abc", take_key(42)[:-1], f"x{take_key(42)}", "9" * 200):
        assert delivery_to_take(wrong) is None


def test_colleagues_reach_the_pages_that_are_theirs(client: Client, team: Team) -> None:
    pages = [
        reverse(f"admin:notifications_{name}_changelist")
        for name in ("grouprobot", "colleagueaccount", "buttonpress")
    ]
    sign_in(client, team.agent)
    assert [client.get(page).status_code for page in pages] == [403, 403, 403]
    sign_in(client, team.director)
    assert [client.get(page).status_code for page in pages] == [200, 200, 200]
    sign_in(client, UserFactory(roles=[Role.IT_ADMIN]))
    assert [client.get(page).status_code for page in pages] == [200, 200, 403]


@pytest.mark.parametrize("name", ["grouprobot", "colleagueaccount", "buttonpress"])
def test_lists_cost_the_same_for_one_row_and_for_three(
    client: Client, team: Team, wecom: WeComPlatform, name: str
) -> None:
    sign_in(client, UserFactory(roles=[Role.GENERAL_MANAGER]))
    page = reverse(f"admin:notifications_{name}_changelist")

    def add(n: int) -> None:
        f.robot("wecom", wecom.robot(f"key-number-{n}"), unit=team.unit)
        user = UserFactory()
        f.account(user, "wecom", f"account{n}")
        escalated(case(team=team), user, channel="wecom")
        relay_all()
        ButtonPress.objects.create(
            platform="wecom", event_id=str(n), by=user, outcome="refused", code="expired",
            delivery=Delivery.objects.filter(channel="wecom").latest("pk"), answer="超过一天",
        )  # fmt: skip

    add(1)
    client.get(page)
    with CaptureQueriesContext(connection) as one:
        assert client.get(page).status_code == 200
    add(2)
    add(3)
    with CaptureQueriesContext(connection) as three:
        assert client.get(page).status_code == 200
    assert len(three) == len(one)
