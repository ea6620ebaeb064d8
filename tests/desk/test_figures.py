"""The pictures leaders look at: each figure is what the list behind it shows (REP-1)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.figures import Figure
from apps.complaints import services as complaints
from apps.complaints.models import Case
from apps.desk.queries.figures import leaders_figures, on_time_this_week, week_begin
from apps.desk.views.figures import desk_figures
from apps.sla.enums import Metric
from apps.sla.models import Clock
from apps.sla.services import keep_promise
from tests.desk.test_my_desk import timed
from tests.factories.accounts import sign_in
from tests.factories.complaints import Team, case

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("REP-1")]


def by_name(figures: list[Figure]) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures}


def rows_behind(client: Client, address: str) -> int:
    page = client.get(address)
    assert page.status_code == 200, (address, page.get("Location"))
    if "cl" in page.context:
        return len(page.context["cl"].result_list)
    return page.text.count("data-row")


def given(one: Case, owner: User, *, by: User) -> None:
    if one.owner_id != owner.pk:
        complaints.assign_case(
            case_id=one.pk, owner=owner, by=by, at=timezone.now(), reason="分给您"
        )


def half_into_the_hour() -> timedelta:
    """To the middle of the hour after the next one."""
    now = timezone.localtime()
    return timedelta(hours=2, minutes=30 - now.minute, seconds=-now.second)


def fell_due(clock: Clock, *, met: bool, breached: bool) -> None:
    """A clock of this week, as the sweep and its fact would have left it."""
    due = max(week_begin(timezone.now()), timezone.now() - timedelta(minutes=20))
    started = due - timedelta(hours=1)
    values: dict[str, Any] = {"due_at": due, "started_at": started, "schedule": [due]}
    Clock.objects.filter(pk=clock.pk).update(
        **values, breached_at=due if breached else None, next_at=None if breached else due
    )
    if met:
        keep_promise(clock_id=clock.pk, by=clock.owner)
        Clock.objects.filter(pk=clock.pk).update(
            due_at=due, breached_at=due if breached else None, met_at=due
        )


def test_what_comes_due_stands_in_its_hour_and_leads_there(client: Client) -> None:
    team = Team()
    sign_in(client, team.director)
    hours = half_into_the_hour() / timedelta(hours=1)
    for _n in range(2):
        timed(team.agent, hours=hours, unit=team.unit, metric=Metric.PLAN_REPLY)
    timed(team.agent, hours=hours + 1, unit=team.unit)
    timed(team.agent, hours=-1, unit=team.unit, metric=Metric.PLAN_REPLY)
    due = by_name(desk_figures(team.director))["due"]
    assert [value.count for value in due.values][:5] == [0, 0, 2, 1, 0]
    for value in due.values[:5]:
        assert rows_behind(client, value.href) == value.count, value


def test_the_load_of_each_person_leads_to_their_cases(client: Client) -> None:
    team = Team()
    sign_in(client, team.director)
    made = [case(team=team) for _n in range(3)]
    for one, owner in zip(made, (team.agent, team.agent, team.director), strict=True):
        given(one, owner, by=team.director)
    load = by_name(desk_figures(team.director))["load"]
    assert [(value.label, value.count) for value in load.values] == [
        (str(team.agent), 2),
        (str(team.director), 1),
    ]
    for value in load.values:
        assert rows_behind(client, value.href) == value.count, value


def test_on_time_is_what_was_met_of_what_fell_due_this_week(client: Client) -> None:
    team, strangers = Team(), Team()
    sign_in(client, team.director)
    for met, breached in ((True, False), (True, False), (True, True), (False, False)):
        fell_due(timed(team.agent, unit=team.unit), met=met, breached=breached)
    timed(team.agent, hours=5, unit=team.unit)  # not due yet
    fell_due(timed(strangers.agent, unit=strangers.unit), met=True, breached=False)
    found = on_time_this_week(team.director, timezone.now())
    assert (found.kept, found.missed) == (2, 2)
    share = by_name(desk_figures(team.director))["on-time"]
    assert share.percent == 50
    for value in share.values:
        assert rows_behind(client, value.href) == value.count, value


def test_the_team_s_page_shows_the_same_figures(client: Client) -> None:
    team = Team()
    sign_in(client, team.director)
    case(team=team)
    timed(team.agent, hours=3, unit=team.unit)
    there = by_name(client.get(reverse("desk:team")).context["figures"])
    for name, figure in by_name(desk_figures(team.director)).items():
        shown = [(value.label, value.count) for value in there[name].values]
        assert shown == [(value.label, value.count) for value in figure.values], name


def test_who_leads_nobody_has_no_pictures(client: Client) -> None:
    team = Team()
    sign_in(client, team.agent)
    assert 'id="figure-' not in client.get("/admin/").text
    sign_in(client, team.director)
    assert client.get("/admin/").text.count('id="figure-') >= 3


@pytest.mark.parametrize("rows", [1, 3])
def test_the_figures_cost_the_same_for_any_number_of_people(
    rows: int, django_assert_num_queries: Any
) -> None:
    team = Team()
    director = team.director
    for _n in range(rows):
        agent = team.person(Role.AGENT)
        timed(agent, hours=-1, unit=team.unit, metric=Metric.PLAN_REPLY)
        given(case(team=team), agent, by=director)
    director.get_all_permissions()  # the page has asked for them before
    with django_assert_num_queries(6):
        leaders_figures(director)
