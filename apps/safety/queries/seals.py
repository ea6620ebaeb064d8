"""Reading what is sealed: which tables, up to where, the hash over their rows, the seals themselves.

A row's canonical form is ``ROW(…)::text`` of the columns that the seal names, in that order, under fixed
settings of the session (``settle``): text output of a value does not change with PostgreSQL's version, the
width of a column, a dump or a replica, as its bytes on disk do. The database reads and hashes; only the
result of a range leaves it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Max, Min

from apps.core.models import AppendOnly
from apps.safety.enums import SealKind
from apps.safety.models import Seal, SealCopy
from apps.safety.rules.seals import LOWEST, Sealed

# Append-only tables that are not sealed, and why.
NOT_SEALED = {
    Seal: "its rows are a keyed chain, copied outside: they are the seals",
    SealCopy: "a row comes with each copy; sealing it would call for the next copy, for ever",
}
_SETTLE = """
SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true),
    set_config('IntervalStyle', 'iso_8601', true), set_config('bytea_output', 'hex', true),
    set_config('extra_float_digits', '1', true), set_config('lc_monetary', 'C', true),
    set_config('work_mem', '64MB', true)
"""
# A partition gives out the ids of the table that it belongs to.
_TABLES = """
WITH given (name) AS (SELECT unnest(%(tables)s::text[])),
leaves AS (
    SELECT coalesce(i.inhrelid, g.name::regclass)::oid AS leaf, g.name::regclass::oid AS root
    FROM given g LEFT JOIN pg_inherits i ON i.inhparent = g.name::regclass
)
SELECT c.relname, l.root::bigint, s.seq::bigint, pg_sequence_last_value(s.seq),
    (SELECT string_agg(a.attname, ',' ORDER BY a.attnum) FROM pg_attribute a
     WHERE a.attrelid = l.leaf AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'id'),
    (SELECT e.to_id FROM safety_seal e WHERE e."table" = c.relname AND e.kind = 'rows'
     ORDER BY e.number DESC LIMIT 1)
FROM leaves l JOIN pg_class c ON c.oid = l.leaf
CROSS JOIN LATERAL (SELECT pg_get_serial_sequence(l.root::regclass::text, 'id')::regclass::oid AS seq) s
ORDER BY c.relname
"""
# Who may yet bring a row with an id that was given out before: an id is taken under this lock of its
# sequence, and the row is written under this lock of its table, both until the transaction ends.
_WRITERS = """
SELECT l.relation::bigint, l.virtualtransaction FROM pg_locks l
WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.relation = ANY(%s::oid[])
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND l.pid IS DISTINCT FROM pg_backend_pid()
"""
_HASHED = """SELECT id, sha256(convert_to(ROW({columns})::text, 'UTF8')) AS h FROM {table} WHERE {where}"""
# OFFSET 0: the hash of a row is computed once, not for each of the two places that name it.
_RANGE = """
SELECT count(*), encode(sha256(coalesce(string_agg(int8send(id) || h, ''::bytea ORDER BY id), '')), 'hex'),
    coalesce(string_agg(int8send(id) || substr(h, 1, 8), ''::bytea ORDER BY id), '')
FROM ({hashed} OFFSET 0) AS r
"""
_DIFFERING = """
SELECT s.number FROM safety_seal s LEFT JOIN LATERAL ({hashed}) AS r ON true
WHERE s.number = ANY(%s) GROUP BY s.number, s.count, s.rows_hash
HAVING count(r.id) <> s.count OR s.rows_hash <>
    encode(sha256(coalesce(string_agg(int8send(r.id) || r.h, ''::bytea ORDER BY r.id), '')), 'hex')
ORDER BY s.number
"""
_SEALS = """
SELECT number, kind, "table", after_id, to_id, count, columns, rows_hash, encode(sha256(marks), 'hex'),
    previous, reason, by_id,
    to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'), hash
FROM safety_seal WHERE number >= %s ORDER BY number
"""


@dataclass(frozen=True)
class Table:
    """A table whose rows are sealed, a partition by itself. ``given_out`` is the highest id that anybody
    was given, ``sealed_to`` the one up to which its rows are sealed; None: nothing yet."""

    name: str
    root: int
    sequence: int
    given_out: int | None
    columns: str
    sealed_to: int | None

    @property
    def may_be_new(self) -> bool:
        return self.given_out is not None and self.given_out > (
            LOWEST if self.sealed_to is None else self.sealed_to
        )


def sealed_models() -> list[type[AppendOnly]]:
    """Every append-only model but those that ``NOT_SEALED`` gives a reason for."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, AppendOnly) and not model._meta.proxy and model not in NOT_SEALED
    ]


def settle() -> None:
    """Fix how values become text, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE)


def tables() -> list[Table]:
    """All sealed tables, their partitions instead of a partitioned one."""
    roots = sorted({model._meta.db_table for model in sealed_models()})
    with connection.cursor() as cursor:
        cursor.execute(_TABLES, {"tables": roots})
        return [Table(*row) for row in cursor.fetchall()]


def writers(tables: Iterable[Table]) -> dict[str, list[str]]:
    """Table → transactions that hold it, or the sequence of its ids, for writing."""
    asked = list(tables)
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS, [sorted({oid for t in asked for oid in (t.root, t.sequence)})])
        held: dict[int, set[str]] = {}
        for oid, transaction in cursor.fetchall():
            held.setdefault(oid, set()).add(transaction)
    return {t.name: sorted(held.get(t.root, set()) | held.get(t.sequence, set())) for t in asked}


def first_row(table: str, after: int | None, up_to: int) -> int | None:
    """The lowest id above ``after``, at most ``up_to``."""
    low = LOWEST if after is None else after
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT min(id) FROM {_name(table)} WHERE id > %s AND id <= %s",  # noqa: S608  # a table of ours
            [low, up_to],
        )
        found: int | None = cursor.fetchone()[0]
    return found


def range_of(table: str, columns: str, after: int | None, to: int) -> tuple[int, str, bytes]:
    """How many rows lie in the range, the hash over them, and their marks."""
    low = LOWEST if after is None else after
    hashed = _hashed(table, columns, "id > %s AND id <= %s")
    with connection.cursor() as cursor:
        cursor.execute(_RANGE.format(hashed=hashed), [low, to])
        count, rows_hash, marks = cursor.fetchone()
    return count, rows_hash, bytes(marks)


def differing(table: str, columns: str, numbers: Sequence[int]) -> list[int]:
    """Which of these seals over one table no longer fit its rows; one statement."""
    hashed = _hashed(table, columns, f"id > coalesce(s.after_id, {LOWEST}) AND id <= s.to_id")
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERING.format(hashed=hashed), [list(numbers)])
        return [number for (number,) in cursor.fetchall()]


def seals_from(number: int) -> Iterator[Sealed]:
    """The seals in the order of their numbers, without their marks; read in pieces."""
    with connection.cursor() as cursor:
        cursor.execute(_SEALS, [number])
        while rows := cursor.fetchmany(5_000):
            yield from (Sealed(*row) for row in rows)


def first_since(since: datetime | None) -> int:
    """The number with which to begin so that every seal made since then is looked at (None: all). It is
    that of the seal before them: neither a gap there nor another time in a seal hides anything."""
    if since is None:
        return 1
    first = Seal.objects.filter(at__gte=since).aggregate(first=Min("number"))["first"]
    older = Seal.objects.filter(number__lt=last_seal()[0] + 1 if first is None else first)
    return int(older.aggregate(last=Max("number"))["last"] or 1)


def last_seal() -> tuple[int, str]:
    """Number and hash of the newest seal; 0 and nothing before the first."""
    found = Seal.objects.order_by("-number").values_list("number", "hash").first()
    return found or (0, "")


def released_to(table_names: Iterable[str]) -> dict[str, int]:
    """Table → up to which id its sealed rows may be gone."""
    found = Seal.objects.filter(kind=SealKind.RELEASE, table__in=list(table_names))
    return dict(found.order_by().values_list("table").annotate(Max("to_id")))


def there(table_names: Iterable[str]) -> dict[str, set[str]]:
    """Table → its columns, of those that are there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = ANY(%s)",
            [list(table_names)],
        )
        found: dict[str, set[str]] = {}
        for table, column in cursor.fetchall():
            found.setdefault(table, set()).add(column)
    return found


def is_emptied(table: str, up_to: int) -> bool:
    """Whether no row is left up to this id; rows that came since the table was emptied lie above it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT NOT EXISTS (SELECT FROM {_name(table)} WHERE id <= %s)",  # noqa: S608  # a table of ours
            [up_to],
        )
        return bool(cursor.fetchone()[0])


def copied_to(place: str) -> int:
    """Up to which seal the outside copy went; 0: it was never written."""
    found = (
        SealCopy.objects.filter(place=place).order_by("-number").values_list("number", flat=True)
    )
    return int(found.first() or 0)


def _hashed(table: str, columns: str, where: str) -> str:
    names = ", ".join(_name(column) for column in columns.split(","))
    return _HASHED.format(columns=names, table=_name(table), where=where)


def _name(name: Any) -> str:
    return str(connection.ops.quote_name(name))
