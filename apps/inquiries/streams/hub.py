"""All listeners of one process, and the looks that serve them.

A look at everything of a kind that is followed twice a second, whoever listens: a thousand
listeners cost one query. Each listener holds the newest state only, so a slow one skips what lies between and never
grows. Nothing is kept here that the database does not have: after a restart listeners come back
with the version they saw and get what is new.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Protocol, TypeVar

from django.db import close_old_connections
from django.utils import timezone

from apps.chat.queries.bells import ring_desks, ring_visitors
from apps.chat.services.seats import touch_seats
from apps.core.requests import lies_in
from apps.inquiries.queries.streams import look, usable_keys

log = logging.getLogger(__name__)
T = TypeVar("T")
Address = IPv4Address | IPv6Address
LOOK_EVERY = 0.4
CHECK_KEYS_EVERY = 30.0
# A desk that holds a line is there, also while its page lies in the background.
TOUCH_DESKS_EVERY = 10.0
# Seconds to the next look where nobody listens, if nobody comes before: only to be seen alive.
IDLE = 5.0


class Topic(StrEnum):
    """What can be followed; ids of two topics have nothing to do with each other."""

    SHIPMENT = "shipment"
    CHAT = "chat"
    DESK = "desk"


class Update(Protocol):
    """``version`` differs from every other state; ``is_last``: nothing follows."""

    @property
    def version(self) -> str: ...
    @property
    def data(self) -> str: ...
    @property
    def is_last(self) -> bool: ...


Subject = tuple[Topic, int]


@dataclass(eq=False, slots=True)
class Listener:
    """``seen`` is the version it has; ``waiting`` the one it has not been sent yet; ``address``
    is where a key's holder came from. ``most``
    listeners to the same subject may be there at a time (by key for shipments); it ``lasts`` so
    many seconds, for ever if 0."""

    topic: Topic
    subject_id: int
    key_id: int = 0
    address: Address | None = None
    seen: str = ""
    most: int = 0
    lasts: float = 0.0
    waiting: Update | None = None
    is_over: bool = False
    stirred: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def subject(self) -> Subject:
        return self.topic, self.subject_id

    @property
    def event(self) -> str:
        return "shipment" if self.topic == Topic.SHIPMENT else "bell"

    def offer(self, update: Update) -> None:
        self.waiting = update if update.version != self.seen else None
        if self.waiting is not None:
            self.stirred.set()

    def take(self) -> Update | None:
        update, self.waiting = self.waiting, None
        self.stirred.clear()
        if update is not None:
            self.seen = update.version
        return update

    def end(self) -> None:
        self.is_over = True
        self.stirred.set()


class Hub:
    def __init__(self, *, look_every: float = LOOK_EVERY) -> None:
        self._look_every = look_every
        self._listeners: dict[Subject, set[Listener]] = {}
        self._newest: dict[Subject, Update] = {}
        # One thread looks, the others let listeners in; each keeps its own connection.
        self._looker = ThreadPoolExecutor(1, "look")
        self._doormen = ThreadPoolExecutor(3, "door")
        self._task: asyncio.Task[None] | None = None
        self._followed = asyncio.Event()
        self.last_look = 0.0

    @property
    def count(self) -> int:
        return sum(map(len, self._listeners.values()))

    def count_like(self, listener: Listener) -> int:
        """How many there are of the same key, or on the same chat or desk."""
        if listener.topic != Topic.SHIPMENT:
            return len(self._listeners.get(listener.subject, ()))
        return sum(one.key_id == listener.key_id for one in self._everyone())

    def _everyone(self) -> list[Listener]:
        return [one for group in self._listeners.values() for one in group]

    def add(self, listener: Listener) -> None:
        self._listeners.setdefault(listener.subject, set()).add(listener)
        self._followed.set()
        if known := self._newest.get(listener.subject):
            listener.offer(known)

    def remove(self, listener: Listener) -> None:
        group = self._listeners.get(listener.subject, set())
        group.discard(listener)
        if not group:
            self._listeners.pop(listener.subject, None)
            self._newest.pop(listener.subject, None)
        if not self._listeners:
            self._followed.clear()

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        for listener in self._everyone():
            listener.end()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._looker.shutdown(wait=True)
        self._doormen.shutdown(wait=True)

    async def ask(self, work: Callable[[], T]) -> T:
        """Run ``work`` on a thread that may use the database."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._doormen, _with_connection, work)

    async def _run(self) -> None:
        loop, keys_checked, touched = asyncio.get_running_loop(), 0.0, 0.0
        while True:
            begun = loop.time()
            try:
                await self._look(loop)
                if begun - keys_checked > CHECK_KEYS_EVERY:
                    keys_checked = begun
                    await self._check_keys(loop)
                if begun - touched > TOUCH_DESKS_EVERY:
                    touched = begun
                    await self._touch_desks(loop)
                self.last_look = loop.time()
            except Exception as problem:  # whatever it was, looking goes on
                # Listeners stay; the next look catches up with whatever happened meanwhile.
                log.warning("the look at followed shipments failed: %s", type(problem).__name__)
                await asyncio.sleep(1)
            await asyncio.sleep(max(0.05, self._look_every - (loop.time() - begun)))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._followed.wait(), IDLE)

    async def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        known: dict[Topic, dict[int, str]] = {}
        for topic, pk in self._listeners:
            known.setdefault(topic, {})[pk] = self._version((topic, pk))
        for topic, versions in known.items():
            found = await loop.run_in_executor(
                self._looker, _with_connection, lambda t=topic, v=versions: _ask(t, v)
            )
            for pk, update in found.items():
                if (topic, pk) in self._listeners:
                    self._newest[topic, pk] = update
                    for listener in self._listeners[topic, pk]:
                        listener.offer(update)

    async def _check_keys(self, loop: asyncio.AbstractEventLoop) -> None:
        holders = [one for one in self._everyone() if one.topic == Topic.SHIPMENT]
        ids = {listener.key_id for listener in holders}
        if not ids:
            return
        usable = await loop.run_in_executor(
            self._looker, _with_connection, lambda: usable_keys(ids, at=timezone.now())
        )
        for listener in holders:
            networks = usable.get(listener.key_id)
            if networks is None or not _comes_from(listener.address, networks):
                listener.end()

    async def _touch_desks(self, loop: asyncio.AbstractEventLoop) -> None:
        ids = [pk for topic, pk in self._listeners if topic == Topic.DESK]
        if ids:
            await loop.run_in_executor(self._looker, _with_connection, lambda: touch_seats(ids))

    def _version(self, subject: Subject) -> str:
        update = self._newest.get(subject)
        return update.version if update else ""


def _ask(topic: Topic, known: Mapping[int, str]) -> Mapping[int, Update]:
    """What is new among the subjects of one kind: a query or two, whatever their number."""
    if topic == Topic.CHAT:
        return ring_visitors(known)
    if topic == Topic.DESK:
        return ring_desks(known)
    return look(known, at=timezone.now())


def _comes_from(address: Address | None, networks: Sequence[str]) -> bool:
    return not networks or (address is not None and lies_in(address, networks))


def _with_connection(work: Callable[[], T]) -> T:
    close_old_connections()
    return work()
