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
from apps.notifications.services.minding import (
    ask_about_unclear,
    forget_stamps,
    look_after_unused_channels,
    mind,
)
from apps.notifications.services.sending import send_next

log = logging.getLogger(__name__)
LONGEST_NAP = 1.0
AFTER_TROUBLE = 2.0
SELDOM = 60.0


class Crew:
    """The threads of one process. ``start`` them, ``stop`` them, wait with ``join``.

    Channels without their settings sleep until the process is started with them.
    """

    def __init__(self, names: Iterable[str] = (), *, threads: int | None = None) -> None:
        wanted = [channels.channel(n) for n in names] or channels.all_channels()
        self.asleep = [channel for channel in wanted if not channel.configured()]
        self.stopping = threading.Event()
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

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self.stopping.set()

    def join(self, seconds: float = 30.0) -> bool:
        """Whether everything ended in time; a message under way is let finish."""
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _sender(self, channel: Channel, slot: int) -> threading.Thread:
        worker = f"{socket.gethostname()[:24]}:{os.getpid()}:{slot}"
        return self._thread(
            f"{channel.name}-{slot}", lambda: send_next(channel, worker=worker), 0.0
        )

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


def _mind() -> float:
    return 0.0 if mind() else 1.0


def _seldom() -> float:
    look_after_unused_channels()
    forget_stamps()
    # A connection kept for once a minute would be one that others cannot have.
    connection.close()
    return SELDOM


def _asker(channel: Channel) -> Callable[[], float]:
    def ask() -> float:
        return 0.2 if ask_about_unclear(channel) else 2.0

    return ask
