"""Losses and damages: each shipment once, by its first decision, found by the instants of decisions (REP-4)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.claims.enums import ClaimKind
from apps.claims.models import Claim
from apps.quality.models import ExceptionReport
from apps.reports.enums import ScopeKind
from apps.reports.kpis import COMPANY, KPIS, Period
from apps.reports.queries.figures import figures
from tests.factories.claims import Desk, approved
from tests.factories.months import Size, World, make_month

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("REP-4")]


def _lost(world: World) -> ExceptionReport:
    """An exception of the month that was decided within it."""
    return ExceptionReport.objects.filter(
        kind="lost", decided_at__gte=world.period.begins, decided_at__lt=world.period.ends
    ).earliest("pk")


def _numerator(period: Period, code: str = "loss") -> int:
    return figures([KPIS[code]], ScopeKind.ALL, period)[0].numerator


@pytest.fixture
def world() -> World:
    last_month = timezone.localdate().replace(day=1) - timedelta(days=1)
    return make_month(Size(seed=0.3), last_month)


@pytest.mark.parametrize("day", [timedelta(days=-40), timedelta(0)])
def test_a_shipment_whose_loss_was_decided_before_the_month_is_not_lost_again(
    world: World, day: timedelta
) -> None:
    """Its claim was approved; the exception report came to the same result in the month, before or after it."""
    report, claim = _lost(world), approved(Desk(), kind=ClaimKind.LOSS)
    ExceptionReport.objects.filter(pk=report.pk).update(waybill=claim.waybill_id)
    before = _numerator(world.period)
    assert report.decided_at is not None
    decided = report.decided_at + day
    Claim.objects.filter(pk=claim.pk).update(decided_at=decided)
    assert _numerator(world.period) == before - (decided < world.period.begins)


@pytest.mark.parametrize(
    ("code", "index"),
    [("loss", "exception_by_decision"), ("damage", "claim_by_decision")],
)
def test_decisions_of_a_period_are_read_from_their_index(code: str, index: str) -> None:
    """Not every exception report and claim there ever was."""
    first = timezone.localdate()
    rows = KPIS[code].rows(COMPANY, Period(first, first + timedelta(days=1)))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + rows.sql, rows.values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert index in plan
