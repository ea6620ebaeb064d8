"""The process that takes over what nobody works on, whoever else is dead: broker, workers or beat.

It asks the database what has been due for five seconds with nobody at work on it, does that itself,
and for a while everything else at once, as it comes. Then it lets the others go first again.
"""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from celery import current_app
from django.db import close_old_connections, connection

from apps.core import enqueueing
from apps.events.background import Overdue, missed_runs, overdue, record_run

log = logging.getLogger(__name__)
PATIENCE = 5.0  # seconds that the others have
IN_CHARGE = 30.0  # seconds from the last thing that it had to take over
LOOK_IN_CHARGE = 0.25
SEEN_EVERY = 10.0
LATER = 0.01  # seconds after an instant, or the clocks might disagree whether it has come
AFTER_TROUBLE = 2.0
MOST_AT_ONCE = 50
NAME = "standby"


class Standby:
    """``start`` it, ``stop`` it, wait with ``join``. ``patience`` 0: it never waits for others."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self.stopping = threading.Event()
        self._patience = patience
        # Of what it sees, it knows when its turn comes.
        self._pause = patience / 2
        self._in_charge_until = 0.0
        self._seen = self._visited = 0.0
        self._begins = time.monotonic() + patience  # the others may just be starting, too
        self._hands = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="standby")
        self._looking = threading.Thread(target=self._look_on, name="standby-look", daemon=True)

    @property
    def is_in_charge(self) -> bool:
        return not self._patience or time.monotonic() < self._in_charge_until

    def start(self) -> None:
        enqueueing.heard_by(self._hear)
        enqueueing.use_long_timeout()
        self._looking.start()

    def stop(self) -> None:
        self.stopping.set()

    def join(self, seconds: float = 30.0) -> bool:
        """Whether everything ended in time; what is under way is let finish."""
        end = time.monotonic() + seconds
        self._looking.join(seconds)
        ended = threading.Thread(
            target=lambda: self._hands.shutdown(wait=True, cancel_futures=True), daemon=True
        )
        ended.start()
        ended.join(max(0.0, end - time.monotonic()))
        enqueueing.heard_by(None)
        return not ended.is_alive() and not self._looking.is_alive()

    def _look_on(self) -> None:
        while not self.stopping.is_set():
            try:
                wait = self._look()
            except Exception:  # a lost connection, a restarted database: go on when it is back
                log.exception("standby stumbled")
                close_old_connections()
                wait = AFTER_TROUBLE
            self.stopping.wait(wait)
        connection.close()

    def _look(self) -> float:
        """Seconds to the next look."""
        now = time.monotonic()
        if now - self._seen >= SEEN_EVERY:
            record_run(NAME)
            self._seen = now
        if now < self._begins:
            return self._begins - now
        if self.is_in_charge:
            found, soon = overdue(0.0), []
        else:
            seen = overdue(self._patience - self._pause)
            found = [one for one in seen if one.seconds >= self._patience]
            soon = [one for one in seen if one.seconds < self._patience]
        self._charge(found, now)
        for one in [*found, *self._missed(now)]:
            self._take(one.task, one.args)
        if self.is_in_charge:
            return LOOK_IN_CHARGE
        return min([self._pause, *(self._patience - one.seconds + LATER for one in soon)])

    def _charge(self, found: list[Overdue], now: float) -> None:
        """Take charge where the others have had their time."""
        if any(one.seconds >= self._patience for one in found):
            if not self.is_in_charge:
                log.warning("nobody works on %s: taking over", ", ".join(one.task for one in found))
            self._in_charge_until = now + IN_CHARGE

    def _missed(self, now: float) -> list[Overdue]:
        """What beat should have called for."""
        if now - self._visited < self._patience:
            return []
        self._visited = now
        return missed_runs(self._patience)

    def _hear(self, task: str, args: tuple[str, ...]) -> None:
        """What its own work leads to."""
        if self.is_in_charge and not self.stopping.is_set():
            self._take(task, args)
        else:
            enqueueing.call(task, args)

    def _take(self, task: str, args: tuple[str, ...]) -> None:
        with suppress(RuntimeError):  # it is ending
            self._hands.submit(self._do, Overdue(task, args, 0.0))

    def _do(self, one: Overdue) -> None:
        try:
            current_app.tasks[one.task](*one.args)
        except Exception:  # as in a worker: the row stays, and the next look finds it
            log.exception("%s failed", one.task)
        finally:
            connection.close()
