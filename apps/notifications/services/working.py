"""The sending process: threads per channel, so that a provider that hangs holds up only itself.

One more thread does the sweeps and one per askable channel puts the open questions. All state is
in the database; a process may be killed at any moment and any number may run.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable

from django.db import close_old_connections, connection

from apps.notifications import channels
from apps.notifications.channels import Channel
from apps.notifications.services.losing import let_go
from apps.notifications.services.minding import (
    ask_about_unclear,
    forget_stamps,
    look_after_unused_channels,
    mind,
)
from apps.notifications.services.presence import Presence, forget_gone
from apps.notifications.services.sending import send_next

log = logging.getLogger(__name__)
LONGEST_NAP = 1.0
AFTER_TROUBLE = 2.0
SELDOM = 60.0
UNTIL_PRESENT = 0.1


class Crew:
    """The threads of one process. ``start`` them, ``stop`` them, wait with ``join``.

    Channels without their settings sleep until the process is started with them.
    """

    def __init__(self, names: Iterable[str] = (), *, threads: int | None = None) -> None:
        wanted = [channels.channel(n) for n in names] or channels.all_channels()
        self.asleep = [channel for channel in wanted if not channel.configured()]
        self.stopping = threading.Event()
        self._ended = threading.Event()
        self._presence = Presence(f"{socket.gethostname()[:24]}:{os.getpid()}")
        self._threads = [
            self._thread("mind", _mind, 1.0),
            self._thread("seldom", _seldom, SELDOM),
        ]
        for channel in wanted:
            if channel in self.asleep:
                continue
            for slot in range(threads or channel.concurrency):
                self._threads.append(self._sender(channel, slot))
            self._threads.append(self._thread(f"ask-{channel.name}", _asker(channel), 1.0))
        # Not among them: it holds the number until the last of them has ended.
        self._keeper = threading.Thread(
            target=self._presence.keep, args=(self._ended,), name="deliver-presence", daemon=True
        )

    def start(self) -> None:
        self._keeper.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self.stopping.set()

    def join(self, seconds: float = 30.0) -> bool:
        """Whether everything ended in time; a message under way is let finish."""
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            return False
        self._ended.set()
        self._keeper.join(max(0.0, end - time.monotonic()))
        return not self._keeper.is_alive()

    def _sender(self, channel: Channel, slot: int) -> threading.Thread:
        worker = f"{self._presence.name}:{channel.name}:{slot}"
        step = _Sending(channel, worker, self._presence)
        return self._thread(f"{channel.name}-{slot}", step, 0.0)

    def _thread(self, name: str, step: Callable[[], float], pause: float) -> threading.Thread:
        return threading.Thread(
            target=self._loop, args=(step, pause), name=f"deliver-{name}", daemon=True
        )

    def _loop(self, step: Callable[[], float], pause: float) -> None:
        while not self.stopping.is_set():
            try:
                wait = step()
            except Exception:  # a lost connection, a restarted database: go on when it is back
                log.exception("%s stumbled", threading.current_thread().name)
                close_old_connections()
                wait = AFTER_TROUBLE
            if wait or pause:
                self.stopping.wait(min(max(wait, pause), max(LONGEST_NAP, wait)))
        connection.close()


class _Sending:
    """One sender's step. After an error it holds nothing, whatever its rows say: they are let go
    before the next claim."""

    def __init__(self, channel: Channel, worker: str, presence: Presence) -> None:
        self._channel, self._worker, self._presence = channel, worker, presence
        self._stumbled = False

    def __call__(self) -> float:
        number = self._presence.number
        if number is None:
            return UNTIL_PRESENT
        if self._stumbled:
            let_go(self._worker, number)
        self._stumbled = True
        wait = send_next(self._channel, worker=self._worker, sender=number)
        self._stumbled = False
        return wait


def _mind() -> float:
    return 0.0 if mind() else 1.0


def _seldom() -> float:
    look_after_unused_channels()
    forget_stamps()
    forget_gone()
    # A connection kept for once a minute would be one that others cannot have.
    connection.close()
    return SELDOM


def _asker(channel: Channel) -> Callable[[], float]:
    def ask() -> float:
        return 0.2 if ask_about_unclear(channel) else 2.0

    return ask
