"""Which open shipments a place and a time concern: one statement, answered by indexes over origin, destination,
unit and partner of open shipments. Waybills carry no index over where they are now, on purpose, so those that only
pass through are looked for once, when the incident is declared, and not while its place is typed."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from apps.accounts.models import Unit
from apps.incidents.enums import Leg, Why
from apps.incidents.inputs import Where
from apps.incidents.rules.scopes import patterns_of
from apps.tracking.enums import Status

# What is promised so long after the end of the window is in time all the same.
MADE_UP_WITHIN = timedelta(hours=24)
_BEFORE_PICKUP = [Status.CREATED, Status.AWAITING_PICKUP, Status.PICKUP_FAILED]
_AT_ORIGIN = [*_BEFORE_PICKUP, Status.PICKED_UP]
_UNDER_WAY = [
    *(Status.IN_TRANSIT, Status.REDIRECTED, Status.HANDED_TO_OTHER_CARRIER, Status.EXCEPTION),
    *(Status.LATE, Status.CUSTOMS),
]
_TO_DELIVER = [
    *(Status.ARRIVED_DEST_CITY, Status.OUT_FOR_DELIVERY, Status.ATTEMPT_FAILED),
    Status.READY_FOR_PICKUP,
]
_BY_LEG = {
    Leg.PICKUP: _BEFORE_PICKUP,
    Leg.TRANSIT: [Status.PICKED_UP, *_UNDER_WAY],
    Leg.DELIVERY: _TO_DELIVER,
}
# A promise that falls due before the window begins is not its business, unless it has begun.
# What another incident holds was put off by that one only.
_IN_WINDOW = """w.concluded_at IS NULL AND (w.promised_at IS NULL
    OR (w.promised_at < %(made_up)s OR EXISTS (SELECT FROM tracking_shipmenthold h
        WHERE h.waybill_id = w.id AND h.released_at IS NULL))
    AND (w.promised_at >= %(starts)s OR %(begun)s))"""


class Counted(NamedTuple):
    shipments: int
    customers: int


class _Branches:
    """The parts of the statement and its parameters; the first that finds a shipment says why."""

    def __init__(self, where: Where, at: datetime) -> None:
        self.parts: list[str] = []
        self._statuses: dict[str, set[str]] = {}
        self.given: dict[str, Any] = {
            "starts": where.starts_at,
            "made_up": where.ends_at + MADE_UP_WITHIN,
            "begun": where.starts_at <= at,
        }

    def add(self, why: Why, place: str, condition: str, statuses: Collection[str]) -> None:
        n = len(self.parts)
        self._statuses.setdefault(condition, set()).update(str(one) for one in statuses)
        self.given |= {f"why{n}": str(why), f"in{n}": sorted({str(one) for one in statuses})}
        self.parts.append(
            f"SELECT w.id, w.customer_id, %(why{n})s AS why, {place} AS place, {n} AS rank"  # noqa: S608  # texts of ours
            f" FROM tracking_waybill w WHERE {condition} AND w.status = ANY(%(in{n})s) AND {_IN_WINDOW}"
        )

    def to_count(self) -> tuple[str, dict[str, Any]]:
        """Without the why: what two parts ask of the same column is asked once, and each row read once."""
        given, parts = dict(self.given), []
        for n, (condition, statuses) in enumerate(self._statuses.items()):
            given[f"of{n}"] = sorted(statuses)
            parts.append(
                f"SELECT w.id, w.customer_id FROM tracking_waybill w WHERE {condition}"  # noqa: S608  # texts of ours
                f" AND w.status = ANY(%(of{n})s) AND {_IN_WINDOW}"
            )
        return " UNION ALL ".join(parts), given


def _branches(where: Where, at: datetime, *, passing: bool) -> _Branches:
    found = _Branches(where, at)
    legs = set(where.legs)
    if where.everywhere:
        wanted = {status for leg in legs for status in _BY_LEG[Leg(leg)]}
        found.add(Why.EVERYWHERE, "''", "true", wanted)
    if where.cities:
        _add_cities(found, where, legs, passing=passing)
    by_leg = {status for leg in legs for status in _BY_LEG[Leg(leg)]}
    if where.units:
        found.given["units"] = _with_below(where.units)
        found.add(Why.OF_UNIT, "''", "w.responsible_unit_id = ANY(%(units)s)", by_leg)
    if where.carriers:
        found.given["carriers"] = list(where.carriers)
        found.add(Why.OF_PARTNER, "''", "w.carrier_id = ANY(%(carriers)s)", by_leg)
    return found


def _add_cities(found: _Branches, where: Where, legs: set[str], *, passing: bool) -> None:
    patterns = patterns_of(where.cities)
    found.given |= {f"city{n}": pattern for n, pattern in enumerate(patterns)}

    def at(column: str) -> str:
        alike = (f"w.{column} LIKE %(city{n})s" for n in range(len(patterns)))
        return f"({' OR '.join(alike)})"

    if Leg.PICKUP in legs:
        found.add(Why.PICKED_UP_THERE, "w.origin_city", at("origin_city"), _BEFORE_PICKUP)
    if Leg.TRANSIT in legs:
        coming = [*_AT_ORIGIN, *_UNDER_WAY]
        found.add(Why.LEAVES_THERE, "w.origin_city", at("origin_city"), _AT_ORIGIN)
        found.add(Why.ON_THE_WAY_THERE, "w.destination_city", at("destination_city"), coming)
    if Leg.DELIVERY in legs:
        coming = [*_AT_ORIGIN, *_UNDER_WAY, *_TO_DELIVER]
        found.add(Why.DELIVERED_THERE, "w.destination_city", at("destination_city"), coming)
    if Leg.TRANSIT in legs and passing:
        # What began there has left from there.
        found.given["seen"] = [f"%{city}%" for city in where.cities]
        seen = f"w.last_place LIKE ANY(%(seen)s) AND NOT {at('origin_city')}"
        found.add(Why.PASSES_THERE, "left(w.last_place, 80)", seen, _UNDER_WAY)


def _with_below(units: Collection[int]) -> list[int]:
    paths = Unit.objects.filter(pk__in=units).values_list("path", flat=True)
    found = {
        pk
        for path in paths
        for pk in Unit.objects.filter(path__startswith=path).values_list("pk", flat=True)
    }
    return sorted(found)


def count_concerned(where: Where, *, at: datetime) -> Counted:
    """How many shipments of how many customers a scope concerns, while it is typed. Those that only pass through are
    not counted yet."""
    found = _branches(where, at, passing=False)
    if not found.parts:
        return Counted(0, 0)
    inner, given = found.to_count()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(DISTINCT c.id), count(DISTINCT c.customer_id) FROM ({inner}) c",  # noqa: S608  # texts of ours
            given,
        )
        return Counted(*cursor.fetchone())


# Of the running incidents that hold a shipment the first leads; who is second is held by both.
_ADD = """
WITH found AS MATERIALIZED (
    SELECT DISTINCT ON (c.id) c.id, c.customer_id, c.why, c.place FROM ({inner}) c ORDER BY c.id, c.rank
), led AS (
    INSERT INTO incidents_affected
        (incident_id, scope_id, waybill_id, customer_id, why, place, leads, found_at)
    SELECT %(incident)s, %(scope)s, f.id, f.customer_id, f.why, f.place, true, %(at)s FROM found f ORDER BY f.id
    ON CONFLICT DO NOTHING RETURNING waybill_id
), others AS (
    INSERT INTO incidents_affected
        (incident_id, scope_id, waybill_id, customer_id, why, place, leads, found_at)
    SELECT %(incident)s, %(scope)s, f.id, f.customer_id, f.why, f.place, false, %(at)s FROM found f
    WHERE NOT EXISTS (SELECT FROM led WHERE led.waybill_id = f.id) ORDER BY f.id
    ON CONFLICT (incident_id, waybill_id) DO NOTHING RETURNING waybill_id
)
SELECT (SELECT count(*) FROM led) + (SELECT count(*) FROM others)
"""


def add_concerned(
    where: Where,
    *,
    incident_id: int,
    scope_id: int,
    at: datetime,
    among: Collection[int] | None = None,
) -> int:
    """Put the shipments that a scope concerns into its incident, each with its why and once; how many were new.
    ``among``: only of these. One statement, repeating it adds nothing. Called by services, inside theirs."""
    found = _branches(where, at, passing=True)
    parts = found.parts
    if among is not None:
        found.given["among"] = list(among)
        parts = [f"{part} AND w.id = ANY(%(among)s)" for part in parts]
    if not parts:
        return 0
    statement = _ADD.format(inner=" UNION ALL ".join(parts))
    given = {**found.given, "incident": incident_id, "scope": scope_id, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return int(cursor.fetchone()[0])
