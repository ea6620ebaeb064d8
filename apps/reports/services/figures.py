"""Figures are computed for all scopes of a kind at once and kept as they were."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.database import database_now
from apps.core.errors import RuleBroken
from apps.events.services import record
from apps.reports.enums import ScopeKind
from apps.reports.kpis import KPIS, Kpi, Period, Scope
from apps.reports.models import Freeze
from apps.reports.queries.figures import by_source, figure_sql
from apps.reports.queries.frozen import latest_freeze

# For a month of a million shipments; the usual limit is for people who wait for a page.
_ALLOW = "SET LOCAL statement_timeout = '15min'"
_KEEP = """
INSERT INTO reports_figure
    (freeze_id, kpi, scope_id, lane, numerator, denominator, median, p90, mean, version, is_final)
SELECT %(freeze)s, f.kpi, scope_id, lane, numerator, denominator, median, p90, mean, k.version, k.is_final
FROM ({figures}) f (kpi, scope_id, lane, numerator, denominator, median, p90, mean)
JOIN unnest(%(codes)s::text[], %(versions)s::int[], %(finals)s::boolean[]) AS k(kpi, version, is_final) USING (kpi)
"""


@transaction.atomic
def freeze_figures(
    period: Period,
    scope_kind: ScopeKind,
    *,
    by: User,
    at: datetime | None = None,
    once: bool = False,
) -> Freeze:
    """Compute every KPI of every scope of the kind and keep what came out. ``at`` is when it was asked for: a computing
    that ended since then serves whoever waited for it, so twenty at once are one; ``once``: any that there is does.
    Raises RuleBroken before the period is over."""
    asked = at or database_now()
    if asked < period.ends:
        raise RuleBroken(
            _("Figures are frozen once their period is over."), code="not_over", field="period"
        )
    _queue(period, scope_kind)
    last = latest_freeze(period, scope_kind)
    if last is not None and (once or last.computed_at >= asked):
        return last
    row = Freeze(
        scope_kind=scope_kind,
        first_day=period.first,
        until_day=period.until,
        nth=1 if last is None else last.nth + 1,
        is_final=all(kpi.is_final(period, asked) for kpi in KPIS.values()),
        computed_at=max(asked, _clock()),
        computed_by=by,
    )
    row.save(force_insert=True)
    _allow()
    for kpis in by_source(list(KPIS.values()), Scope(scope_kind)):
        _keep(row, kpis, period, asked)
    record("figures.frozen", row, by=by, at=asked, data={"scope": scope_kind})
    return row


def _allow() -> None:
    """Time for it, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_ALLOW)


def _keep(row: Freeze, kpis: Sequence[Kpi], period: Period, at: datetime) -> None:
    sql, values = figure_sql(kpis, Scope(ScopeKind(row.scope_kind)), period, at)
    given: dict[str, Any] = {
        "freeze": row.pk,
        "codes": [kpi.code for kpi in kpis],
        "versions": [kpi.version for kpi in kpis],
        "finals": [kpi.is_final(period, at) for kpi in kpis],
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP.format(figures=sql), {**values, **given})


def _queue(period: Period, scope_kind: ScopeKind) -> None:
    """One computing of the same figures at a time, until the transaction ends."""
    key = f"reports.freeze {scope_kind} {period.first} {period.until}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment
