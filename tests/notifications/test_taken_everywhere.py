"""A caller to be called back and a watch that nobody took are taken from the message, at each platform, by whoever
pressed; whoever is late, a stranger and what is played back are refused in words and on record."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import Unit, User
from apps.core.errors import RuleBroken
from apps.events.models import Event
from apps.hotline import services as hotline
from apps.hotline.enums import CallBackState, HotlineMatter
from apps.hotline.models import CallBack
from apps.notifications.models import ButtonPress, Delivery, NotificationPolicy
from apps.shifts import services as shifts
from apps.shifts.enums import HandoverState
from apps.shifts.models import Gap, Handover
from apps.sla.models import Matter
from tests.doubles.feishu_platform import FeishuPlatform
from tests.factories import hotline as calls
from tests.factories import platforms as f
from tests.factories import shifts as duty
from tests.factories.accounts import UnitFactory, UserFactory, UserRoleFactory, sign_in
from tests.factories.notifications import relay_all, send_all
from tests.notifications.test_presses import at, at_wecom

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-10")]
PLATFORMS = ("wecom", "dingtalk", "feishu")
ACCOUNTS = {"wecom": "lijuan", "dingtalk": "0123", "feishu": "ou_abcdefgh"}
STRANGERS = {"wecom": "somebody", "dingtalk": "0999", "feishu": "ou_somebody1"}


@dataclass
class Phone:
    """A platform's double, and what it shows and does for one colleague."""

    client: Client
    name: str
    double: Any
    call: Any = None

    def press(self, who: str, n: int = 0) -> Any:
        """The first button of the latest message, pressed; the ``n``-th press of theirs."""
        card = self.double.sent[-1]
        numbers: dict[str, Any] = {
            "wecom": {"fields": {"ResponseCode": f"code-{who}-{n}"}},
            "dingtalk": {"msg_id": f"{who}-{n}"},
            "feishu": {"event_id": f"{who}-{n}"},
        }
        self.call = self.double.pressed(card, who, **numbers[self.name])
        return self.again()

    def again(self) -> Any:
        """The same call once more: sent again by the platform, or played back by somebody."""
        if self.name == "wecom":
            return at_wecom(self.client, self.call)
        return at(self.client, self.name, self.call)


@pytest.fixture(params=PLATFORMS)
def phone(request: pytest.FixtureRequest, client: Client) -> Phone:
    return Phone(client, request.param, request.getfixturevalue(request.param))


def goes_to(platform: str, topic: str) -> None:
    """The policy says so: nothing else has to change for a colleague to be reached there."""
    NotificationPolicy.objects.filter(topic=topic, audience="named").update(
        channels=[platform], quiet_from=None, quiet_until=None
    )


def sent(platform: str) -> None:
    relay_all()
    send_all(platform)


def agent_of(unit: Unit, role: Role = Role.AGENT, **fields: Any) -> User:
    user: User = UserFactory(**fields)
    UserRoleFactory(user=user, role=role, unit=unit)
    return user


def waiting(unit: Unit) -> CallBack:
    calls.taken(calls.system(unit=unit), calls.missed_call("1.1", calls.ago(20)))
    found: CallBack = CallBack.objects.get()
    return found


def codes() -> list[str]:
    return list(ButtonPress.objects.order_by("pk").values_list("code", flat=True))


# --- call-backs ---------------------------------------------------------------------------------
def test_a_call_back_is_taken_from_the_message(phone: Phone) -> None:
    goes_to(phone.name, "staff.call_back")
    unit = UnitFactory()
    agent = agent_of(unit)
    f.account(agent, phone.name, ACCOUNTS[phone.name])
    row = waiting(unit)
    sent(phone.name)

    phone.press(STRANGERS[phone.name])
    row.refresh_from_db()
    assert row.taken_by is None and codes() == ["unknown_person"]
    assert phone.press(ACCOUNTS[phone.name]).status_code == 200
    assert phone.again().status_code == 200
    row.refresh_from_db()
    assert row.taken_by == agent and row.taken_at is not None
    assert Matter.objects.get(kind=HotlineMatter.CALL_BACK).owner == agent
    assert Event.objects.get(kind="callback.taken").by == agent
    assert Event.objects.get(kind="delivery.taken").data["via"] == phone.name
    phone.press(ACCOUNTS[phone.name], n=1)
    assert codes() == ["unknown_person", "taken", "taken_already"]


def test_whoever_is_quicker_at_the_desk_has_the_call_back(
    client: Client, feishu: FeishuPlatform
) -> None:
    goes_to("feishu", "staff.call_back")
    unit = UnitFactory()
    agent, quicker = agent_of(unit), agent_of(unit, display_name="王芳")
    f.account(agent, "feishu", ACCOUNTS["feishu"])
    row = waiting(unit)
    sent("feishu")
    sign_in(client, quicker)
    act = f"/admin/hotline/callback/{row.pk}/do/take/"
    assert act in client.get(f"/admin/hotline/callback/{row.pk}/change/").text
    assert client.post(act, {}).status_code == 302
    assert "王芳" in client.get("/admin/hotline/callback/").text
    assert "王芳" in client.get(f"/admin/hotline/callback/{row.pk}/change/").text
    toast = Phone(Client(), "feishu", feishu).press(ACCOUNTS["feishu"]).json()["toast"]
    assert toast["type"] == "error" and "王芳" in toast["content"]


def test_who_may_not_take_a_call_back() -> None:
    row, now = waiting(UnitFactory()), timezone.now()
    elsewhere = UserFactory(roles=[Role.AGENT], unit=UnitFactory(), scope="units")
    with pytest.raises(CallBack.DoesNotExist):
        hotline.take_call_back(call_back_id=row.pk, by=elsewhere, at=now)
    agent = agent_of(row.unit)
    hotline.end_call_back(
        call_back_id=row.pk, state=CallBackState.DONE, result="已回电", by=agent, at=now
    )
    with pytest.raises(RuleBroken) as refused:
        hotline.take_call_back(call_back_id=row.pk, by=agent, at=now)
    assert refused.value.code == "ended"


# --- handovers ----------------------------------------------------------------------------------
@pytest.mark.requirement("CMP-9")
def test_a_watch_that_was_offered_is_accepted_from_the_message(phone: Phone) -> None:
    goes_to(phone.name, "staff.handover_offered")
    _unit, giver, receiver, row = duty.offered(clocks=1)
    f.account(receiver, phone.name, ACCOUNTS[phone.name])
    sent(phone.name)
    phone.press(STRANGERS[phone.name])
    assert phone.press(ACCOUNTS[phone.name]).status_code == 200
    assert phone.again().status_code == 200
    row.refresh_from_db()
    assert (row.state, row.accepted_by, row.watch) == (HandoverState.ACCEPTED, receiver, receiver)
    assert codes() == ["unknown_person", "taken"]
    assert Event.objects.get(kind="handover.accepted").by == receiver != giver


@pytest.mark.requirement("CMP-9")
def test_a_watch_that_nobody_took_is_taken_by_whoever_may() -> None:
    unit, _giver, _receiver, row = duty.ending(clocks=1)
    boss, late = duty.director(unit), timezone.now() + 2 * duty.HOUR
    shifts.work_handovers(at=row.ends_at)
    shifts.work_handovers(at=late)
    row.refresh_from_db()
    assert row.state == HandoverState.LAPSED
    stranger = duty.agent(duty.branch())
    with pytest.raises(RuleBroken) as refused:
        shifts.take_handover(handover_id=row.pk, by=stranger, at=late)
    assert refused.value.code == "may_not"
    shifts.take_handover(handover_id=row.pk, by=boss, at=late)
    row.refresh_from_db()
    assert (row.state, row.accepted_by, row.watch) == (HandoverState.ACCEPTED, boss, boss)
    with pytest.raises(RuleBroken) as again:
        shifts.take_handover(handover_id=row.pk, by=duty.agent(unit), at=late)
    assert again.value.code == "taken_already" and boss.display_name in str(again.value)


@pytest.mark.requirement("CMP-9")
def test_nobody_takes_a_watch_that_is_offered_to_another_or_not_offered() -> None:
    unit, giver, _receiver, row = duty.offered(clocks=1)
    at = timezone.now()
    with pytest.raises(Handover.DoesNotExist):
        shifts.take_handover(handover_id=row.pk, by=duty.agent(unit), at=at)
    with pytest.raises(RuleBroken) as refused:
        shifts.take_handover(handover_id=row.pk, by=giver, at=at)
    assert refused.value.code == "not_offered"


@pytest.mark.requirement("CMP-9")
def test_the_giver_is_asked_without_a_button(wecom: Any) -> None:
    goes_to("wecom", "staff.handover_opened")
    _unit, giver, _receiver, _row = duty.ending(clocks=1)
    f.account(giver, "wecom", ACCOUNTS["wecom"])
    sent("wecom")
    (card,) = wecom.sent
    assert card["template_card"]["card_type"] == "text_notice"
    assert [jump["title"] for jump in card["template_card"]["jump_list"]] == ["打开页面"]


# --- gaps ---------------------------------------------------------------------------------------
@pytest.mark.requirement("CMP-9")
def test_a_gap_is_taken_from_the_message(phone: Phone) -> None:
    goes_to(phone.name, "staff.gap_asked")
    unit = duty.branch()
    boss, night = duty.director(unit), duty.agent(unit)
    f.account(night, phone.name, ACCOUNTS[phone.name])
    duty.need(unit, boss)
    gap = Gap.objects.filter(closed_at=None).order_by("starts_at")[2]
    shifts.ask_volunteers(gap_id=gap.pk, users=[night], by=boss, at=timezone.now())
    sent(phone.name)
    phone.press(STRANGERS[phone.name])
    assert phone.press(ACCOUNTS[phone.name]).status_code == 200
    assert phone.again().status_code == 200
    gap.refresh_from_db()
    assert gap.closed_by == night and codes() == ["unknown_person", "taken"]
    assert Delivery.objects.filter(topic="staff.gap_asked").count() == 1
