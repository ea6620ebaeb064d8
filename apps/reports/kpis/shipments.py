"""KPIs of shipments: punctual, within 72 hours, lost, damaged, and what customers say of them."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from apps.claims.states import STANDING
from apps.reports.enums import ScopeKind, Shows
from apps.reports.kpis.base import Kpi
from apps.reports.kpis.sources import SHIPMENTS, city, lane, shipment_keys
from apps.tracking.enums import Reason, Satisfaction, Status
from apps.tracking.queries.stage_report import LIVE_EVENT

SHIPMENT_SCOPES: Final = (
    *(ScopeKind.ALL, ScopeKind.CUSTOMER, ScopeKind.UNIT, ScopeKind.PARTNER),
    ScopeKind.LANE,
)
# A first attempt that failed for one of these, or that the consignee refused, is none of ours.
CONSIGNEES_REASONS: Final = (
    Reason.CANNOT_CONTACT,
    Reason.BUSINESS_CLOSED,
    Reason.BAD_ADDRESS,
    Reason.NOT_COLLECTED,
)
_REASONS = ", ".join(f"'{reason}'" for reason in CONSIGNEES_REASONS)
_PICKED_UP = "w.picked_up_at >= %(since)s AND w.picked_up_at < %(until)s"
_CONCLUDED = "w.concluded_at >= %(since)s AND w.concluded_at < %(until)s"
# How the first attempt to deliver went: in time and failed for the consignee's reason.
FIRST_ATTEMPT: Final = f"""coalesce((
    SELECT (e.occurred_at <= w.promised AND (e.status = '{Status.REFUSED}' OR e.reason IN ({_REASONS})))::int
    FROM tracking_trackingevent e
    WHERE e.waybill_id = w.id AND e.issued_month = w.issued_month
      AND e.status IN ('{Status.ATTEMPT_FAILED}', '{Status.REFUSED}') AND {LIVE_EVENT}
    ORDER BY e.occurred_at, e.id LIMIT 1), 0)"""  # noqa: S608  # words of ours
# Stopped or sent back because the sender wished it.
STOPPED: Final = f"""(w.status = '{Status.INTERCEPTED}' OR w.status IN ('{Status.RETURNING}', '{Status.RETURNED}')
    AND EXISTS (SELECT FROM tracking_trackingevent e WHERE e.waybill_id = w.id AND e.issued_month = w.issued_month
        AND e.status = '{Status.INTERCEPTED}' AND {LIVE_EVENT}))"""  # words of ours


class OnTime(Kpi):
    code = "on_time"
    name = _("On time")
    definition = _(
        "Delivered by the promise, or a first attempt by then that failed for the consignee's reason, of all shipments"
        " whose promise fell into the period. The promise is the first one, moved only by the customer or an incident."
        " Left out: cancelled before pickup, stopped or sent back at the sender's wish. Not delivered is not on time."
    )
    period_by = _("the promise")
    scopes = SHIPMENT_SCOPES
    source = SHIPMENTS
    select = f"""
    SELECT 'tracking.waybill', w.id, w.promised, 1,
        CASE WHEN w.delivered_at <= w.promised THEN 1 ELSE {FIRST_ATTEMPT} END, NULL::float8, {shipment_keys()}
    FROM src w
    WHERE w.promised >= %(since)s AND w.promised < %(until)s AND (w.delivered_at IS NOT NULL OR w.promised < %(now)s)
      AND NOT {STOPPED}"""  # noqa: S608  # words of ours
    yardstick = f"""
    SELECT count(*) FILTER (WHERE delivered_at <= p OR first_failed <= p), count(*) FROM (
        SELECT w.delivered_at, coalesce(w.measured_promise_at, w.promised_at) AS p, CASE WHEN w.delivered_at
            <= coalesce(w.measured_promise_at, w.promised_at) THEN NULL ELSE (SELECT CASE WHEN e.status = 'refused'
                OR e.reason IN ({_REASONS}) THEN e.occurred_at END FROM tracking_trackingevent e
            WHERE e.waybill_id = w.id AND e.issued_month = w.issued_month AND {LIVE_EVENT}
              AND e.status IN ('attempt_failed', 'refused') ORDER BY e.occurred_at, e.id LIMIT 1) END AS first_failed
        FROM tracking_waybill w
        WHERE coalesce(w.measured_promise_at, w.promised_at) >= %(since)s
          AND coalesce(w.measured_promise_at, w.promised_at) < %(until)s
          AND w.status NOT IN ('cancelled', 'intercepted') AND NOT (w.status IN ('returning', 'returned') AND EXISTS (
            SELECT FROM tracking_trackingevent e WHERE e.waybill_id = w.id AND e.issued_month = w.issued_month
              AND e.status = 'intercepted'))
          AND (w.delivered_at IS NOT NULL OR coalesce(w.measured_promise_at, w.promised_at) < %(now)s)) x"""  # noqa: S608


class In72h(Kpi):
    code = "in_72h"
    name = _("Within 72 hours")
    definition = _(
        "Delivered within 72 hours of the clock after pickup, of the shipments between cities that were picked up in the"
        " period; modelled on the test that the State Post Bureau publishes."
    )
    period_by = _("the pickup")
    final_after = 3
    scopes = SHIPMENT_SCOPES
    source = SHIPMENTS
    is_measured = True
    select = f"""
    SELECT 'tracking.waybill', w.id, w.picked_up_at, 1,
        CASE WHEN w.delivered_at <= w.picked_up_at + interval '72 hours' THEN 1 ELSE 0 END,
        extract(epoch FROM w.delivered_at - w.picked_up_at)::float8, {shipment_keys()}
    FROM src w
    WHERE {_PICKED_UP} AND {city("w.origin_city")} <> {city("w.destination_city")}"""  # noqa: S608  # words of ours
    yardstick = """
    SELECT count(*) FILTER (WHERE delivered_at <= picked_up_at + interval '72 hours'), count(*),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM delivered_at - picked_up_at)),
        percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM delivered_at - picked_up_at))
    FROM tracking_waybill
    WHERE picked_up_at >= %(since)s AND picked_up_at < %(until)s AND status <> 'cancelled'
      AND rtrim(origin_city, '市') <> rtrim(destination_city, '市')"""


class PickedUp(Kpi):
    code = "picked_up"
    name = _("Shipments picked up")
    definition = _("Shipments that were picked up in the period and not cancelled since.")
    unit = _("shipments")
    shows = Shows.COUNT
    period_by = _("the pickup")
    scopes = SHIPMENT_SCOPES
    source = SHIPMENTS
    select = f"""
    SELECT 'tracking.waybill', w.id, w.picked_up_at, 1, 1, NULL::float8, {shipment_keys()}
    FROM src w WHERE {_PICKED_UP}"""  # noqa: S608  # words of ours
    yardstick = """
    SELECT count(*), count(*) FROM tracking_waybill
    WHERE picked_up_at >= %(since)s AND picked_up_at < %(until)s AND status <> 'cancelled'"""


class Harmed(Kpi):
    """Shipments of which an exception decided, or a claim approved, that they were lost or damaged, per 10,000
    concluded ones; one for a shipment, by the first decision."""

    unit = "/10,000"
    per = 10_000
    better = "down"
    period_by = _("the decision; concluded shipments by their conclusion")
    scopes = SHIPMENT_SCOPES
    source = SHIPMENTS


# A claim that stands says the same as a decided exception.
_STANDS: Final = ", ".join(f"'{state}'" for state in sorted(STANDING))


def _harmed(kind: str, claim: str) -> str:
    """Decisions of the period, found by their instants, without those of shipments that had one before."""
    exceptions = f"FROM quality_exceptionreport x WHERE x.kind = '{kind}'"
    claims = f"FROM claims_claim x WHERE x.kind = '{claim}' AND x.state IN ({_STANDS})"
    return f"""
    SELECT 'tracking.waybill', w.id, w.concluded_at, 1, 0, NULL::float8, {shipment_keys()}
    FROM src w WHERE {_CONCLUDED}
    UNION ALL
    SELECT x.model, x.id, x.at, 0, 1, NULL::float8, w.customer_id, w.responsible_unit_id, w.carrier_id, NULL::bigint,
        {lane("w")}
    FROM (SELECT DISTINCT ON (d.waybill_id) d.* FROM (
            SELECT 'quality.exceptionreport' AS model, x.id, x.waybill_id, x.decided_at AS at {exceptions}
                AND x.decided_at >= %(since)s AND x.decided_at < %(until)s
            UNION ALL
            SELECT 'claims.claim', x.id, x.waybill_id, x.decided_at {claims}
                AND x.decided_at >= %(since)s AND x.decided_at < %(until)s) d
        WHERE NOT EXISTS (SELECT {exceptions} AND x.waybill_id = d.waybill_id AND x.decided_at < %(since)s)
          AND NOT EXISTS (SELECT {claims} AND x.waybill_id = d.waybill_id AND x.decided_at < %(since)s)
        ORDER BY d.waybill_id, d.at, d.model, d.id) x
    JOIN tracking_waybill w ON w.id = x.waybill_id
    WHERE w.status <> 'cancelled'"""  # noqa: S608  # words of ours


def _harmed_yardstick(kind: str, claim: str) -> str:
    return f"""
    SELECT (SELECT count(*) FROM (SELECT waybill_id, min(at) AS at FROM (
            SELECT waybill_id, decided_at AS at FROM quality_exceptionreport WHERE kind = '{kind}'
            UNION ALL SELECT waybill_id, decided_at FROM claims_claim WHERE kind = '{claim}' AND state IN ({_STANDS})) y
            JOIN tracking_waybill w ON w.id = y.waybill_id AND w.status <> 'cancelled' GROUP BY 1) d
            WHERE d.at >= %(since)s AND d.at < %(until)s),
        (SELECT count(*) FROM tracking_waybill
            WHERE concluded_at >= %(since)s AND concluded_at < %(until)s AND status <> 'cancelled')"""  # noqa: S608


class Loss(Harmed):
    code = "loss"
    name = _("Loss")
    definition = _(
        "Shipments of which an exception report decided, or a claim approved, that they were lost, per 10,000 shipments that were concluded in"
        " the period. A shipment counts once."
    )
    select = _harmed("lost", "loss")
    yardstick = _harmed_yardstick("lost", "loss")


class Damage(Harmed):
    code = "damage"
    name = _("Damage")
    definition = _(
        "Shipments of which an exception report decided, or a claim approved, that they were damaged, per 10,000 shipments that were concluded"
        " in the period. A shipment counts once."
    )
    select = _harmed("damaged", "damage")
    yardstick = _harmed_yardstick("damaged", "damage")


class ShipmentCsat(Kpi):
    code = "shipment_csat"
    name = _("Satisfied with the shipment")
    definition = _(
        "“Satisfied” of all answers on feedback sheets; whoever could not be reached gave none. Each shipment has one"
        " answer, the last."
    )
    period_by = _("the answer")
    scopes = SHIPMENT_SCOPES
    select = f"""
    SELECT 'tracking.waybill', f.waybill_id, f.recorded_at, 1,
        (f.satisfaction = '{Satisfaction.SATISFIED}')::int, NULL::float8, w.customer_id, w.responsible_unit_id,
        w.carrier_id, NULL::bigint, {lane("w")}
    FROM tracking_shipmentfeedback f JOIN tracking_waybill w ON w.id = f.waybill_id
    WHERE f.recorded_at >= %(since)s AND f.recorded_at < %(until)s
      AND f.satisfaction <> '{Satisfaction.UNREACHED}'"""  # noqa: S608  # words of ours
    yardstick = """
    SELECT count(*) FILTER (WHERE satisfaction = 'satisfied'), count(*) FROM tracking_shipmentfeedback
    WHERE recorded_at >= %(since)s AND recorded_at < %(until)s AND satisfaction <> 'unreached'"""


ALL: Final = (PickedUp, OnTime, In72h, Loss, Damage, ShipmentCsat)
