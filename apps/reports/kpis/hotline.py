"""KPIs of the hotline, judged by the policy of the day on which a call was offered (``hotline.rules.rate``)."""

from datetime import datetime
from typing import Any, ClassVar, Final

from django.utils.translation import gettext_lazy as _

from apps.hotline.enums import CallBackState, CallOutcome, Direction
from apps.reports.enums import ScopeKind, Shows
from apps.reports.kpis.base import Kpi, Period, Source

HOTLINE_SCOPES: Final[tuple[ScopeKind, ...]] = (ScopeKind.ALL, ScopeKind.CUSTOMER, ScopeKind.UNIT)
# Incoming calls of the hotline as the board counts them: of phone systems, on the local day they were offered.
CALLS: Final = Source(
    "calls",
    f"""
    SELECT c.id, c.offered_at, c.outcome, c.wait_s, c.customer_id, c.agent_id, s.unit_id, p.level_seconds,
        NOT (c.outcome IN ('{CallOutcome.MENU}', '{CallOutcome.OPEN}')
            OR c.outcome = '{CallOutcome.ABANDONED}' AND c.wait_s < p.short_seconds) IS TRUE AS counts
    FROM hotline_call c JOIN hotline_phonesystem s ON s.id = c.system_id
    JOIN (SELECT since, lead(since) OVER (ORDER BY since) AS until, short_seconds, level_seconds
        FROM hotline_answerpolicy) p ON c.day >= p.since AND (p.until IS NULL OR c.day < p.until)
    WHERE c.direction = '{Direction.IN}' AND c.is_hotline
      AND c.day >= %(calls_first)s AND c.day < %(calls_until)s
      AND c.offered_at >= %(since)s - interval '1 day' AND c.offered_at < %(until)s + interval '1 day'""",  # noqa: S608
)
_KEYS: Final = "c.customer_id, c.unit_id, NULL::bigint, c.agent_id, NULL::text FROM src c"
_ANSWERED: Final = f"c.outcome = '{CallOutcome.ANSWERED}'"


def _bare(good: str, counts: str = "true") -> str:
    return f"""
    SELECT count(*) FILTER (WHERE k.counts AND {good}), count(*) FILTER (WHERE k.counts AND {counts}) FROM (
        SELECT c.*, p.level_seconds, c.outcome NOT IN ('menu', 'open')
            AND NOT (c.outcome = 'abandoned' AND c.wait_s < p.short_seconds) AS counts
        FROM hotline_call c JOIN hotline_answerpolicy p
            ON p.since = (SELECT max(q.since) FROM hotline_answerpolicy q WHERE q.since <= c.day)
        WHERE c.system_id IS NOT NULL AND c.direction = 'in' AND c.is_hotline
          AND c.day >= %(calls_first)s AND c.day < %(calls_until)s) k"""  # noqa: S608  # words of ours


class OfCalls(Kpi):
    """Calls that are not counted are in the list with neither tick."""

    period_by = _("the day the call was offered")
    scopes: ClassVar[tuple[ScopeKind, ...]] = HOTLINE_SCOPES
    source = CALLS

    def values(self, period: Period, at: datetime) -> dict[str, Any]:
        return {"calls_first": period.first, "calls_until": period.until}


class AnswerRate(OfCalls):
    code = "answer_rate"
    name = _("Answer rate")
    definition = _(
        "Calls to the hotline answered by a person, of those offered. Not counted, but listed: hung up within the short"
        " seconds of the policy, served by the menu, not ended yet. A call counts once, on the local day it was offered."
    )
    select = f"""
    SELECT 'hotline.call', c.id, c.offered_at, c.counts::int, (c.counts AND {_ANSWERED})::int, NULL::float8, {_KEYS}"""
    yardstick = _bare("k.outcome = 'answered'")


class ServiceLevel(OfCalls):
    code = "service_level"
    name = _("Service level")
    definition = _(
        "Calls answered within the policy's seconds (20 by default), of the same calls as the answer rate."
    )
    select = f"""
    SELECT 'hotline.call', c.id, c.offered_at, c.counts::int, (c.counts AND {_ANSWERED} AND c.wait_s <= c.level_seconds)::int,
        NULL::float8, {_KEYS}"""
    yardstick = _bare("k.outcome = 'answered' AND k.wait_s <= k.level_seconds")


class Abandon(OfCalls):
    code = "abandon"
    name = _("Abandoned calls")
    definition = _(
        "Calls in which the caller hung up while waiting, of the same calls as the answer rate."
    )
    better = "down"
    select = f"""
    SELECT 'hotline.call', c.id, c.offered_at, c.counts::int, (c.counts AND c.outcome = '{CallOutcome.ABANDONED}')::int,
        NULL::float8, {_KEYS}"""
    yardstick = _bare("k.outcome = 'abandoned'")


class Asa(OfCalls):
    code = "asa"
    name = _("Mean wait")
    definition = _("How long callers waited until a person answered, in the mean.")
    unit = _("time")
    better = "down"
    shows = Shows.MEAN
    is_measured = True
    scopes: ClassVar[tuple[ScopeKind, ...]] = (*HOTLINE_SCOPES, ScopeKind.AGENT)
    select = f"""
    SELECT 'hotline.call', c.id, c.offered_at, 1, 1, c.wait_s::float8, {_KEYS} WHERE {_ANSWERED}"""
    yardstick = _bare("k.outcome = 'answered'", "k.outcome = 'answered'")


class CallBackInTime(Kpi):
    code = "call_back"
    name = _("Called back in time")
    definition = _(
        "Callers who waited in vain and were spoken with in time (30 minutes of staffed time by default), of the call-backs"
        " that were opened in the period; needless ones are left out."
    )
    period_by = _("the opening of the call-back")
    scopes = HOTLINE_SCOPES
    is_measured = True
    select = f"""
    SELECT 'hotline.callback', b.id, b.opened_at, 1,
        coalesce(b.state = '{CallBackState.DONE}' AND k.met_at <= k.due_at, false)::int, k.spent_seconds::float8,
        b.customer_id, b.unit_id, NULL::bigint, NULL::bigint, NULL::text
    FROM hotline_callback b
    LEFT JOIN sla_matter m ON m.subject_type = 'hotline.callback' AND m.subject_id = b.id::text
    LEFT JOIN sla_clock k ON k.matter_id = m.id
    WHERE b.opened_at >= %(since)s AND b.opened_at < %(until)s AND b.state <> '{CallBackState.NEEDLESS}'
      AND NOT (b.state = '{CallBackState.OPEN}' AND k.due_at >= %(now)s)"""  # noqa: S608  # words of ours
    yardstick = """
    SELECT count(*) FILTER (WHERE b.state = 'done' AND k.met_at <= k.due_at), count(*) FROM hotline_callback b
    LEFT JOIN (SELECT m.subject_id::bigint AS id, k.met_at, k.due_at FROM sla_matter m JOIN sla_clock k ON k.matter_id = m.id
        WHERE m.subject_type = 'hotline.callback') k USING (id)
    WHERE b.opened_at >= %(since)s AND b.opened_at < %(until)s AND b.state <> 'needless'
      AND (b.state <> 'open' OR k.due_at < %(now)s OR k.due_at IS NULL)"""


ALL: Final = (AnswerRate, ServiceLevel, Abandon, Asa, CallBackInTime)
