"""Many events into the partitioned table and onto their waybills, in three statements.

All writers of events hold the lock of their waybill, so what a look-up finds missing stays
missing until this transaction ends: the rest goes straight into the table by COPY, at COPY's
price, and the merged status follows in one UPDATE. The unique key stands behind it all.
"""

import io
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from apps.tracking.status import Standing

_KNOWN = """
SELECT e.waybill_id, replace(e.dedupe_key::text, '-', ''), replace(e.content_hash::text, '-', '')
FROM unnest(%s::bigint[], %s::uuid[]) AS i (waybill_id, dedupe_key)
JOIN tracking_trackingevent e ON e.waybill_id = i.waybill_id AND e.dedupe_key = i.dedupe_key
WHERE e.source = %s AND e.issued_month = ANY(%s::date[])
"""
_COPY = """
COPY tracking_trackingevent (waybill_id, issued_month, source, source_id, dedupe_key, content_hash,
    revision, supersedes_id, is_withdrawal, occurred_at, recorded_at, code, status, reason,
    strength, rank, place, city, text, unit_id, carrier_id, by_id) FROM STDIN
"""
_WRITE = """
UPDATE tracking_waybill w SET status = v.status, status_reason = v.reason, status_at = v.at,
    status_strength = v.strength, status_rank = v.rank, status_hash = v.hash,
    delivered_at = v.delivered, concluded_at = v.concluded, picked_up_at = v.picked,
    last_event_at = v.last_at, last_place = v.last_place,
    last_place_at = v.place_at
FROM unnest(%s::bigint[], %s::varchar[], %s::varchar[], %s::timestamptz[], %s::smallint[],
    %s::smallint[], %s::uuid[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
    %s::timestamptz[], %s::varchar[], %s::timestamptz[])
    AS v (id, status, reason, at, strength, rank, hash, delivered, concluded, picked, last_at,
        last_place, place_at)
WHERE w.id = v.id
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a batch comes from; the same for all of its events."""

    source: str
    by_id: int
    carrier_id: int | None
    at: datetime


def known_events(
    keys: Collection[tuple[int, str]], months: Iterable[date], source: str
) -> dict[tuple[int, str], str]:
    """Which of (waybill, identity) are stored already, with the fingerprint of their content."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _KNOWN,
            [
                _array(str(waybill_id) for waybill_id, _key in keys),
                _array(key for _waybill_id, key in keys),
                source,
                list(months),
            ],
        )
        return {(waybill_id, key): content for waybill_id, key, content in cursor.fetchall()}


def copy_events(lines: Iterable[str]) -> None:
    """Store events by their COPY lines; every one must be new."""
    with connection.cursor() as cursor:
        cursor.copy_expert(_COPY, io.StringIO("".join(lines)))


def escaped(text: str) -> str:
    """A text within a COPY line; control characters were refused before."""
    return text.replace("\\", "\\\\") if "\\" in text else text


def write_standings(standings: Mapping[int, Standing]) -> None:
    """Write the status columns of waybills whose locks are held, in one statement."""
    if not standings:
        return
    rows = sorted(standings.items())
    columns: list[str] = [
        _array(str(pk) for pk, _s in rows),
        _array(str(s.status) for _pk, s in rows),
        _array(_quoted(s.reason) for _pk, s in rows),
        _array(s.at.isoformat() for _pk, s in rows),
        _array(str(s.strength) for _pk, s in rows),
        _array(str(s.rank) for _pk, s in rows),
        _array(s.hash for _pk, s in rows),
        _array(_time(s.delivered_at) for _pk, s in rows),
        _array(_time(s.concluded_at) for _pk, s in rows),
        _array(_time(s.picked_up_at) for _pk, s in rows),
        _array(_time(s.last_event_at) for _pk, s in rows),
        _array(_quoted(s.last_place) for _pk, s in rows),
        _array(_time(s.last_place_at) for _pk, s in rows),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, columns)


def _array(values: Iterable[Any]) -> str:
    """An array literal: one parameter instead of thousands."""
    return "{" + ",".join(values) + "}"


def _time(moment: datetime | None) -> str:
    return moment.isoformat() if moment else "NULL"


def _quoted(text: str) -> str:
    escaped_text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped_text}"'
