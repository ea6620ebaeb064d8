"""Fixtures that every test may use."""

import gc
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import pytest_django
import redis
from django.conf import settings as installation
from django.db import connection
from django.db.backends.signals import connection_created
from django.test import Client, TransactionTestCase
from django.utils import timezone, translation
from hypothesis import HealthCheck, settings

from apps.portal import limits
from tests import databases, locks, wire

# How fast this machine is just now says nothing about the code.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
# What is told of today and tomorrow in one test is told of the same days.
LONGEST_TEST = timedelta(seconds=20)
LONGEST_SLOW_TEST = timedelta(minutes=3)


# What takes longest, the longest first; the others follow.
LONGEST = (
    "tests/launch/test_real_start.py",
    "tests/launch/test_disk_full.py",
    "tests/launch/test_killed.py",
    "tests/faults/test_reconcile.py",
    "tests/faults/test_clocks.py",
    "tests/faults/test_deliveries.py",
    "tests/faults/test_quiet.py",
    "tests/launch/test_compose_kills.py",
    "tests/e2e/test_demonstration.py",
    "tests/faults/",
    "tests/e2e/",
    "tests/desk/test_demo",
    "tests/desk/test_in_clear.py",
    "tests/desk/test_typed_anything.py",
    "tests/launch/",
    "tests/api/",
    "tests/sla/test_publishing.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, or one process would be left with it in the end."""

    def place(item: pytest.Item) -> int:
        begins = [item.nodeid.startswith(name) for name in LONGEST]
        return begins.index(True) if any(begins) else len(begins)

    items.sort(key=place)
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0"))
    if processes and all(item.get_closest_marker("slow") for item in items):
        # Each is given two to begin with: one of the longest, and one of the shortest after it.
        for second in range(1, 2 * min(processes, len(items) // 2), 2):
            items.insert(second, items.pop())


def pytest_collection_finish() -> None:
    """What was loaded until now stays: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def _owner_may_empty_append_only_tables() -> Iterator[None]:
    """Tests that commit are cleaned up after, which append-only tables refuse to everyone but an
    owner who declares maintenance. The application's role has no such right at all
    (tests/events/test_append_only.py)."""

    def declare(sender: object, connection: object, **kwargs: object) -> None:
        with connection.cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute("SET yipiao.maintenance = 'on'")
        wrappers = connection.execute_wrappers  # type: ignore[attr-defined]
        if locks.refuse_locks not in wrappers:
            wrappers.append(locks.refuse_locks)

    connection_created.connect(declare, weak=False, dispatch_uid="maintenance")
    connection.close()
    yield
    connection_created.disconnect(dispatch_uid="maintenance")


@pytest.fixture(scope="session", autouse=True)
def _answers_have_one_time_format() -> Iterator[None]:
    """Whatever a test asks of the API: the times in the answer are written as all of them are."""
    asked = Client.request

    def request(self: Client, **environ: Any) -> Any:
        answer = asked(self, **environ)
        if not answer.streaming:
            kind = answer.headers.get("Content-Type", "")
            wire.check_answer(environ.get("PATH_INFO", ""), kind, answer.content)
        return answer

    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(Client, "request", request)
        yield


@pytest.fixture(scope="session", autouse=True)
def _staff_pages() -> None:
    """They are registered with the addresses; a test that walks all of them walks all of them."""
    import_module("config.urls")


@pytest.fixture(scope="session")
def _media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Names for folders: pytest's own would look through all that there are, for each test."""
    folder = tmp_path_factory.mktemp("media")
    return (folder / str(number) for number in count())


@pytest.fixture(autouse=True)
def _private_media(settings: Any, _media: Iterator[Path]) -> None:
    folder = next(_media)
    folder.mkdir()
    settings.MEDIA_ROOT = folder
    settings.SEALS_DIR = folder.with_name(f"seals-{folder.name}")


@pytest.fixture(autouse=True)
def _default_language() -> None:
    """Whoever read a page in English leaves no English behind."""
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_createdb: bool,
    django_db_blocker: pytest_django.DjangoDbBlocker,
    _owner_may_empty_append_only_tables: None,
    testrun_uid: str,
) -> Iterator[None]:
    """A copy of the migrated database, and a quick way to clean it after tests that commit."""
    with django_db_blocker.unblock():
        databases.provide(run=testrun_uid, fresh=django_db_createdb)
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: databases.clean())
        yield
    databases.drop_files()


@pytest.fixture(autouse=True)
def _forgetful_limiter(monkeypatch: pytest.MonkeyPatch, _counters: "redis.Redis") -> None:
    """Nobody is stopped for what an earlier test looked up; all of them come from one address."""
    monkeypatch.setattr(limits, "_limiter", limits._MissLimiter())
    keys = list(_counters.scan_iter("portal:misses:*", count=1000))
    if keys:
        _counters.delete(*keys)


@pytest.fixture(scope="session")
def _counters() -> "Iterator[redis.Redis]":
    with redis.Redis.from_url(installation.REDIS_URL) as store:
        yield store


@pytest.fixture(autouse=True)
def _not_over_midnight(request: pytest.FixtureRequest) -> None:
    """A test that begins today ends today: who would not be done by midnight waits for it."""
    slow = {"slow", "browser"} & {mark.name for mark in request.node.iter_markers()}
    needed = LONGEST_SLOW_TEST if slow else LONGEST_TEST
    left = seconds_to_midnight()
    if left < needed.total_seconds():
        time.sleep(left + 0.1)


def seconds_to_midnight() -> float:
    now = timezone.localtime()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - now).total_seconds()
