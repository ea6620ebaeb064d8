"""KPIs of incidents: punctuality without what they held, and who was told before they asked."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from apps.incidents.enums import IncidentState
from apps.reports.enums import ScopeKind
from apps.reports.kpis.base import Kpi
from apps.reports.kpis.shipments import OnTime

# Held by an incident that was none.
_HELD: Final = f"""EXISTS (SELECT FROM incidents_affected a JOIN incidents_incident i ON i.id = a.incident_id
        WHERE a.waybill_id = w.id AND i.state <> '{IncidentState.WITHDRAWN}')"""  # words of ours


class OnTimeOwn(OnTime):
    code = "on_time_own"
    name = _("On time without incidents")
    definition = _("As on time, without the shipments that an incident held.")
    parent = "on_time"
    select = f"{OnTime.select} AND NOT {_HELD}"
    yardstick = OnTime.yardstick.replace(
        "AND w.status NOT IN",
        "AND w.id NOT IN (SELECT a.waybill_id FROM incidents_affected a JOIN incidents_incident i"
        " ON i.id = a.incident_id AND i.state <> 'withdrawn') AND w.status NOT IN",
    )


class IncidentTold(Kpi):
    """A customer of an incident is the first of their shipments in it. When somebody asked, and was told, is read as
    ``incidents.queries.customers`` reads it; a test holds them together."""

    code = "incident_told"
    name = _("Told before they asked")
    definition = _(
        "Customers of incidents who were told before they opened a case about one of the shipments, of the customers"
        " concerned; false alarms are left out."
    )
    period_by = _("the declaration")
    scopes = (ScopeKind.ALL, ScopeKind.CUSTOMER, ScopeKind.UNIT)
    select = f"""
    SELECT 'incidents.affected', x.id, x.declared_at, 1,
        coalesce(x.notified_at <= coalesce(x.asked_at, 'infinity'::timestamptz), false)::int, NULL::float8, x.customer_id,
        x.unit_id, NULL::bigint, NULL::bigint, NULL::text
    FROM (
        SELECT a.id, a.customer_id, i.unit_id, i.declared_at,
            (SELECT min(t.notified_at) FROM incidents_noticerecipient t JOIN incidents_incidentnotice n ON n.id = t.notice_id
                WHERE n.incident_id = i.id AND t.customer_id = a.customer_id) AS notified_at,
            (SELECT min(c.created_at) FROM complaints_case c
                JOIN incidents_affected o ON o.waybill_id = c.waybill_id AND o.incident_id = i.id
                WHERE o.customer_id = a.customer_id AND c.created_at >= i.known_at) AS asked_at
        FROM incidents_incident i CROSS JOIN LATERAL (SELECT min(f.id) AS id, f.customer_id
            FROM incidents_affected f WHERE f.incident_id = i.id GROUP BY f.customer_id) a
        WHERE i.declared_at >= %(since)s AND i.declared_at < %(until)s AND i.state <> '{IncidentState.WITHDRAWN}') x"""  # noqa: S608
    yardstick = """
    WITH x AS (SELECT i.id, i.known_at, a.customer_id FROM incidents_incident i JOIN incidents_affected a
            ON a.incident_id = i.id WHERE i.declared_at >= %(since)s AND i.declared_at < %(until)s
            AND i.state <> 'withdrawn' GROUP BY 1, 2, 3),
    told AS (SELECT n.incident_id AS id, t.customer_id, min(t.notified_at) AS at FROM incidents_noticerecipient t
        JOIN incidents_incidentnotice n ON n.id = t.notice_id WHERE t.customer_id IS NOT NULL GROUP BY 1, 2),
    asked AS (SELECT x.id, x.customer_id, min(c.created_at) AS at FROM x JOIN incidents_affected a
        ON a.incident_id = x.id AND a.customer_id = x.customer_id JOIN complaints_case c ON c.waybill_id = a.waybill_id
        AND c.created_at >= x.known_at GROUP BY 1, 2)
    SELECT count(*) FILTER (WHERE told.at IS NOT NULL AND (asked.at IS NULL OR told.at <= asked.at)), count(*)
    FROM x LEFT JOIN told USING (id, customer_id) LEFT JOIN asked USING (id, customer_id)"""


ALL: Final = (OnTimeOwn, IncidentTold)
