"""Whether the process that claimed a message still lives, as PostgreSQL knows it.

Each sending process holds a session lock on its number. When it dies, however it dies, its
connection closes and the lock is free: no clock and no pid is asked. A restarted database frees
every lock while the processes live; they take theirs again within a fraction of ``GRACE``.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, OperationalError, close_old_connections, connection, transaction

from apps.notifications.models import Sender
from apps.notifications.models.sender import HELD as _HELD
from apps.notifications.models.sender import KEY as _KEY

log = logging.getLogger(__name__)
GRACE = 2.0  # seconds that a number may be unheld before its process counts as gone
LOOK = 0.4  # seconds between two looks of a process at its own lock
LINGER = 5.0  # seconds that a process holds its number after its last message
PATIENCE = 10.0  # seconds that a sender waits for a number
FORGET_AFTER = 3_600.0  # seconds; longer than any lease

_MINE = """
SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
    AND classid::bigint = %s AND objid::bigint = %s AND objsubid = 2)
"""
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


def purge_gone() -> int:
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
    """The number of a process with many threads. A thread of its own holds it for as long as one of
    them is at work, and a little longer."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.number: int | None = None  # None until the database gave one
        self._known = threading.Event()
        self._lock = threading.Lock()
        self._keeper: threading.Thread | None = None
        self._at_work = 0
        self._idle_since = 0.0

    @contextmanager
    def at_work(self) -> Iterator[int]:
        """The number, held until the end. Raises OperationalError while the database gives none."""
        with self._lock:
            self._at_work += 1
            if self._keeper is None:
                self._keeper = threading.Thread(target=self._store, name="presence", daemon=True)
                self._keeper.start()
        try:
            if not self._known.wait(PATIENCE) or self.number is None:
                raise OperationalError("the database gives no number")
            yield self.number
        finally:
            with self._lock:
                self._at_work -= 1
                self._idle_since = time.monotonic()

    def _store(self) -> None:
        """Hold the number through lost connections and restarts of the database."""
        while not self._is_over():
            try:
                self._hold()
            except Exception:  # a lost connection, a restarted database: it holds on
                log.warning("the lock of the sending process is lost, taking it again")
                close_old_connections()
            time.sleep(LOOK)
        connection.close()

    def _is_over(self) -> bool:
        """Nobody is at work any more: the number is given back before somebody may begin again."""
        with self._lock:
            if self._at_work or time.monotonic() - self._idle_since < LINGER:
                return False
            if self.number is not None:
                with suppress(Error):
                    _leave(self.number)
            self._known.clear()
            self.number = self._keeper = None
            return True

    def _hold(self) -> None:
        if self.number is None:
            self.number = _enter(self.name)
            self._known.set()
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
