"""Sending what is due on one channel, by as many at once as the channel takes.

A sender comes when it is called, sends until nothing is due, and goes; so a provider that hangs holds
up the senders of its own channel and nobody else. All state is in the database; a process may be
killed at any moment and any number may run.
"""

import logging
import os
import socket
import threading
import time
from functools import cache

from django.db import close_old_connections

from apps.core.enqueueing import enqueue
from apps.notifications import channels
from apps.notifications.channels import Channel
from apps.notifications.services.claiming import is_more_due
from apps.notifications.services.losing import let_go
from apps.notifications.services.presence import Presence
from apps.notifications.services.rows import SEND
from apps.notifications.services.sending import send_next

log = logging.getLogger(__name__)
# A sender goes after so many seconds, so that a process that is to end need not wait for long.
TURN = 5.0
LONGEST_NAP = 1.0
AFTER_TROUBLE = 2.0

_slots: dict[str, set[int]] = {}
_lock = threading.Lock()


def work_off(name: str) -> int:
    """Send what is due on this channel; how many messages were dealt with. Colleagues are called
    while there is more than one sender can do, and when the turn is over before the work is."""
    channel = channels.channel(name)
    if not channel.configured():
        return 0  # what waits for it is looked after elsewhere
    presence = presence_here()
    with presence.at_work() as number:
        slot = _take_slot(name)
        try:
            worker = f"{presence.name}:{name}:{slot}"
            return _Sender(channel, worker, number).work()
        finally:
            with _lock:
                _slots[name].discard(slot)


def presence_here() -> Presence:
    """Of this process."""
    with _lock:
        return _presence_of(os.getpid())


@cache
def _presence_of(pid: int) -> Presence:
    return Presence(f"{socket.gethostname()[:24]}:{pid}")


def _take_slot(name: str) -> int:
    """Two senders at once have two names, by which each knows what it holds."""
    with _lock:
        taken = _slots.setdefault(name, set())
        slot = next(n for n in range(len(taken) + 1) if n not in taken)
        taken.add(slot)
        return slot


class _Sender:
    """One sender's turn. After an error it holds nothing, whatever its rows say: they are let go
    before the next claim."""

    def __init__(self, channel: Channel, worker: str, number: int) -> None:
        self._channel, self._worker, self._number = channel, worker, number
        self._stumbled = False
        self._called = False

    def work(self) -> int:
        end = time.monotonic() + TURN
        sent = 0
        while True:
            try:
                wait = self.step()
            except Exception:  # a lost connection, a restarted database: go on when it is back
                log.exception("a sender of %s stumbled", self._channel.name)
                close_old_connections()
                time.sleep(AFTER_TROUBLE)
                continue
            if wait is None:
                return sent
            sent += wait == 0.0
            if time.monotonic() + wait >= end:
                enqueue(SEND, str(self._channel.name))
                return sent
            if wait:
                time.sleep(min(wait, LONGEST_NAP))

    def step(self) -> float | None:
        """Send one; seconds to wait before the next, None when there is nothing for this sender."""
        if self._stumbled:
            let_go(self._worker, self._number)
        self._stumbled = True
        wait = send_next(
            self._channel, worker=self._worker, sender=self._number, claimed=self._call_another
        )
        self._stumbled = False
        return wait

    def _call_another(self) -> None:
        if not self._called and is_more_due(self._channel):
            self._called = True
            enqueue(SEND, str(self._channel.name))
