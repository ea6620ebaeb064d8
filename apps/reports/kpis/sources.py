"""What several KPIs are read from: one pass over a table for all of them, and the pieces their SQL shares."""

from typing import Final

from apps.reports.kpis.base import Source
from apps.tracking.enums import Status
from apps.tracking.queries.stage_report import city_sql


def city(column: str) -> str:
    """The city by its short name; most names are short already, and that is cheaper to see."""
    return f"CASE WHEN {column} ~ '市$|\\s' THEN {city_sql(column)} ELSE {column} END"


def lane(row: str) -> str:
    """``上海 → 北京``; none where a city is not known."""
    cities = f"{city(f'{row}.origin_city')} || ' → ' || {city(f'{row}.destination_city')}"
    return f"CASE WHEN {row}.origin_city <> '' AND {row}.destination_city <> '' THEN {cities} END"


def shipment_keys(row: str = "w") -> str:
    """Customer, unit, partner, no agent, lane."""
    return f"{row}.customer_id, {row}.unit_id, {row}.carrier_id, NULL::bigint, {lane(row)}"


# Shipments that were picked up, concluded or promised in the period.
SHIPMENTS: Final = Source(
    "shipments",
    f"""
    SELECT w.id, w.issued_month, w.customer_id, w.responsible_unit_id AS unit_id, w.carrier_id, w.origin_city,
        w.destination_city, w.status, w.picked_up_at, w.delivered_at, w.concluded_at,
        coalesce(w.measured_promise_at, w.promised_at) AS promised
    FROM tracking_waybill w
    WHERE w.status <> '{Status.CANCELLED}' AND (
        w.picked_up_at >= %(since)s AND w.picked_up_at < %(until)s
        OR w.concluded_at >= %(since)s AND w.concluded_at < %(until)s
        OR coalesce(w.measured_promise_at, w.promised_at) >= %(since)s
            AND coalesce(w.measured_promise_at, w.promised_at) < %(until)s)""",  # noqa: S608  # words of ours
)


def case_keys(agent: str) -> str:
    """A case with its shipment, whose partner and lane it is told apart by; ``agent`` is the column or expression
    that says whose it is."""
    return f"c.customer_id, c.unit_id, w.carrier_id, {agent}, {lane('w')}"


CASE_KEYS: Final = case_keys("c.owner_id")
CASES: Final = "complaints_case c LEFT JOIN tracking_waybill w ON w.id = c.waybill_id"
_NOW_CLOSED: Final = """
    SELECT c.id, c.closed_at AS at FROM complaints_case c
    WHERE c.closed_at >= %(since)s AND c.closed_at < %(until)s"""
_OPEN_AGAIN: Final = (
    "(c.closed_at IS NULL OR c.closed_at >= %(until)s) AND c.state NOT IN ('merged', 'cancelled')"
)
# Cases that were closed in the period, each once, by its last closing in it. One that has been opened again since has
# lost its closing; its event has it.
CLOSINGS: Final = Source(
    "closings",
    f"""{_NOW_CLOSED}
    UNION ALL
    SELECT c.id, k.at FROM complaints_case c JOIN (
        SELECT k.subject_id, max(k.at) AS at FROM events_event k
        WHERE k.subject_type = 'complaints.case' AND k.kind = 'case.closed'
            AND k.at >= %(since)s AND k.at < %(until)s AND k.subject_id IN (
                SELECT e.subject_id FROM events_event e
                WHERE e.kind = 'case.reopened' AND e.at >= %(since)s)
        GROUP BY 1) k ON c.id = k.subject_id::bigint
    WHERE {_OPEN_AGAIN}""",  # noqa: S608  # words of ours
)
_OF_CUSTOMERS: Final = "c.customer_id = ANY(%(scope_ids)s::bigint[])"
CLOSINGS_OF_CUSTOMERS: Final = Source(
    "closings_of_customers",
    f"""{_NOW_CLOSED} AND {_OF_CUSTOMERS}
    UNION ALL
    SELECT c.id, max(k.at) FROM complaints_case c JOIN events_event k ON k.subject_type = 'complaints.case'
        AND k.subject_id = c.id::text AND k.kind = 'case.closed' AND k.at >= %(since)s AND k.at < %(until)s
    WHERE {_OPEN_AGAIN} AND c.reopened_count > 0 AND {_OF_CUSTOMERS} GROUP BY c.id""",  # noqa: S608
)
