"""The fence around walking through numbers: shared by workers, forgiving when the store is away."""

import socket
import time

import pytest
from django.test import Client

from apps.portal import limits
from apps.tracking.models import Waybill
from apps.tracking.numbers import compose, new_key
from tests.faults.brokers import silent_broker
from tests.waiting import eventually

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
    one, two = limits._Fence(), limits._Fence()
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
    limits._fence.client = None
    assert client.get(f"/track/{compose('YP', 1, KEY)}").status_code == 404
    assert client.get(f"/track/{under_way.number}").status_code == 200
    assert limits._fence.rest_until > 0


def test_what_is_remembered_is_bounded() -> None:
    fence = limits._Fence()
    for n in range(limits.MOST_REMEMBERED + 1):
        fence._stop(str(n), 10)
    assert len(fence.stopped_until) == 1
    fence._stop("gone", -5)
    assert fence.stops("gone") == 0 and "gone" not in fence.stopped_until


def test_a_store_that_hangs_costs_a_tenth_of_a_second_once(settings: object) -> None:
    waits: list[float] = []

    def is_quick() -> bool:
        """Of the worker that waited least; this machine may be busy with other tests."""
        fence = limits._Fence()
        began = time.monotonic()
        fence.count("10.0.0.1", 1)
        waits.append(time.monotonic() - began)
        for _n in range(20):
            fence.count("10.0.0.1", 1)
        return min(waits) <= 0.3

    with silent_broker() as broker:
        settings.REDIS_URL = broker.url  # type: ignore[attr-defined]
        assert eventually(is_quick)
        # They are counted in the order in which they came, this one last.
        socket.create_connection(("127.0.0.1", broker.port)).close()
        assert eventually(lambda: broker.visitors > len(waits))
        assert broker.visitors == len(waits) + 1, "each worker asked once"
    assert min(waits) >= limits.PATIENCE_SECONDS
