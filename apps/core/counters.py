"""Counters in the database that no race gets past and that tell how long to wait (TRK-10).

A table of them has the columns kind, key, "window" and count, unique but for the count. A window
slides: the last one counts for as much of it as still lies within one window's length. What is
refused is not counted, so that asking again while one waits does not make the wait longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from django.db import connection, transaction

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BEFORE = """coalesce((SELECT ceil(p.count * %(share)s::numeric) FROM {table} p
    WHERE p.kind = %(kind)s AND p.key = %(key)s AND p."window" = %(before)s), 0)"""
_ADD = f"""
INSERT INTO {{table}} AS g (kind, key, "window", count)
SELECT %(kind)s, %(key)s, %(begins)s, 1 WHERE 1 + {_BEFORE} <= %(most)s
ON CONFLICT (kind, key, "window") DO UPDATE SET count = g.count + 1
    WHERE g.count + 1 + {_BEFORE} <= %(most)s
RETURNING count
"""  # a table of ours
_COUNT = """
INSERT INTO {table} AS g (kind, key, "window", count)
VALUES (%(kind)s, %(key)s, %(begins)s, 1)
ON CONFLICT (kind, key, "window") DO UPDATE SET count = g.count + 1
RETURNING count, coalesce((SELECT p.count FROM {table} p
    WHERE p.kind = g.kind AND p.key = g.key AND p."window" = %(before)s), 0)
"""
_TAKE_BACK = """
UPDATE {table} SET count = greatest(count - 1, 0)
WHERE kind = %(kind)s AND key = %(key)s AND "window" = %(begins)s
"""
_READ = """
SELECT coalesce(max(count) FILTER (WHERE "window" = %(begins)s), 0),
    coalesce(max(count) FILTER (WHERE "window" = %(before)s), 0)
FROM {table} WHERE kind = %(kind)s AND key = %(key)s AND "window" IN (%(begins)s, %(before)s)
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` within ``window``, counted under ``kind`` and the fingerprint ``key``.
    Windows of different length need different kinds or keys."""

    kind: str
    key: str
    window: timedelta
    most: int


def take(table: str, limits: Sequence[Limit], *, at: datetime) -> timedelta | None:
    """Count one under every limit and give None, or count nothing and tell how long until there
    is room. Limits are taken in the order given, which must be the same everywhere.

    Part of the caller's transaction; with ``transaction.atomic(durable=True)`` around it, no
    roll-back takes the count away.
    """
    if len(limits) == 1:
        return _add(table, limits[0], at)
    with transaction.atomic():
        waits = [left for limit in limits if (left := _add(table, limit, at)) is not None]
        if waits:
            transaction.set_rollback(True)
    return max(waits) if waits else None


def give_back(table: str, limits: Sequence[Limit], *, at: datetime) -> None:
    """Take back what ``take`` counted at the same ``at``: exactly one, never more, so that nobody
    clears what they guessed wrong by being right elsewhere."""
    with transaction.atomic(), connection.cursor() as cursor:
        for limit in limits:
            cursor.execute(_TAKE_BACK.format(table=table), _values(limit, at))


def wait(table: str, limit: Limit, *, at: datetime) -> timedelta | None:
    """How long until there is room for one more; None when there is some now. Counts nothing."""
    now, before = _read(table, limit, at)
    left = wait_for_room(
        now, before, limit.most, elapsed=at - begin_of(at, limit.window), window=limit.window
    )
    return left if left > timedelta(0) else None


def count(table: str, kind: str, key: str, *, window: timedelta, at: datetime) -> float:
    """Count one more whatever there was, and tell how many there are within ``window``, sliding."""
    limit = Limit(kind, key, window, 0)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(table=table), _values(limit, at))
        now, before = cursor.fetchone()
    return float(now + before * (1 - (at - begin_of(at, window)) / window))


def begin_of(at: datetime, window: timedelta) -> datetime:
    return at - (at - _EPOCH) % window


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


def _add(table: str, limit: Limit, at: datetime) -> timedelta | None:
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(table=table), _values(limit, at))
        if cursor.fetchone() is not None:
            return None
    return wait(table, limit, at=at) or timedelta(seconds=1)


def _read(table: str, limit: Limit, at: datetime) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(table=table), _values(limit, at))
        now, before = cursor.fetchone()
    return int(now), int(before)


def _values(limit: Limit, at: datetime) -> dict[str, Any]:
    begins = begin_of(at, limit.window)
    return {
        "kind": limit.kind,
        "key": limit.key,
        "begins": begins,
        "before": begins - limit.window,
        "share": 1 - (at - begins) / limit.window,
        "most": limit.most,
    }
