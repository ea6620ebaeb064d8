"""KPIs of cases: complaints and appeals per shipments, how they were solved, and what customers say of it."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from apps.reports.enums import Shows
from apps.reports.kpis.base import Kpi
from apps.reports.kpis.shipments import SHIPMENT_SCOPES
from apps.reports.kpis.sources import CASE_KEYS, CASES, SHIPMENTS, case_keys, lane, shipment_keys

# The value of the channel by which the postal authority hands on an appeal.
AUTHORITY: Final = "authority"
_COUNTED: Final = "c.state NOT IN ('merged', 'cancelled')"
_COMPLAINT: Final = "c.case_class IN ('complaint', 'loss', 'damage') AND c.channel <> 'own_check'"
FOUNDED: Final = "c.outcome NOT IN ('unfounded', 'withdrawn')"
# Of a shipment, which has no agent.
_OF_SHIPMENT: Final = f"c.customer_id, c.unit_id, w.carrier_id, NULL::bigint, {lane('w')}"
_PICKED_UP: Final = f"""
    SELECT 'tracking.waybill', w.id, w.picked_up_at, 1, 0, NULL::float8, {shipment_keys()}
    FROM src w WHERE w.picked_up_at >= %(since)s AND w.picked_up_at < %(until)s
    UNION ALL"""  # noqa: S608  # words of ours
_BARE_PICKED_UP: Final = """(SELECT count(*) FROM tracking_waybill
    WHERE picked_up_at >= %(since)s AND picked_up_at < %(until)s AND status <> 'cancelled')"""


def _per_shipments(what: str, instant: str) -> str:
    return f"""{_PICKED_UP}
    SELECT 'complaints.case', c.id, c.{instant}, 0, 1, NULL::float8, {_OF_SHIPMENT} FROM {CASES}
    WHERE c.{instant} >= %(since)s AND c.{instant} < %(until)s AND {_COUNTED} AND {what}"""  # noqa: S608


def _bare(what: str, instant: str) -> str:
    return f"""
    SELECT (SELECT count(*) FROM complaints_case c WHERE c.{instant} >= %(since)s AND c.{instant} < %(until)s
        AND {_COUNTED} AND {what}), {_BARE_PICKED_UP}"""  # noqa: S608  # words of ours


class PerShipments(Kpi):
    better = "down"
    scopes = SHIPMENT_SCOPES
    source = SHIPMENTS
    per = 10_000
    unit = "/10,000"
    period_by = _("the opening; shipments by their pickup")


class Complaint(PerShipments):
    code = "complaint"
    name = _("Complaints")
    definition = _(
        "Complaints, losses and damages that came from outside, per 10,000 shipments picked up in the period. What our own"
        " check found is left out; merged cases count once."
    )
    select = _per_shipments(_COMPLAINT, "created_at")
    yardstick = _bare(_COMPLAINT, "created_at")


class ComplaintFounded(PerShipments):
    code = "complaint_founded"
    name = _("Founded complaints")
    definition = _(
        "As complaints, without those that turned out not to be our fault or that the customer withdrew. One without a"
        " result counts."
    )
    parent = "complaint"
    select = _per_shipments(f"{_COMPLAINT} AND {FOUNDED}", "created_at")
    yardstick = _bare(f"{_COMPLAINT} AND {FOUNDED}", "created_at")


class Appeal(PerShipments):
    code = "appeal"
    name = _("Established appeals")
    definition = _(
        "Appeals by way of the postal authority in which our responsibility was established, per 1,000,000 shipments"
        " picked up, by the day of the decision (the case's closing)."
    )
    per = 1_000_000
    unit = "/1,000,000"
    period_by = _("the decision; shipments by their pickup")
    final_after = 30
    select = _per_shipments(f"c.channel = '{AUTHORITY}' AND {FOUNDED}", "closed_at")
    yardstick = _bare(f"c.channel = '{AUTHORITY}' AND {FOUNDED}", "closed_at")


class AppealAll(PerShipments):
    code = "appeal_all"
    name = _("All appeals")
    definition = _("All appeals by way of the postal authority, by their opening.")
    per = 1_000_000
    unit = "/1,000,000"
    parent = "appeal"
    select = _per_shipments(f"c.channel = '{AUTHORITY}'", "created_at")
    yardstick = _bare(f"c.channel = '{AUTHORITY}'", "created_at")


class Opened(Kpi):
    code = "opened"
    name = _("Cases opened")
    definition = _(
        "Cases opened in the period, whatever class; merged and cancelled ones are left out."
    )
    unit = _("cases")
    shows = Shows.COUNT
    better = "down"
    period_by = _("the opening")
    select = f"""
    SELECT 'complaints.case', c.id, c.created_at, 1, 1, NULL::float8, {CASE_KEYS} FROM {CASES}
    WHERE c.created_at >= %(since)s AND c.created_at < %(until)s AND {_COUNTED}"""  # noqa: S608  # words of ours
    yardstick = """
    SELECT count(*), count(*) FROM complaints_case
    WHERE created_at >= %(since)s AND created_at < %(until)s AND state NOT IN ('merged', 'cancelled')"""


class Solved(Kpi):
    code = "solved"
    name = _("Solutions")
    definition = _(
        "Solutions stated in the period, each of whoever stated it; a case that was opened again has several."
    )
    unit = _("solutions")
    shows = Shows.COUNT
    period_by = _("the solution")
    select = f"""
    SELECT 'events.event', e.id, e.at, 1, 1, NULL::float8, {case_keys("e.by_id")}
    FROM events_event e JOIN complaints_case c ON c.id = e.subject_id::bigint
    LEFT JOIN tracking_waybill w ON w.id = c.waybill_id
    WHERE e.kind = 'case.solved' AND e.at >= %(since)s AND e.at < %(until)s AND {_COUNTED}"""  # noqa: S608
    yardstick = """
    SELECT count(*), count(*) FROM events_event e JOIN complaints_case c ON c.id = e.subject_id::bigint
    WHERE e.kind = 'case.solved' AND e.at >= %(since)s AND e.at < %(until)s AND c.state NOT IN ('merged', 'cancelled')"""


class SolutionTime(Kpi):
    code = "solution_time"
    name = _("Time to solve")
    definition = _(
        "From the first opening of a case to the last confirmation by the customer, less the time we waited for the"
        " customer. Time after a reopening counts."
    )
    unit = _("time")
    better = "down"
    shows = Shows.MEDIAN
    is_measured = True
    period_by = _("the confirmation")
    select = f"""
    SELECT 'complaints.case', c.id, c.confirmed_at, 1, 1, greatest(0, extract(epoch FROM c.confirmed_at - c.created_at)
        - coalesce((SELECT sum(extract(epoch FROM greatest(interval '0', least(coalesce(i.until, c.confirmed_at), c.confirmed_at) - i.since)))
            FROM sla_interval i JOIN sla_matter m ON m.id = i.matter_id
            WHERE m.subject_type = 'complaints.case' AND m.subject_id = c.id::text
              AND i.kind = 'waiting_customer'), 0))::float8, {CASE_KEYS}
    FROM {CASES}
    WHERE c.confirmed_at >= %(since)s AND c.confirmed_at < %(until)s AND {_COUNTED}"""  # noqa: S608  # words of ours
    yardstick = """
    SELECT count(*), count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY s), percentile_cont(0.9) WITHIN GROUP (ORDER BY s)
    FROM (SELECT greatest(0, extract(epoch FROM c.confirmed_at - c.created_at) - coalesce(sum(extract(epoch FROM
            least(coalesce(i.until, c.confirmed_at), c.confirmed_at) - i.since)) FILTER (WHERE i.since < c.confirmed_at), 0)) AS s
        FROM complaints_case c
        LEFT JOIN sla_matter m ON m.subject_type = 'complaints.case' AND m.subject_id = c.id::text
        LEFT JOIN sla_interval i ON i.matter_id = m.id AND i.kind = 'waiting_customer'
        WHERE c.confirmed_at >= %(since)s AND c.confirmed_at < %(until)s AND c.state NOT IN ('merged', 'cancelled')
        GROUP BY c.id) x"""


ALL: Final = (*(Complaint, ComplaintFounded, Appeal, AppealAll, Opened, Solved, SolutionTime),)
