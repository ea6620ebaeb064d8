"""How long each stage took, by who answers for it: one statement over a period (TRK-5).

The SQL says the same as stages.py and promise.clock_start do for one shipment; a test holds them
together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from apps.core.times import day_start
from apps.tracking.enums import Stage
from apps.tracking.models import Waybill
from apps.tracking.stages import HUB_SCANS, MILESTONES

if TYPE_CHECKING:
    from apps.accounts.models import User

_CITY = r"regexp_replace(regexp_replace({0}, '\s', '', 'g'), '^(.{{2,}})市$', '\1')"
_SHIPMENTS = """
w AS MATERIALIZED (
    SELECT i.*, ARRAY[i.service_level, i.origin_city, i.destination_city, i.day::text] AS route
    FROM ({shipments}) i),
routes AS (
    SELECT r.*, {r_from} AS from_city, {r_to} AS to_city
    FROM (SELECT DISTINCT route, route[1] AS service_level, route[2] AS origin_city,
        route[3] AS destination_city, route[4]::date AS day FROM w) r),
lanes AS MATERIALIZED (
    SELECT r.*, lane.* FROM routes r LEFT JOIN LATERAL (
        SELECT l.opens, l.cut_off, l.pickup_hours, l.sort_hours, l.line_haul_hours,
            l.delivery_hours, l.receipt_return_hours
        FROM tracking_servicelane l JOIN tracking_servicelevel v ON v.id = l.level_id
        WHERE v.code = r.service_level AND l.valid_from <= r.day
          AND (l.valid_until IS NULL OR r.day < l.valid_until)
          AND CASE l.scope
            WHEN 'lane' THEN {l_from} = r.from_city AND {l_to} = r.to_city
            WHEN 'same_city' THEN r.from_city = r.to_city ELSE r.from_city <> r.to_city END
        ORDER BY array_position(ARRAY['lane', 'same_city', 'inter_city'], l.scope::text) LIMIT 1
    ) lane ON true),
agreed AS MATERIALIZED (
    SELECT DISTINCT ON (p.carrier_id, r.to_city, r.day) p.*, r.to_city, r.day
    FROM tracking_partneragreement p JOIN (SELECT DISTINCT to_city, day FROM lanes) r
        ON {area} = r.to_city AND p.valid_from <= r.day
            AND (p.valid_until IS NULL OR r.day < p.valid_until)
    ORDER BY p.carrier_id, r.to_city, r.day, p.id)
"""


def live_event(only: str = "true") -> str:
    """Of an event e: superseded, withdrawn and outdated versions do not count. Two questions, each with keys of its own,
    so that a month of events answers them by hashing the few that correct or have versions. ``only``: a condition on
    x, the events that are looked at for it."""
    same = f"x.waybill_id = e.waybill_id AND x.issued_month = e.issued_month AND {only}"
    return f"""NOT e.is_withdrawal
      AND NOT EXISTS (SELECT FROM tracking_trackingevent x
        WHERE {same} AND x.supersedes_id IS NOT NULL AND x.supersedes_id = e.id)
      AND NOT EXISTS (SELECT FROM tracking_trackingevent x
        WHERE {same} AND x.source_id <> '' AND x.source_id = e.source_id AND x.source = e.source
          AND (x.revision, x.id) > (e.revision, e.id))"""  # noqa: S608  # words of ours


LIVE_EVENT = live_event()
_MONTHS = "issued_month BETWEEN %(from_month)s AND %(to_month)s"
# p: the events with which a shipment reached a milestone that it had not reached before, each with the
# milestone before it (``reached``) and the event that reached that. It ends the one stage that began there.
_SCANS = f"""
e AS (
    SELECT e.waybill_id, e.id, e.occurred_at AS at, e.unit_id, e.carrier_id,
        CASE WHEN e.code = ANY(%(hubs)s) THEN 1 WHEN e.status = ANY(%(one)s) THEN 1
            WHEN e.status = ANY(%(two)s) THEN 2 WHEN e.status = ANY(%(four)s) THEN 4 ELSE 3 END AS lvl
    FROM tracking_trackingevent e JOIN w ON w.id = e.waybill_id AND w.issued_month = e.issued_month
    WHERE (e.status = ANY(%(any)s) OR e.code = ANY(%(hubs)s)) AND e.{_MONTHS}
      AND {live_event(f"x.{_MONTHS}")}),
r AS (
    SELECT e.*, coalesce(max(lvl) OVER (PARTITION BY waybill_id ORDER BY at, id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS reached
    FROM e),
p AS (
    SELECT waybill_id, lvl, reached, at, unit_id, carrier_id, lag(at) OVER way AS began,
        lag(unit_id) OVER way AS from_unit, lag(carrier_id) OVER way AS from_carrier,
        lead(lvl) OVER way IS NULL AS is_last
    FROM r WHERE lvl > reached WINDOW way AS (PARTITION BY waybill_id ORDER BY at, id))
"""  # noqa: S608  # words of ours
# The newest decision of each stage; one with nobody was taken back.
_DECIDED = """
g AS (
    SELECT DISTINCT ON (a.waybill_id, a.stage) a.waybill_id, a.stage, a.carrier_id, a.unit_id
    FROM tracking_stageassignment a JOIN w ON w.id = a.waybill_id
    ORDER BY a.waybill_id, a.stage, a.id DESC),
given AS (SELECT DISTINCT waybill_id, carrier_id FROM g WHERE carrier_id IS NOT NULL)
"""
# A row for each stage that ended (``what`` 0), that is running (1), and for the way back of a document (2);
# who answers is the first choice (a), else the second (b). Sorting and delivery are answered for by who
# ended them, the others by who began them; what was decided goes first.
_STAGES = """
back AS (
    SELECT d.waybill_id, d.owed_since, min(v.at) AS at
    FROM tracking_returndocument d JOIN w ON w.id = d.waybill_id
    LEFT JOIN tracking_returndocumentmove v
        ON v.document_id = d.id AND v.to_state IN ('received_at_origin', 'filed')
    WHERE d.owed_since IS NOT NULL AND d.state <> 'void' GROUP BY d.id),
x AS (
    SELECT w.*, (ARRAY['pickup', 'sort', 'line_haul', 'delivery', 'receipt_return'])[
            1 + CASE v.what WHEN 0 THEN p.reached WHEN 1 THEN coalesce(p.lvl, 0) ELSE 4 END] AS stage,
        CASE v.what WHEN 0 THEN p.began WHEN 1 THEN p.at ELSE back.owed_since END AS since,
        CASE v.what WHEN 0 THEN p.at WHEN 2 THEN back.at END AS ended,
        CASE v.what WHEN 0 THEN CASE p.reached WHEN 2 THEN p.from_carrier ELSE p.carrier_id END
            WHEN 1 THEN p.carrier_id ELSE CASE p.lvl WHEN 4 THEN p.carrier_id END END AS c_a,
        CASE v.what WHEN 0 THEN CASE p.reached WHEN 2 THEN p.from_unit ELSE p.unit_id END
            WHEN 1 THEN p.unit_id ELSE CASE p.lvl WHEN 4 THEN p.unit_id END END AS u_a,
        CASE v.what WHEN 0 THEN CASE p.reached WHEN 2 THEN p.carrier_id ELSE p.from_carrier END END AS c_b,
        CASE v.what WHEN 0 THEN CASE p.reached WHEN 2 THEN p.unit_id ELSE p.from_unit END END AS u_b
    FROM w LEFT JOIN p ON p.waybill_id = w.id
    LEFT JOIN back ON back.waybill_id = w.id
    JOIN (VALUES (0), (1), (2)) v (what) ON CASE v.what WHEN 0 THEN p.at IS NOT NULL
        WHEN 1 THEN p.is_last IS NOT FALSE AND p.lvl IS DISTINCT FROM 4 AND w.concluded_at IS NULL
        ELSE p.is_last IS NOT FALSE AND back.waybill_id IS NOT NULL END),
s AS (
    SELECT x.id, x.day, x.customer_id, l.from_city, l.to_city, x.stage, x.ended, x.concluded_at,
        coalesce(x.since, CASE WHEN l.opens IS NULL THEN x.issued_at
            WHEN (x.issued_at AT TIME ZONE %(zone)s)::time > l.cut_off
                THEN (x.day + 1 + l.opens) AT TIME ZONE %(zone)s
            ELSE greatest(x.issued_at, (x.day + l.opens) AT TIME ZONE %(zone)s) END) AS began,
        CASE x.stage WHEN 'pickup' THEN l.pickup_hours WHEN 'sort' THEN l.sort_hours
            WHEN 'line_haul' THEN l.line_haul_hours WHEN 'delivery' THEN l.delivery_hours
            ELSE l.receipt_return_hours END AS lane_hours,
        CASE WHEN g.carrier_id IS NOT NULL THEN g.carrier_id WHEN g.unit_id IS NOT NULL THEN NULL
            WHEN x.c_a IS NOT NULL THEN x.c_a WHEN x.u_a IS NOT NULL THEN NULL
            WHEN x.c_b IS NOT NULL THEN x.c_b WHEN x.u_b IS NOT NULL THEN NULL
            WHEN given.carrier_id IS NOT NULL THEN NULL ELSE x.carrier_id END AS carrier_id,
        CASE WHEN g.carrier_id IS NOT NULL THEN NULL WHEN g.unit_id IS NOT NULL THEN g.unit_id
            WHEN x.c_a IS NOT NULL THEN NULL WHEN x.u_a IS NOT NULL THEN x.u_a
            WHEN x.c_b IS NOT NULL THEN NULL WHEN x.u_b IS NOT NULL THEN x.u_b
            WHEN x.carrier_id IS NOT NULL AND given.carrier_id IS NULL THEN NULL
            ELSE x.responsible_unit_id END AS unit_id
    FROM x
    JOIN lanes l ON l.route = x.route
    LEFT JOIN given ON given.waybill_id = x.id AND given.carrier_id = x.carrier_id
    LEFT JOIN g ON g.waybill_id = x.id AND g.stage = x.stage)
"""
_TOTALS = """
SELECT t.stage, t.unit_id, u.name, t.carrier_id, c.name,
    count(*) FILTER (WHERE t.ended IS NOT NULL),
    count(*) FILTER (WHERE t.ended IS NULL),
    count(*) FILTER (WHERE t.hours IS NOT NULL),
    count(*) FILTER (WHERE t.took > t.hours),
    avg(t.took) FILTER (WHERE t.ended IS NOT NULL),
    avg(t.took - t.hours) FILTER (WHERE t.took > t.hours),
    max(t.took - t.hours) FILTER (WHERE t.took > t.hours)
FROM ({timed}
    WHERE %(only)s::bigint IS NULL OR s.carrier_id = %(only)s
) t
LEFT JOIN accounts_unit u ON u.id = t.unit_id
LEFT JOIN tracking_partnercarrier c ON c.id = t.carrier_id
GROUP BY 1, 2, 3, 4, 5
ORDER BY array_position(%(stages)s::text[], t.stage), 9 DESC, 3, 5
"""
# Each stage with the hours it should have taken (``hours``) and took (``took``, in ``seconds`` a float).
_TIMED = """
    SELECT s.*, coalesce(CASE s.stage WHEN 'pickup' THEN a.pickup_hours
            WHEN 'line_haul' THEN a.line_haul_hours WHEN 'delivery' THEN a.delivery_hours
            WHEN 'receipt_return' THEN a.receipt_return_hours END, s.lane_hours) AS hours,
        greatest(extract(epoch FROM coalesce(s.ended, %(now)s) - s.began) / 3600, 0) AS took,
        greatest(date_part('epoch', coalesce(s.ended, %(now)s) - s.began), 0) AS seconds
    FROM s LEFT JOIN agreed a
        ON a.carrier_id = s.carrier_id AND a.to_city = s.to_city AND a.day = s.day
"""


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage of one unit or partner; hours as decimals, one place."""

    stage: Stage
    unit_id: int | None
    unit: str | None
    carrier_id: int | None
    carrier: str | None
    ended: int
    running: int
    measured: int  # those with a standard time to compare with
    over: int
    average: Decimal | None
    average_over: Decimal | None
    longest_over: Decimal | None

    @property
    def over_share(self) -> Decimal | None:
        """Percent of those that have a standard."""
        if not self.measured:
            return None
        return (Decimal(100 * self.over) / self.measured).quantize(Decimal("0.1"))


def stage_rows(
    first_day: date,
    last_day: date,
    *,
    user: "User",
    now: datetime,
    carrier_id: int | None = None,
) -> list[StageRow]:
    """Stages of the shipments issued in these local days, both included, that ``user`` may see."""
    shipments, params = _shipments(first_day, last_day, user)
    values: dict[str, Any] = {
        **stage_values(first_day, last_day),
        "zone": settings.TIME_ZONE,
        "now": now,
        "only": carrier_id,
        "stages": [str(stage.value) for stage in Stage],
    }
    with connection.cursor() as cursor:
        # The ORM's own parameters are positional: they are bound first, the named ones after.
        bound = cursor.mogrify(shipments, params).decode().replace("%", "%%")
        cursor.execute(_statement(bound), values)
        return [_row(row) for row in cursor.fetchall()]


def _shipments(first_day: date, last_day: date, user: "User") -> tuple[str, Sequence[Any]]:
    found = Waybill.objects.visible_to(user).filter(
        issued_at__gte=day_start(first_day), issued_at__lt=day_start(last_day, days=1)
    )
    columns = (
        *("id", "customer_id", "issued_month", "issued_at", "service_level", "origin_city"),
        *("destination_city", "responsible_unit_id", "carrier_id", "concluded_at"),
    )
    inner, params = found.values(*columns).order_by().query.sql_with_params()
    outer = f"SELECT q.*, (q.issued_at AT TIME ZONE %s)::date AS day FROM ({inner}) q"  # noqa: S608 - the ORM wrote it; values are bound apart
    return outer, (settings.TIME_ZONE, *params)


def stage_values(first_day: date, last_day: date) -> dict[str, Any]:
    """What ``stage_sql`` needs, with ``zone`` and ``now``, for shipments issued in the months of these days."""
    return {
        "hubs": list(HUB_SCANS),
        "one": _statuses(1),
        "two": _statuses(2),
        "four": _statuses(4),
        "any": [status for nth in MILESTONES for status in _statuses(nth)],
        "from_month": first_day.replace(day=1),
        "to_month": last_day.replace(day=1),
    }


def city_sql(column: str) -> str:
    """As ``standards.city_key``."""
    return _CITY.format(column)


def stage_sql(shipments: str, columns: str = "t.*") -> str:
    """The stages of these shipments, a row each (``_STAGES`` and ``_TIMED`` say with what columns); ``shipments`` is
    SQL with the columns of ``_shipments`` or more."""
    return _with(shipments) + f"SELECT {columns} FROM ({_TIMED}) t"  # noqa: S608 - words of ours


def _statement(shipments: str) -> str:
    return _with(shipments) + _TOTALS.format(timed=_TIMED)


def _with(shipments: str) -> str:
    cities = {
        "l_from": city_sql("l.origin_city"),
        "l_to": city_sql("l.destination_city"),
        "r_from": city_sql("r.origin_city"),
        "r_to": city_sql("r.destination_city"),
        "area": city_sql("p.area"),
    }
    parts = [_SHIPMENTS.format(shipments=shipments, **cities), _SCANS, _DECIDED, _STAGES]
    return "WITH " + ",".join(parts)


def _statuses(milestone: int) -> list[str]:
    return [str(status.value) for status in MILESTONES[milestone]]


def _row(row: tuple[Any, ...]) -> StageRow:
    stage, unit_id, unit, carrier_id, carrier, ended, running, measured, over, *hours = row
    rounded = [None if h is None else Decimal(h).quantize(Decimal("0.1")) for h in hours]
    return StageRow(
        *(Stage(stage), unit_id, unit, carrier_id, carrier, ended, running, measured, over),
        *rounded,
    )
