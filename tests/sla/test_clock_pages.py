"""The clocks' own pages: the list, why a due time is what it is, the policies (CMP-2)."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from apps.accounts.enums import ObjectScope, Role
from apps.complaints.enums import CaseMatter
from apps.customers.enums import CustomerMatter
from apps.quality.enums import ExceptionMatter
from apps.sla import services
from apps.sla.enums import IntervalKind, Metric
from apps.sla.kinds import timed_kinds
from apps.sla.models import Clock, Policy
from apps.sla.queries.explaining import explanation
from tests.factories.accounts import UnitFactory, UserFactory, sign_in
from tests.factories.sla import clock_of, let_pass, machine, open_case

pytestmark = pytest.mark.django_db
LIST = "admin:sla_clock_changelist"


def clock_page(clock: Any) -> str:
    return reverse("admin:sla_clock_change", args=[clock.pk])


@pytest.mark.requirement("CMP-2")
def test_an_explanation_adds_up_to_the_target(client: Client) -> None:
    sign_in(client, UserFactory(roles=[Role.DEPARTMENT_MANAGER]))
    what, matter = open_case()
    let_pass(hours=2)
    services.begin_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
    let_pass(hours=3)
    services.end_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
    services.sweep()
    clock = clock_of(matter, Metric.PLAN_REPLY)
    why = explanation(clock)
    assert why.counted == clock.seconds == 12 * 3600
    assert [line.kind for line in why.lines].count("pause") >= 1
    page = client.get(clock_page(clock))
    assert page.status_code == 200
    words = page.content.decode()
    assert "一般投诉" in words
    assert "等待客户" in words


def test_a_fixed_due_time_has_nothing_to_count(client: Client) -> None:
    sign_in(client, UserFactory(roles=[Role.DIRECTOR]))
    what, _matter = open_case()
    soon = _matter.opened_at + timedelta(hours=1)
    clock = services.promise(subject=what, due_at=soon, label="回电", by=machine())
    assert explanation(clock).lines == []
    assert client.get(clock_page(clock)).status_code == 200


def test_one_sees_own_clocks_and_those_of_own_units_only(client: Client) -> None:
    unit = UnitFactory()
    agent = sign_in(client, UserFactory(roles=[Role.AGENT], unit=unit, scope=ObjectScope.UNITS))
    _what, mine = open_case(owner=agent)
    _what, ours = open_case(unit=unit)
    _what, other = open_case(unit=UnitFactory())
    found = {c.matter_id for c in client.get(reverse(LIST)).context["rows"]}
    assert found == {mine.pk, ours.pk}
    assert client.get(clock_page(clock_of(other, Metric.LEGAL))).status_code == 404


def test_whoever_has_no_business_with_clocks_sees_none(client: Client) -> None:
    sign_in(client, UserFactory(roles=[Role.SETTLEMENT_CLERK]))
    _what, matter = open_case()
    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(clock_page(clock_of(matter, Metric.LEGAL))).status_code == 403


NO_CASES = [Role.FINANCE, Role.SALES, Role.DISPATCHER, Role.WAREHOUSE_MANAGER, Role.IT_ADMIN]


def test_every_kind_of_clock_is_seen_by_a_permission_that_exists() -> None:
    assert len(timed_kinds()) >= 8
    for timed in timed_kinds().values():
        app, codename = timed.seen_with.split(".")
        assert Permission.objects.filter(content_type__app_label=app, codename=codename).exists()


@pytest.mark.parametrize("role", NO_CASES)
@pytest.mark.parametrize("mine", [True, False])
def test_the_clock_of_a_case_is_no_more_public_than_the_case(
    client: Client, role: Role, mine: bool
) -> None:
    reader = sign_in(client, UserFactory(roles=[role], scope=ObjectScope.ALL))
    what, matter = open_case(owner=reader if mine else None, title="CS1 陈女士投诉")
    soon = matter.opened_at + timedelta(hours=1)
    promise = services.promise(subject=what, due_at=soon, label="回电陈女士", by=machine())
    for query in ({}, {"view": "all"}, {"view": "mine"}, {"kind": CaseMatter.CASE}):
        assert "陈女士" not in client.get(reverse(LIST), query).content.decode()
    for clock in (promise, clock_of(matter, Metric.LEGAL)):
        assert client.get(clock_page(clock)).status_code == 404
    of = reverse("admin:sla_clock_of", args=["accounts", "unit", what.pk])
    assert client.get(of).headers["Location"] == reverse(LIST)


@pytest.mark.parametrize(
    ("role", "kind", "seen"),
    [
        (Role.WAREHOUSE_MANAGER, ExceptionMatter.EXCEPTION, True),
        (Role.FINANCE, ExceptionMatter.EXCEPTION, False),
        (Role.FINANCE, CustomerMatter.HANDOVER, True),
        (Role.IT_ADMIN, CustomerMatter.HANDOVER, False),
        (Role.AGENT, CaseMatter.CASE, True),
    ],
)
def test_each_role_sees_the_clocks_of_what_it_may_see(
    client: Client, role: Role, kind: str, seen: bool
) -> None:
    sign_in(client, UserFactory(roles=[role], scope=ObjectScope.ALL))
    what, matter = open_case(kind=CaseMatter.CASE, title="件")
    clock = services.promise(
        subject=what, due_at=matter.opened_at + timedelta(hours=1), label="回电", by=machine()
    )
    Clock.objects.filter(pk=clock.pk).update(kind=kind)
    assert client.get(clock_page(clock)).status_code == (200 if seen else 404)


def test_the_list_begins_with_what_runs_out_next(client: Client) -> None:
    agent = sign_in(client, UserFactory(roles=[Role.AGENT]))
    what, matter = open_case(owner=agent)
    let_pass(hours=1)
    services.record_fact(subject=what, kind="spoken", by=machine())
    services.sweep()

    def listed(view: str) -> list[int]:
        answer = client.get(reverse(LIST), {"view": view} if view else {})
        return [clock.pk for clock in answer.context["rows"]]

    mine = matter.clocks.order_by("due_at", "id")
    running = list(mine.filter(state__in=["running", "paused"]).values_list("pk", flat=True))
    late = list(mine.filter(pk__in=running, breached_at__isnull=False).values_list("pk", flat=True))
    assert late and running[: len(late)] == late
    assert listed("") == running
    assert listed("overdue") == late
    assert set(listed("all")) == set(mine.values_list("pk", flat=True)) > set(running)
    assert set(listed("missed")) == set(
        mine.filter(breached_at__isnull=False).values_list("pk", flat=True)
    )


@pytest.mark.parametrize("view", ["all", "overdue", "missed", "mine", ""])
def test_the_list_costs_the_same_for_one_and_for_three(
    client: Client, view: str, django_assert_max_num_queries: Any
) -> None:
    sign_in(client, UserFactory(roles=[Role.DIRECTOR]))
    address = f"{reverse(LIST)}?view={view}"
    open_case()
    client.get(address)
    with django_assert_max_num_queries(16) as first:
        assert client.get(address).status_code == 200
    open_case(owner=UserFactory(), unit=UnitFactory())
    open_case(owner=UserFactory(), unit=UnitFactory())
    with django_assert_max_num_queries(len(first)):
        assert client.get(address).status_code == 200


def test_a_policy_is_read_as_a_table_and_retired_with_a_reason(client: Client) -> None:
    sign_in(client, UserFactory(roles=[Role.DEPARTMENT_MANAGER]))
    policy = Policy.objects.get(code="case-ordinary")
    page = client.get(reverse("admin:sla_policy_change", args=[policy.pk]))
    assert "方案与答复" in page.content.decode()
    assert client.get(reverse("admin:sla_policy_changelist")).status_code == 200
    act = reverse("admin:sla_policy_act", args=[policy.pk, "retire"])
    client.post(act, {"reason": ""})
    policy.refresh_from_db()
    assert policy.retired_at is None
    client.post(act, {"reason": "换新规则"})
    policy.refresh_from_db()
    assert policy.retired_by is not None


def test_only_who_may_publish_retires(client: Client) -> None:
    sign_in(client, UserFactory(roles=[Role.AGENT]))
    policy = Policy.objects.get(code="case-ordinary")
    assert client.get(reverse("admin:sla_policy_change", args=[policy.pk])).status_code == 200
    act = reverse("admin:sla_policy_act", args=[policy.pk, "retire"])
    assert client.post(act, {"reason": "x"}).status_code == 403
