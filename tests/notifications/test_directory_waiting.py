"""Whoever waits after their first sign-in through the directory is told of to those who may admit, once; and the bell
counts it no longer when somebody has decided (STF-3)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.directory.claims import Person
from apps.accounts.enums import Role
from apps.accounts.models import DirectoryIdentity, Unit, User
from apps.accounts.services import admit_identity, follow_directory, map_group, refuse_identity
from apps.notifications.models import Delivery, NotificationPolicy
from apps.notifications.queries.desk import unread_count
from tests.factories import platforms as f
from tests.factories.accounts import UnitFactory, UserFactory, sign_in
from tests.factories.notifications import relay_all, send_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-3")]
TOPIC = "staff.directory_waiting"


@pytest.fixture(autouse=True)
def _no_night(settings: Any) -> None:
    NotificationPolicy.objects.update(quiet_from=None, quiet_until=None)


@pytest.fixture
def unit() -> Unit:
    made: Unit = UnitFactory()
    return made


def comes(sub: str = "s1", *groups: str, name: str = "李梅") -> DirectoryIdentity:
    person = Person(
        issuer="https://id.example", subject=sub, username=f"li.{sub}", display_name=name, email="",
        staff_number="", groups=groups or ("门店A",), refresh_token="", sid="", second_factor=False,
    )  # fmt: skip
    return follow_directory(person=person, signs_in=True)


def leader(unit: Unit, role: Role = Role.DIRECTOR) -> User:
    user: User = UserFactory(roles=[role], unit=unit, scope="units")
    return user


def notices_to(user: User) -> list[Delivery]:
    relay_all()
    send_all("in_app")
    return list(Delivery.objects.filter(topic=TOPIC, recipient=f"user:{user.pk}"))


def test_those_who_may_admit_hear_once(client: Client, unit: Unit) -> None:
    boss, it = leader(unit), leader(unit, Role.IT_ADMIN)
    agent = UserFactory(roles=[Role.AGENT], unit=unit)
    identity = comes()
    comes()
    assert [len(notices_to(user)) for user in (boss, it, agent)] == [1, 1, 0]
    assert unread_count(boss) == 1
    sign_in(client, boss)
    page = client.get("/admin/notifications/delivery/mine/").text
    assert "李梅等待准入" in page and "门店A" in page
    (row,) = notices_to(boss)
    assert row.link
    answer = client.get(row.link, follow=True)
    assert answer.status_code == 200 and "李梅" in answer.text
    assert str(identity.pk) in answer.redirect_chain[-1][0]


def test_when_somebody_decided_the_others_are_asked_no_more(unit: Unit) -> None:
    boss, it = leader(unit), leader(unit, Role.IT_ADMIN)
    first, second = comes(), comes("s2", name="赵强")
    assert len(notices_to(boss)) == 2 and unread_count(it) == 2
    admit_identity(identity=first, role=Role.AGENT, unit=unit, by=boss)
    relay_all()
    assert (unread_count(boss), unread_count(it)) == (1, 1), "the other one still waits"
    refuse_identity(identity=second, reason="不是本公司员工", by=it)
    relay_all()
    assert (unread_count(boss), unread_count(it)) == (0, 0)
    assert {row.state_reason for row in notices_to(boss)} == {"settled"}


def test_whoever_was_decided_about_before_anybody_heard_is_no_news(unit: Unit) -> None:
    boss = leader(unit)
    admit_identity(identity=comes(), role=Role.AGENT, unit=unit, by=boss)
    assert notices_to(boss) == []


def test_what_still_waits_for_the_morning_is_not_sent(unit: Unit) -> None:
    boss = leader(unit)
    identity = comes()
    relay_all()
    Delivery.objects.filter(topic=TOPIC).update(
        state="held", due_at=timezone.now() + timedelta(hours=9)
    )
    refuse_identity(identity=identity, reason="不是本公司员工", by=boss)
    (row,) = notices_to(boss)
    assert (row.state, row.state_reason) == ("suppressed", "settled")


def test_whose_group_is_known_is_no_news_until_it_brings_nothing_any_more(unit: Unit) -> None:
    boss, it = leader(unit), leader(unit, Role.IT_ADMIN)
    map_group(group="客服", role=Role.AGENT, unit=unit, by=it)
    comes("s1", "客服")
    assert notices_to(boss) == []
    comes("s1", "仓库")
    assert len(notices_to(boss)) == 1, "who holds no role any more waits again"


def test_it_goes_where_the_leader_wants_it(unit: Unit, wecom: Any) -> None:
    boss = leader(unit)
    f.account(boss, "wecom", "LinJing")
    NotificationPolicy.objects.filter(topic=TOPIC, role=Role.DIRECTOR).update(channels=["wecom"])
    comes()
    relay_all()
    send_all("wecom")
    (card,) = wecom.sent
    shown = card["template_card"]
    assert shown["main_title"]["title"] == "李梅等待准入" and shown["card_type"] == "text_notice"
