"""``GET /api/v1/waybills/<number>/stream``: Server-Sent Events with resume, as an ASGI application.

Each event is the whole masked state with its version as id, so a client that comes back with
``Last-Event-ID`` gets the newest state at once, or nothing when it has it. Comments keep the line
open. Runs beside the web service, whose workers are too few to be held by listeners.
"""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from apps.accounts.queries import find_api_key
from apps.accounts.services import note_api_key_use
from apps.core.api.problems import CONTENT_TYPE, problem
from apps.core.errors import BadInput
from apps.inquiries.asking import Asker
from apps.inquiries.enums import Outcome, Way
from apps.inquiries.queries.streams import find_followed
from apps.inquiries.services.answering import note
from apps.inquiries.services.counting import count_miss, may_ask
from apps.inquiries.streams.hub import Hub, Listener
from apps.tracking.numbers import parse_waybill_number

log = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ADDRESS = re.compile(r"/api/v1/waybills/([^/]{1,40})/stream")
SCOPE = "waybills:read"
HEARTBEAT = 15.0
STALE = 10.0


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    code: str


class StreamApp:
    def __init__(self, hub: Hub | None = None, *, heartbeat: float = HEARTBEAT) -> None:
        self.hub = hub or Hub()
        self._heartbeat = heartbeat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.hub.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.hub.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/healthz":
            await self._health(send)
            return
        match = ADDRESS.fullmatch(scope["path"])
        if match is None:
            await _refuse(send, Refusal(404, "not_found"))
            return
        if scope["method"] != "GET":
            await _refuse(send, Refusal(405, "method_not_allowed"))
            return
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        try:
            found = await self.hub.ask(lambda: let_in(match[1], _key(headers)))
        except DatabaseError:
            found = Refusal(503, "busy")
        if isinstance(found, Listener):
            found = self._has_room(found)
        if isinstance(found, Refusal):
            await _refuse(send, found)
            return
        found.seen = headers.get("last-event-id", "")[:64]
        await self._stream(found, receive, send)

    def _has_room(self, listener: Listener) -> "Listener | Refusal":
        most = int(getattr(settings, "STREAMS_MOST", 5_000))
        per_key = int(getattr(settings, "STREAMS_PER_KEY", 2_000))
        if self.hub.count >= most or self.hub.count_of(listener.key_id) >= per_key:
            return Refusal(429, "too_many_streams")
        return listener

    async def _stream(self, listener: Listener, receive: Receive, send: Send) -> None:
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await _write(send, "retry: 3000\n: hello\n\n")
        self.hub.add(listener)
        gone = asyncio.create_task(_wait_until_gone(receive, listener))
        try:
            await self._tell(listener, send)
        except OSError:
            log.debug("a listener hung up")
        finally:
            self.hub.remove(listener)
            gone.cancel()
        with suppress(OSError):
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, listener: Listener, send: Send) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(listener.stirred.wait(), self._heartbeat)
            if listener.is_over:
                return
            news = listener.take()
            if news is None:
                await _write(send, ": still here\n\n")
            else:
                await _write(send, f"id: {news.version}\nevent: shipment\ndata: {news.data}\n\n")

    async def _health(self, send: Send) -> None:
        age = asyncio.get_running_loop().time() - self.hub.last_look
        body = {"listeners": self.hub.count, "last_look_seconds": round(age, 1)}
        await _respond(send, 200 if age < STALE else 503, body, "application/json")


def let_in(number: str, key_text: str) -> Listener | Refusal:
    """Who may follow: the key's scope and what its user may see; counted and recorded like any
    other question. On a thread with a database."""
    now = timezone.now()
    key = find_api_key(key_text, at=now)
    if key is None:
        return Refusal(401, "bad_key")
    note_api_key_use(key=key, at=now)
    if SCOPE not in key.scopes:
        return Refusal(403, "permission_denied")
    asker = Asker(Way.API, str(key.pk))
    if not may_ask(asker, now):
        return Refusal(429, "throttled")
    try:
        canonical = parse_waybill_number(number)
    except BadInput:
        return Refusal(404, "not_found")
    waybill_id = find_followed(canonical, key.user)
    if waybill_id is None:
        count_miss(asker, now)
    outcome = Outcome.UNKNOWN if waybill_id is None else Outcome.ANSWERED
    note(asker, outcome, number=canonical, at=now)
    return Refusal(404, "not_found") if waybill_id is None else Listener(waybill_id, key.pk, "")


def _key(headers: dict[str, str]) -> str:
    name, _space, value = headers.get("authorization", "").partition(" ")
    return value.strip() if name.lower() == "bearer" else headers.get("x-api-key", "")


async def _wait_until_gone(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    listener.end()


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _refuse(send: Send, refusal: Refusal) -> None:
    body = problem(refusal.status, refusal.code)
    await _respond(send, refusal.status, body, CONTENT_TYPE)


async def _respond(send: Send, status: int, body: dict[str, Any], content_type: str) -> None:
    headers = [(b"content-type", content_type.encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    raw = json.dumps(body, ensure_ascii=False).encode()
    await send({"type": "http.response.body", "body": raw})
