"""The watch process: clocks are swept, stale ones read again and events handed on, each by a thread of
its own, once a second and without the broker; once an hour it looks after the calendars.

All state is in the database. A process may be killed at any moment, any number may run, and what
its own clock says decides nothing.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import close_old_connections, connection

from apps.events.services import relay_due
from apps.sla.queries.moments import database_now
from apps.sla.services.calendars import mind_calendars
from apps.sla.services.recomputing import recompute_stale
from apps.sla.services.sweeping import sweep

log = logging.getLogger(__name__)

EVERY = 1.0
AFTER_TROUBLE = 2.0
SEEN_EVERY = 10.0
_SEEN = """
INSERT INTO sla_watcher (name, seen_at) VALUES (%s, statement_timestamp())
ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at
"""


@dataclass(frozen=True)
class Loop:
    """``every``: seconds between two looks when there is nothing to do."""

    step: Callable[[], int]
    every: float = EVERY


def _sweep() -> int:
    return sweep().clocks


def _mind_calendars() -> int:
    return mind_calendars(at=database_now())


LOOPS = {
    "sweep": Loop(_sweep),
    "recompute": Loop(recompute_stale),
    "relay": Loop(relay_due),
    # CMP-2: the warning of a missing year comes though beat and the broker are away.
    "calendars": Loop(_mind_calendars, 3600.0),
}


class Watch:
    """The threads of one process. ``start`` them, ``stop`` them, wait with ``join``."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._loop, args=loop, name=f"watch-{loop[0]}", daemon=True)
            for loop in LOOPS.items()
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self.stopping.set()

    def join(self, seconds: float = 30.0) -> bool:
        """Whether everything ended in time; a batch under way is let finish."""
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _loop(self, name: str, loop: Loop) -> None:
        seen = 0.0
        while not self.stopping.is_set():
            try:
                loop.step()
                if time.monotonic() - seen >= SEEN_EVERY:
                    leave_word(name)
                    seen = time.monotonic()
                wait = loop.every
            except Exception:  # a lost connection, a restarted database: go on when it is back
                log.exception("watch: %s stumbled", name)
                close_old_connections()
                wait = AFTER_TROUBLE
            if wait > SEEN_EVERY:
                connection.close()
            self.stopping.wait(wait)
        connection.close()


def leave_word(name: str) -> None:
    """A loop was just at work, by the database's clock; whoever looks after the house can see it."""
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [name])
