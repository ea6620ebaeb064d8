"""Lines of logs that belong together, and what a line of JSON holds."""

import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from celery import current_app
from celery.app.trace import build_tracer
from django.test import Client

from apps.core import enqueueing, http, request_ids
from apps.core.enqueueing import UniqueTask, enqueue
from apps.core.logs import JsonFormatter, LineFormatter, RequestId, logging_settings
from apps.core.valkey import ValkeyStore
from tests.doubles.server import Company, Reply, Request

GIVEN = "0123456789abcdef-given"


class Outside(Company):
    def answer(self, request: Request) -> Reply:
        return Reply()


def record(message: str, *args: Any, **more: Any) -> logging.LogRecord:
    made = logging.LogRecord("apps.x", logging.WARNING, "x.py", 1, message, args, None)
    made.__dict__.update(more)
    RequestId().filter(made)
    return made


@pytest.mark.django_db
def test_each_answer_names_its_request(client: Client, settings: Any) -> None:
    first, second = client.get("/healthz"), client.get("/healthz")
    assert first["X-Request-ID"] != second["X-Request-ID"] and len(first["X-Request-ID"]) == 32
    assert request_ids.current() == ""
    # A stranger's is not taken; one of our own proxy is, if it is one.
    assert client.get("/healthz", headers={"X-Request-ID": GIVEN})["X-Request-ID"] != GIVEN
    settings.TRUSTED_PROXIES = 1
    assert client.get("/healthz", headers={"X-Request-ID": GIVEN})["X-Request-ID"] == GIVEN
    for wrong in ("x", "a b c d e f g h", "x" * 65, "张" * 10):
        got = client.get("/healthz", headers={"X-Request-ID": wrong})["X-Request-ID"]
        assert len(got) == 32


def test_a_line_of_json_is_one_object() -> None:
    token = request_ids.begin(GIVEN)
    try:
        line = JsonFormatter().format(record("two\nlines of %s", "words", secret="not looked at"))
        plain = LineFormatter("%(name)s%(of_request)s %(message)s").format(record("hello"))
    finally:
        request_ids.end(token)
    assert "\n" not in line
    read = json.loads(line)
    assert read.pop("at").endswith("+00:00") and read.pop("process")
    assert read == {
        "level": "WARNING", "logger": "apps.x", "message": "two\nlines of words", "request_id": GIVEN,
    }  # fmt: skip
    assert plain == f"apps.x [{GIVEN}] hello"
    assert LineFormatter("%(name)s%(of_request)s %(message)s").format(record("x")) == "apps.x x"


def test_an_exception_stands_in_its_line() -> None:
    made = record("it failed")
    try:
        raise ValueError("why")
    except ValueError:
        made.exc_info = sys.exc_info()
    read = json.loads(JsonFormatter().format(made))
    assert "ValueError: why" in read["exception"] and "request_id" not in read


@pytest.mark.parametrize("as_json", [True, False])
def test_the_settings_of_logging_are_taken(as_json: bool) -> None:
    import logging.config

    chosen: Any = logging_settings("INFO", as_json=as_json)
    logging.config.DictConfigurator(chosen)
    assert chosen["handlers"]["stderr"]["formatter"] == ("json" if as_json else "line")


@pytest.fixture(autouse=True)
def _nobody_asks() -> Iterator[None]:
    """What an earlier test of this process left."""
    token = request_ids._current.set("")
    yield
    request_ids.end(token)


@pytest.mark.django_db
def test_the_id_goes_with_the_call_to_a_worker(settings: Any, monkeypatch: Any) -> None:
    settings.WAKE_WORKERS = True
    monkeypatch.setattr(enqueueing, "_store", ValkeyStore(1.0))
    task = UniqueTask()
    task.name = "tests.operators.nobody_runs_this"
    task.bind(current_app)
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        store.delete("celery", f"called:{task.name}", f"called:{task.name}:a")
        token = request_ids.begin(GIVEN)
        enqueue(task.name)
        request_ids.end(token)
        enqueue(task.name, "a")
        second, first = (json.loads(text) for text in store.lrange("celery", 0, -1))
        store.delete("celery", f"called:{task.name}", f"called:{task.name}:a")
    assert first["headers"]["request_id"] == GIVEN
    assert second["headers"]["request_id"] == ""
    for headers in (first["headers"], second["headers"]):
        token = request_ids.begin("of-an-earlier-task")
        task.push_request(**headers)
        task.before_start("", [], {})
        assert request_ids.current() != "of-an-earlier-task"
        assert (request_ids.current() == GIVEN) == (headers["request_id"] == GIVEN)
        task.pop_request()
        request_ids.end(token)


@pytest.mark.django_db
def test_what_a_worker_logs_has_the_id_of_the_request_that_called_it(
    settings: Any, monkeypatch: Any
) -> None:
    """The call as it lies in the broker, run as Celery's worker runs it."""
    settings.WAKE_WORKERS = True
    monkeypatch.setattr(enqueueing, "_store", ValkeyStore(1.0))
    lines: list[str] = []

    def run() -> None:
        made = record("at work")
        lines.append(LineFormatter("%(name)s%(of_request)s %(message)s").format(made))

    name = "tests.operators.logs_a_line"
    task = current_app.task(run, name=name, base=UniqueTask)
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        store.delete("celery", f"called:{name}")
        token = request_ids.begin(GIVEN)
        enqueue(name)
        request_ids.end(token)
        (message,) = (json.loads(text) for text in store.lrange("celery", 0, -1))
        store.delete("celery", f"called:{name}")
    headers = message["headers"]
    try:
        build_tracer(name, current_app.tasks[task.name], app=current_app)(
            headers["id"], [], {}, {**headers, "delivery_info": {}}
        )
    finally:
        current_app.tasks.pop(name, None)
    assert lines == [f"apps.x [{GIVEN}] at work"]


def test_the_id_goes_with_what_is_asked_outside() -> None:
    with Outside() as other:
        token = request_ids.begin(GIVEN)
        rules = http.Rules(check_address=False)
        http.request("GET", f"http://127.0.0.1:{other.port}/", rules=rules)
        request_ids.end(token)
        http.request("GET", f"http://127.0.0.1:{other.port}/", rules=rules)
    given = [{k.lower(): v for k, v in one.headers.items()} for one in other.requests]
    assert [one.get("x-request-id") for one in given] == [GIVEN, None]
