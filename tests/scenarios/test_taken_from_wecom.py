"""A bad evening at WeCom (CMP-2, CMP-3): a case nobody answers is passed up and reaches the group of the directors; one of
them takes it from there. In the storm before, the robot was over its limit, was paced, and lost nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.enums import Role
from apps.complaints.models import Case
from apps.events.models import Event
from apps.notifications.channels.platforms import GroupChannel
from apps.notifications.models import Delivery, SendStamp
from apps.sla.models import Clock
from apps.sla.services import sweep
from tests.doubles.wecom_platform import WeComPlatform
from tests.factories import platforms as f
from tests.factories.accounts import sign_in
from tests.factories.complaints import Team, case
from tests.factories.notifications import relay_all, send_all
from tests.factories.platforms import escalated
from tests.factories.sla import let_pass

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-3")]
TOPIC = "staff.clock_escalated"


def cards(wecom: WeComPlatform) -> list[dict[str, Any]]:
    return [body["template_card"] for body in wecom.robots["key-of-the-robot-1"]]


def pass_up(made: Case, most: int = 40) -> None:
    """Time goes from step to step until something is passed up."""
    for _n in range(most):
        first = Clock.objects.filter(next_at__isnull=False).order_by("next_at").first()
        if first is None or Event.objects.filter(kind="clock.escalated").exists():
            return
        gap = max((first.next_at - timezone.now()).total_seconds(), 0) + 1
        let_pass(seconds=gap)
        sweep()


def test_a_case_nobody_answers_is_taken_from_the_group(client: Client, settings: Any) -> None:
    settings.SITE_URL = "https://yp.example"
    with WeComPlatform() as wecom:
        f.lead_to_wecom(settings, wecom)
        team = Team()
        robot = f.robot(
            "wecom", wecom.robot(), unit=team.unit, roles=[Role.DIRECTOR], group="主任群"
        )
        f.groups_hear_of(TOPIC)
        made = case(team=team)
        pass_up(made)
        assert Event.objects.filter(kind="clock.escalated").exists()

        relay_all()
        send_all("wecom_group")
        (card, *_more) = [one for one in cards(wecom) if made.number in one["main_title"]["title"]]
        assert "超时上报" in card["main_title"]["title"]
        opens, page = card["jump_list"][1]["url"], card["jump_list"][0]
        assert opens.startswith("https://yp.example/admin/desk/open/")
        assert page["title"] == "我来接手"

        path = page["url"].removeprefix("https://yp.example")
        assert client.get(path).status_code == 302, "whoever has not signed in is asked to"
        sign_in(client, team.director)
        assert made.number in client.get(path).text
        client.post(path, {})
        made.refresh_from_db()
        assert made.owner == team.director
        taken = Event.objects.get(kind="delivery.taken")
        assert taken.by == team.director
        sent = Delivery.objects.get(pk=int(taken.subject_id))
        assert sent.recipient == robot.recipient

        late = Client()
        sign_in(late, team.manager)
        assert team.director.display_name in late.post(path, {}).text, "whoever is late is told who"


def test_a_storm_is_paced_and_nothing_is_lost(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The minute's limit is what is tested; the pace within a second depends on the machine.
    monkeypatch.setattr(GroupChannel, "pace", lambda _self: (10_000.0, 1_000.0))
    settings.SITE_URL = "https://yp.example"
    with WeComPlatform() as wecom:
        f.lead_to_wecom(settings, wecom)
        team = Team()
        f.robot("wecom", wecom.robot(), unit=team.unit)
        f.groups_hear_of(TOPIC)
        made = [case(team=team) for _n in range(30)]
        for one in made:
            escalated(one, team.director)
        relay_all()
        waits = Delivery.objects.filter(audience="group")
        assert waits.count() == 30

        minutes = 0
        while waits.filter(state="queued").exists():
            send_all("wecom_group")
            minutes += 1
            assert len(cards(wecom)) <= 20 * minutes and wecom.over_limit == 0
            # The minute passes, for us and for WeCom.
            SendStamp.objects.update(at=timezone.now() - timedelta(seconds=66))
            wecom.clear_the_minute()
            waits.filter(state="queued").update(due_at=timezone.now())
        assert minutes == 2
        titles = [card["main_title"]["title"] for card in cards(wecom)]
        assert sorted(one.number for one in made) == sorted(
            next(one.number for one in made if one.number in title) for title in titles
        )
