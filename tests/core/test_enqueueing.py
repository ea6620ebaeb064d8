"""Calling a worker on commit: once, cheaply, and never at anybody's cost."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from celery import current_app
from django.db import transaction

from apps.core import enqueueing, valkey
from apps.core.enqueueing import UniqueTask, enqueue, enqueue_on_commit
from apps.core.valkey import ValkeyStore
from tests.faults.brokers import silent_broker

TASK = "tests.core.nobody_runs_this"
QUEUE = "celery"


@pytest.fixture
def broker(settings: Any, monkeypatch: pytest.MonkeyPatch) -> "Iterator[redis.Redis]":
    """The real one, with nothing waiting in it."""
    settings.WAKE_WORKERS = True
    monkeypatch.setattr(enqueueing, "_store", ValkeyStore())
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        keys = [QUEUE, *store.scan_iter("called:*")]
        store.delete(*keys)
        yield store
        store.delete(QUEUE, *store.scan_iter("called:*"))


@pytest.fixture
def heard() -> Iterator[list[tuple[str, tuple[str, ...]]]]:
    calls: list[tuple[str, tuple[str, ...]]] = []
    enqueueing.heard_by(lambda task, args: calls.append((task, args)))
    yield calls
    enqueueing.heard_by(None)


def begin(*args: str) -> None:
    """As the worker does before it runs the task."""
    task = UniqueTask()
    task.name = TASK
    task.before_start("", list(args), {})


@pytest.mark.django_db(transaction=True)
def test_a_thousand_commits_are_one_call(
    broker: "redis.Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enqueueing, "ON_ITS_WAY", 600.0)  # however long a thousand take here
    for _n in range(1_000):
        with transaction.atomic():
            enqueue_on_commit(TASK)
    assert broker.llen(QUEUE) == 1, "it is on its way"
    begin()
    for _n in range(3):
        enqueue(TASK)
    assert broker.llen(QUEUE) == 2, "what comes after it has begun may be news to it"
    enqueue(TASK, "sms")
    enqueue(TASK, "email")
    assert broker.llen(QUEUE) == 4, "each argument is a task of its own"


@pytest.mark.django_db(transaction=True)
def test_a_transaction_calls_once_and_only_when_it_is_done(heard: list[Any]) -> None:
    with transaction.atomic():
        for _n in range(5):
            enqueue_on_commit(TASK)
            enqueue_on_commit(TASK, "sms")
        assert heard == []
    assert heard == [(TASK, ()), (TASK, ("sms",))]
    heard.clear()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        enqueue_on_commit(TASK)
        1 / 0  # noqa: B018
    assert heard == [], "what never was is nothing to do"


@pytest.mark.django_db(transaction=True)
def test_a_call_that_was_rolled_back_hides_none(heard: list[Any]) -> None:
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            enqueue_on_commit(TASK)
            1 / 0  # noqa: B018
        enqueue_on_commit(TASK)
    assert heard == [(TASK, ())]
    with transaction.atomic():
        with transaction.atomic():
            enqueue_on_commit(TASK)
        enqueue_on_commit(TASK)
    assert len(heard) <= 3, "at the worst once for each savepoint"


@pytest.mark.django_db(transaction=True)
def test_a_call_that_got_lost_keeps_others_back_for_seconds_only(broker: "redis.Redis") -> None:
    enqueue(TASK)
    broker.delete(QUEUE)
    (mark,) = broker.scan_iter("called:*")
    assert 0 < broker.pttl(mark) <= enqueueing.ON_ITS_WAY * 1000


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_nobody_takes_from_does_not_grow(
    broker: "redis.Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enqueueing, "ENOUGH", 3)
    for n in range(9):
        enqueue(TASK, str(n))
    assert broker.llen(QUEUE) == 3


def _takes(settings: Any, url: str) -> list[float]:
    """Seconds that each of some calls takes."""
    settings.REDIS_URL = url
    took = []
    for _n in range(5):
        began = time.perf_counter()
        enqueue(TASK)
        took.append(time.perf_counter() - began)
    return took


def test_a_broker_that_is_away_costs_nothing(broker: Any, settings: Any) -> None:
    took = _takes(settings, "redis://127.0.0.1:9/0")
    assert enqueueing._store.paused_until > time.monotonic(), "it is left alone for a while"
    assert min(took[1:]) < valkey.TIMEOUT_SECONDS


def test_a_broker_that_hangs_is_asked_once(broker: Any, settings: Any) -> None:
    with silent_broker() as hanging:
        took = _takes(settings, hanging.url)
        assert hanging.visitors == 1
    assert took[0] >= valkey.TIMEOUT_SECONDS
    assert min(took[1:]) < valkey.TIMEOUT_SECONDS


def test_one_that_dies_under_the_call_is_no_trouble(
    broker: "redis.Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: Any, **_more: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(enqueueing._store, "run", away)
    enqueue(TASK)
    assert broker.llen(QUEUE) == 0
    assert enqueueing._store.paused_until > time.monotonic()


def test_a_call_reads_as_one_that_celery_sends(broker: "redis.Redis", settings: Any) -> None:
    """All but the names of the two, which every call has for itself, and the id of the request."""
    enqueue(TASK, "sms")
    with (
        current_app.connection_for_write(settings.REDIS_URL) as theirs,
        theirs.Producer() as producer,
    ):
        current_app.send_task(TASK, ("sms",), producer=producer, retry=False)
    ours, celerys = (json.loads(one) for one in reversed(broker.lrange(QUEUE, 0, -1)))
    names = [ours["headers"]["id"], celerys["headers"]["id"], ours["properties"]["delivery_tag"]]
    assert len(set(names)) == len(names) - 1, "one name of ours is enough for both"
    assert "request_id" in ours["headers"]
    del ours["headers"]["request_id"]
    for call in (ours, celerys):
        for part in ("id", "root_id"):
            call["headers"][part] = ""
        for part in ("correlation_id", "delivery_tag", "reply_to"):
            call["properties"][part] = ""
    assert ours == celerys


def test_each_call_has_a_name_of_its_own(broker: "redis.Redis") -> None:
    for _n in range(2):
        enqueue(TASK)
        begin()
    first, second = (json.loads(one) for one in broker.lrange(QUEUE, 0, -1))
    assert first["headers"]["id"] != second["headers"]["id"]
    assert first["properties"]["delivery_tag"] != second["properties"]["delivery_tag"]


def test_who_answers_no_requests_takes_a_moment(broker: Any, settings: Any) -> None:
    enqueueing.use_long_timeout()
    with silent_broker() as hanging:
        assert _takes(settings, hanging.url)[0] >= enqueueing.LONG_TIMEOUT


def test_in_tests_nobody_is_called_unless_they_mean_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(enqueueing._store, "run", lambda *args: asked.append(args))
    enqueue(TASK)
    assert asked == []
