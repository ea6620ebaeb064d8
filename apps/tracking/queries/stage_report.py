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
w AS MATERIALIZED ({shipments}),
routes AS (SELECT DISTINCT service_level, origin_city, destination_city, day FROM w),
lanes AS (
    SELECT r.*, lane.* FROM routes r LEFT JOIN LATERAL (
        SELECT l.opens, l.cut_off, l.pickup_hours, l.sort_hours, l.line_haul_hours,
            l.delivery_hours, l.receipt_return_hours
        FROM tracking_servicelane l JOIN tracking_servicelevel v ON v.id = l.level_id
        WHERE v.code = r.service_level AND l.valid_from <= r.day
          AND (l.valid_until IS NULL OR r.day < l.valid_until)
          AND CASE l.scope
            WHEN 'lane' THEN {l_from} = {r_from} AND {l_to} = {r_to}
            WHEN 'same_city' THEN {r_from} = {r_to} ELSE {r_from} <> {r_to} END
        ORDER BY array_position(ARRAY['lane', 'same_city', 'inter_city'], l.scope::text) LIMIT 1
    ) lane ON true)
"""
# Of an event e: superseded, withdrawn and outdated versions do not count.
LIVE_EVENT = """NOT e.is_withdrawal
      AND NOT EXISTS (
        SELECT FROM tracking_trackingevent x
        WHERE x.waybill_id = e.waybill_id AND x.issued_month = e.issued_month
          AND (x.supersedes_id = e.id OR (e.source_id <> '' AND x.source = e.source
            AND x.source_id = e.source_id AND (x.revision, x.id) > (e.revision, e.id))))"""
_SCANS = f"""
e AS (
    SELECT e.waybill_id, e.id, e.occurred_at AS at, e.unit_id, e.carrier_id,
        CASE WHEN e.code = ANY(%(hubs)s) THEN 1 WHEN e.status = ANY(%(one)s) THEN 1
            WHEN e.status = ANY(%(two)s) THEN 2 WHEN e.status = ANY(%(three)s) THEN 3
            WHEN e.status = ANY(%(four)s) THEN 4 ELSE 0 END AS lvl
    FROM tracking_trackingevent e JOIN w ON w.id = e.waybill_id AND w.issued_month = e.issued_month
    WHERE e.issued_month BETWEEN %(from_month)s AND %(to_month)s AND {LIVE_EVENT}),
m AS (
    SELECT waybill_id, {{milestones}} FROM e WHERE lvl > 0 GROUP BY waybill_id)
"""  # noqa: S608  # words of ours
_MILESTONE = """
    min(at) FILTER (WHERE lvl >= {n}) AS t{n},
    (array_agg(id ORDER BY at, id) FILTER (WHERE lvl >= {n}))[1] AS i{n},
    (array_agg(unit_id ORDER BY at, id) FILTER (WHERE lvl >= {n}))[1] AS u{n},
    (array_agg(carrier_id ORDER BY at, id) FILTER (WHERE lvl >= {n}))[1] AS c{n}"""
# The newest decision of each stage; one with nobody was taken back.
_DECIDED = """
g AS (
    SELECT DISTINCT ON (a.waybill_id, a.stage) a.waybill_id, a.stage, a.carrier_id, a.unit_id
    FROM tracking_stageassignment a JOIN w ON w.id = a.waybill_id
    ORDER BY a.waybill_id, a.stage, a.id DESC),
given AS (SELECT DISTINCT waybill_id, carrier_id FROM g WHERE carrier_id IS NOT NULL)
"""
# (stage, began, ended, event it began with, event it ended with, then who answers: first choice,
# second choice). Sorting and delivery are answered for by who ended them; what was decided goes first.
_STAGES = """
back AS (
    SELECT d.waybill_id, d.owed_since, min(v.at) AS at
    FROM tracking_returndocument d
    LEFT JOIN tracking_returndocumentmove v
        ON v.document_id = d.id AND v.to_state IN ('received_at_origin', 'filed')
    WHERE d.owed_since IS NOT NULL AND d.state <> 'void' GROUP BY d.id),
s AS (
    SELECT w.id, w.day, w.customer_id, w.origin_city, w.destination_city, x.*, w.concluded_at,
        CASE x.stage WHEN 'pickup' THEN l.pickup_hours WHEN 'sort' THEN l.sort_hours
            WHEN 'line_haul' THEN l.line_haul_hours WHEN 'delivery' THEN l.delivery_hours
            ELSE l.receipt_return_hours END AS lane_hours,
        CASE WHEN g.carrier_id IS NOT NULL THEN g.carrier_id WHEN g.unit_id IS NOT NULL THEN NULL
            WHEN x.c_a IS NOT NULL THEN x.c_a WHEN x.u_a IS NOT NULL THEN NULL
            WHEN x.c_b IS NOT NULL THEN x.c_b WHEN x.u_b IS NOT NULL THEN NULL
            WHEN given.carrier_id IS NOT NULL THEN NULL ELSE w.carrier_id END AS carrier_id,
        CASE WHEN g.carrier_id IS NOT NULL THEN NULL WHEN g.unit_id IS NOT NULL THEN g.unit_id
            WHEN x.c_a IS NOT NULL THEN NULL WHEN x.u_a IS NOT NULL THEN x.u_a
            WHEN x.c_b IS NOT NULL THEN NULL WHEN x.u_b IS NOT NULL THEN x.u_b
            WHEN w.carrier_id IS NOT NULL AND given.carrier_id IS NULL THEN NULL
            ELSE w.responsible_unit_id END AS unit_id
    FROM w LEFT JOIN m ON m.waybill_id = w.id
    LEFT JOIN back ON back.waybill_id = w.id
    LEFT JOIN given ON given.waybill_id = w.id AND given.carrier_id = w.carrier_id
    JOIN lanes l USING (service_level, origin_city, destination_city, day)
    CROSS JOIN LATERAL (SELECT (w.issued_at AT TIME ZONE %(zone)s) AS here) z
    CROSS JOIN LATERAL (SELECT CASE WHEN l.opens IS NULL THEN w.issued_at
        WHEN z.here::time > l.cut_off THEN (z.here::date + 1 + l.opens) AT TIME ZONE %(zone)s
        ELSE greatest(w.issued_at, (z.here::date + l.opens) AT TIME ZONE %(zone)s) END AS clock) k
    CROSS JOIN LATERAL (VALUES
        ('pickup', k.clock, m.t1, NULL::bigint, m.i1, m.c1, m.u1, NULL::bigint, NULL::bigint),
        ('sort', m.t1, m.t2, m.i1, m.i2, m.c2, m.u2, m.c1, m.u1),
        ('line_haul', m.t2, m.t3, m.i2, m.i3, m.c2, m.u2, m.c3, m.u3),
        ('delivery', m.t3, m.t4, m.i3, m.i4, m.c4, m.u4, m.c3, m.u3),
        ('receipt_return', back.owed_since, back.at, m.i4, NULL, m.c4, m.u4, NULL, NULL)
    ) x (stage, began, ended, began_with, ended_with, c_a, u_a, c_b, u_b)
    LEFT JOIN g ON g.waybill_id = w.id AND g.stage = x.stage
    WHERE x.began IS NOT NULL
      AND (x.ended_with IS NULL OR x.ended_with IS DISTINCT FROM x.began_with)
      AND (x.ended IS NOT NULL OR w.concluded_at IS NULL OR x.stage = 'receipt_return'))
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
# Each stage with the hours it should have taken (``hours``) and took (``took``).
_TIMED = """
    SELECT s.*, coalesce(CASE s.stage WHEN 'pickup' THEN a.pickup_hours
            WHEN 'line_haul' THEN a.line_haul_hours WHEN 'delivery' THEN a.delivery_hours
            WHEN 'receipt_return' THEN a.receipt_return_hours END, s.lane_hours) AS hours,
        greatest(extract(epoch FROM coalesce(s.ended, %(now)s) - s.began) / 3600, 0) AS took
    FROM s LEFT JOIN LATERAL (
        SELECT * FROM tracking_partneragreement p
        WHERE p.carrier_id = s.carrier_id AND {area} = {s_to} AND p.valid_from <= s.day
          AND (p.valid_until IS NULL OR s.day < p.valid_until) LIMIT 1) a ON true
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
        "three": _statuses(3),
        "four": _statuses(4),
        "from_month": first_day.replace(day=1),
        "to_month": last_day.replace(day=1),
    }


def city_sql(column: str) -> str:
    """As ``standards.city_key``."""
    return _CITY.format(column)


def stage_sql(shipments: str, columns: str = "t.*") -> str:
    """The stages of these shipments, a row each (``_STAGES`` and ``_TIMED`` say with what columns); ``shipments`` is
    SQL with the columns of ``_shipments`` or more."""
    return _with(shipments) + f"SELECT {columns} FROM ({_timed()}) t"  # noqa: S608 - words of ours


def _statement(shipments: str) -> str:
    return _with(shipments) + _TOTALS.format(timed=_timed())


def _timed() -> str:
    return _TIMED.format(area=city_sql("p.area"), s_to=city_sql("s.destination_city"))


def _with(shipments: str) -> str:
    cities = {
        "l_from": city_sql("l.origin_city"),
        "l_to": city_sql("l.destination_city"),
        "r_from": city_sql("r.origin_city"),
        "r_to": city_sql("r.destination_city"),
    }
    milestones = ",".join(_MILESTONE.format(n=n) for n in (1, 2, 3, 4))
    parts = [
        _SHIPMENTS.format(shipments=shipments, **cities),
        _SCANS.format(milestones=milestones),
        _DECIDED,
        _STAGES,
    ]
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
