"""When a shipment is promised and when it will probably arrive: pure arithmetic (TRK-7).

Times are aware; the day's opening and cut-off are local to ``zone``. Durations are timedeltas.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from apps.tracking.enums import Reason, Stage, Status, is_terminal

# From here on a shipment no longer heads for its consignee: no arrival can be expected.
OFF_COURSE: Final = frozenset({Status.REFUSED, Status.RETURNING, Status.INTERCEPTED})


@dataclass(frozen=True, slots=True)
class Standards:
    """What the service level says for one lane."""

    promised: timedelta
    opens: time = time(8)
    cut_off: time = time(18)
    stages: Mapping[Stage, timedelta] = field(default_factory=dict)

    def lasting(self, *stages: Stage) -> timedelta:
        return sum((self.stages.get(stage, timedelta(0)) for stage in stages), timedelta(0))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a shipment has come, as its waybill says."""

    status: str
    reason: str
    requested_at: datetime
    status_at: datetime
    picked_up_at: datetime | None = None
    last_event_at: datetime | None = None


def clock_start(requested: datetime, standards: Standards, zone: ZoneInfo) -> datetime:
    """When the promise begins to run: at once, at today's opening, or at tomorrow's when the
    request came after the cut-off (a request at the very cut-off is in time)."""
    here = requested.astimezone(zone)
    opening = datetime.combine(here.date(), standards.opens, tzinfo=zone)
    if here.time() > standards.cut_off:
        opening = datetime.combine(here.date() + timedelta(days=1), standards.opens, tzinfo=zone)
        return opening.astimezone(requested.tzinfo)
    return max(requested, opening.astimezone(requested.tzinfo))


def promised_at(requested: datetime, standards: Standards, zone: ZoneInfo) -> datetime:
    """The latest moment of delivery that is promised. A later request is never promised earlier."""
    return clock_start(requested, standards, zone) + standards.promised


@dataclass(frozen=True, slots=True)
class Outlook:
    """The standard end of what the shipment is doing now, and how long the rest takes."""

    ends_at: datetime
    rest: timedelta

    def expected(self, now: datetime) -> datetime:
        """Never before ``now``: what should have ended already ends now at the earliest."""
        return max(self.ends_at, now) + self.rest

    def misses_from(self, promised: datetime) -> datetime | None:
        """From when on a shipment that does not move will miss; None when it will already."""
        return None if self.ends_at + self.rest > promised else promised - self.rest


def stage_of(status: str) -> Stage:
    """In which stage a shipment with this status is."""
    if status in (Status.CREATED, Status.AWAITING_PICKUP, Status.PICKUP_FAILED):
        return Stage.PICKUP
    if status == Status.PICKED_UP:
        return Stage.SORT
    if status in (
        Status.ARRIVED_DEST_CITY,
        Status.OUT_FOR_DELIVERY,
        Status.READY_FOR_PICKUP,
        Status.ATTEMPT_FAILED,
        Status.REFUSED,
    ):
        return Stage.DELIVERY
    return Stage.LINE_HAUL


def outlook(progress: Progress, standards: Standards, zone: ZoneInfo) -> Outlook | None:
    """What is still to come; None once nothing heads for the consignee any more."""
    if is_terminal(progress.status, progress.reason) or progress.status in OFF_COURSE:
        return None
    stage = stage_of(progress.status)
    start = clock_start(progress.requested_at, standards, zone)
    if stage == Stage.PICKUP:
        end = start + standards.lasting(Stage.PICKUP)
        return Outlook(end, standards.lasting(Stage.SORT, Stage.LINE_HAUL, Stage.DELIVERY))
    if stage == Stage.DELIVERY:
        share = 2 if progress.status == Status.OUT_FOR_DELIVERY else 1
        return Outlook(progress.status_at + standards.lasting(Stage.DELIVERY) / share, timedelta(0))
    # Between pickup and the destination city each scan says where it is, not that it is late:
    # the plan still counts from the pickup.
    picked = progress.picked_up_at or start + standards.lasting(Stage.PICKUP)
    end = picked + standards.lasting(Stage.SORT, Stage.LINE_HAUL)
    if (progress.status, progress.reason) == (Status.EXCEPTION, Reason.MISROUTED):
        # It has to come back and go out again.
        end = max(end, progress.status_at + standards.lasting(Stage.LINE_HAUL))
    return Outlook(end, standards.lasting(Stage.DELIVERY))


def expected_at(
    progress: Progress, standards: Standards, *, now: datetime, zone: ZoneInfo
) -> datetime | None:
    """When the shipment will probably be delivered, never before ``now``."""
    ahead = outlook(progress, standards, zone)
    return ahead.expected(now) if ahead else None
