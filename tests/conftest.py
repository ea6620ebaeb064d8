"""Fixtures that every test may use."""

from collections.abc import Iterator

import pytest
import pytest_django
from django.db import connection
from django.db.backends.signals import connection_created
from hypothesis import HealthCheck, settings

from tests import seeds

# How fast this machine is just now says nothing about the code.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def _owner_may_empty_append_only_tables() -> Iterator[None]:
    """Tests that commit are cleaned with TRUNCATE, which append-only tables refuse to everyone
    but an owner who declares maintenance. The application's role has no such right at all
    (tests/events/test_append_only.py)."""

    def declare(sender: object, connection: object, **kwargs: object) -> None:
        with connection.cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute("SET yipiao.maintenance = 'on'")

    connection_created.connect(declare, weak=False, dispatch_uid="maintenance")
    connection.close()
    yield
    connection_created.disconnect(dispatch_uid="maintenance")


@pytest.fixture(autouse=True)
def _private_media(settings: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        seeds.keep()


@pytest.fixture(autouse=True)
def _seeds_are_there(request: pytest.FixtureRequest) -> None:
    """Before each test that commits: the one before it emptied every table."""
    mark = request.node.get_closest_marker("django_db")
    commits = bool(mark and mark.kwargs.get("transaction"))
    if commits or {"transactional_db", "live_server"} & set(request.fixturenames):
        request.getfixturevalue("transactional_db")
        seeds.put_back()
