"""Live updates over a real connection: snapshots, changes, resume, heartbeats, keys, limits."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import uvicorn
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.enums import ObjectScope
from apps.accounts.queries import system_user
from apps.inquiries.models import Inquiry
from apps.inquiries.queries.streams import look
from apps.inquiries.streams import app as stream_app
from apps.inquiries.streams import hub as hub_module
from apps.inquiries.streams.app import StreamApp
from apps.inquiries.streams.hub import Hub
from tests.factories.accounts import ServiceUserFactory, api_key
from tests.factories.tracking import report, waybill
from tests.inquiries.servers import free_port

pytestmark = pytest.mark.django_db(transaction=True)


class Server:
    def __init__(self, app: StreamApp) -> None:
        self.app, self.port = app, free_port()
        config = uvicorn.Config(
            app,
            host="127.0.0.1",
            port=self.port,
            log_level="error",
            lifespan="on",
            timeout_graceful_shutdown=1,
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    def start(self) -> "Server":
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(15)


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server(StreamApp(Hub(look_every=0.1), heartbeat=0.3)).start()
    yield running
    running.stop()


async def listen(
    port: int,
    path: str,
    *,
    head: dict[str, str],
    events: int = 1,
    seconds: float = 5,
    then: Any = None,
) -> tuple[int, list[dict[str, str]], str]:
    """(status, events, everything received), after ``events`` of them or ``seconds``."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = "".join(f"{k}: {v}\r\n" for k, v in head.items())
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n".encode())
    raw, deadline = "", time.monotonic() + seconds
    while time.monotonic() < deadline and raw.count("event: shipment") < events:
        try:
            chunk = await asyncio.wait_for(reader.read(65536), 0.2)
        except TimeoutError:
            continue
        if not chunk:
            break
        raw += chunk.decode()
        if then is not None and "event: shipment" in raw:
            await asyncio.to_thread(then)
            then = None
    writer.close()
    return int(raw.split()[1]), parsed(raw), raw


def parsed(raw: str) -> list[dict[str, str]]:
    found = []
    for block in raw.replace("\r", "").split("\n\n"):
        lines = [x for x in block.split("\n") if x.startswith(("id: ", "event: ", "data: "))]
        if any(x.startswith("data: ") for x in lines):
            found.append(dict(x.split(": ", 1) for x in lines))
    return found


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def address(number: str) -> str:
    return f"/api/v1/waybills/{number}/stream"


def change(shipment: Any, code: str, source: str = "second") -> Any:
    def work() -> None:
        report(shipment, code, source=source)
        connection.close()

    return work


@pytest.mark.requirement("TRK-8")
def test_the_state_at_once_and_every_change_within_a_second(server: Server) -> None:
    shipment, (_key, text) = report(waybill(), "picked_up"), api_key("waybills:read")
    begun: list[float] = []

    def depart() -> None:
        change(shipment, "out_for_delivery")()
        begun.append(time.monotonic())

    status, events, raw = asyncio.run(
        listen(server.port, address(shipment.number), head=bearer(text), events=2, then=depart)
    )
    assert time.monotonic() - begun[0] < 1.0
    assert status == 200
    assert "text/event-stream" in raw
    first, second = (json.loads(event["data"]) for event in events)
    assert (first["status"], second["status"]) == ("picked_up", "out_for_delivery")
    assert second["sentence"]["en"].startswith("Out for delivery")
    assert len(second["events"]) == 2
    assert "李小红" not in raw
    assert Inquiry.objects.filter(way="api", number=shipment.number).count() == 1


def test_resume_tells_only_what_is_new(server: Server) -> None:
    shipment, (_key, text) = report(waybill(), "picked_up"), api_key("waybills:read")
    path = address(shipment.number)
    _status, events, _raw = asyncio.run(listen(server.port, path, head=bearer(text)))
    seen = {"Last-Event-ID": events[0]["id"]}
    _status, again, raw = asyncio.run(
        listen(server.port, path, head={**bearer(text), **seen}, seconds=1.2)
    )
    assert again == []
    assert raw.count(": still here") >= 2, "heartbeats keep the line open"
    change(shipment, "delivered")()
    _status, fresh, _raw = asyncio.run(listen(server.port, path, head={**bearer(text), **seen}))
    assert json.loads(fresh[0]["data"])["status"] == "delivered"


def test_a_scan_that_changes_no_status_is_told_too(server: Server) -> None:
    shipment, (_key, text) = report(waybill(), "picked_up", "departed"), api_key("waybills:read")
    _status, events, _raw = asyncio.run(
        listen(
            server.port,
            address(shipment.number),
            head=bearer(text),
            events=2,
            then=change(shipment, "sorted"),
        )
    )
    assert len(json.loads(events[1]["data"])["events"]) == 3


def test_who_may_not_listen(server: Server) -> None:
    shipment = waybill()
    _orders, wrong = api_key("orders:read")
    narrow = ServiceUserFactory(scope=ObjectScope.CUSTOMERS)
    _key, other = api_key("waybills:read", user=narrow)
    _key, good = api_key("waybills:read")

    def status(head: dict[str, str], path: str = address(shipment.number)) -> int:
        return asyncio.run(listen(server.port, path, head=head))[0]

    assert status({}) == 401
    assert status(bearer("ypk_wrong")) == 401
    assert status(bearer(wrong)) == 403
    assert status(bearer(other)) == 404
    assert status(bearer(good), address("YP1")) == 404
    assert status(bearer(good), "/elsewhere") == 404
    assert status(bearer(good)) == 200
    assert status({"X-API-Key": good}) == 200
    assert status({}, "/healthz") == 200


def test_a_revoked_key_ends_its_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "CHECK_KEYS_EVERY", 0.1)
    running = Server(StreamApp(Hub(look_every=0.1), heartbeat=0.3)).start()
    try:
        shipment, (key, text) = report(waybill(), "picked_up"), api_key("waybills:read")

        def revoke() -> None:
            accounts.revoke_api_key(key=key, by=system_user("tests"), at=timezone.now())
            connection.close()

        begun = time.monotonic()
        asyncio.run(
            listen(running.port, address(shipment.number), head=bearer(text), events=9, then=revoke)
        )
        assert time.monotonic() - begun < 4, "the server hung up"
    finally:
        running.stop()


def test_listeners_are_limited_and_leave_nothing_behind(server: Server, settings: Any) -> None:
    settings.STREAMS_PER_KEY = 1
    shipment, (_key, text) = report(waybill(), "picked_up"), api_key("waybills:read")
    path, head = address(shipment.number), bearer(text)

    async def two() -> tuple[int, int]:
        first = asyncio.create_task(listen(server.port, path, head=head, events=2, seconds=1.5))
        await asyncio.sleep(0.6)
        second = await listen(server.port, path, head=head)
        return (await first)[0], second[0]

    assert asyncio.run(two()) == (200, 429)
    for _n in range(40):
        if server.app.hub.count == 0:
            break
        time.sleep(0.1)
    assert server.app.hub.count == 0


def test_a_database_that_fails_for_a_moment_is_looked_at_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipment, (_key, text) = report(waybill(), "picked_up"), api_key("waybills:read")
    real, failures = hub_module.look, iter([True, False])

    def flaky(*args: Any, **kwargs: Any) -> Any:
        if next(failures, False):
            raise RuntimeError("the connection is gone")
        return real(*args, **kwargs)

    monkeypatch.setattr(hub_module, "look", flaky)
    _status, events, _raw = asyncio.run(
        listen(server.port, address(shipment.number), head=bearer(text))
    )
    assert events


def test_one_look_serves_all(django_assert_max_num_queries: Any) -> None:
    many = [report(waybill(), "picked_up") for _n in range(3)]
    counts = []
    for group in (many[:1], many):
        with CaptureQueriesContext(connection) as seen:
            news = look({w.pk: "" for w in group}, at=timezone.now())
        counts.append(len(seen))
        assert set(news) == {w.pk for w in group}
    assert counts[0] == counts[1] == 3
    known = {pk: one.version for pk, one in news.items()}
    assert look(known, at=timezone.now() + timedelta(days=1)) == {}
    assert look({}, at=timezone.now()) == {}
    assert stream_app.HEARTBEAT < 60
