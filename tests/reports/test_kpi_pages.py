"""The pages of figures: what stands on them, who may not see whom, how many statements they take (REP-4)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import Unit, User
from apps.customers.models import Customer
from apps.reports.enums import ScopeKind
from apps.reports.kpis import KPIS
from apps.reports.queries.figures import figures
from apps.reports.services import set_goal
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.months import Size, World, make_month

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("REP-4")]
FIGURES, LIST, COMPARE = (
    "/admin/reports/figure/",
    "/admin/reports/figure/list/",
    "/admin/reports/figure/compare/",
)


@pytest.fixture
def world() -> World:
    last_month = timezone.localdate().replace(day=1) - timedelta(days=1)
    return make_month(Size(), last_month)


@pytest.fixture
def boss() -> User:
    user: User = UserFactory(roles=[Role.DEPARTMENT_MANAGER], scope=ObjectScope.ALL)
    return user


def agent_of(unit: int) -> User:
    user: User = UserFactory(
        roles=[Role.AGENT], unit=Unit.objects.get(pk=unit), scope=ObjectScope.UNITS
    )
    return user


def signed_in(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def text(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


def test_every_figure_stands_on_the_page_with_what_it_means(world: World, boss: User) -> None:
    page = text(signed_in(boss).get(FIGURES))
    for kpi in KPIS.values():
        assert str(kpi.name) in page
        assert f"kpi={kpi.code}" in page
    assert "80.9 %" in page  # the Bureau's own, beside ours
    # What went wrong is one click away: not good of a share, the numerator where less is better.
    assert "kpi=on_time&amp;only=bad" in page and "kpi=kb_miss&amp;only=good" in page


def test_of_what_is_better_the_less_the_numerator_is_what_went_wrong(
    world: World, boss: User
) -> None:
    client = signed_in(boss)
    shown = text(client.get(LIST, {"kpi": "kb_miss", "only": "good"}))
    assert "kpi-bad" in shown and "kpi-good" not in shown
    shown = text(client.get(LIST, {"kpi": "kb_miss", "only": "bad"}))
    assert "kpi-good" in shown and "kpi-bad" not in shown


def test_rows_are_filtered_by_what_the_figure_counts(world: World, boss: User) -> None:
    """A complaint in the numerator is not “good”; of counts and times there is nothing to tell apart."""
    client = signed_in(boss)
    up, down = (text(client.get(LIST, {"kpi": code})) for code in ("on_time", "complaint"))
    assert "未达标" in up and "仅计入分母" not in up
    assert '<option value="good">计入分子</option>' in down and "达标" not in down
    shown = text(client.get(LIST, {"kpi": "complaint", "only": "good"}))
    assert "/admin/complaints/case/" in shown and "/admin/tracking/waybill/" not in shown
    counted = client.get(LIST, {"kpi": "picked_up", "only": "bad"})
    assert counted.status_code == 200 and '<option value="good"' not in text(counted)


def test_the_form_says_of_whom_the_page_speaks(world: World) -> None:
    page = text(signed_in(agent_of(world.units[0])).get(FIGURES))
    assert '<option value="agent" selected>' in page


def test_a_list_leads_to_its_shipments_in_few_statements(
    world: World, boss: User, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(boss)
    client.get(LIST)
    for code in KPIS:
        with django_assert_max_num_queries(11):
            answer = client.get(LIST, {"kpi": code})
        assert answer.status_code == 200, code
    page = text(client.get(LIST, {"kpi": "on_time", "only": "bad"}))
    assert "/admin/tracking/waybill/" in page and "✗" in page


def test_pages_of_a_list_follow_one_another(world: World, boss: User) -> None:
    client = signed_in(boss)
    first = text(client.get(LIST, {"kpi": "picked_up"}))
    after = first.split("after=")[1].split('"')[0].replace("&amp;", "&")
    second = text(client.get(f"{LIST}?kpi=picked_up&after={after}"))
    assert "/admin/tracking/waybill/" in second and first != second


def test_the_comparison_counts_no_statement_per_row(
    world: World, boss: User, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(boss)
    client.get(COMPARE)
    for kind, kpi in (("unit", "on_time"), ("partner", "in_72h"), ("agent", "fcr")):
        with django_assert_max_num_queries(14):
            page = text(client.get(COMPARE, {"kind": kind, "kpi": kpi}))
        assert "kpi-interval" in page


def test_the_file_holds_the_rows_of_the_page(world: World, boss: User) -> None:
    answer = signed_in(boss).post(f"{LIST}?kpi=shipment_csat", {"format": "csv"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").strip().splitlines()  # type: ignore[attr-defined]
    row = figures([KPIS["shipment_csat"]], ScopeKind.ALL, world.period)[0]
    assert len(lines) - 1 == row.denominator


def test_an_agent_sees_the_own_row_and_the_median(world: World) -> None:
    own = agent_of(world.units[0])
    other = User.objects.get(pk=world.agents[0])
    page = text(signed_in(own).get(COMPARE, {"kind": "agent", "kpi": "first_word"}))
    assert other.display_name not in page
    page = text(signed_in(other).get(COMPARE, {"kind": "agent", "kpi": "first_word"}))
    assert other.display_name in page
    for pk in world.agents[1:]:
        assert User.objects.get(pk=pk).display_name not in page


@pytest.mark.parametrize("kind", ["all", "partner", "lane", "agent", "unit", "customer"])
def test_nobody_sees_figures_of_others(world: World, kind: str) -> None:
    """422 with the reason beside the field, and no figure."""
    own = agent_of(world.units[0])
    elsewhere = Unit.objects.get(pk=world.units[1])
    key = {
        "agent": User.objects.get(pk=world.agents[-1]).username,
        "unit": elsewhere.code,
        "partner": "kpi0",
        "lane": "上海 → 北京",
        "customer": Customer.objects.exclude(unit=world.units[0]).first(),
    }.get(kind, "")
    if kind == "customer":
        hidden: User = UserFactory(roles=[Role.AGENT], scope=ObjectScope.CUSTOMERS)
        own, key = hidden, Customer.objects.first().code  # type: ignore[union-attr]
    for page in (FIGURES, LIST):
        answer = signed_in(own).get(page, {"kind": kind, "key": str(key), "kpi": "closed"})
        assert answer.status_code == 422, (page, kind)


def test_who_has_no_business_with_figures_is_refused(world: World) -> None:
    stranger = UserFactory(roles=[Role.CASHIER])
    for page in (FIGURES, LIST, COMPARE, "/admin/reports/goal/"):
        assert signed_in(stranger).get(page).status_code == 403
    assert Client().get(FIGURES).status_code == 302
    agent = agent_of(world.units[0])
    assert signed_in(agent).get("/admin/reports/goal/add/").status_code == 403


def test_what_makes_no_sense_is_refused_beside_its_field(world: World, boss: User) -> None:
    client = signed_in(boss)
    for asked in (
        {"first_day": "2026-02-30"},
        {"first_day": "2026-02-02", "last_day": "2026-02-01"},
        {"kpi": "nonsense"},
        {"kind": "agent", "key": boss.username, "kpi": "on_time"},
        {"kind": "unit", "key": "NOWHERE"},
    ):
        assert client.get(LIST, asked).status_code == 422, asked


def test_a_goal_stands_in_words_and_not_in_codes(world: World, boss: User) -> None:
    unit = Unit.objects.get(pk=world.units[0])
    goal = set_goal(
        kpi="on_time", scope_kind=ScopeKind.UNIT, scope_id=unit.pk, value=Decimal("98"),
        since=timezone.localdate(), by=boss, at=timezone.now(),
    )  # fmt: skip
    client = signed_in(boss)
    page = text(client.get(reverse("admin:reports_goal_change", args=[goal.pk])))
    assert str(KPIS["on_time"].name) in page and unit.name in page and "98.0 %" in page
    assert ">on_time<" not in page
    assert "98.0 %" in text(client.get(reverse("admin:reports_goal_changelist")))
