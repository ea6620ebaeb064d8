"""Is this shipment late, and when must somebody look again? Pure (TRK-7)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from apps.tracking.enums import LateKind, Reason, Stage, Status, is_terminal
from apps.tracking.promise import OFF_COURSE, Progress, Standards, outlook, stage_of

# Hours without a scan before somebody looks, where the company set no limit of its own.
SILENCE: Final[dict[Stage, timedelta]] = {
    Stage.PICKUP: timedelta(hours=12),
    Stage.SORT: timedelta(hours=12),
    Stage.LINE_HAUL: timedelta(hours=36),
    Stage.DELIVERY: timedelta(hours=24),
    Stage.RECEIPT_RETURN: timedelta(days=10),
}
# A case in the queue is looked at this often, to see it arrive; nothing is looked at sooner
# than a minute after the last time.
AGAIN: Final = timedelta(hours=1)
SOONEST: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(days=1)
# While a shipment is held it is not late; what else is wrong with it is found all the same (CMP-8).
NOT_WHILE_HELD: Final = frozenset({LateKind.STUCK, LateKind.WILL_MISS, LateKind.MISSED})
# Which reason to be in the queue is worse, worst last.
WORSE: Final = (
    LateKind.STUCK,
    LateKind.WILL_MISS,
    LateKind.MISSED,
    LateKind.MISROUTED,
    LateKind.LOST,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``kind`` is None for a shipment that needs nobody."""

    kind: LateKind | None
    expected_at: datetime | None
    look_again_at: datetime


def judge(
    progress: Progress,
    *,
    promised_at: datetime | None,
    standards: Standards | None,
    now: datetime,
    zone: ZoneInfo,
    silence: Mapping[Stage, timedelta] = SILENCE,
) -> Verdict:
    """What to make of an open shipment. The next look is at the first moment at which silence
    alone would change the answer."""
    ahead = outlook(progress, standards, zone) if standards else None
    expected = ahead.expected(now) if ahead else None
    heading = progress.status not in OFF_COURSE
    stage = stage_of(progress.status)
    heard = max(progress.last_event_at or progress.requested_at, progress.requested_at)
    silent_from = heard + silence.get(stage, SILENCE[stage])
    moments = [silent_from]
    if promised_at and heading:
        moments.append(promised_at)
        misses_from = ahead.misses_from(promised_at) if ahead else promised_at
        moments.append(misses_from or now)
    kind: LateKind | None = None
    if (progress.status, progress.reason) == (Status.EXCEPTION, Reason.MISROUTED):
        kind = LateKind.MISROUTED
    elif promised_at and heading and now > promised_at:
        kind = LateKind.MISSED
    elif promised_at and expected and expected > promised_at:
        kind = LateKind.WILL_MISS
    elif now > silent_from:
        kind = LateKind.STUCK
    ahead_of_us = [moment for moment in moments if moment > now]
    again = min([*ahead_of_us, now + (AGAIN if kind else LONGEST)])
    return Verdict(kind, expected, max(again + timedelta(seconds=1), now + SOONEST))


def of_held(verdict: Verdict) -> Verdict:
    """What to make of it while it is held; looked at again as often as one that is late."""
    return replace(verdict, kind=None) if verdict.kind in NOT_WHILE_HELD else verdict


def is_lost(status: str, reason: str) -> bool:
    """Concluded, but in the queue all the same: somebody must tell the parties."""
    return (status, reason) == (Status.EXCEPTION, Reason.LOST) and is_terminal(status, reason)


def worse_of(one: str, other: LateKind) -> LateKind:
    """The worse of two reasons; a case never looks better than it was found."""
    return max(LateKind(one), other, key=WORSE.index)
