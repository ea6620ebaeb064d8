"""Figures as they were, and goals (REP-4)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import BadInput, RuleBroken
from apps.reports import services
from apps.reports.enums import ScopeKind
from apps.reports.kpis import COMPANY, KPIS, Period, Scope
from apps.reports.models import Figure, Freeze, Goal
from apps.reports.queries.figures import figures
from apps.reports.queries.frozen import figures_or_frozen
from apps.reports.queries.goals import goals_on
from apps.reports.rules.mix import adjusted
from apps.reports.rules.wilson import interval
from apps.reports.rules.words import shown
from apps.tracking.models import Waybill
from tests import databases
from tests.factories.accounts import UserFactory
from tests.factories.months import Size, make_month

pytestmark = pytest.mark.requirement("REP-4")


def last_month() -> date:
    return timezone.localdate().replace(day=1) - timedelta(days=1)


@pytest.mark.django_db
def test_frozen_figures_stay_as_they_were() -> None:
    world, by = make_month(Size(shipments=120, cases=20, calls=40), last_month()), UserFactory()
    freeze = services.freeze_figures(world.period, ScopeKind.CUSTOMER, by=by)
    kept = Figure.objects.filter(freeze=freeze)
    live = figures(list(KPIS.values()), ScopeKind.CUSTOMER, world.period)
    found = {(f.kpi, f.scope_id): (f.numerator, f.denominator, f.median, f.p90) for f in kept}
    assert found == {
        (f.kpi, f.scope_id): (f.numerator, f.denominator, f.median, f.p90) for f in live
    }
    scope = Scope(ScopeKind.CUSTOMER, (world.customers[0],))
    was, at = figures_or_frozen(list(KPIS.values()), scope, world.period, at=timezone.now())
    Waybill.objects.update(promised_at=None, measured_promise_at=None)
    now, again = figures_or_frozen(list(KPIS.values()), scope, world.period, at=timezone.now())
    assert now == was and at == again == freeze.computed_at
    assert services.freeze_figures(world.period, ScopeKind.CUSTOMER, by=by).nth == 2


@pytest.mark.django_db
def test_a_period_that_runs_is_not_frozen() -> None:
    with pytest.raises(RuleBroken) as refused:
        services.freeze_figures(
            Period.of_month(timezone.localdate()), ScopeKind.ALL, by=UserFactory()
        )
    assert refused.value.code == "not_over"
    assert not Freeze.objects.exists()


@pytest.fixture
def _clean(transactional_db: Any) -> Any:
    yield
    databases.clean()


def test_twenty_at_once_are_one_computing(_clean: Any) -> None:
    by, period, at = UserFactory(), Period.of_month(last_month()), timezone.now()

    def ask(_n: int) -> int:
        try:
            return services.freeze_figures(period, ScopeKind.ALL, by=by, at=at).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        found = set(pool.map(ask, range(20)))
    assert len(found) == 1
    assert Freeze.objects.count() == 1 and Figure.objects.filter(kpi="on_time").count() == 1


@pytest.mark.django_db
def test_a_goal_counts_from_its_day_on() -> None:
    by, at, today = UserFactory(), timezone.now(), timezone.localdate()
    first = today.replace(day=1)
    services.set_goal(kpi="on_time", value=Decimal("95"), since=first, by=by, at=at)
    later = first + timedelta(days=40)
    services.set_goal(kpi="on_time", value=None, since=later, by=by, at=at)
    own = {"scope_kind": ScopeKind.UNIT, "scope_id": 7}
    services.set_goal(kpi="on_time", value=Decimal("97.5"), since=first, by=by, at=at, **own)  # type: ignore[arg-type]
    assert goals_on(today, KPIS, ScopeKind.ALL) == {"on_time": Decimal("95.00")}
    assert goals_on(today, KPIS, ScopeKind.UNIT, 7) == {"on_time": Decimal("97.50")}
    assert goals_on(today, KPIS, ScopeKind.UNIT, 8) == {"on_time": Decimal("95.00")}
    assert goals_on(later, KPIS, ScopeKind.ALL) == {}
    assert goals_on(first - timedelta(days=1), KPIS, ScopeKind.ALL) == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kpi": "nonsense"}, "kpi"),
        ({"value": Decimal("-1")}, "value"),
        ({"value": Decimal("NaN")}, "value"),
        ({"since": last_month()}, "since"),
        ({}, "since"),
    ],
)
def test_goals_that_make_no_sense_are_refused(wrong: dict[str, Any], field: str) -> None:
    """The last one: a goal begins on that day already."""
    given_ = {
        "kpi": "fcr", "value": Decimal("80"), "since": timezone.localdate(), "by": UserFactory(),
        "at": timezone.now(),
    }  # fmt: skip
    services.set_goal(**given_)  # type: ignore[arg-type]
    with pytest.raises(BadInput) as refused:
        services.set_goal(**{**given_, **wrong})  # type: ignore[arg-type]
    assert refused.value.field == field
    assert Goal.objects.count() == 1


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_interval_holds_the_share(part: int, more: int) -> None:
    whole = part + more
    found = interval(part, whole)
    if not whole:
        assert found is None
        return
    assert found is not None
    low, high = found
    assert 0 <= low <= part / whole <= high <= 1


def test_intervals_of_a_table() -> None:
    """Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    known = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (part, whole), wanted in known.items():
        found = interval(part, whole)
        assert found is not None
        assert [round(one, 4) for one in found] == list(wanted)


def test_hard_lanes_are_no_fault() -> None:
    """Both do as well as the company does on each lane: plain 90 and 60 per cent, adjusted the same."""
    parts = [(1, "easy", 90, 100), (2, "hard", 60, 100)]
    assert set(adjusted(parts).values()) == {Fraction(3, 4)}
    # Better than usual on the hard lane.
    assert adjusted([*parts, (3, "hard", 80, 100)])[3] > adjusted([*parts, (3, "hard", 80, 100)])[1]
    assert adjusted([(1, "a", 0, 5)]) == {}


def test_a_share_below_its_goal_never_looks_as_if_it_met_it() -> None:
    assert shown(Fraction(979999, 10000), shows="rate", per=100, is_time=False) == "97.9 %"
    assert shown(None, shows="rate", per=100, is_time=False) == "—"
    assert COMPANY.ids is None
