"""Sliding windows as arithmetic: the last window counts for as much of it as still lies within one
window's length. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` within ``window``, counted under ``kind`` and the fingerprint ``key``.
    Windows of different length need different kinds or keys."""

    kind: str
    key: str
    window: timedelta
    most: int


def begin_of(at: datetime, window: timedelta) -> datetime:
    return at - (at - _EPOCH) % window


def sliding(now: int, before: int, *, window: timedelta, at: datetime) -> int:
    """How many within the last ``window`` before ``at``; ``now`` were counted in its window."""
    share = 1 - (at - begin_of(at, window)) / window
    return now + ceil(before * share)


def wait_for_room(
    now: int, before: int, most: int, *, elapsed: timedelta, window: timedelta
) -> timedelta:
    """How long until one more fits, rounded up to seconds; nothing when it fits already.

    ``now`` were counted in this window, which is ``elapsed`` old, ``before`` in the last one.
    """
    room = most - 1 - now
    if room >= 0:
        if ceil(before * (1 - elapsed / window)) <= room:
            return timedelta(0)
        left = window * (1 - room / before) - elapsed
    elif most < 1:
        left = window
    else:
        # Not in this window any more: in the next one, when enough of this one has gone by.
        left = window - elapsed + window * max(0.0, 1 - (most - 1) / now)
    return timedelta(seconds=ceil(left.total_seconds()) + 1)
