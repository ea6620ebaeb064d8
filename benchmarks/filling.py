"""Filling a table with a million rows in minutes: its indexes are made once, when all rows are there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Indexes that back no constraint, so that nothing else hangs on them.
_FREE = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = %s::regclass
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""


def run(statement: str, *given: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, given or None)


@contextmanager
def without_indexes(table: str) -> Iterator[None]:
    """Its free indexes are dropped meanwhile; afterwards it is vacuumed and analysed. By the owner of the table, who
    is not held by the time limit of statements either."""
    from django.db import connection

    run("SET statement_timeout = 0")
    run("SET maintenance_work_mem = '256MB'")
    with connection.cursor() as cursor:
        cursor.execute(_FREE, [table])
        indexes = cursor.fetchall()
    for name, _definition in indexes:
        run(f"DROP INDEX {name}")
    yield
    for _name, definition in indexes:
        run(definition)
    run(f"VACUUM ANALYZE {table}")


def in_sets(statement: str, count: int, *, size: int = 100_000) -> None:
    """``statement`` with the numbers from 1 to ``count``, which it takes from %s to %s, so many at a time."""
    for first in range(1, count + 1, size):
        run(statement, first, min(first + size - 1, count))
