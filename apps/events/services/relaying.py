"""Handing recorded events to the subscribers of the floors above."""

import logging
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models.functions import Now

from apps.events import subscriptions
from apps.events.models import Dispatch, Event
from apps.events.subscriptions import TOGETHER, BatchHandler, Subscription

log = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
TURN = 0.5  # seconds that a subscriber of single events may take before the others' turn
# From subscriber to subscriber along the index (subscriber, due_at), whatever waits behind each:
# the cost is that of as many rows as there are subscribers with something pending.
_OLDEST = """
WITH RECURSIVE oldest AS (
    (SELECT subscriber, due_at FROM events_dispatch ORDER BY subscriber, due_at LIMIT 1)
    UNION ALL
    SELECT following.* FROM oldest, LATERAL (
        SELECT subscriber, due_at FROM events_dispatch WHERE subscriber > oldest.subscriber
        ORDER BY subscriber, due_at LIMIT 1
    ) AS following
)
"""
_DUE_SUBSCRIBERS = f"""{_OLDEST}
SELECT subscriber FROM oldest WHERE due_at <= statement_timestamp() ORDER BY due_at
"""  # noqa: S608  # ours
# Since when the one that has waited longest waits.
OLDEST = f"{_OLDEST} SELECT '', min(due_at) FROM oldest"  # noqa: S608  # ours
# After an hour's stop hundreds of thousands wait: no objects, and no parameter for each.
_CLAIM = """
SELECT id, event_id, attempts FROM events_dispatch
WHERE subscriber = %s AND due_at <= statement_timestamp()
ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_EVENTS = "SELECT * FROM events_event WHERE id = ANY(%s) ORDER BY id"
_DONE = "DELETE FROM events_dispatch WHERE id = ANY(%s)"


class _Claimed(NamedTuple):
    """A dispatch whose row is locked."""

    id: int
    event_id: int
    attempts: int


def relay_due(*, seconds: float = 2.0) -> int:
    """Hand on what is due until nothing is, or for about ``seconds``; how many dispatches.

    For any loop, with or without the broker: when nothing is due it is one query along an index.
    Any number of relays may run. Rows are claimed with SKIP LOCKED and held while their handler
    works, so a killed relay gives all of them back at once. Subscribers take turns, so none
    starves another; what fails is retried with a growing pause and holds up nobody.
    """
    end = time.monotonic() + seconds
    done = 0
    while turn := _take_turns(None):
        done += turn
        if time.monotonic() >= end:
            break
    return done


def relay_batch(limit: int = 2_000) -> int:
    """As ``relay_due``, for up to ``limit`` dispatches however long it takes."""
    done = 0
    while done < limit and (turn := _take_turns(limit - done)):
        done += turn
    return done


def _take_turns(limit: int | None) -> int:
    """One turn for each subscriber with something due, the longest waiting first."""
    done = 0
    for names in _turns(_due_subscribers()):
        left = TOGETHER if limit is None else min(TOGETHER, limit - done)
        if left <= 0:
            break
        done += _take_turn(names, left)
    return done


def _turns(due: Iterable[str]) -> list[list[str]]:
    """Those that share a turn together, each turn in the place of its first."""
    turns: dict[str, list[str]] = {}
    for name in due:
        known = subscriptions.find(name)
        turns.setdefault((known and known.turn) or name, []).append(name)
    return list(turns.values())


def _due_subscribers() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_DUE_SUBSCRIBERS)
        return [name for (name,) in cursor.fetchall()]


def _take_turn(names: Sequence[str], limit: int) -> int:
    subscription = subscriptions.find(names[0])
    if subscription is None or subscription.many:
        most = subscription.most if subscription else TOGETHER
        return _relay_some(names, subscription, min(limit, most))
    # A transaction each: what one handler locks is free again before the next event.
    end = time.monotonic() + TURN
    done = 0
    while done < limit and _relay_some(names, subscription, 1):
        done += 1
        if time.monotonic() >= end:
            break
    return done


@transaction.atomic
def _relay_some(names: Sequence[str], subscription: Subscription | None, limit: int) -> int:
    claimed = _claim(names, limit)
    if not claimed:
        return 0
    ids = [one.event_id for one in claimed]
    if subscription is None:
        failed = dict.fromkeys(ids, f"no subscriber is named {names[0]!r}")
    else:
        handler = subscription.handler
        failed = _hand_over(names[0], handler, list(Event.objects.raw(_EVENTS, [ids])))
    with connection.cursor() as cursor:
        cursor.execute(_DONE, [[one.id for one in claimed if one.event_id not in failed]])
    for one in claimed:
        if one.event_id in failed:
            _postpone(one, failed[one.event_id])
    return len(claimed)


def _claim(names: Sequence[str], limit: int) -> list[_Claimed]:
    """Of those that share a turn none is starved by the others' many."""
    share = max(1, limit // len(names))
    found: list[_Claimed] = []
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(_CLAIM, [name, min(share, limit - len(found))])
            found += [_Claimed(*row) for row in cursor.fetchall()]
    return found


def _hand_over(name: str, handler: BatchHandler, events: Sequence[Event]) -> dict[int, str]:
    """Events that their handler refused, each with its error; what it did with the others stays.

    A refused batch is halved until the bad ones stand alone: one among 500 costs some twenty
    calls, not 500.
    """
    try:
        with transaction.atomic():
            handler(list(events))
    except Exception as error:  # whatever a handler raises, its event stays pending
        if connection.needs_rollback:
            raise  # the database is gone: the claim is given back as a whole
        if len(events) == 1:
            log.exception("subscriber %s failed on event %s", name, events[0].pk)
            return {events[0].pk: f"{type(error).__name__}: {error}"}
        half = len(events) // 2
        return _hand_over(name, handler, events[:half]) | _hand_over(name, handler, events[half:])
    return {}


def _postpone(dispatch: _Claimed, error: str) -> None:
    wait = min(FIRST_WAIT * 2 ** min(dispatch.attempts, 12), LONGEST_WAIT)
    Dispatch.objects.filter(pk=dispatch.id).update(
        attempts=dispatch.attempts + 1, due_at=Now() + wait, last_error=error[:2000]
    )
