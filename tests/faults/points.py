"""Where a process is when it is killed: held by PostgreSQL in the middle of a chosen transaction.

Between claiming what is due and writing that it was told lie a few milliseconds that a kill at random
hardly ever meets. A lock on the table that comes next holds whoever arrives there, and a commit is held
after it is durable and before anybody hears of it; then the kill falls.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg2
from psycopg2.errors import LockNotAvailable

from tests.faults.databases import OwnDatabase

PATIENCE = 15.0  # seconds; processes that were just killed have to load again
# What whoever tells clocks writes, in its order: the sweeper's transaction, then the relay's. In the
# first the due clocks are claimed already, in the last of each nearly everything is written.
TABLES = (
    "events_event",
    "sla_firedstep",
    "sla_clock",
    "notifications_delivery",
    "events_dispatch",
)
COMMIT = "commit"
POINTS = (*TABLES, COMMIT)
_AT_TABLE = """
SELECT a.application_name FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
WHERE a.application_name LIKE 'herd-%%' AND NOT l.granted AND l.relation = %s::regclass
    AND a.xact_start IS NOT NULL AND a.query NOT LIKE 'LOCK%%'
ORDER BY a.query_start LIMIT 1
"""
_AT_COMMIT = """
SELECT application_name FROM pg_stat_activity
WHERE application_name LIKE 'herd-%%' AND wait_event = 'SyncRep' AND query ILIKE %s
ORDER BY query_start LIMIT 1
"""


def ambush(database: OwnDatabase, point: str) -> AbstractContextManager[str | None]:
    """The name of a process that is held at that point as long as the context lasts; None when no
    one came there in time."""
    return _commit_held(database) if point == COMMIT else _table_held(database, point)


@contextmanager
def _table_held(database: OwnDatabase, table: str) -> Iterator[str | None]:
    """Reading it and locking its rows go on; writing it waits."""
    connection = psycopg2.connect(database.url, connect_timeout=5)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
            try:
                cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
            except LockNotAvailable:
                yield None
                return
            yield _await(database, _AT_TABLE, table)
    finally:
        connection.close()


@contextmanager
def _commit_held(database: OwnDatabase) -> Iterator[str | None]:
    """Commits wait for the word of a standby that does not exist: they are durable here, and whoever
    commits has not heard so."""
    _commits_wait_for(database, "nobody")
    try:
        yield _await(database, _AT_COMMIT, "COMMIT%")
    finally:
        _commits_wait_for(database, "")


def _commits_wait_for(database: OwnDatabase, standby: str) -> None:
    database.run("ALTER SYSTEM SET synchronous_standby_names = %s", standby)
    database.run("SELECT pg_reload_conf()")


def _await(database: OwnDatabase, statement: str, what: str) -> str | None:
    found = database.comes(statement, what, within=PATIENCE)
    return str(found[0]) if found else None
