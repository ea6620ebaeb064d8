"""Counters in the database that cannot be raced: one statement adds and tells (TRK-10)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from django.db import transaction

from apps.core import counters
from apps.core.counters import Limit
from apps.core.crypto import blind_index
from apps.tracking.models import GuessCount

_TABLE = "tracking_guesscount"
KEEP = timedelta(days=2)


def limit(kind: str, name: str, window: timedelta, most: int) -> Limit:
    """At most ``most`` of ``kind`` (ten letters at most) for ``name``, which nobody can read."""
    return Limit(kind, blind_index(name, f"guess.{kind}"), window, most)


def take_turn(limits: Sequence[Limit], *, at: datetime) -> timedelta | None:
    """Count one try; None when there was room under every limit, otherwise how long to wait, and
    nothing was counted. In a transaction of its own, so that no roll-back of the caller takes the
    count back."""
    with transaction.atomic(durable=True):
        return counters.take(_TABLE, limits, at=at)


def give_back_turn(limits: Sequence[Limit], *, at: datetime) -> None:
    """The try counted with the same limits and ``at`` was right, and so does not count."""
    counters.give_back(_TABLE, limits, at=at)


def add_one(kind: str, name: str, *, window: timedelta, at: datetime) -> int:
    """Count one more and return how many there are within ``window``, sliding.

    Counted in a transaction of its own, so that no roll-back of the caller takes it back.
    """
    # Within the frame of a form that counts once there is nothing to go back to.
    with transaction.atomic(durable=True, savepoint=False):
        key = blind_index(name, f"guess.{kind}")
        return ceil(counters.count(_TABLE, kind, key, window=window, at=at))


def count_once(kind: str, name: str, *, at: datetime) -> bool:
    """True for the first time within a minute."""
    return add_one(kind, name, window=timedelta(minutes=1), at=at) == 1


def purge_counts(*, at: datetime) -> int:
    """Remove counters that no limit looks at any more."""
    deleted, _per_model = GuessCount.objects.filter(window__lt=at - KEEP).delete()
    return deleted
