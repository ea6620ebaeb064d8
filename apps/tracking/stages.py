"""Stage intervals of one shipment, derived from its events: pure (TRK-5).

A stage ends with the first event at or beyond its milestone, whatever order events came in. A
milestone nobody scanned leaves its stage out, and the time counts for the stage before it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from apps.tracking.enums import Stage, Status

# Which milestone an event proves: 1 picked up, 2 left the origin, 3 in the destination city,
# 4 delivered. Hub scans on the way prove no more than the pickup.
HUB_SCANS: Final = ("sorted", "arrived")
MILESTONES: Final[dict[int, tuple[Status, ...]]] = {
    1: (Status.PICKED_UP,),
    2: (Status.IN_TRANSIT, Status.HANDED_TO_OTHER_CARRIER, Status.CUSTOMS),
    3: (
        Status.ARRIVED_DEST_CITY,
        Status.OUT_FOR_DELIVERY,
        Status.READY_FOR_PICKUP,
        Status.ATTEMPT_FAILED,
        Status.REFUSED,
    ),
    4: (Status.DELIVERED,),
}
_LEVELS: Final = {status: level for level, found in MILESTONES.items() for status in found}
STAGES: Final = (Stage.PICKUP, Stage.SORT, Stage.LINE_HAUL, Stage.DELIVERY)
# Who began these is answerable for them; for the others it is who ended them.
BY_BEGINNER: Final = frozenset({Stage.LINE_HAUL, Stage.RECEIPT_RETURN})

# A unit or a partner carrier, by id.
Party = tuple[int | None, int | None]
NOTHING_DECIDED: Final[Mapping[Stage, Party]] = {}


@dataclass(frozen=True, slots=True)
class Scan:
    """One live event (superseded and withdrawn ones left out by the caller)."""

    id: int
    at: datetime
    code: str
    status: str
    unit_id: int | None = None
    carrier_id: int | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A stage from its beginning to its end; running while ``ended_at`` is None."""

    stage: Stage
    started_at: datetime
    ended_at: datetime | None
    unit_id: int | None
    carrier_id: int | None

    def took(self, now: datetime) -> timedelta:
        """Never negative: work done before its clock began took no time."""
        return max((self.ended_at or now) - self.started_at, timedelta(0))


def level(code: str, status: str) -> int:
    """The milestone an event proves, 0 for none."""
    if code in HUB_SCANS:
        return 1
    return _LEVELS.get(Status(status), 0)


def intervals(
    scans: Iterable[Scan],
    *,
    requested_at: datetime,
    unit_id: int | None = None,
    carrier_id: int | None = None,
    decided: Mapping[Stage, Party] = NOTHING_DECIDED,
) -> list[Interval]:
    """The stages of one shipment in order. Who was decided on answers for a stage, else whom the
    scans name, else the waybill's own ``unit_id`` and ``carrier_id``."""
    known = sorted((s for s in scans if level(s.code, s.status)), key=lambda s: (s.at, s.id))
    reached = [
        next((s for s in known if level(s.code, s.status) >= milestone), None)
        for milestone in (1, 2, 3, 4)
    ]
    own = otherwise(unit_id, carrier_id, decided)
    found: list[Interval] = []
    began: Scan | None = None
    start = requested_at
    for stage, end in zip(STAGES, reached, strict=True):
        if end is not None and end is began:
            continue
        who = decided.get(stage) or _answerable(stage, began, end) or own
        found.append(Interval(stage, start, end.at if end else None, *who))
        if end is None:
            break
        began, start = end, end.at
    return found


def otherwise(unit_id: int | None, carrier_id: int | None, decided: Mapping[Stage, Party]) -> Party:
    """Who answers where neither a decision nor a scan says so. A partner that the waybill names because
    it was given some stages does not answer for the others."""
    given = {carrier for _unit, carrier in decided.values()}
    if carrier_id is not None and carrier_id not in given:
        return None, carrier_id
    return unit_id, None


def _answerable(stage: Stage, began: Scan | None, ended: Scan | None) -> Party | None:
    order = (began, ended) if stage in BY_BEGINNER or ended is None else (ended, began)
    for scan in order:
        if scan and scan.carrier_id:
            return None, scan.carrier_id
        if scan and scan.unit_id:
            return scan.unit_id, None
    return None
