"""Bells of chats and chat desks over a real connection: who hears them, when, and nothing in them
of what was said (CMP-1)."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.queries import public_user
from apps.chat.enums import ChatSide
from apps.chat.models import ChatSeat
from apps.chat.queries.bells import ring_desks, ring_visitors
from apps.chat.services.ending import leave_chat
from apps.chat.services.talking import note_sign
from apps.chat.tokens import COOKIE, desk_ticket, seal_token
from apps.inquiries.streams import doors, hub
from apps.inquiries.streams.app import StreamApp
from apps.inquiries.streams.hub import Hub
from tests.factories.chats import (
    agent,
    begin,
    fresh,
    lose_sight_of,
    reply,
    round_the_clock,
    speak,
    talking,
)
from tests.inquiries.test_streams import Server, events_in, hung_up, parsed, receive
from tests.waiting import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("CMP-1")]


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server(StreamApp(Hub(look_every=0.1), heartbeat=0.3)).start()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def _open_installation(transactional_db: None) -> None:
    round_the_clock()


async def listen(
    port: int,
    path: str,
    *,
    cookie: str = "",
    events: int = 1,
    enough: Callable[[str], bool] | None = None,
    then: Callable[[], Any] | None = None,
) -> tuple[int, list[dict[str, Any]], str]:
    head = f"Cookie: other=1; {COOKIE}={cookie}\r\n" if cookie else ""
    whole = enough or (lambda raw: events_in(raw) >= events)
    raw = await receive(port, path, head, whole, then)
    return int(raw.split()[1]), [json.loads(e["data"]) for e in parsed(raw)], raw


def in_thread(work: Any) -> Any:
    def run() -> None:
        work()
        connection.close()

    return run


def test_a_visitor_hears_of_an_answer_and_of_typing(server: Server) -> None:
    agent()
    begun = begin("秘密")
    cookie = seal_token(begun.token)
    status, bells, raw = asyncio.run(
        listen(
            server.port,
            "/chat/stream",
            cookie=cookie,
            events=2,
            then=in_thread(lambda: reply(begun.chat, "秘密的答复")),
        )
    )
    assert status == 200 and "text/event-stream" in raw
    assert bells[0]["state"] == "offered" and bells[1]["state"] == "talking"
    assert bells[1]["version"] > bells[0]["version"]
    assert "秘密" not in raw
    _status, bells, _raw = asyncio.run(
        listen(
            server.port,
            "/chat/stream",
            cookie=cookie,
            events=2,
            then=in_thread(
                lambda: note_sign(chat_id=begun.chat.pk, side=ChatSide.AGENT, types=True)
            ),
        )
    )
    assert [bell["typing"] for bell in bells] == [False, True]


def test_the_last_bell_ends_the_stream(server: Server) -> None:
    agent()
    begun = begin()
    _status, bells, _raw = asyncio.run(
        listen(
            server.port,
            "/chat/stream",
            cookie=seal_token(begun.token),
            enough=hung_up,
            then=in_thread(
                lambda: leave_chat(chat_id=begun.chat.pk, by=public_user(), at=timezone.now())
            ),
        )
    )
    assert bells[-1]["state"] in ("over", "filed", "dismissed")


def test_a_desk_hears_of_its_chats_and_of_the_queue(server: Server) -> None:
    one = agent(most=1)
    chat = talking(one)
    path = f"/admin/desk/chats/stream?ticket={desk_ticket(one.pk)}"
    for news in (lambda: speak(chat, "在吗"), lambda: begin("下一个", address="203.0.113.3")):
        status, bells, raw = asyncio.run(listen(server.port, path, events=2, then=in_thread(news)))
        assert status == 200 and len(bells) == 2 and "在吗" not in raw


def test_who_hears_nothing(server: Server) -> None:
    one = agent()
    begun = begin()

    def status(path: str = "/chat/stream", cookie: str = "") -> int:
        return asyncio.run(listen(server.port, path, cookie=cookie))[0]

    good = seal_token(begun.token)
    assert status() == 404
    assert status(cookie=begun.token) == 404
    assert status(cookie=good[:-1] + ("a" if good[-1] != "a" else "b")) == 404
    assert status(cookie=seal_token("x" * 43)) == 404
    assert status(cookie=good) == 200
    desk = "/admin/desk/chats/stream"
    assert status(desk) == 403
    assert status(f"{desk}?ticket={one.pk}") == 403
    assert status(f"{desk}?ticket={good}") == 403
    ticket = desk_ticket(one.pk)
    assert status(f"{desk}?ticket={ticket}") == 200
    one.is_active = False
    one.save()
    assert status(f"{desk}?ticket={ticket}") == 403
    leave_chat(chat_id=begun.chat.pk, by=public_user(), at=timezone.now())
    assert status(cookie=good) == 404


def test_one_chat_has_so_many_listeners_and_no_more(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "PER_VISITOR", 1)
    agent()
    cookie = seal_token(begin().token)

    second: list[int] = []

    def come_too() -> None:
        second.append(asyncio.run(listen(server.port, "/chat/stream", cookie=cookie))[0])

    first = listen(
        server.port,
        "/chat/stream",
        cookie=cookie,
        enough=lambda _raw: bool(second),
        then=come_too,
    )
    assert (asyncio.run(first)[0], second) == (200, [429])


def test_one_look_serves_all_chats_and_all_desks() -> None:
    one = agent(most=9)
    chats = [talking(one, address=f"198.51.100.{n}") for n in range(3)]
    for ring, ids in ((ring_visitors, [c.pk for c in chats]), (ring_desks, [one.pk, 10**9])):
        with CaptureQueriesContext(connection) as seen:
            rung = ring(dict.fromkeys(ids, ""))
        assert len(seen) == 1 and set(rung) == set(ids)
        assert ring({pk: bell.version for pk, bell in rung.items()}) == {}
    assert fresh(chats[0]).is_live


def test_a_desk_that_holds_a_line_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser lets a page in the background ask too rarely; its line is sign enough."""
    monkeypatch.setattr(hub, "TOUCH_DESKS_EVERY", 0.1)
    one = agent()
    lose_sight_of(one, 300)
    running = Server(StreamApp(Hub(look_every=0.1), heartbeat=0.3)).start()
    try:
        path = f"/admin/desk/chats/stream?ticket={desk_ticket(one.pk)}"
        touched = in_thread(lambda: eventually(lambda: seen_lately(one)))
        asyncio.run(listen(running.port, path, then=touched))
    finally:
        running.stop()
    assert seen_lately(one)


def seen_lately(one: User) -> bool:
    seen_at = ChatSeat.objects.get(user=one).seen_at
    return seen_at is not None and (timezone.now() - seen_at).total_seconds() < 60
