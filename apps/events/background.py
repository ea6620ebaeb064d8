"""Background tasks: how many run at once, and where the database says that one of them is due.

A worker is called to them at once (``core.enqueueing``), by beat when only time has brought them, and
``standby`` does those that nobody has worked on. All three come to the same function here.
"""

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple
from zlib import crc32

from celery import shared_task
from django.conf import settings
from django.db import connection

from apps.core.enqueueing import UniqueTask

Work = Callable[..., Any]
_RAN = """
INSERT INTO events_taskrun (name, ran_at) VALUES (%s, statement_timestamp())
ON CONFLICT (name) DO UPDATE SET ran_at = excluded.ran_at
"""

_AGES = """
SELECT known.name, EXTRACT(EPOCH FROM statement_timestamp() - c.ran_at)
FROM unnest(%s::varchar[]) AS known (name) LEFT JOIN events_taskrun c ON c.name = known.name
"""


class Overdue(NamedTuple):
    """``seconds`` is how long nobody has worked on it."""

    task: str
    args: tuple[str, ...]
    seconds: float


class ConcurrencyLimit:
    """At most ``concurrency`` at once in this process. Whoever comes on top of that does not wait: one of
    those at work does it once more when it is done, because it may have looked too early."""

    def __init__(self, concurrency: int) -> None:
        self._concurrency, self._at_work, self._again = concurrency, 0, False
        self._lock = threading.Lock()

    def run(self, work: Callable[[], int | None]) -> int:
        """What ``work`` counts, all rounds together; 0 where it is left to the others."""
        with self._lock:
            if self._at_work >= self._concurrency:
                self._again = True
                return 0
            self._at_work += 1
        done, over = 0, False
        try:
            while not over:
                done += work() or 0
                with self._lock:
                    over = not self._again
                    self._again = False
                    self._at_work -= over
        finally:
            if not over:
                with self._lock:
                    self._at_work -= 1
        return done


_dues: dict[str, Callable[[], str]] = {}
# On which connection to the database which question was planned last.
_planned: dict[str, Any] = {}


def background_task(
    name: str, *, concurrency: Callable[..., int] | int = 1, records_runs: bool = False
) -> Callable[[Work], Any]:
    """A Celery task of which at most ``concurrency`` (for these arguments) run at once in one process.
    Each run is recorded where beat calls for it regularly, and elsewhere with ``records_runs``."""

    limits: dict[tuple[str, ...], ConcurrencyLimit] = {}
    lock = threading.Lock()

    def make(work: Work) -> Any:
        def once(*args: str) -> int | None:
            if records_runs or name in periods():
                record_run(name)
            found: int | None = work(*args)
            return found

        @wraps(work)
        def at_most(*args: str) -> int:
            with lock:
                limit = limits.setdefault(
                    args,
                    ConcurrencyLimit(concurrency(*args) if callable(concurrency) else concurrency),
                )
            return limit.run(lambda: once(*args))

        return shared_task(name=name, base=UniqueTask)(at_most)

    return make


def due_when(task: str, statement: str | Callable[[], str]) -> None:
    """``statement`` gives a row (argument or '', since when) for whatever is to be done; rows that
    lie ahead, or say NULL, are not due. It is asked all the time: indexes must answer it."""
    _dues[task] = statement if callable(statement) else (lambda: statement)


def overdue(seconds: float = 0.0) -> list[Overdue]:
    """What nobody has worked on for so long, by the database's clock; with less than nothing also what
    is due so soon (``seconds`` is below zero then). One statement, which the database has planned once
    for this connection."""
    connection.ensure_connection()
    question = " UNION ALL ".join(
        f"SELECT '{task}', given, EXTRACT(EPOCH FROM statement_timestamp() - since)"  # noqa: S608  # ours
        f" FROM ({statement()}) AS due (given, since)"
        " WHERE since <= statement_timestamp() - make_interval(secs => $1)"
        for task, statement in _dues.items()
    )
    name = f"overdue_{crc32(question.encode())}"
    with connection.cursor() as cursor:
        if _planned.get(name) is not connection.connection:
            cursor.execute("SELECT FROM pg_prepared_statements WHERE name = %s", [name])
            if not cursor.fetchall():
                cursor.execute(f"PREPARE {name} (float) AS {question}")
            _planned.clear()
            _planned[name] = connection.connection
        cursor.execute(f"EXECUTE {name} (%s)", [seconds])
        return [
            Overdue(task, (given,) if given else (), float(waited))
            for task, given, waited in cursor.fetchall()
        ]


def periods() -> dict[str, float]:
    """What beat calls for at regular times, and how often, in seconds."""
    return {one["task"]: one["schedule"] for one in settings.CELERY_BEAT_SCHEDULE.values()}


def missed_runs(seconds: float) -> list[Overdue]:
    """What should have run again by now and has not for ``seconds`` more. What was never seen begins
    to count when it is first asked about."""
    known = periods()
    with connection.cursor() as cursor:
        cursor.execute(_AGES, [list(known)])
        ages: dict[str, Any] = dict(cursor.fetchall())
    for name, age in ages.items():
        if age is None:
            record_run(name)
    late = [(name, float(age) - known[name]) for name, age in ages.items() if age is not None]
    return [Overdue(name, (), waited) for name, waited in late if waited >= seconds]


def record_run(name: str) -> None:
    """This ran just now, by the database's clock; operators can see it."""
    with connection.cursor() as cursor:
        cursor.execute(_RAN, [name])
