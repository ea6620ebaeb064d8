"""My desk: what runs out next, what I promised, what was handed to me; and the team's view (REP-1)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.complaints import services as complaints
from apps.complaints.models import Case
from apps.desk.queries.running import own_cases, own_clocks
from apps.desk.queries.team import team
from apps.orders.enums import OrderMatter
from apps.orders.models import WorkOrder
from apps.sla.enums import Metric
from apps.sla.models import Clock
from apps.sla.rules import Attributes
from apps.sla.services import open_matter, promise
from tests.factories.accounts import UnitFactory, UserFactory, sign_in
from tests.factories.complaints import Team, case
from tests.factories.customers import ready_customer
from tests.factories.orders import order

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("REP-1")]
DESK = "/admin/"


def timed(owner: User, *, hours: float = 2, title: str = "", **fields: Any) -> Clock:
    """Something of ``owner``'s with one clock that runs out in ``hours``."""
    unit = fields.pop("unit", None) or UnitFactory()
    subject = fields.pop("subject", None) or order(ready_customer(unit=unit), by=owner)
    key = f"t{Clock.objects.count()}"
    matter = open_matter(
        kind=OrderMatter.ORDER,
        subject=subject,
        key=key,
        title=title or subject.number,
        attributes=Attributes(),
        owner=owner,
        unit=unit,
        opened_at=timezone.now(),
        by=owner,
        at=timezone.now(),
    )
    Clock.objects.filter(matter=matter).update(owner=None)
    clock = promise(
        subject=subject,
        key=key,
        due_at=timezone.now() + timedelta(hours=max(hours, 0.01)),
        label=fields.pop("label", "回电说明进展"),
        by=owner,
        owner=owner,
        **fields,
    )
    if hours <= 0:
        due = timezone.now() + timedelta(hours=hours)
        start = due - timedelta(hours=1)
        Clock.objects.filter(pk=clock.pk).update(due_at=due, started_at=start, schedule=[due])
        clock.refresh_from_db()
    return clock


def test_what_runs_out_next_is_on_top_and_promises_stand_apart() -> None:
    agent, other = UserFactory(), UserFactory()
    later = timed(agent, hours=5, metric=Metric.PLAN_REPLY)
    sooner = timed(agent, hours=1, metric=Metric.PLAN_REPLY)
    over = timed(agent, hours=-1, metric=Metric.PLAN_REPLY)
    promised = timed(agent, hours=2)
    timed(other, hours=0.5, metric=Metric.PLAN_REPLY)
    clocks = own_clocks(agent, running=20, promises=20)
    assert [line.clock for line in clocks.running] == [over, sooner, later]
    assert [line.clock for line in clocks.promises] == [promised]
    few = own_clocks(agent, running=1, promises=1)
    assert [line.clock for line in few.running] == [over]
    assert [line.clock for line in few.promises] == [promised]


def test_a_promise_is_kept_with_one_click_by_its_owner_alone(client: Client) -> None:
    agent = sign_in(client, UserFactory(roles=[Role.AGENT], unit=UnitFactory()))
    mine, foreign = timed(agent), timed(UserFactory())
    page = client.get(DESK).text
    assert reverse("desk:keep_promise", args=[mine.pk]) in page
    assert "回电说明进展" in page
    refused = client.post(reverse("desk:keep_promise", args=[foreign.pk]))
    assert refused.status_code == 404
    client.post(reverse("desk:keep_promise", args=[mine.pk]))
    mine.refresh_from_db()
    assert mine.met_by == agent
    # Clicked again, as from a page that was left open: nothing more happens.
    assert client.post(reverse("desk:keep_promise", args=[mine.pk])).status_code == 404


def test_cases_stand_where_they_ask_for_something() -> None:
    staff = Team()
    one = case(team=staff)
    assert one.owner == staff.agent
    complaints.take_case(case_id=one.pk, by=staff.director, at=timezone.now())
    complaints.assign_case(
        case_id=one.pk,
        owner=staff.agent,
        by=staff.director,
        at=timezone.now(),
        reason="您熟悉此客户",
    )
    mine = own_cases(staff.agent, most=10)
    assert one in mine.handed
    assert own_cases(staff.director, most=10).handed == []


def test_nobody_s_case_is_taken_with_one_click(client: Client) -> None:
    unit = UnitFactory()
    opener = UserFactory()
    lone = case(by=opener, unit=unit)
    assert lone.owner is None
    agent = sign_in(client, UserFactory(roles=[Role.AGENT], unit=unit, scope="units"))
    assert lone.number in client.get(DESK).text
    client.post(reverse("desk:take_case", args=[lone.pk]))
    lone.refresh_from_db()
    assert lone.owner == agent


def test_what_one_may_not_see_cannot_be_taken(client: Client) -> None:
    lone = case(by=UserFactory(), unit=UnitFactory())
    sign_in(client, UserFactory(roles=[Role.AGENT], unit=UnitFactory(), scope="units"))
    assert lone.number not in client.get(DESK).text
    assert client.post(reverse("desk:take_case", args=[lone.pk])).status_code == 404
    assert Case.objects.get(pk=lone.pk).owner is None


@pytest.mark.parametrize("rows", [1, 3])
def test_the_desk_costs_the_same_whatever_lies_on_it(
    client: Client, rows: int, django_assert_max_num_queries: Any
) -> None:
    staff = Team()
    agent = sign_in(client, staff.agent)
    for _n in range(rows):
        timed(agent, metric=Metric.PLAN_REPLY)
        timed(agent)
        case(team=staff)
    client.get(DESK)
    with django_assert_max_num_queries(11):
        client.get(DESK)


def test_the_director_sees_overdue_load_and_the_hot_hours(client: Client) -> None:
    staff = Team()
    case(team=staff)
    timed(staff.agent, hours=-1, unit=staff.unit, metric=Metric.PLAN_REPLY, title="CS-LATE")
    timed(staff.agent, hours=3, unit=staff.unit)
    seen = team(staff.director)
    row = next(row for row in seen.rows if row.user == staff.agent)
    assert row.overdue == 1
    assert row.load is not None
    assert row.load.in_hand >= 1
    assert seen.overdue_count == 1
    assert [one.metric for one in seen.overdue] == [Metric.PLAN_REPLY]
    assert sum(cell.count for cell in seen.totals) >= 1
    sign_in(client, staff.director)
    page = client.get(reverse("desk:team")).text
    assert "CS-LATE" in page
    assert staff.agent.display_name in page


def test_the_team_view_shows_no_other_unit() -> None:
    staff, strangers = Team(), Team()
    timed(strangers.agent, hours=-1, unit=strangers.unit, metric=Metric.PLAN_REPLY)
    assert team(staff.director).overdue_count == 0
    assert team(strangers.director).overdue_count == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_team_view_costs_the_same_for_any_number_of_people(
    rows: int, django_assert_num_queries: Any
) -> None:
    staff = Team()
    for _n in range(rows):
        timed(staff.person(Role.AGENT), hours=-1, unit=staff.unit, metric=Metric.PLAN_REPLY)
    director = User.objects.get(pk=staff.director.pk)
    director.get_all_permissions()  # the page has asked for them before
    with django_assert_num_queries(8):
        assert len(team(director).rows) == rows


def test_an_agent_does_not_open_the_team_view(client: Client) -> None:
    sign_in(client, UserFactory(roles=[Role.AGENT], unit=UnitFactory()))
    assert client.get(reverse("desk:team")).status_code == 403


def test_an_empty_desk_says_what_will_stand_there(client: Client) -> None:
    sign_in(client, UserFactory(roles=[Role.DIRECTOR], unit=UnitFactory(), language="en"))
    client.cookies["yipiao_language"] = "en"
    page = client.get(DESK).text
    assert "No clock of yours is running." in page
    assert "Every customer has been answered." in page
    assert "No clock has run out." in client.get(reverse("desk:team")).text


def test_the_order_of_a_work_order_is_reached_from_its_clock(client: Client) -> None:
    agent = sign_in(client, UserFactory(is_superuser=True))
    clock = timed(agent, metric=Metric.PLAN_REPLY)
    made = WorkOrder.objects.get(pk=clock.matter.subject_id)
    link = reverse("desk:open", args=["orders.workorder", made.pk])
    assert link in client.get(DESK).text
