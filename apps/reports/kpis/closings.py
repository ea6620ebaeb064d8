"""KPIs of cases that were closed: how many, for good, at the first try, and how satisfied the customers are."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from apps.reports.enums import Shows
from apps.reports.kpis.base import Kpi
from apps.reports.kpis.sources import CASE_KEYS, CLOSINGS, CLOSINGS_OF_CUSTOMERS, case_keys, lane

_CASES: Final = """src k JOIN complaints_case c ON c.id = k.id LEFT JOIN tracking_waybill w ON w.id = c.waybill_id"""
_WEEK: Final = "k.at + interval '7 days'"
_OF_CASE: Final = "e.subject_type = 'complaints.case' AND e.subject_id = c.id::text"
REOPENED: Final = f"""(c.reopened_count > 0 AND EXISTS (SELECT FROM events_event e
        WHERE {_OF_CASE} AND e.kind = 'case.reopened' AND e.at < {_WEEK}))"""  # words of ours


# Whose solution did not hold: who stated the last one before the case was opened again within the time; else the owner.
_NOT_HELD: Final = f"""coalesce((SELECT v.by_id FROM events_event v
        WHERE v.subject_type = 'complaints.case' AND v.subject_id = c.id::text AND v.kind = 'case.solved'
            AND v.at <= (SELECT max(e.at) FROM events_event e
                WHERE {_OF_CASE} AND e.kind = 'case.reopened' AND e.at < {_WEEK})
            AND c.reopened_count > 0
        ORDER BY v.at DESC, v.id DESC LIMIT 1), c.owner_id)"""  # noqa: S608  # words of ours


class Closed(Kpi):
    code = "closed"
    name = _("Cases closed")
    definition = _("Cases that were closed in the period, each once, by its last closing in it.")
    unit = _("cases")
    shows = Shows.COUNT
    period_by = _("the closing")
    source = CLOSINGS
    customers_source = CLOSINGS_OF_CUSTOMERS
    select = f"""
    SELECT 'complaints.case', c.id, k.at, 1, 1, NULL::float8, {CASE_KEYS} FROM {_CASES}"""  # noqa: S608
    yardstick = """
    SELECT count(DISTINCT e.subject_id), count(DISTINCT e.subject_id) FROM events_event e
    WHERE e.subject_type = 'complaints.case' AND e.kind = 'case.closed' AND e.at >= %(since)s AND e.at < %(until)s"""


class Reopened(Kpi):
    code = "reopened"
    name = _("Opened again")
    definition = _(
        "Cases that were opened again, before they were closed or within 7 days after, of those closed in the period;"
        " held against whoever had solved them before."
    )
    better = "down"
    period_by = _("the closing")
    final_after = 7
    source = CLOSINGS
    customers_source = CLOSINGS_OF_CUSTOMERS
    select = f"""
    SELECT 'complaints.case', c.id, k.at, 1, {REOPENED}::int, NULL::float8, {case_keys(_NOT_HELD)} FROM {_CASES}"""  # noqa: S608
    yardstick = """
    SELECT count(*) FILTER (WHERE EXISTS (SELECT FROM events_event r WHERE r.subject_type = 'complaints.case'
            AND r.subject_id = x.subject_id AND r.kind = 'case.reopened' AND r.at < x.at + interval '7 days')), count(*)
    FROM (SELECT subject_id, max(at) AS at FROM events_event WHERE kind = 'case.closed' AND at >= %(since)s
        AND at < %(until)s GROUP BY 1) x"""


class Fcr(Kpi):
    code = "fcr"
    name = _("Solved at the first contact")
    definition = _(
        "Inquiries and ordinary complaints closed in the period that had one owner and at most one word to the customer,"
        " were not opened again, and were followed by nothing new from the customer, about the same shipment or from the"
        " same phone, within 7 days."
    )
    period_by = _("the closing")
    final_after = 7
    source = CLOSINGS
    customers_source = CLOSINGS_OF_CUSTOMERS
    _first_word = """coalesce((SELECT min(i.at) FROM complaints_caseentry i WHERE i.case_id = c.id
            AND i.kind IN ('message_in', 'call_in')), c.created_at)"""
    select = f"""
    SELECT 'complaints.case', c.id, k.at, 1, (
        NOT {REOPENED}
        AND (SELECT count(*) <= 1 FROM complaints_caseentry n WHERE n.case_id = c.id AND n.at <= k.at
            AND n.at >= {_first_word} AND (n.kind IN ('message_out', 'plan', 'solution') OR n.kind = 'call_out' AND n.is_reached))
        AND (SELECT count(DISTINCT e.data->>'owner') <= 1 FROM events_event e
            WHERE {_OF_CASE} AND e.kind = 'case.assigned' AND e.at <= k.at)
        AND NOT EXISTS (SELECT FROM complaints_caseentry n WHERE n.case_id = c.id AND n.at > k.at AND n.at <= {_WEEK}
            AND n.kind IN ('message_in', 'call_in'))
        AND NOT EXISTS (SELECT FROM complaints_case d WHERE d.waybill_id = c.waybill_id AND d.id <> c.id
            AND d.created_at > k.at AND d.created_at <= {_WEEK} AND d.channel <> 'own_check' AND d.state <> 'cancelled')
        AND NOT EXISTS (SELECT FROM complaints_case d WHERE d.contact_phone_index = c.contact_phone_index
            AND d.contact_phone_index <> '' AND d.id <> c.id AND d.created_at > k.at AND d.created_at <= {_WEEK}
            AND d.channel <> 'own_check' AND d.state <> 'cancelled')
        AND NOT EXISTS (SELECT FROM hotline_call h WHERE h.caller_index = c.contact_phone_index AND h.caller_index <> ''
            AND h.direction = 'in' AND h.offered_at > k.at AND h.offered_at <= {_WEEK})
        )::int, NULL::float8, {CASE_KEYS}
    FROM {_CASES}
    WHERE c.case_class IN ('inquiry', 'complaint') AND c.severity = 'ordinary' AND c.channel <> 'own_check'"""  # noqa: S608
    yardstick = """
    WITH k AS MATERIALIZED (
        SELECT c.id, c.created_at, c.waybill_id, c.contact_phone_index AS phone, max(e.at) AS at FROM events_event e
        JOIN complaints_case c ON c.id = e.subject_id::bigint
        WHERE e.kind = 'case.closed' AND e.at >= %(since)s AND e.at < %(until)s AND c.severity = 'ordinary'
          AND c.case_class IN ('inquiry', 'complaint') AND c.channel <> 'own_check' GROUP BY c.id),
    opened AS (SELECT k.id, min(i.at) AS at FROM k JOIN complaints_caseentry i ON i.case_id = k.id
        AND i.kind IN ('message_in', 'call_in') GROUP BY 1),
    words AS (SELECT k.id FROM k LEFT JOIN opened o USING (id) JOIN complaints_caseentry n ON n.case_id = k.id AND n.at <= k.at
        AND n.at >= coalesce(o.at, k.created_at)
        AND (n.kind IN ('message_out', 'plan', 'solution') OR n.kind = 'call_out' AND n.is_reached)
        GROUP BY 1 HAVING count(*) > 1),
    owners AS (SELECT k.id FROM k JOIN events_event e ON e.subject_type = 'complaints.case' AND e.subject_id = k.id::text
        AND e.kind = 'case.assigned' AND e.at <= k.at GROUP BY 1 HAVING count(DISTINCT e.data->>'owner') > 1),
    again AS (SELECT k.id FROM k JOIN events_event e ON e.subject_type = 'complaints.case' AND e.subject_id = k.id::text
        AND e.kind = 'case.reopened' AND e.at < k.at + interval '7 days'),
    wrote AS (SELECT k.id FROM k JOIN complaints_caseentry n ON n.case_id = k.id AND n.kind IN ('message_in', 'call_in')
        AND n.at > k.at AND n.at <= k.at + interval '7 days'),
    came AS (SELECT k.id FROM k JOIN complaints_case d ON d.id <> k.id AND d.created_at > k.at
        AND d.created_at <= k.at + interval '7 days' AND d.channel <> 'own_check' AND d.state <> 'cancelled'
        AND d.waybill_id = k.waybill_id
        UNION SELECT k.id FROM k JOIN complaints_case d ON d.id <> k.id AND d.created_at > k.at
        AND d.created_at <= k.at + interval '7 days' AND d.channel <> 'own_check' AND d.state <> 'cancelled'
        AND d.contact_phone_index = k.phone AND k.phone <> ''),
    called AS (SELECT k.id FROM k JOIN hotline_call h ON h.caller_index = k.phone AND h.caller_index <> ''
        AND h.direction = 'in' AND h.offered_at > k.at AND h.offered_at <= k.at + interval '7 days'),
    bad AS (SELECT id FROM words UNION SELECT id FROM owners UNION SELECT id FROM again UNION SELECT id FROM wrote
        UNION SELECT id FROM came UNION SELECT id FROM called)
    SELECT count(*) FILTER (WHERE bad.id IS NULL), count(*) FROM k LEFT JOIN bad USING (id)"""


class OfAnswers(Kpi):
    """The last answer of each kind between two reopenings of a case."""

    period_by = _("the answer")


def _answers(who: str) -> str:
    return f"""
    SELECT 'complaints.satisfactionask', s.id, s.answered_at, 1, (s.score >= 4)::int, s.score::float8, {CASE_KEYS}
    FROM complaints_satisfactionask s JOIN accounts_user u ON u.id = s.answered_by_id AND u.kind {who} 'person'
    JOIN complaints_case c ON c.id = s.case_id LEFT JOIN tracking_waybill w ON w.id = c.waybill_id
    WHERE s.answered_at >= %(since)s AND s.answered_at < %(until)s AND c.state NOT IN ('merged', 'cancelled')
      AND NOT EXISTS (SELECT FROM complaints_satisfactionask o JOIN accounts_user p ON p.id = o.answered_by_id AND p.kind {who} 'person'
        WHERE o.case_id = s.case_id AND (o.answered_at, o.id) > (s.answered_at, s.id)
          AND (c.reopened_count = 0 OR NOT EXISTS (SELECT FROM events_event e WHERE {_OF_CASE}
            AND e.kind = 'case.reopened' AND e.at >= s.answered_at AND e.at < o.answered_at)))"""  # noqa: S608


def _bare_answers(who: str) -> str:
    return f"""
    SELECT count(*) FILTER (WHERE score >= 4), count(*) FROM (
        SELECT DISTINCT ON (s.case_id, n.times) s.score, s.answered_at FROM complaints_satisfactionask s
        JOIN complaints_case c ON c.id = s.case_id AND c.state NOT IN ('merged', 'cancelled')
        JOIN accounts_user u ON u.id = s.answered_by_id AND u.kind {who} 'person'
        CROSS JOIN LATERAL (SELECT count(*) AS times FROM events_event e WHERE {_OF_CASE} AND e.kind = 'case.reopened'
            AND e.at < s.answered_at) n
        ORDER BY s.case_id, n.times, s.answered_at DESC, s.id DESC) x
    WHERE answered_at >= %(since)s AND answered_at < %(until)s"""  # noqa: S608  # words of ours


class Csat(OfAnswers):
    code = "csat"
    name = _("Satisfaction")
    definition = _(
        "Answers of 4 or 5 of all answers that customers gave themselves; of several between two reopenings the last."
        " What agents typed for them stands beside."
    )
    is_measured = True
    select = _answers("<>")
    yardstick = _bare_answers("<>")


class CsatTyped(OfAnswers):
    code = "csat_typed"
    name = _("Satisfaction as typed by agents")
    definition = _("As satisfaction, of the answers that an agent typed for the customer.")
    parent = "csat"
    is_measured = True
    select = _answers("=")
    yardstick = _bare_answers("=")


class CsatScore(OfAnswers):
    code = "csat_score"
    name = _("Mean score")
    definition = _("The mean of the scores, 1 to 5, that customers gave themselves.")
    parent = "csat"
    unit = _("points")
    shows = Shows.MEAN
    is_measured = True
    select = _answers("<>")
    yardstick = _bare_answers("<>")


class CsatAnswered(Kpi):
    code = "csat_answered"
    name = _("Answers to questions")
    definition = _("Questions about satisfaction that were answered, of those asked in the period.")
    parent = "csat"
    period_by = _("the question")
    select = f"""
    SELECT 'complaints.satisfactionask', s.id, s.asked_at, 1, (s.answered_at IS NOT NULL)::int, NULL::float8,
        c.customer_id, c.unit_id, w.carrier_id, c.owner_id, {lane("w")}
    FROM complaints_satisfactionask s JOIN complaints_case c ON c.id = s.case_id
    LEFT JOIN tracking_waybill w ON w.id = c.waybill_id
    WHERE s.asked_at >= %(since)s AND s.asked_at < %(until)s AND c.state NOT IN ('merged', 'cancelled')"""  # noqa: S608
    yardstick = """
    SELECT count(s.answered_at), count(*) FROM complaints_satisfactionask s
    JOIN complaints_case c ON c.id = s.case_id AND c.state NOT IN ('merged', 'cancelled')
    WHERE s.asked_at >= %(since)s AND s.asked_at < %(until)s"""


ALL: Final = (Closed, Reopened, Fcr, Csat, CsatTyped, CsatScore, CsatAnswered)
