"""Where a shipment stands, as a pure function of its events (TRK-2).

Every event has a key (strength, time, rank, fingerprint). The shipment stands where its greatest
live event says: a maximum does not care in which order, how often or in which batches events
arrive, so neither does the status. Only corrections take an event away; they recompute.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from apps.tracking.codes import BEGINNING, NONE, strength_of
from apps.tracking.enums import Status, is_terminal

NO_HASH = "0" * 32


class StatusUpdate(NamedTuple):
    """What of an event decides the status; the first four are its key, so updates compare by it."""

    strength: int
    at: datetime
    rank: int
    hash: str  # 32 hex digits
    status: str
    reason: str
    place: str


@dataclass(frozen=True, slots=True)
class Scan:
    """A stored event, as far as the status is concerned."""

    id: int
    source: str
    source_id: str
    revision: int
    supersedes_id: int | None
    is_withdrawal: bool
    occurred_at: datetime
    status: str
    reason: str
    strength: int
    rank: int
    content_hash: UUID
    place: str = ""

    @property
    def status_update(self) -> StatusUpdate:
        """With the strength of today's table, so that a change of the table needs no change of
        events, which nobody may change."""
        return StatusUpdate(
            *(
                strength_of(self.status, self.reason),
                self.occurred_at,
                self.rank,
                self.content_hash.hex,
            ),
            *(self.status, self.reason, self.place),
        )


class CurrentStatus(NamedTuple):
    """The status columns of a waybill."""

    status: str
    reason: str
    at: datetime
    strength: int
    rank: int
    hash: str
    picked_up_at: datetime | None = None
    last_event_at: datetime | None = None
    last_place: str = ""
    last_place_at: datetime | None = None

    @property
    def delivered_at(self) -> datetime | None:
        return self.at if self.status == Status.DELIVERED else None

    @property
    def concluded_at(self) -> datetime | None:
        return self.at if is_terminal(self.status, self.reason) else None


def beginning(issued_at: datetime) -> CurrentStatus:
    """Where a waybill stands before anything was reported."""
    return CurrentStatus(Status.CREATED.value, "", issued_at, BEGINNING, 0, NO_HASH)


def live(scans: Iterable[Scan]) -> list[Scan]:
    """The events that still count, in the order given.

    An event is gone when another names it in ``supersedes_id``; of several with the same id of
    the same source the highest revision counts, and of those the one that arrived last.
    """
    scans = list(scans)
    gone = {scan.supersedes_id for scan in scans}
    latest: dict[tuple[str, str], tuple[int, int]] = {}
    for scan in scans:
        if scan.source_id:
            known, version = (scan.source, scan.source_id), (scan.revision, scan.id)
            latest[known] = max(latest.get(known, version), version)
    return [
        scan
        for scan in scans
        if scan.id not in gone
        and not scan.is_withdrawal
        and (not scan.source_id or latest[scan.source, scan.source_id] == (scan.revision, scan.id))
    ]


def merge(current: CurrentStatus, updates: Sequence[StatusUpdate]) -> CurrentStatus:
    """The status after more live events, in whatever order."""
    counting = [one for one in updates if one.strength != NONE]
    if not counting:
        return current
    best = max(counting)
    picked = min(
        (one.at for one in counting if one.status == Status.PICKED_UP),
        default=current.picked_up_at,
    )
    if current.picked_up_at is not None and picked is not None:
        picked = min(picked, current.picked_up_at)
    last_at = max(one.at for one in counting)
    if current.last_event_at is not None:
        last_at = max(last_at, current.last_event_at)
    place_at, place = _last_place(current, counting)
    held = (current.strength, current.at, current.rank, current.hash)
    if best[:4] <= held:
        return current._replace(
            picked_up_at=picked, last_event_at=last_at, last_place=place, last_place_at=place_at
        )
    return CurrentStatus(
        *(best.status, best.reason, best.at, best.strength, best.rank, best.hash),
        *(picked, last_at, place, place_at),
    )


def _last_place(
    current: CurrentStatus, counting: Sequence[StatusUpdate]
) -> tuple[datetime | None, str]:
    """The latest place heard of; an update that names none leaves it what it was."""
    named = [(one.at, one.place) for one in counting if one.place]
    if current.last_place_at is not None:
        named.append((current.last_place_at, current.last_place))
    return max(named, default=(None, ""))


def derive(scans: Iterable[Scan], *, issued_at: datetime) -> CurrentStatus:
    """Where a waybill stands, from all its events at once."""
    return merge(beginning(issued_at), [scan.status_update for scan in live(scans)])
