"""The limiter around walking through numbers: shared by workers, forgiving when the store is away."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from apps.core.valkey import TIMEOUT_SECONDS
from apps.portal import limits
from apps.tracking.models import Waybill
from apps.tracking.numbers import compose, new_key
from tests.faults.brokers import silent_broker
from tests.waiting import LIMIT, eventually

KEY = new_key()


@pytest.mark.requirement("TRK-10")
def test_after_too_many_unknown_numbers_nothing_is_answered(
    english: Client, under_way: Waybill, settings: object
) -> None:
    settings.PUBLIC_MISSES_PER_WINDOW = 25  # type: ignore[attr-defined]
    twenty = " ".join(compose("YP", n, KEY) for n in range(20))
    assert english.get("/track", {"n": twenty}).status_code == 200
    for n in range(20, 25):
        assert english.get(f"/track/{compose('YP', n, KEY)}").status_code == 404
    hit = english.get(f"/track/{under_way.number}")
    miss = english.get(f"/track/{compose('YP', 30, KEY)}")
    many = english.get("/track", {"n": twenty})
    assert [r.status_code for r in (hit, miss, many)] == [429, 429, 429]
    assert hit.content == miss.content and "Too many look-ups" in hit.content.decode()
    assert 0 < int(hit["Retry-After"]) <= limits.WINDOW_SECONDS
    assert english.get("/").status_code == 200


@pytest.mark.requirement("TRK-10")
def test_workers_share_the_count(settings: object) -> None:
    settings.PUBLIC_MISSES_PER_WINDOW = 3  # type: ignore[attr-defined]
    one, two = limits._MissLimiter(), limits._MissLimiter()
    one.count("10.0.0.1", 2)
    assert not one.stops("10.0.0.1")
    two.count("10.0.0.1", 1)
    assert two.stops("10.0.0.1") and not one.stops("10.0.0.1")
    one.count("10.0.0.1", 1)
    assert one.stops("10.0.0.1")
    assert not one.stops("10.0.0.2")


def test_known_numbers_and_typing_errors_cost_nothing(
    client: Client, under_way: Waybill, settings: object
) -> None:
    settings.PUBLIC_MISSES_PER_WINDOW = 1  # type: ignore[attr-defined]
    for _ in range(4):
        assert client.get(f"/track/{under_way.number}").status_code == 200
        assert client.get("/track/YP12").status_code == 404


def test_without_the_store_parcels_can_still_be_followed(
    client: Client, under_way: Waybill, settings: object
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    limits._limiter.client = None
    assert client.get(f"/track/{compose('YP', 1, KEY)}").status_code == 404
    assert client.get(f"/track/{under_way.number}").status_code == 200
    assert limits._limiter.paused_until > 0


def test_what_is_remembered_is_bounded() -> None:
    limiter = limits._MissLimiter()
    for n in range(limits.MOST_REMEMBERED + 1):
        limiter._stop(str(n), 10)
    assert len(limiter.stopped_until) == 1
    limiter._stop("gone", -5)
    assert limiter.stops("gone") == 0 and "gone" not in limiter.stopped_until


def test_a_store_that_hangs_costs_a_tenth_of_a_second_once(settings: object) -> None:
    waits: list[float] = []

    def is_quick() -> bool:
        """Of the worker that waited least; this machine may be busy with other tests."""
        limiter = limits._MissLimiter()
        began = time.monotonic()
        limiter.count("10.0.0.1", 1)
        waits.append(time.monotonic() - began)
        for _n in range(20):
            limiter.count("10.0.0.1", 1)
        return min(waits) <= 0.3

    with silent_broker() as broker:
        settings.REDIS_URL = broker.url  # type: ignore[attr-defined]
        assert eventually(is_quick)
        # They are counted in the order in which they came, this one last.
        socket.create_connection(("127.0.0.1", broker.port)).close()
        assert eventually(lambda: broker.visitors > len(waits))
        assert broker.visitors == len(waits) + 1, "each worker asked once"
    assert min(waits) >= TIMEOUT_SECONDS


# --- however they are asked ---------------------------------------------------------------------
def unknown_answered(client: Client, numbers: list[str], address: str = "203.0.113.5") -> int:
    """Of how many of these numbers, asked in one request, it was told that we know none."""
    asked = client.get("/track", {"n": " ".join(numbers)}, REMOTE_ADDR=address)
    return asked.content.decode().count("We know no shipment") if asked.status_code == 200 else 0


@pytest.mark.requirement("TRK-10")
def test_batches_learn_no_more_than_single_questions(english: Client, db: None) -> None:
    numbers = [compose("YP", n, KEY) for n in range(150)]
    answers = [unknown_answered(english, numbers[n : n + 20]) for n in range(0, 150, 20)]
    assert answers == [20, 20, 20, 0, 0, 0, 0, 0]


@pytest.mark.requirement("TRK-10")
def test_a_batch_that_goes_beyond_ends_the_window(
    english: Client, under_way: Waybill, settings: object
) -> None:
    """Otherwise smaller and smaller ones would tell how many of it are known."""
    settings.PUBLIC_MISSES_PER_WINDOW = 25  # type: ignore[attr-defined]
    numbers = [compose("YP", n, KEY) for n in range(60)]
    assert unknown_answered(english, numbers[:20]) == 20
    assert unknown_answered(english, numbers[20:40]) == 0
    for path in (f"/track/{numbers[50]}", f"/track/{under_way.number}"):
        assert english.get(path, REMOTE_ADDR="203.0.113.5").status_code == 429
    other = limits._MissLimiter()
    assert other.count("203.0.113.5", 1) > 0, "every worker refuses from now on"


@pytest.mark.requirement("TRK-10")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("store", ["shared", "alone"])
def test_questions_at_the_same_moment_learn_no_more(settings: object, store: str) -> None:
    settings.PUBLIC_MISSES_PER_WINDOW = 20  # type: ignore[attr-defined]
    if store == "alone":
        limits._limiter.paused_until = time.monotonic() + 3600
    at_once = 25
    ready = Barrier(at_once)

    def ask(n: int) -> int:
        ready.wait(LIMIT)
        try:
            return Client().get(f"/track/{compose('YP', n, KEY)}").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(at_once) as pool:
        answers = list(pool.map(ask, range(2 * at_once)))
    assert answers.count(404) == 20 and answers.count(429) == 2 * at_once - 20


@pytest.mark.requirement("TRK-10")
def test_without_the_store_each_worker_counts_for_itself(
    client: Client, under_way: Waybill, settings: object
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    settings.PUBLIC_MISSES_PER_WINDOW = 3  # type: ignore[attr-defined]
    limits._limiter.client = None
    for n in range(3):
        assert client.get(f"/track/{compose('YP', n, KEY)}").status_code == 404
    stopped = client.get(f"/track/{compose('YP', 4, KEY)}")
    assert stopped.status_code == 429
    assert 0 < int(stopped["Retry-After"]) <= limits.WINDOW_SECONDS
    assert client.get(f"/track/{under_way.number}").status_code == 429
    elsewhere = client.get(f"/track/{under_way.number}", REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 200


def test_the_page_tells_how_long(english: Client, under_way: Waybill, settings: object) -> None:
    settings.PUBLIC_MISSES_PER_WINDOW = 1  # type: ignore[attr-defined]
    for n in range(2):
        stopped = english.get(f"/track/{compose('YP', n, KEY)}")
    assert "try again in 10 minutes" in stopped.content.decode()
    limits._limiter._stop("127.0.0.1", 61)
    assert "try again in 2 minutes" in english.get(f"/track/{under_way.number}").content.decode()


@pytest.mark.requirement("TRK-10")
def test_one_subscriber_of_ipv6_is_one_address(
    client: Client, under_way: Waybill, settings: object
) -> None:
    settings.PUBLIC_MISSES_PER_WINDOW = 2  # type: ignore[attr-defined]
    for n in range(2):
        client.get(f"/track/{compose('YP', n, KEY)}", REMOTE_ADDR=f"2001:db8:0:7::{n}")
    neighbours = [("2001:db8:0:7:ffff::1", 429), ("2001:db8:0:8::1", 200)]
    for address, status in neighbours:
        asked = client.get(f"/track/{under_way.number}", REMOTE_ADDR=address)
        assert asked.status_code == status


def test_a_hit_asks_the_store_nothing(
    client: Client, under_way: Waybill, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(limits._limiter, "_connected", lambda: asked.append("asked"))
    assert client.get(f"/track/{under_way.number}").status_code == 200
    assert asked == []
