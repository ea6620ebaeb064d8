"""KPIs of the company itself: duty covered and handed over, people qualified, articles that helped."""

from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.reports.enums import ScopeKind
from apps.reports.kpis.base import Kpi, Period, Source
from apps.shifts.enums import HandoverState
from apps.shifts.queries.figures import cover_by_need
from apps.shifts.queries.handing_over import GRACE
from apps.training.enums import Area, Basis

UNITS: Final = (ScopeKind.ALL, ScopeKind.UNIT)
PEOPLE: Final = (*UNITS, ScopeKind.AGENT)
_GRACE: Final = f"interval '{int(GRACE.total_seconds())} seconds'"


class Cover(Kpi):
    """A row for a need; its ticks are minutes, each person counted."""

    code = "cover"
    name = _("Duty covered")
    definition = _(
        "Minutes of need at which somebody was on duty, each person counted, of the minutes needed. What came without"
        " somebody stays uncovered, also if it was filled later."
    )
    period_by = _("the minute")
    scopes = UNITS
    select = """
    SELECT 'shifts.need', n.id, %(since)s::timestamptz, n.needed, n.covered, NULL::float8, NULL::bigint, n.unit_id,
        NULL::bigint, NULL::bigint, NULL::text
    FROM unnest(%(cover_needs)s::bigint[], %(cover_units)s::bigint[], %(cover_needed)s::bigint[],
        %(cover_covered)s::bigint[]) AS n(id, unit_id, needed, covered)"""

    yardstick = """
    WITH days AS (SELECT d::date AS day, d::date IN (SELECT c.day FROM sla_calendarday c JOIN sla_workingcalendar k
            ON k.id = c.calendar_id WHERE k.code = 'office' AND c.kind = 'holiday') AS is_public
        FROM generate_series((%(since)s AT TIME ZONE %(zone)s)::date - 1,
            (least(%(until)s, %(now)s) AT TIME ZONE %(zone)s)::date, interval '1 day') d),
    needs AS (SELECT n.id, n.heads * sum(floor(extract(epoch FROM
            least((day + n.to_minute * interval '1 minute') AT TIME ZONE %(zone)s, %(until)s, %(now)s)
            - greatest((day + n.from_minute * interval '1 minute') AT TIME ZONE %(zone)s, %(since)s)) / 60)) AS minutes
        FROM shifts_need n JOIN days ON day >= n.since AND (n.until IS NULL OR day <= n.until)
            AND CASE WHEN is_public AND n.holidays <> 'same' THEN n.holidays = 'also'
                ELSE extract(isodow FROM day) = ANY(n.weekdays) END
        WHERE least((day + n.to_minute * interval '1 minute') AT TIME ZONE %(zone)s, %(until)s, %(now)s)
            > greatest((day + n.from_minute * interval '1 minute') AT TIME ZONE %(zone)s, %(since)s)
        GROUP BY n.id),
    lacking AS (SELECT need_id AS id, sum(missing * floor(extract(epoch FROM least(ends_at, %(until)s, %(now)s)
            - greatest(starts_at, %(since)s)) / 60)) AS minutes
        FROM shifts_gap WHERE closed_as <> 'dropped' AND (closed_at IS NULL OR closed_at > starts_at)
            AND starts_at < least(%(until)s, %(now)s) AND ends_at > %(since)s GROUP BY 1)
    SELECT coalesce(sum(greatest(0, n.minutes - coalesce(l.minutes, 0))), 0)::bigint, coalesce(sum(n.minutes), 0)::bigint
    FROM needs n LEFT JOIN lacking l USING (id) WHERE n.minutes > 0"""

    def values(self, period: Period, at: datetime) -> dict[str, Any]:
        until = min(period.ends, at)
        rows = cover_by_need(period.begins, until) if until > period.begins else []
        return {
            "cover_needs": [row.need_id for row in rows],
            "cover_units": [row.unit_id for row in rows],
            "cover_needed": [row.needed for row in rows],
            "cover_covered": [row.covered for row in rows],
        }


class HandoverInTime(Kpi):
    code = "handover"
    name = _("Shifts handed over in time")
    definition = _(
        "Shifts that were accepted within 15 minutes of their end, of those that ended in the period with something to"
        " hand over."
    )
    period_by = _("the end of the shift")
    scopes = PEOPLE
    select = f"""
    SELECT 'shifts.handover', h.id, h.ends_at, 1,
        coalesce(h.state = '{HandoverState.ACCEPTED}' AND h.accepted_at <= h.ends_at + {_GRACE}, false)::int,
        NULL::float8, NULL::bigint, d.unit_id, NULL::bigint, h.giver_id, NULL::text
    FROM shifts_handover h JOIN accounts_dutyshift d ON d.id = h.shift_id
    WHERE h.ends_at >= %(since)s AND h.ends_at < %(until)s AND h.state <> '{HandoverState.VOID}'
      AND EXISTS (SELECT FROM shifts_handoveritem i WHERE i.handover_id = h.id)"""  # noqa: S608  # words of ours
    yardstick = """
    SELECT count(*) FILTER (WHERE state = 'accepted' AND accepted_at <= ends_at + interval '15 minutes'), count(*)
    FROM shifts_handover WHERE ends_at >= %(since)s AND ends_at < %(until)s AND state <> 'void'
      AND id IN (SELECT handover_id FROM shifts_handoveritem)"""


# Each agent once on each day on which a shift of theirs begins, by the first one.
ROSTER: Final = Source(
    "roster",
    f"""
    SELECT DISTINCT ON (d.user_id, (d.starts_at AT TIME ZONE %(zone)s)::date)
        d.id, d.user_id, d.unit_id, d.starts_at AS at
    FROM accounts_dutyshift d
    WHERE d.role = '{Role.AGENT}' AND d.withdrawn_at IS NULL AND d.starts_at >= %(since)s AND d.starts_at < %(until)s
    ORDER BY d.user_id, (d.starts_at AT TIME ZONE %(zone)s)::date, d.starts_at, d.id""",  # noqa: S608
)
_QUALIFIED: Final = f"""EXISTS (SELECT FROM training_qualification q WHERE q.user_id = d.user_id
    AND q.area = '{Area.CASES}' AND q.since <= d.at AND q.until > d.at"""  # words of ours
# As ``training.queries.who_may_work`` says; a test holds them together.
_MAY: Final = f"""(NOT EXISTS (SELECT FROM training_requirement r
        JOIN accounts_userrole held ON held.role = r.role AND held.user_id = d.user_id
        WHERE r.area = '{Area.CASES}' AND r.since <= d.at AND (r.until IS NULL OR r.until > d.at)
            AND held.since <= d.at AND (held.until IS NULL OR held.until > d.at))
    OR {_QUALIFIED}))"""  # words of ours


class OfRoster(Kpi):
    period_by = _("the day")
    scopes = PEOPLE
    source = ROSTER


def _roster(good: str) -> str:
    return f"""
    SELECT 'accounts.dutyshift', d.id, d.at, 1, {good}::int, NULL::float8, NULL::bigint, d.unit_id, NULL::bigint,
        d.user_id, NULL::text FROM src d"""  # noqa: S608  # words of ours


def _bare_roster(good: str) -> str:
    return f"""
    SELECT count(*) FILTER (WHERE {good}), count(*) FROM (
        SELECT DISTINCT ON (user_id, (starts_at AT TIME ZONE %(zone)s)::date) id, user_id, starts_at AS at
        FROM accounts_dutyshift WHERE role = 'agent' AND withdrawn_at IS NULL AND starts_at >= %(since)s AND starts_at < %(until)s
        ORDER BY user_id, (starts_at AT TIME ZONE %(zone)s)::date, starts_at, id) d"""  # noqa: S608  # words of ours


class Qualified(OfRoster):
    code = "qualified"
    name = _("Qualified agents on the roster")
    definition = _(
        "Agents on the roster who may work on live cases, of the agents on the roster, each once a day."
    )
    select = _roster(_MAY)
    yardstick = _bare_roster(_MAY)


class QualifiedByWaiver(OfRoster):
    code = "qualified_waiver"
    name = _("Of them by a waiver")
    definition = _("Agents on the roster who may work on live cases by a waiver, without an exam.")
    parent = "qualified"
    better = "down"
    select = _roster(f"{_QUALIFIED} AND q.basis = '{Basis.WAIVER}')")
    yardstick = _bare_roster(f"{_QUALIFIED} AND q.basis = '{Basis.WAIVER}')")


class KnowledgeHelped(Kpi):
    code = "kb_help"
    name = _("Articles that helped")
    definition = _(
        "“It helped” of all opinions of readers about articles; each reader has one on a version, the last."
    )
    period_by = _("the opinion")
    scopes = (ScopeKind.ALL,)
    select = """
    SELECT 'knowledge.opinion', o.id, o.at, 1, o.helped::int, NULL::float8, NULL::bigint, NULL::bigint, NULL::bigint,
        NULL::bigint, NULL::text
    FROM knowledge_opinion o WHERE o.at >= %(since)s AND o.at < %(until)s"""
    yardstick = """
    SELECT count(*) FILTER (WHERE helped), count(*) FROM knowledge_opinion WHERE at >= %(since)s AND at < %(until)s"""


class KnowledgeMissed(Kpi):
    code = "kb_miss"
    name = _("Searches of the knowledge base in vain")
    definition = _(
        "Searches of the handbook and the help centre that found nothing, of all searches; words of fewer than two"
        " characters are no search, and of one address on the help centre at most 30 an hour are counted."
    )
    better = "down"
    period_by = _("the search")
    scopes = (ScopeKind.ALL,)
    select = """
    SELECT 'knowledge.search', s.id, s.at, 1, (s.missed_id IS NOT NULL)::int, NULL::float8, NULL::bigint, NULL::bigint,
        NULL::bigint, NULL::bigint, NULL::text
    FROM knowledge_search s WHERE s.at >= %(since)s AND s.at < %(until)s"""
    yardstick = """
    SELECT count(missed_id), count(*) FROM knowledge_search WHERE at >= %(since)s AND at < %(until)s"""


ALL: Final = (
    *(Cover, HandoverInTime, Qualified, QualifiedByWaiver, KnowledgeHelped, KnowledgeMissed),
)
