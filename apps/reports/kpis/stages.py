"""How long each stage took, as the stage report says (``tracking.queries.stage_report``), by the end of the stage."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from django.utils.translation import gettext_lazy as _

from apps.core.times import day_start
from apps.reports.enums import Shows
from apps.reports.kpis.base import Kpi, Period, Scope, Source
from apps.reports.kpis.shipments import SHIPMENT_SCOPES
from apps.reports.kpis.stage_yardsticks import OVERRUN, stage_yardstick
from apps.tracking.enums import Stage
from apps.tracking.queries.stage_report import stage_sql, stage_values

# Shipments that were issued longer before the period are not looked at: events lie by the month of issue.
LOOK_BACK: Final = timedelta(days=92)
# Of which a stage may have ended in the period. Return documents end after the shipment does.
_SHIPMENTS = """
SELECT w.id, w.customer_id, w.issued_month, w.issued_at, w.service_level, w.origin_city, w.destination_city,
    w.responsible_unit_id, w.carrier_id, w.concluded_at, (w.issued_at AT TIME ZONE %(zone)s)::date AS day
FROM tracking_waybill w
WHERE w.issued_at >= %(stages_from)s AND w.issued_at < %(until)s AND w.status <> 'cancelled'
  AND (w.last_event_at >= %(since)s OR w.return_document_required)"""
_COLUMNS = """t.id, t.stage, t.ended, t.seconds AS took, t.hours * 3600 AS standard, t.customer_id, t.unit_id,
    t.carrier_id, CASE WHEN t.from_city <> '' AND t.to_city <> '' THEN t.from_city || ' → ' || t.to_city END AS lane"""


def _stages(only: str = "") -> str:
    found = stage_sql(_SHIPMENTS + only, _COLUMNS)
    return f"{found} WHERE t.ended >= %(since)s AND t.ended < %(until)s"


STAGES: Final = Source("stages", _stages())
STAGES_OF_CUSTOMERS: Final = Source(
    "stages_of_customers", _stages(" AND w.customer_id = ANY(%(scope_ids)s::bigint[])")
)


class OfStages(Kpi):
    """One row for a stage of a shipment."""

    period_by = _("the end of the stage")
    better = "down"
    scopes = SHIPMENT_SCOPES
    source = STAGES
    customers_source = STAGES_OF_CUSTOMERS
    stage: ClassVar[str]

    def values(self, period: Period, at: datetime) -> dict[str, Any]:
        first = period.first - LOOK_BACK
        return {**stage_values(first, period.last), "stages_from": day_start(first)}

    def shared_source(self, scope: Scope) -> Source | None:
        """All stages of a shipment are computed together, of whomever."""
        return self.source_of(scope)


def _select(good: str, measure: str, where: str) -> str:
    return f"""
    SELECT 'tracking.waybill', s.id, s.ended, 1, {good}, {measure}, s.customer_id, s.unit_id, s.carrier_id, NULL::bigint, s.lane
    FROM src s WHERE {where}"""  # noqa: S608  # words of ours


class StageTime(OfStages):
    unit = _("time")
    shows = Shows.MEDIAN
    is_measured = True


def _stage(stage: Stage, label: Any) -> type[Kpi]:
    body = {
        "code": f"stage_{stage.value}",
        "name": label,
        "definition": _(
            "How long this stage took for the shipments of which it ended in the period, as in the report on stages;"
            " stages that are still running are not in it, nor shipments issued more than three months before."
        ),
        "select": _select("0", "s.took", f"s.stage = '{stage.value}'"),
        "yardstick": stage_yardstick(stage),
        "stage": stage.value,
    }
    return type(f"Stage{stage.value.title()}", (StageTime,), body)


class Overrun(OfStages):
    code = "overrun"
    name = _("Stages over their time")
    definition = _(
        "Stages that took longer than their standard time, of those that ended in the period and have one."
    )
    select = """
    SELECT 'tracking.waybill:' || s.stage, s.id, s.ended, 1,
        (s.took > s.standard)::int, NULL::float8, s.customer_id, s.unit_id, s.carrier_id, NULL::bigint, s.lane
    FROM src s WHERE s.standard IS NOT NULL"""  # words of ours
    yardstick = OVERRUN


ALL: Final = (
    *(
        _stage(stage, label)
        for stage, label in (
            (Stage.PICKUP, _("Time until pickup")),
            (Stage.SORT, _("Time of sorting")),
            (Stage.LINE_HAUL, _("Time of line haul")),
            (Stage.DELIVERY, _("Time of delivery")),
            (Stage.RECEIPT_RETURN, _("Time of returning the receipt")),
        )
    ),
    Overrun,
)
