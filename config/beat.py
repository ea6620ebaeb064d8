"""Celery's beat, which also looks into the database for what time alone has made due.

A clock that runs out, a message whose quiet hours are over, a retry: each has its instant in the
database, so beat asks there three times a second, in one statement, and calls a worker only when there is
something to do. Everything else on its schedule goes by the hour.
"""

import logging
import time
from typing import Any

from celery.beat import PersistentScheduler
from django.db import close_old_connections

from apps.core.waking import wake
from apps.events.chores import overdue

log = logging.getLogger(__name__)
LOOK = 0.3  # seconds between two looks
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
            for one in overdue():
                wake(one.task, *one.args)
        except Exception:  # a lost connection, a restarted database: go on when it is back
            log.exception("beat could not look into the database")
            close_old_connections()
            return AFTER_TROUBLE
        return LOOK
