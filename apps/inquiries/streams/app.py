"""Server-Sent Events as an ASGI application: shipments for programs, chats for their pages.

``GET /api/v1/waybills/<number>/stream``: each event is the whole masked state with its version as
id, so a client that comes back with ``Last-Event-ID`` gets the newest state at once, or nothing
when it has it. ``/chat/stream`` and ``/admin/desk/chats/stream`` ring a bell when a page should
look for news. Comments keep the line open. Runs beside the web service, whose workers are too few
to be held by listeners.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from email.utils import formatdate
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from apps.core.api.problem import CONTENT_TYPE, problem
from apps.inquiries.streams.doors import Refusal, StreamRequest, door_of
from apps.inquiries.streams.hub import Hub, Listener, Topic

log = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
HEARTBEAT = 15.0
STALE = 10.0


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
        found = door_of(scope["path"])
        if found is None:
            await _refuse(send, Refusal(404, "not_found"))
            return
        if scope["method"] != "GET":
            await _refuse(send, Refusal(405, "method_not_allowed"))
            return
        door, word = found
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        remote = str((scope.get("client") or ("",))[0])
        request = StreamRequest(
            word, headers, scope.get("query_string", b"").decode("latin-1"), remote
        )
        try:
            answer = await self.hub.ask(lambda: door(request))
        except DatabaseError:
            answer = Refusal(503, "busy")
        if isinstance(answer, Listener):
            answer = self._has_room(answer)
        if isinstance(answer, Refusal):
            await _refuse(send, answer)
            return
        answer.seen = headers.get("last-event-id", "")[:64]
        await self._stream(answer, receive, send)

    def _has_room(self, listener: Listener) -> Listener | Refusal:
        most = int(getattr(settings, "STREAMS_MOST", 5_000))
        per_key = int(getattr(settings, "STREAMS_PER_KEY", 2_000))
        if listener.topic != Topic.SHIPMENT:
            per_key = listener.most
        if self.hub.count >= most or self.hub.count_like(listener) >= per_key:
            return Refusal(429, "too_many_streams")
        return listener

    async def _stream(self, listener: Listener, receive: Receive, send: Send) -> None:
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            (b"connection", b"close"),
            _date(),
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
        loop = asyncio.get_running_loop()
        until = loop.time() + listener.lasts if listener.lasts else None
        while until is None or loop.time() < until:
            with suppress(TimeoutError):
                await asyncio.wait_for(listener.stirred.wait(), self._heartbeat)
            if listener.is_over:
                return
            update = listener.take()
            if update is None:
                await _write(send, ": still here\n\n")
                continue
            event = f"id: {update.version}\nevent: {listener.event}\ndata: {update.data}\n\n"
            await _write(send, event)
            if update.is_last:
                return

    async def _health(self, send: Send) -> None:
        age = asyncio.get_running_loop().time() - self.hub.last_look
        body = {"listeners": self.hub.count, "last_look_seconds": round(age, 1)}
        await _respond(send, 200 if age < STALE else 503, body, "application/json")


def _date() -> tuple[bytes, bytes]:
    return b"date", formatdate(usegmt=True).encode()


async def _wait_until_gone(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    listener.end()


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _refuse(send: Send, refusal: Refusal) -> None:
    body = problem(refusal.status, refusal.code, refusal.detail)
    await _respond(send, refusal.status, body, CONTENT_TYPE)


async def _respond(send: Send, status: int, body: dict[str, Any], content_type: str) -> None:
    headers = [(b"content-type", content_type.encode()), (b"cache-control", b"no-store")]
    headers.append(_date())
    await send({"type": "http.response.start", "status": status, "headers": headers})
    raw = json.dumps(body, ensure_ascii=False).encode()
    await send({"type": "http.response.body", "body": raw})
