"""Rows for every append-only table, whatever its columns, and every way to tamper with them by SQL: as the
owner of the tables, with triggers out of the way."""

import random
import string
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from apps.safety.enums import Tampering
from apps.safety.queries import seals as queries

ROWS = 14
_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, NULL), a.atttypmod, a.attnotnull
FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""
_CONSTRAINTS = """
SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'u', 'f', 'x')
    AND conislocal AND conparentid = 0
"""
_REFERRING = """
SELECT conname, conrelid::regclass::text FROM pg_constraint
WHERE contype = 'f' AND confrelid = %s::regclass AND conparentid = 0
"""
_INDEXES = """
SELECT i.indexrelid::regclass::text FROM pg_index i
WHERE i.indrelid = %s::regclass AND i.indisunique AND NOT i.indisprimary
"""


def run(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def ask(sql: str, *params: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def as_owner(*tables: str) -> None:
    """What the owner of the tables can do: their triggers are out of the way."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        run(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')


def roots() -> list[str]:
    return sorted(model._meta.db_table for model in queries.sealed_models())


def without_constraints() -> None:
    """Inside a transaction that is rolled back: anything may stand in these tables."""
    as_owner(*roots())
    for table in roots():
        for (name,) in ask(_CONSTRAINTS, table):
            run(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}" CASCADE')
        for name, referring in ask(_REFERRING, table):
            run(f'ALTER TABLE {referring} DROP CONSTRAINT "{name}"')
        for (name,) in ask(_INDEXES, table):
            run(f"DROP INDEX IF EXISTS {name}")


def fill(chance: random.Random, rows: int = ROWS) -> None:
    """So many rows in every table, in one statement each."""
    for table in roots():
        columns = [c for c in ask(_COLUMNS, table) if c[0] != "id"]
        lines = []
        for _row in range(rows):
            values = [
                _value(str(name), str(kind), int(str(mod)), chance)
                for name, kind, mod, _n in columns
            ]
            lines.append(f"({', '.join(values)})")
        names = ", ".join(f'"{name}"' for name, *_rest in columns)
        run(f'INSERT INTO "{table}" ({names}) VALUES {", ".join(lines)}'.replace("%", "%%"))


def _value(name: str, kind: str, mod: int, chance: random.Random) -> str:
    """A literal that fits the column's type, another one each time."""
    if name == "issued_month":
        return "date_trunc('month', now())::date"
    length = mod - 4 if mod > 4 else 12
    simple: dict[str, Callable[[], str]] = {
        "bigint": lambda: str(chance.randrange(1, 10**9)),
        "integer": lambda: str(chance.randrange(1, 10**8)),
        "smallint": lambda: str(chance.randrange(1, 30_000)),
        "boolean": lambda: chance.choice(["true", "false"]),
        "numeric": lambda: f"{chance.randrange(1, 100)}.{chance.randrange(100):02}",
        "double precision": lambda: str(chance.random() * 1e6),
        "timestamp with time zone": lambda: f"now() - interval '{chance.randrange(10**6)} seconds'",
        "date": lambda: f"current_date - {chance.randrange(3_000)}",
        "time without time zone": lambda: (
            f"time '00:00' + interval '{chance.randrange(86_400)} seconds'"
        ),
        "uuid": lambda: f"'{chance.getrandbits(128):032x}'",
        "jsonb": lambda: f"""'{{"b": {chance.randrange(10**9)}, "a": "{_word(chance, 8)}"}}'""",
        "bytea": lambda: f"'\\x{chance.getrandbits(128):032x}'",
        "interval": lambda: f"interval '{chance.randrange(10**6)} seconds'",
        "inet": lambda: f"'10.0.{chance.randrange(256)}.{chance.randrange(256)}'",
    }
    if kind in simple:
        return simple[kind]()
    if kind.endswith("[]"):
        return "'{}'"
    return f"'{_word(chance, min(length, 12))}'"


def _word(chance: random.Random, length: int) -> str:
    return "".join(chance.choice(string.ascii_letters + "一票速递收款账号") for _n in range(length))


@dataclass
class Deed:
    """What was done, where, and to which rows: what has to be named."""

    tampering: Tampering
    table: str
    rows: list[int]


def tamper(table: str, kind: Tampering, chance: random.Random) -> Deed:
    """Do it to a partition or table that has sealed rows."""
    ids = [int(str(row)) for (row,) in ask(f'SELECT id FROM "{table}" ORDER BY id')]
    some = sorted(chance.sample(ids, chance.randrange(1, 4)))
    if kind == Tampering.EDITED:
        name = _editable(table, chance)
        for row in some:
            run(f'UPDATE "{table}" SET {name} WHERE id = %s', row)
        return Deed(kind, table, some)
    if kind == Tampering.DELETED:
        run(f'DELETE FROM "{table}" WHERE id = ANY(%s)', some)
        return Deed(kind, table, some)
    if kind == Tampering.INSERTED:
        return Deed(kind, table, [_insert(table, ids, chance)])
    if kind == Tampering.REORDERED:
        one, other = sorted(chance.sample(ids, 2))
        run(f'UPDATE "{table}" SET id = -id WHERE id IN (%s, %s)', one, other)
        run(f'UPDATE "{table}" SET id = CASE id WHEN %s THEN %s::bigint ELSE %s END WHERE id < 0',
            -one, other, one)  # fmt: skip
        return Deed(kind, table, [one, other])
    run(f'TRUNCATE "{table}" CASCADE')
    return Deed(kind, table, [])


def _editable(table: str, chance: random.Random) -> str:
    """``column = another value`` for a column whose value can only become another one."""
    choices = []
    for name, kind, mod, _not_null in ask(_COLUMNS, table):
        if name in ("id", "issued_month"):
            continue
        if kind in ("bigint", "integer", "numeric"):
            choices.append(f'"{name}" = coalesce("{name}", 0) + 1')
        elif kind == "timestamp with time zone":
            choices.append(f'"{name}" = coalesce("{name}", now()) + interval \'1 second\'')
        elif kind == "boolean":
            choices.append(f'"{name}" = NOT coalesce("{name}", false)')
        elif kind == "jsonb":
            choices.append(f'"{name}" = \'{{"edited": true}}\'')
        elif kind in ("text", "character varying") and int(str(mod)) != 5:
            choices.append(f'"{name}" = overlay("{name}" placing \'改\' from 1)')
    return chance.choice(choices)


def _insert(table: str, ids: list[int], chance: random.Random) -> int:
    """A copy of a row, under an id of the sealed range that nobody has: below the lowest there is."""
    row = min(ids) - chance.randrange(1, 1_000)
    names = [str(name) for name, *_rest in ask(_COLUMNS, table) if name != "id"]
    columns = ", ".join(f'"{name}"' for name in names)
    # A partition keeps its key.
    copied = columns.replace('"dedupe_key"', "gen_random_uuid()")
    run(f'INSERT INTO "{table}" (id, {columns}) SELECT %s, {copied} FROM "{table}" WHERE id = %s',
        row, chance.choice(ids))  # fmt: skip
    # Another content than any row has: otherwise it would be told as moved.
    run(f'UPDATE "{table}" SET {_editable(table, chance)} WHERE id = %s', row)
    return row
