"""Celery's beat, which also looks into the database for what time alone has made due.

A clock that runs out, a message whose quiet hours are over, a retry: each has its instant in the
database, so beat asks there in one statement and calls a worker only when there is something to do. The
answer also names what becomes due before the next look, and beat sleeps until then: each wake-up costs a
house with nothing to do more than the question. Everything else on its schedule goes by the hour.
"""

import logging
import time
from typing import Any

from celery.beat import PersistentScheduler
from django.db import close_old_connections

from apps.core.enqueueing import enqueue
from apps.events.background import Overdue, overdue

log = logging.getLogger(__name__)
LOOK = 2.0  # seconds to the next look where nothing is due before
BUSY = 0.3  # seconds after something was due: the next may stand right behind it
LATER = 0.01  # seconds after an instant, or the clocks might disagree whether it has come
AFTER_TROUBLE = 2.0


class Beat(PersistentScheduler):
    """``CELERY_BEAT_SCHEDULER``."""

    _next_look = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Seconds until there is something to do again."""
        wait = float(super().tick(*args, **kwargs))
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + self._look()
        return max(0.0, min(wait, self._next_look - time.monotonic()))

    def _look(self) -> float:
        try:
            found = overdue(-LOOK)
            for one in found:
                if one.seconds >= 0:
                    enqueue(one.task, *one.args)
        except Exception:  # a lost connection, a restarted database: go on when it is back
            log.exception("beat could not look into the database")
            close_old_connections()
            return AFTER_TROUBLE
        return wait_after(found)


def wait_after(found: list[Overdue]) -> float:
    """Seconds to the next look, of what is due within ``LOOK``."""
    if any(one.seconds >= 0 for one in found):
        return BUSY
    return min([LOOK, *(LATER - one.seconds for one in found)])
