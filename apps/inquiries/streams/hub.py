"""All listeners of one process, and the one look that serves them.

A look at every followed shipment twice a second, whoever listens: a thousand listeners cost one
query. Each listener holds the newest state only, so a slow one skips what lies between and never
grows. Nothing is kept here that the database does not have: after a restart listeners come back
with the version they saw and get what is new.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import close_old_connections
from django.utils import timezone

from apps.inquiries.queries.streams import News, look, usable_keys

log = logging.getLogger(__name__)
T = TypeVar("T")
LOOK_EVERY = 0.4
CHECK_KEYS_EVERY = 30.0


@dataclass(eq=False, slots=True)
class Listener:
    """``seen`` is the version it has; ``waiting`` the one it has not been sent yet."""

    waybill_id: int
    key_id: int
    seen: str
    waiting: News | None = None
    is_over: bool = False
    stirred: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, news: News) -> None:
        self.waiting = news if news.version != self.seen else None
        if self.waiting is not None:
            self.stirred.set()

    def take(self) -> News | None:
        news, self.waiting = self.waiting, None
        self.stirred.clear()
        if news is not None:
            self.seen = news.version
        return news

    def end(self) -> None:
        self.is_over = True
        self.stirred.set()


class Hub:
    def __init__(self, *, look_every: float = LOOK_EVERY) -> None:
        self._look_every = look_every
        self._listeners: dict[int, set[Listener]] = {}
        self._newest: dict[int, News] = {}
        # One thread looks, the others let listeners in; each keeps its own connection.
        self._looker = ThreadPoolExecutor(1, "look")
        self._doormen = ThreadPoolExecutor(3, "door")
        self._task: asyncio.Task[None] | None = None
        self.last_look = 0.0

    @property
    def count(self) -> int:
        return sum(map(len, self._listeners.values()))

    def count_of(self, key_id: int) -> int:
        return sum(one.key_id == key_id for group in self._listeners.values() for one in group)

    def add(self, listener: Listener) -> None:
        self._listeners.setdefault(listener.waybill_id, set()).add(listener)
        if known := self._newest.get(listener.waybill_id):
            listener.offer(known)

    def remove(self, listener: Listener) -> None:
        group = self._listeners.get(listener.waybill_id, set())
        group.discard(listener)
        if not group:
            self._listeners.pop(listener.waybill_id, None)
            self._newest.pop(listener.waybill_id, None)

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        for group in list(self._listeners.values()):
            for listener in list(group):
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
        loop, keys_checked = asyncio.get_running_loop(), 0.0
        while True:
            begun = loop.time()
            try:
                await self._look(loop)
                if begun - keys_checked > CHECK_KEYS_EVERY:
                    keys_checked = begun
                    await self._check_keys(loop)
                self.last_look = loop.time()
            except Exception as problem:  # whatever it was, looking goes on
                # Listeners stay; the next look catches up with whatever happened meanwhile.
                log.warning("the look at followed shipments failed: %s", type(problem).__name__)
                await asyncio.sleep(1)
            await asyncio.sleep(max(0.05, self._look_every - (loop.time() - begun)))

    async def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        known = {pk: self._version(pk) for pk in self._listeners}
        if not known:
            return
        found = await loop.run_in_executor(
            self._looker, _with_connection, lambda: look(known, at=timezone.now())
        )
        for pk, news in found.items():
            if pk in self._listeners:
                self._newest[pk] = news
                for listener in self._listeners[pk]:
                    listener.offer(news)

    async def _check_keys(self, loop: asyncio.AbstractEventLoop) -> None:
        everyone = [one for group in self._listeners.values() for one in group]
        ids = {listener.key_id for listener in everyone}
        if not ids:
            return
        usable = await loop.run_in_executor(
            self._looker, _with_connection, lambda: usable_keys(ids, at=timezone.now())
        )
        for listener in everyone:
            if listener.key_id not in usable:
                listener.end()

    def _version(self, pk: int) -> str:
        news = self._newest.get(pk)
        return news.version if news else ""


def _with_connection(work: Callable[[], T]) -> T:
    close_old_connections()
    return work()
