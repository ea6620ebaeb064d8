"""Events into the partitioned table and onto their waybills: many in three statements, a few in one.

All writers of events hold the lock of their waybill, so what a look-up finds missing stays
missing until this transaction ends: the rest goes straight into the table by COPY, at COPY's
price, and the merged status follows in one UPDATE. A few are stored and merged at once in the hope
that all are new, as nearly always. The unique key stands behind it all.
"""

import io
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from apps.core.database import Statement, array, moment, quoted
from apps.tracking.status import CurrentStatus

# A look-up along the key for each, whatever the planner believes of a month that has just begun: as
# a join it reads the whole of it.
_KNOWN = """
SELECT i.waybill_id, replace(i.dedupe_key::text, '-', ''), replace(known.content::text, '-', '')
FROM unnest(%s::bigint[], %s::uuid[]) AS i (waybill_id, dedupe_key), LATERAL (
    SELECT (
        SELECT e.content_hash FROM tracking_trackingevent e
        WHERE e.waybill_id = i.waybill_id AND e.source = %s AND e.dedupe_key = i.dedupe_key
          AND e.issued_month = ANY(%s::date[])
    ) AS content OFFSET 0
) AS known WHERE known.content IS NOT NULL
"""
_TYPES = {
    "waybill_id": "bigint",
    "issued_month": "date",
    "source": "varchar",
    "source_id": "varchar",
    "dedupe_key": "uuid",
    "content_hash": "uuid",
    "revision": "integer",
    "supersedes_id": "bigint",
    "is_withdrawal": "boolean",
    "occurred_at": "timestamptz",
    "recorded_at": "timestamptz",
    "code": "varchar",
    "status": "varchar",
    "reason": "varchar",
    "strength": "smallint",
    "rank": "smallint",
    "place": "varchar",
    "city": "varchar",
    "text": "varchar",
    "unit_id": "bigint",
    "carrier_id": "bigint",
    "by_id": "bigint",
}
COLUMNS = tuple(_TYPES)
_COPY = f"COPY tracking_trackingevent ({', '.join(COLUMNS)}) FROM STDIN"
_BUFFER = 1 << 18  # psycopg2 asks for 8 kB at a time otherwise
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
# Only when every one of them was new does the status follow; otherwise nothing but the new ones is
# stored, and what becomes of the others is for the caller to see.
_FEW = Statement(
    "store_few",
    f"""
WITH stored AS (
    INSERT INTO tracking_trackingevent ({", ".join(COLUMNS)})
    SELECT {", ".join(COLUMNS)}
    FROM json_to_recordset(%s) AS r({", ".join(f"{n} {t}" for n, t in _TYPES.items())})
    ON CONFLICT DO NOTHING RETURNING waybill_id, dedupe_key
), moved AS ({_WRITE} AND (SELECT count(*) FROM stored) = %s)
SELECT waybill_id, replace(dedupe_key::text, '-', '') FROM stored
""",  # noqa: S608  # column names of ours
)


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
                array(str(waybill_id) for waybill_id, _key in keys),
                array(key for _waybill_id, key in keys),
                source,
                list(months),
            ],
        )
        return {(waybill_id, key): content for waybill_id, key, content in cursor.fetchall()}


def copy_events(lines: Iterable[str]) -> None:
    """Store events by their COPY lines; every one must be new."""
    with connection.cursor() as cursor:
        cursor.copy_expert(_COPY, io.BytesIO("".join(lines).encode()), _BUFFER)


def store_few(
    rows: list[tuple[Any, ...]], statuses: Mapping[int, CurrentStatus]
) -> set[tuple[int, str]]:
    """Store events that may be known (values in the order of COLUMNS) and return which (waybill,
    identity) were new. The statuses are written if all of them were."""
    values = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    with connection.cursor() as cursor:
        given: list[Any] = [json.dumps(values, default=_plain), *_columns_of(statuses), len(rows)]
        _FEW.run(cursor, given)
        return set(cursor.fetchall())


def _plain(value: date) -> str:
    return value.isoformat()


def write_statuses(statuses: Mapping[int, CurrentStatus]) -> None:
    """Write the status columns of waybills whose locks are held, in one statement."""
    if not statuses:
        return
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, _columns_of(statuses))


def _columns_of(statuses: Mapping[int, CurrentStatus]) -> list[str]:
    rows = sorted(statuses.items())
    return [
        array(str(pk) for pk, _s in rows),
        array(str(s.status) for _pk, s in rows),
        array(quoted(s.reason) for _pk, s in rows),
        array(moment(s.at) for _pk, s in rows),
        array(str(s.strength) for _pk, s in rows),
        array(str(s.rank) for _pk, s in rows),
        array(s.hash for _pk, s in rows),
        array(moment(s.delivered_at) for _pk, s in rows),
        array(moment(s.concluded_at) for _pk, s in rows),
        array(moment(s.picked_up_at) for _pk, s in rows),
        array(moment(s.last_event_at) for _pk, s in rows),
        array(quoted(s.last_place) for _pk, s in rows),
        array(moment(s.last_place_at) for _pk, s in rows),
    ]
