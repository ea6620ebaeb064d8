"""KPIs of time limits: what was done by its due instant, of all that was due in the period."""

from typing import Any, ClassVar, Final

from django.utils.translation import gettext_lazy as _

from apps.reports.enums import ScopeKind
from apps.reports.kpis.base import Kpi
from apps.reports.kpis.sources import lane
from apps.sla.enums import Metric

CLOCK_SCOPES: Final = (*(ScopeKind.ALL, ScopeKind.CUSTOMER, ScopeKind.UNIT, ScopeKind.AGENT),)


def _clocks(metric: str, subject: str) -> str:
    """Two branches, because open and ended clocks have an index over their due instants each."""
    columns = """'sla.clock', k.id, k.due_at, 1,
        (k.state = 'met' AND k.met_at <= k.due_at AND k.missed_before IS NULL)::int, k.spent_seconds::float8,
        m.customer_id, k.unit_id, NULL::bigint, k.owner_id, NULL::text
    FROM sla_clock k JOIN sla_matter m ON m.id = k.matter_id"""
    where = f"k.metric = '{metric}' AND m.subject_type = '{subject}' AND k.due_at >= %(since)s AND k.due_at < %(until)s"
    return f"""
    SELECT {columns} WHERE k.state = 'met' AND {where}
    UNION ALL
    SELECT {columns} WHERE k.state IN ('paused', 'running') AND k.due_at < %(now)s AND {where}"""


def _bare(metric: str, subject: str) -> str:
    return f"""
    SELECT count(*) FILTER (WHERE k.met_at <= k.due_at AND k.missed_before IS NULL), count(*),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY k.spent_seconds), percentile_cont(0.9) WITHIN GROUP (ORDER BY k.spent_seconds)
    FROM sla_clock k JOIN sla_matter m ON m.id = k.matter_id AND m.subject_type = '{subject}'
    WHERE k.metric = '{metric}' AND k.due_at >= %(since)s AND k.due_at < %(until)s
      AND (k.state = 'met' OR k.state <> 'stopped' AND k.due_at < %(now)s)"""  # noqa: S608  # words of ours


class TimeLimit(Kpi):
    period_by = _("the due time")
    scopes = CLOCK_SCOPES
    is_measured = True
    metric: ClassVar[Metric]
    subject: ClassVar[str]


def _limit(code: str, label: Any, metric: Metric, subject: str) -> type[Kpi]:
    body = {
        "code": code,
        "name": label,
        "definition": _(
            "Clocks met by their due time, of those due in the period. What is still open and past due is missed; what"
            " was stopped drops out. Median and 90th percentile are of the working time taken."
        ),
        "metric": metric,
        "subject": subject,
        "select": _clocks(metric, subject),
        "yardstick": _bare(metric, subject),
    }
    return type(code.title().replace("_", ""), (TimeLimit,), body)


CASE, ORDER = "complaints.case", "orders.workorder"
LIMITS: Final = tuple(
    _limit(*one)
    for one in (
        ("first_word", _("First word in time"), Metric.FIRST_WORD, CASE),
        ("report", _("Reported in time"), Metric.REPORT, CASE),
        ("plan_reply", _("Plan told in time"), Metric.PLAN_REPLY, CASE),
        ("feedback", _("Feedback in time"), Metric.FEEDBACK, CASE),
        ("order_24h", _("Orders processed in time"), Metric.ORDER_PROCESSING, ORDER),
    )
)


class PromiseKept(Kpi):
    code = "promise_kept"
    name = _("Promises kept")
    definition = _(
        "Promises to customers kept by their time, of those due in the period; what was dropped is left out."
    )
    period_by = _("the due time")
    scopes = CLOCK_SCOPES
    is_measured = True
    select = _clocks(Metric.PROMISE, CASE)
    yardstick = _bare(Metric.PROMISE, CASE)


class FollowUp(Kpi):
    code = "follow_up"
    name = _("Followed up in time")
    definition = _(
        "Follow-up tasks ticked off by their due time, of those due in the period; what was dropped is left out."
    )
    period_by = _("the due time")
    scopes = CLOCK_SCOPES
    select = """
    SELECT 'orders.followuptask', t.id, t.due_at, 1, coalesce(t.done_at <= t.due_at, false)::int, NULL::float8, o.customer_id,
        u.unit_id, NULL::bigint, t.owner_id, NULL::text
    FROM orders_followuptask t JOIN orders_workorder o ON o.id = t.work_order_id
    JOIN customers_customer u ON u.id = o.customer_id
    WHERE t.due_at >= %(since)s AND t.due_at < %(until)s AND t.dropped_at IS NULL
      AND (t.done_at IS NOT NULL OR t.due_at < %(now)s)"""
    yardstick = """
    SELECT count(*) FILTER (WHERE done_at <= due_at), count(*) FROM orders_followuptask
    WHERE due_at >= %(since)s AND due_at < %(until)s AND dropped_at IS NULL AND (done_at IS NOT NULL OR due_at < %(now)s)"""


class Report5min(Kpi):
    code = "report_5min"
    name = _("Reported within 5 minutes")
    definition = _(
        "Exceptions reported within 5 minutes of being known, by the times as they were first entered; those as they were"
        " corrected stand beside."
    )
    period_by = _("the time it was known")
    scopes = (*CLOCK_SCOPES, ScopeKind.PARTNER, ScopeKind.LANE)
    _first = """coalesce((SELECT (e.data->>'late_report')::boolean FROM events_event e
            WHERE e.subject_type = 'quality.exceptionreport' AND e.subject_id = x.id::text
              AND e.kind = 'exception.opened' ORDER BY e.id LIMIT 1), x.reported_at > x.known_at + interval '5 minutes')"""
    _columns = f"""x.customer_id, x.unit_id, x.responsible_carrier_id, x.reported_by_id, {lane("w")}
    FROM quality_exceptionreport x LEFT JOIN tracking_waybill w ON w.id = x.waybill_id
    WHERE x.known_at >= %(since)s AND x.known_at < %(until)s"""
    select = f"""
    SELECT 'quality.exceptionreport', x.id, x.known_at, 1, (NOT {_first})::int, NULL::float8, {_columns}"""
    yardstick = """
    SELECT count(*) FILTER (WHERE NOT coalesce(e.late, x.reported_at > x.known_at + interval '5 minutes')), count(*)
    FROM quality_exceptionreport x LEFT JOIN (SELECT DISTINCT ON (subject_id) subject_id::bigint AS id,
        (data->>'late_report')::boolean AS late FROM events_event WHERE kind = 'exception.opened'
        ORDER BY subject_id, id) e USING (id)
    WHERE x.known_at >= %(since)s AND x.known_at < %(until)s"""


class Report5minCorrected(Report5min):
    code = "report_5min_corrected"
    name = _("Reported within 5 minutes, as corrected")
    definition = _(
        "Exceptions reported within 5 minutes of being known, by the times as they stand now."
    )
    parent = "report_5min"
    select = f"""
    SELECT 'quality.exceptionreport', x.id, x.known_at, 1, (x.reported_at <= x.known_at + interval '5 minutes')::int,
        NULL::float8, {Report5min._columns}"""
    yardstick = """
    SELECT count(*) FILTER (WHERE reported_at <= known_at + interval '5 minutes'), count(*)
    FROM quality_exceptionreport WHERE known_at >= %(since)s AND known_at < %(until)s"""


# One that follows from a quarterly analysis has no exception and is no customer's.
_ACTION: Final = """NULL::float8, x.customer_id, x.unit_id, x.responsible_carrier_id, a.owner_id, NULL::text
    FROM quality_correctiveaction a LEFT JOIN quality_exceptionreport x ON x.id = a.exception_id"""


class ActionsDone(Kpi):
    code = "actions_done"
    name = _("Corrective actions done in time")
    definition = _(
        "Corrective actions done by their due time, of those due in the period; what was dropped is left out."
    )
    period_by = _("the due time")
    scopes = (*CLOCK_SCOPES, ScopeKind.PARTNER)
    select = f"""
    SELECT 'quality.correctiveaction', a.id, a.due_at, 1, coalesce(a.done_at <= a.due_at, false)::int, {_ACTION}
    WHERE a.due_at >= %(since)s AND a.due_at < %(until)s AND a.dropped_at IS NULL
      AND (a.done_at IS NOT NULL OR a.due_at < %(now)s)"""
    yardstick = """
    SELECT count(*) FILTER (WHERE done_at <= due_at), count(*) FROM quality_correctiveaction
    WHERE due_at >= %(since)s AND due_at < %(until)s AND dropped_at IS NULL AND (done_at IS NOT NULL OR due_at < %(now)s)"""


class ActionsWorked(Kpi):
    code = "actions_worked"
    name = _("Corrective actions that worked")
    definition = _(
        "Corrective actions that were found to have worked, of those checked in the period."
    )
    period_by = _("the check")
    scopes = (*CLOCK_SCOPES, ScopeKind.PARTNER)
    select = f"""
    SELECT 'quality.correctiveaction', a.id, a.checked_at, 1, a.has_worked::int, {_ACTION}
    WHERE a.checked_at >= %(since)s AND a.checked_at < %(until)s"""
    yardstick = """
    SELECT count(*) FILTER (WHERE has_worked), count(*) FROM quality_correctiveaction
    WHERE checked_at >= %(since)s AND checked_at < %(until)s"""


ALL: Final = (
    *LIMITS,
    *(PromiseKept, FollowUp, Report5min, Report5minCorrected, ActionsDone, ActionsWorked),
)
