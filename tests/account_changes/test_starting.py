"""No account change starts behind its customers' backs: each was told, and is reached or in a named agent's hands (COD-3)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.account_changes.enums import ProjectState, RecipientState
from apps.account_changes.models import ChangeProject
from apps.account_changes.queries.starting import missing_before_start
from apps.account_changes.services import campaigns, changes
from apps.events.models import Event
from tests.factories import changes as make
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.campaigns import customer, recipient_of, sent_campaign
from tests.refusing import refusal_of as refused

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-3")]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def codes(project: ChangeProject, at: datetime) -> list[str]:
    return [one.code for one in missing_before_start(project, at)]


def test_nobody_was_told_so_it_neither_is_started_nor_starts_by_itself() -> None:
    customer()
    who, at = make.staff(), timezone.now() - 5 * DAY
    project = make.scheduled(who, at)
    start = refused(lambda: changes.start_change(project, by=who.finance, at=at + 3 * DAY))
    assert (start.code, start.rule) == ("nobody_told", "COD-3")
    assert Event.objects.get(kind="accountchange.attempt_refused").data["code"] == "nobody_told"
    assert changes.work_changes() == 1
    project = make.fresh(project)
    assert (project.state, project.pause_reason) == (ProjectState.SCHEDULED, str(start))
    assert changes.work_changes() == 0, "it waits for a person"


def test_put_off_while_it_is_paused_customers_are_told_and_it_starts() -> None:
    customer()
    who, now = make.staff(), timezone.now()
    project = make.scheduled(who, now - 5 * DAY)
    assert changes.work_changes() == 1
    changes.schedule_change(
        project, since=now + 2 * DAY, reason="先通知客户", by=who.finance, at=now
    )
    assert make.fresh(project).is_paused, "putting it off resumes nothing"
    changes.resume_change(project, by=who.finance, at=now)
    assert changes.work_changes() == 0
    make.notify_everyone(project, now)
    changes.start_change(project, by=who.finance, at=now + 2 * DAY)
    assert make.fresh(project).state == ProjectState.TRANSITION


def test_whoever_is_neither_reached_nor_with_an_agent_holds_it_up_by_name() -> None:
    reached, silent = customer(), customer()
    who, at = make.staff(), timezone.now() - 5 * DAY
    project = make.scheduled(who, at)
    campaign = sent_campaign(project, at=at, call_from=at + HOUR, deadline=at + DAY)
    arrived = {recipient_of(campaign, reached).pk: [RecipientState.DELIVERED]}
    campaigns.move_recipients(arrived, by=who.service, at=at)
    start = refused(lambda: changes.start_change(project, by=who.finance, at=at + 3 * DAY))
    assert start.code == "not_reached"
    assert silent.display_name in str(start)
    assert reached.display_name not in str(start)
    campaigns.hand_over_to_agents()
    assert codes(project, at) == []
    silent.agent.is_active = False
    silent.agent.save()
    assert codes(project, at) == ["not_reached"], "an agent who has left calls nobody"
    agent = UserFactory()
    campaigns.name_agent(
        recipient_id=recipient_of(campaign, silent).pk, agent=agent, by=who.management, at=at
    )
    changes.start_change(project, by=who.finance, at=at + 3 * DAY)
    assert make.fresh(project).state == ProjectState.TRANSITION


def test_all_that_lacks_is_said_at_once_and_many_names_are_cut_short() -> None:
    for _n in range(13):
        customer()
    who, at = make.staff(), timezone.now() - 5 * DAY
    project = make.approved(who, at)
    changes.schedule_change(project, since=at + 2 * DAY, by=who.finance, at=at)
    assert codes(project, at) == ["nobody_told", "readers_missing"]
    sent_campaign(project, at=at, call_from=at + HOUR, deadline=at + DAY)
    first, second = missing_before_start(project, at)
    assert (first.code, second.code) == ("not_reached", "readers_missing")
    assert first.words.count(",") == 11 and "…" in first.words
    assert first.words in str(
        refused(lambda: changes.start_change(project, by=who.finance, at=at + 3 * DAY))
    )


@pytest.mark.parametrize(
    ("language", "missing", "tell"),
    [("zh-hans", "尚未通知客户", "开始之前还需"), ("en", "send the notice first", "Before it can start:")],
)  # fmt: skip
def test_the_page_says_so_beforehand_and_leads_to_the_notice(
    client: Client, language: str, missing: str, tell: str
) -> None:
    customer()
    who = make.staff()
    project = make.scheduled(who, timezone.now())
    client.cookies["yipiao_language"] = language
    press = f"/admin/account_changes/campaign/add/?project={project.number}"

    def page_of(user: Any) -> str:
        sign_in(client, user)
        return client.get(
            f"/admin/account_changes/changeproject/{project.pk}/change/"
        ).content.decode()

    assert missing in page_of(who.finance) and tell in page_of(who.finance)
    assert press in page_of(who.finance)
    assert press not in page_of(who.operations), "who may not send it is not led there"
    make.notify_everyone(project, timezone.now())
    assert missing not in page_of(who.finance)
    assert press not in page_of(who.finance)
