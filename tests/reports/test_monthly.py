"""The month's turn: last month's figures are frozen once by themselves (REP-3, REP-4)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.core.times import day_start
from apps.events.models import Event
from apps.reports import services, tasks
from apps.reports.enums import ScopeKind
from apps.reports.kpis import Period
from apps.reports.models import Figure, Freeze, Summary
from apps.reports.services import monthly
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.tracking import waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("REP-4")]
MONTH = Period.of_month(timezone.localdate()).before


def frozen() -> set[tuple[str, date]]:
    return set(Freeze.objects.values_list("scope_kind", "first_day"))


def all_of(*months: Period) -> set[tuple[str, date]]:
    return {(kind.value, month.first) for month in months for kind in ScopeKind}


def test_last_month_is_frozen_once_by_the_system() -> None:
    assert tasks.prepare_monthly() == len(ScopeKind)
    assert frozen() == all_of(MONTH)
    assert {row.computed_by for row in Freeze.objects.all()} == {system_user("reports")}
    assert Figure.objects.filter(freeze__scope_kind=ScopeKind.ALL, kpi="on_time").count() == 1
    assert Event.objects.filter(kind="figures.frozen").count() == len(ScopeKind)
    assert tasks.prepare_monthly() == 0
    assert Freeze.objects.count() == len(ScopeKind)


def test_the_month_turns_at_the_companys_midnight() -> None:
    turn = day_start(MONTH.until)
    assert services.freeze_past_months(at=turn - timedelta(microseconds=1)) == len(ScopeKind)
    assert frozen() == all_of(MONTH.before)
    assert services.freeze_past_months(at=turn) == len(ScopeKind)
    assert frozen() == all_of(MONTH.before, MONTH)


def test_missed_months_are_caught_up_from_the_first_that_was_frozen() -> None:
    begun = MONTH.before.before
    services.freeze_figures(begun, ScopeKind.ALL, by=UserFactory())
    services.freeze_past_months(at=timezone.now())
    assert frozen() == all_of(begun, MONTH.before, MONTH)
    order = list(Freeze.objects.order_by("pk").values_list("first_day", flat=True))
    assert order == sorted(order)
    assert not Freeze.objects.filter(nth__gt=1).exists()


def test_nothing_is_caught_up_beyond_a_year() -> None:
    long_ago = MONTH
    for _n in range(14):
        long_ago = long_ago.before
    services.freeze_figures(long_ago, ScopeKind.ALL, by=UserFactory())
    assert services.freeze_past_months(at=timezone.now()) == len(ScopeKind)


def test_what_was_killed_half_way_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Customers' figures come with the drafts of their summaries, or not at all."""
    customer = CustomerFactory()
    shipment = waybill(customer=customer)
    type(shipment).objects.filter(pk=shipment.pk).update(picked_up_at=day_start(MONTH.first, 3))

    def killed(*_a: Any, **_more: Any) -> Any:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(monthly, "draft_missing", killed)
        with pytest.raises(RuntimeError):
            services.freeze_past_months(at=timezone.now())
    assert frozen() == {(ScopeKind.ALL.value, MONTH.first)}
    assert not Summary.objects.exists()
    assert services.freeze_past_months(at=timezone.now()) == len(ScopeKind) - 1
    assert frozen() == all_of(MONTH)
    assert Summary.objects.get().customer == customer
    assert services.freeze_past_months(at=timezone.now()) == 0
    assert Summary.objects.count() == 1


def test_a_computing_that_there_is_serves_whoever_wants_it_once() -> None:
    by, later = UserFactory(), timezone.now() + timedelta(days=1)
    first = services.freeze_figures(MONTH, ScopeKind.UNIT, by=by)
    assert services.freeze_figures(MONTH, ScopeKind.UNIT, by=by, at=later, once=True) == first
    assert services.freeze_figures(MONTH, ScopeKind.UNIT, by=by, at=later).nth == 2
