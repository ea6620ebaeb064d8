"""Live updates over a real connection: snapshots, changes, resume, heartbeats, keys, limits."""

import asyncio
import json
import re
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import uvicorn
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.enums import ObjectScope
from apps.accounts.models import ApiKey
from apps.accounts.queries import system_user
from apps.inquiries.management.commands import serve_streams
from apps.inquiries.models import Inquiry
from apps.inquiries.queries.streams import look
from apps.inquiries.streams import app as stream_app
from apps.inquiries.streams import hub as hub_module
from apps.inquiries.streams.app import StreamApp
from apps.inquiries.streams.hub import Hub
from tests.factories.accounts import ServiceUserFactory, api_key
from tests.factories.tracking import report, waybill
from tests.waiting import LIMIT, eventually
from tests.wire import check_times

pytestmark = pytest.mark.django_db(transaction=True)


class Server:
    def __init__(self, app: StreamApp) -> None:
        # Bound here and handed over, so that nobody can take the port in between.
        self.app, self._socket = app, socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._socket.getsockname()[1])
        more: dict[str, Any] = {"date_header": False, "timeout_graceful_shutdown": 1}
        config = uvicorn.Config(app, log_level="error", lifespan="on", **more)
        self.server = serve_streams.Server(config)
        self.thread = threading.Thread(target=self.server.run, args=([self._socket],), daemon=True)

    def start(self) -> "Server":
        self.thread.start()
        assert eventually(lambda: self.server.started or not self.thread.is_alive())
        assert self.thread.is_alive()
        return self

    def stop(self) -> None:
        self.server.handle_exit(signal.SIGTERM, None)
        self.thread.join(LIMIT)
        self._socket.close()
        assert not self.thread.is_alive()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server(StreamApp(Hub(look_every=0.1), heartbeat=0.3)).start()
    yield running
    running.stop()


EVENTS = ("event: shipment", "event: bell")


def events_in(raw: str) -> int:
    return sum(map(raw.count, EVENTS))


async def receive(
    port: int, path: str, lines: str, enough: Callable[[str], bool], then: Callable[[], Any] | None
) -> str:
    """Everything received until it is ``enough`` or the server hangs up. With the first event
    ``then`` is done meanwhile. Whoever waits for ever is told so."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n".encode())
    raw = ""
    try:
        async with asyncio.timeout(LIMIT):
            while not enough(raw) and (chunk := await reader.read(65536)):
                raw += chunk.decode()
                if then is not None and events_in(raw):
                    await asyncio.to_thread(then)
                    then = None
    finally:
        writer.close()
    return raw


def hung_up(_raw: str) -> bool:
    """Nothing is enough but the end of it."""
    return False


async def listen(
    port: int,
    path: str,
    *,
    head: dict[str, str],
    events: int = 1,
    enough: Callable[[str], bool] | None = None,
    then: Callable[[], Any] | None = None,
) -> tuple[int, list[dict[str, str]], str]:
    """(status, events, everything received), after so many ``events`` or when it is ``enough``."""
    lines = "".join(f"{k}: {v}\r\n" for k, v in head.items())
    whole = enough or (lambda raw: events_in(raw) >= events)
    raw = await receive(port, path, lines, whole, then)
    return int(raw.split()[1]), parsed(raw), raw


def parsed(raw: str) -> list[dict[str, str]]:
    found = []
    for block in raw.replace("\r", "").split("\n\n"):
        lines = [x for x in block.split("\n") if x.startswith(("id: ", "event: ", "data: "))]
        if any(x.startswith("data: ") for x in lines):
            found.append(dict(x.split(": ", 1) for x in lines))
            check_times(json.loads(found[-1]["data"]))
    return found


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def address(number: str) -> str:
    return f"/api/v1/waybills/{number}/stream"


def beats(raw: str) -> bool:
    return raw.count(": still here") >= 2


def change(shipment: Any, code: str, source: str = "second") -> Any:
    def work() -> None:
        report(shipment, code, source=source)
        connection.close()

    return work


@pytest.mark.requirement("TRK-8")
def test_the_state_at_once_and_every_change_with_the_next_look(server: Server) -> None:
    """How soon that is on a machine of its own, benchmarks/streams.py says."""
    assert hub_module.LOOK_EVERY < 0.5
    shipment, (_key, text) = report(waybill(), "picked_up"), api_key("waybills:read")
    status, events, raw = asyncio.run(
        listen(
            server.port,
            address(shipment.number),
            head=bearer(text),
            events=2,
            then=change(shipment, "out_for_delivery"),
        )
    )
    assert status == 200
    assert "text/event-stream" in raw
    assert re.search(r"^date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r$", raw, re.MULTILINE)
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
    _status, again, _raw = asyncio.run(
        listen(server.port, path, head={**bearer(text), **seen}, enough=beats)
    )
    assert again == [], "nothing but the heartbeats that keep the line open"
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


def test_a_key_tied_to_addresses_and_a_query_that_nobody_reads(server: Server) -> None:
    shipment = waybill()
    key, text = api_key("waybills:read")
    accounts.change_networks(key=key, networks="203.0.113.0/24", by=system_user("tests"))
    path = address(shipment.number)
    status, _events, raw = asyncio.run(listen(server.port, path, head=bearer(text), enough=hung_up))
    assert (status, "address_not_allowed" in raw) == (403, True)
    accounts.change_networks(key=key, networks="127.0.0.0/8", by=system_user("tests"))
    assert asyncio.run(listen(server.port, path, head=bearer(text)))[0] == 200
    assert asyncio.run(listen(server.port, f"{path}?since=1", head=bearer(text)))[0] == 400


def test_the_version_of_a_state_tells_no_row_number(settings: Any) -> None:
    """Whoever knows the rest of a state could try row numbers against a version without a key."""
    shipment = report(waybill(), "picked_up")
    ((update,),) = [look({shipment.pk: ""}, at=timezone.now()).values()]
    settings.BLIND_INDEX_KEY = "another"
    ((other,),) = [look({shipment.pk: ""}, at=timezone.now()).values()]
    assert update.version != other.version


def _revoke(key: ApiKey) -> None:
    accounts.revoke_api_key(key=key, by=system_user("tests"), at=timezone.now())


def _tie_elsewhere(key: ApiKey) -> None:
    accounts.change_networks(key=key, networks="203.0.113.0/24", by=system_user("tests"))


@pytest.mark.parametrize("close", [_revoke, _tie_elsewhere])
def test_a_key_that_opens_nothing_here_any_more_ends_its_streams(
    close: Callable[[ApiKey], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "CHECK_KEYS_EVERY", 0.1)
    running = Server(StreamApp(Hub(look_every=0.1), heartbeat=0.3)).start()
    try:
        shipment, (key, text) = report(waybill(), "picked_up"), api_key("waybills:read")

        def then() -> None:
            close(key)
            connection.close()

        path, head = address(shipment.number), bearer(text)
        status, _events, _raw = asyncio.run(
            listen(running.port, path, head=head, enough=hung_up, then=then)
        )
        assert status == 200, "it was let in, and the server hung up"
    finally:
        running.stop()


def test_listeners_are_limited_and_leave_nothing_behind(server: Server, settings: Any) -> None:
    settings.STREAMS_PER_KEY = 1
    shipment, (_key, text) = report(waybill(), "picked_up"), api_key("waybills:read")
    path, head = address(shipment.number), bearer(text)

    second: list[int] = []

    def come_too() -> None:
        second.append(asyncio.run(listen(server.port, path, head=head))[0])

    first = listen(server.port, path, head=head, enough=lambda _raw: bool(second), then=come_too)
    assert (asyncio.run(first)[0], second) == (200, [429])
    assert eventually(lambda: server.app.hub.count == 0)


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
            update = look({w.pk: "" for w in group}, at=timezone.now())
        counts.append(len(seen))
        assert set(update) == {w.pk for w in group}
    assert counts[0] == counts[1] == 3
    known = {pk: one.version for pk, one in update.items()}
    assert look(known, at=timezone.now() + timedelta(days=1)) == {}
    assert look({}, at=timezone.now()) == {}
    assert stream_app.HEARTBEAT < 60
