"""How often one asker may ask, counted in the database where it cannot be raced (TRK-10)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection

from apps.core.crypto import blind_index
from apps.inquiries.asking import Asker
from apps.inquiries.enums import Way
from apps.inquiries.models import AskCount

_ADD = """
INSERT INTO inquiries_askcount AS a (kind, key, "window", count) VALUES (%s, %s, %s, 1)
ON CONFLICT (kind, key, "window") DO UPDATE SET count = a.count + 1
RETURNING count, coalesce((SELECT p.count FROM inquiries_askcount p
    WHERE p.kind = a.kind AND p.key = a.key AND p."window" = %s), 0)
"""
ASKED, MISSED = "asked", "missed"
KEEP = timedelta(days=3)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limit:
    """Within ``window`` at most ``asked`` questions, of which ``missed`` about nothing."""

    window: timedelta
    asked: int
    missed: int


_PERSON: Final = Limit(timedelta(minutes=10), 60, 20)
# A merchant's software or a phone system speaks for many people.
_MACHINE: Final = Limit(timedelta(minutes=10), 20_000, 200)
LIMITS: Final = {
    Way.WECHAT: _PERSON,
    # Each answer costs money and could be turned against somebody else.
    Way.SMS: Limit(timedelta(hours=1), 20, 10),
    Way.EMAIL: Limit(timedelta(hours=1), 60, 20),
    Way.PHONE: _PERSON,
    Way.API: _MACHINE,
    Way.KUAIDI100: _MACHINE,
}


def may_ask(asker: Asker, at: datetime) -> bool:
    """Count this question; False when there were too many, or too many about nothing."""
    return all(_has_room(name, limit, at) for name, limit in _counted(asker))


def count_miss(asker: Asker, at: datetime) -> None:
    for name, limit in _counted(asker):
        count(MISSED, name, window=limit.window, at=at)


def count(kind: str, name: str, *, window: timedelta, at: datetime) -> int:
    """Count one more; how many there were within ``window``, sliding.

    Part of the caller's transaction: a caller that refuses must not roll back.
    """
    begins = _begin(at, window)
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [kind, _key(kind, name), begins, begins - window])
        now, before = cursor.fetchone()
    return int(now) + _share(int(before), at, window)


def forget_counts(*, at: datetime) -> int:
    """Remove counters that no limit looks at any more."""
    deleted, _per_model = AskCount.objects.filter(window__lt=at - KEEP).delete()
    return deleted


def _counted(asker: Asker) -> list[tuple[str, Limit]]:
    """Under which names a question counts, each with its limit."""
    own = _MACHINE if asker.speaks_for_many else LIMITS[asker.way]
    found = [(f"{asker.way}:{asker.name}", own)]
    if asker.through:
        found.append((f"{asker.way}:{asker.through}", _MACHINE))
    return found


def _has_room(name: str, limit: Limit, at: datetime) -> bool:
    if count(ASKED, name, window=limit.window, at=at) > limit.asked:
        return False
    return _missed(name, limit, at) < limit.missed


def _missed(name: str, limit: Limit, at: datetime) -> int:
    begins = _begin(at, limit.window)
    rows = dict(
        AskCount.objects.filter(
            kind=MISSED, key=_key(MISSED, name), window__in=[begins, begins - limit.window]
        ).values_list("window", "count")
    )
    return rows.get(begins, 0) + _share(rows.get(begins - limit.window, 0), at, limit.window)


def _begin(at: datetime, window: timedelta) -> datetime:
    return at - (at - _EPOCH) % window


def _share(before: int, at: datetime, window: timedelta) -> int:
    """The last window counts for as much of it as still lies within one window's length."""
    return int(before * (1 - (at - _begin(at, window)) / window))


def _key(kind: str, name: str) -> str:
    return blind_index(name, f"inquiries.{kind}")
