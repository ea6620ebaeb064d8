"""Counters in the database that no race gets past and that say how long to wait (TRK-10).

A window slides (``rules.counting``). What is refused is not counted, so that asking again while one
waits does not make the wait longer.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from apps.backoffice.models import WindowCount
from apps.backoffice.rules.counting import Limit, begin_of, sliding, wait_for_room
from apps.core.crypto import blind_index
from apps.core.database import Statement

# The longest window is a day, and a window counts for one more.
KEEP = timedelta(days=2)
_BEFORE = """coalesce((SELECT ceil(p.count * %(share)s::numeric) FROM backoffice_windowcount p
    WHERE p.kind = %(kind)s AND p.key = %(key)s AND p."window" = %(before)s), 0)"""
_TAKE = Statement(
    "take_count",
    f"""
INSERT INTO backoffice_windowcount AS g (kind, key, "window", count)
SELECT %(kind)s::varchar, %(key)s::varchar, %(begins)s::timestamptz, 1 WHERE 1 + {_BEFORE} <= %(most)s
ON CONFLICT (kind, key, "window") DO UPDATE SET count = g.count + 1
    WHERE g.count + 1 + {_BEFORE} <= %(most)s
RETURNING count
""",  # our own statement
)
_TAKE_BACK = """
UPDATE backoffice_windowcount SET count = greatest(count - 1, 0)
WHERE kind = %(kind)s AND key = %(key)s AND "window" = %(begins)s
"""
_READ = Statement(
    "read_count",
    """
SELECT coalesce(max(count) FILTER (WHERE "window" = %(begins)s), 0),
    coalesce(max(count) FILTER (WHERE "window" = %(before)s), 0)
FROM backoffice_windowcount
WHERE kind = %(kind)s AND key = %(key)s AND "window" IN (%(begins)s, %(before)s)
""",
)
_ADD = Statement(
    "add_count",
    """
INSERT INTO backoffice_windowcount AS g (kind, key, "window", count)
VALUES (%(kind)s, %(key)s, %(begins)s, %(n)s)
ON CONFLICT (kind, key, "window") DO UPDATE SET count = g.count + excluded.count
RETURNING count, coalesce((SELECT p.count FROM backoffice_windowcount p
    WHERE p.kind = g.kind AND p.key = g.key AND p."window" = %(before)s), 0)
""",
)


def limit(kind: str, name: str, window: timedelta, most: int) -> Limit:
    """At most ``most`` of ``kind`` ("tracking.waybill") for ``name``, which nobody can read."""
    return Limit(kind, _key(kind, name), window, most)


def take(limits: Sequence[Limit], *, at: datetime) -> timedelta | None:
    """Count one under every limit and give None, or count nothing and say how long until there
    is room. Limits are taken in the order given, which must be the same everywhere.

    Part of the caller's transaction.
    """
    if len(limits) == 1:
        return _take(limits[0], at)
    with transaction.atomic():
        waits = [left for one in limits if (left := _take(one, at)) is not None]
        if waits:
            transaction.set_rollback(True)
    return max(waits) if waits else None


def take_turn(limits: Sequence[Limit], *, at: datetime) -> timedelta | None:
    """As ``take``, in a transaction of its own, so that no roll-back of the caller takes the count
    back."""
    with transaction.atomic(durable=True):
        return take(limits, at=at)


def give_back_turn(limits: Sequence[Limit], *, at: datetime) -> None:
    """Take back what was counted with the same limits and ``at``, because it was right: exactly one,
    never more, so that nobody clears what they guessed wrong by being right elsewhere."""
    with transaction.atomic(), connection.cursor() as cursor:
        for one in limits:
            cursor.execute(_TAKE_BACK, _values(one, at))


def wait(limit: Limit, *, at: datetime) -> timedelta | None:
    """How long until there is room for one more; None when there is some now. Counts nothing."""
    with connection.cursor() as cursor:
        _READ.run(cursor, _values(limit, at))
        now, before = map(int, cursor.fetchone())
    elapsed = at - begin_of(at, limit.window)
    left = wait_for_room(now, before, limit.most, elapsed=elapsed, window=limit.window)
    return left if left > timedelta(0) else None


def add(kind: str, name: str, *, window: timedelta, at: datetime, n: int = 1) -> int:
    """Count ``n`` more; how many there were within ``window``, sliding.

    Part of the caller's transaction: a caller that refuses must not roll back.
    """
    begins = begin_of(at, window)
    names: dict[str, Any] = {"kind": kind, "key": _key(kind, name), "n": n}
    names |= {"begins": begins, "before": begins - window}
    with connection.cursor() as cursor:
        _ADD.run(cursor, names)
        now, before = map(int, cursor.fetchone())
    return sliding(now, before, window=window, at=at)


def add_for_good(kind: str, name: str, *, window: timedelta, at: datetime, n: int = 1) -> int:
    """As ``add``, in a transaction of its own, so that no refusal takes it back."""
    # Within the frame of a form that counts once there is nothing to go back to.
    with transaction.atomic(durable=True, savepoint=False):
        return add(kind, name, window=window, at=at, n=n)


def count_once(kind: str, name: str, *, at: datetime) -> bool:
    """True for the first time within a minute."""
    return add_for_good(kind, name, window=timedelta(minutes=1), at=at) == 1


def purge_counts(*, at: datetime) -> int:
    """Remove counters that no limit looks at any more."""
    deleted, _per_model = WindowCount.objects.filter(window__lt=at - KEEP).delete()
    return deleted


def _take(limit: Limit, at: datetime) -> timedelta | None:
    with connection.cursor() as cursor:
        _TAKE.run(cursor, _values(limit, at))
        if cursor.fetchone() is not None:
            return None
    return wait(limit, at=at) or timedelta(seconds=1)


def _key(kind: str, name: str) -> str:
    return blind_index(name, f"count.{kind}")


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
