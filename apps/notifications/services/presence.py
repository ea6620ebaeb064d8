"""Whether the process that claimed a message still lives, as PostgreSQL knows it.

Each sending process holds a session lock on its number. When it dies, however it dies, its
connection closes and the lock is free: no clock and no pid is asked. A restarted database frees
every lock while the processes live; they take theirs again within a fraction of ``GRACE``.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, close_old_connections, connection, transaction

from apps.notifications.models import Sender

log = logging.getLogger(__name__)
GRACE = 2.0  # seconds that a number may be unheld before its process counts as gone
LOOK = 0.4  # seconds between two looks of a process at its own lock
FORGET_AFTER = 3_600.0  # seconds; longer than any lease
_KEY = 0x59500007  # the first half of the lock's key; the second is the number

_MINE = """
SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
    AND classid::bigint = %s AND objid::bigint = %s AND objsubid = 2)
"""
_HELD = f"""
EXISTS (SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted
    AND l.classid::bigint = {_KEY} AND l.objid::bigint = s.id AND l.objsubid = 2
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""  # noqa: S608  # a number of ours
_LOOK = f"""
UPDATE notifications_sender s SET missing_since =
    CASE WHEN s.missing_since IS NULL THEN clock_timestamp() END
WHERE {_HELD} = (s.missing_since IS NOT NULL)
"""  # noqa: S608  # a number of ours
_GONE = f"""
SELECT s.id FROM notifications_sender s
WHERE s.missing_since < clock_timestamp() - make_interval(secs => %s) AND NOT {_HELD}
"""  # noqa: S608  # a number of ours
_FORGET = """
DELETE FROM notifications_sender
WHERE missing_since < clock_timestamp() - make_interval(secs => %s)
"""
_TAKE = """
INSERT INTO notifications_sender (id, name) VALUES (%s, %s)
ON CONFLICT (id) DO UPDATE SET missing_since = NULL
"""


def gone() -> list[int]:
    """Numbers whose process has been gone for ``GRACE``; any number of sweepers may look."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK)
        cursor.execute(_GONE, [GRACE])
        return [number for (number,) in cursor.fetchall()]


def forget_gone() -> int:
    """Drop the rows of processes that were gone an hour ago; how many."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [FORGET_AFTER])
        return int(cursor.rowcount)


@contextmanager
def present(name: str) -> Iterator[int]:
    """A number held on this thread's connection, for a sender that works on this thread alone."""
    number = _enter(name)
    try:
        yield number
    finally:
        with suppress(Error):
            _leave(number)


class Presence:
    """The number of a process with many threads; a thread of its own holds it (``keep``)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.number: int | None = None  # None until the database gave one

    def keep(self, ended: threading.Event) -> None:
        """Hold the number until ``ended``, through lost connections and restarts of the database."""
        while True:
            try:
                self._hold()
            except Exception:  # a lost connection, a restarted database: it holds on
                log.warning("the lock of the sending process is lost, taking it again")
                close_old_connections()
            if ended.wait(LOOK):
                break
        with suppress(Error):
            if self.number is not None:
                _leave(self.number)
        connection.close()

    def _hold(self) -> None:
        if self.number is None:
            self.number = _enter(self.name)
        elif not _is_mine(self.number):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s, %s)", [_KEY, self.number])
                cursor.execute(_TAKE, [self.number, self.name])


@transaction.atomic
def _enter(name: str) -> int:
    """The lock is of the session, and nobody sees the row before it is held."""
    number: int = Sender.objects.create(name=name[:60]).pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [_KEY, number])
    return number


def _is_mine(number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_MINE, [_KEY, number])
        row = cursor.fetchone()
    return bool(row and row[0])


def _leave(number: int) -> None:
    """Nothing of this number may be under way any more."""
    Sender.objects.filter(pk=number).delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_KEY, number])
