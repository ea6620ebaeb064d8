"""Pattern 1: one row is audit trail and outbox."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.events import subscriptions
from apps.events.models import Dispatch, Event
from apps.events.queries import relay_lag, timeline
from apps.events.services import record, relay_batch
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.requirement("STF-3")


@pytest.fixture
def heard() -> Iterator[list[Event]]:
    events: list[Event] = []
    subscriptions.subscribe("user.tested", name="tests.listener")(events.append)
    yield events
    subscriptions.unregister("tests.listener")


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    user = UserFactory()
    with pytest.raises(transaction.TransactionManagementError):
        record("user.tested", user, by=user)


@pytest.mark.django_db
def test_an_event_goes_with_its_change(heard: list[Event]) -> None:
    user = UserFactory()
    with pytest.raises(RuntimeError), transaction.atomic():
        record("user.tested", user, by=user)
        raise RuntimeError
    assert not Event.objects.filter(kind="user.tested").exists()
    assert not Dispatch.objects.filter(subscriber="tests.listener").exists()


@pytest.mark.django_db
def test_a_subscriber_hears_once_and_the_outbox_empties(heard: list[Event]) -> None:
    user = UserFactory()
    event = record("user.tested", user, by=user, data={"why": "test"})
    record("user.other", user, by=user)
    assert relay_batch() == 1
    assert relay_batch() == 0
    assert heard == [event]
    assert relay_lag() == timedelta(0)
    assert timeline(user)[1] == event


@pytest.mark.django_db
def test_a_failing_subscriber_is_retried_later_and_holds_up_nobody(heard: list[Event]) -> None:
    def fail(event: Event) -> None:
        raise ValueError("no")

    subscriptions.subscribe("user.tested", name="tests.failing")(fail)
    try:
        user = UserFactory()
        record("user.tested", user, by=user)
        assert relay_batch() == 2
        assert len(heard) == 1
        stuck = Dispatch.objects.get()
        assert (stuck.subscriber, stuck.attempts) == ("tests.failing", 1)
        assert stuck.due_at > timezone.now()
        assert "ValueError: no" in stuck.last_error
        assert relay_batch() == 0, "it waits for its turn"
        assert relay_lag() > timedelta(0)
    finally:
        subscriptions.unregister("tests.failing")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events_event SET kind='x'",
        "DELETE FROM events_event",
        "TRUNCATE events_event CASCADE",
    ],
)
def test_not_even_the_owner_changes_what_happened(change: str) -> None:
    user = UserFactory()
    record("user.tested", user, by=user)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events_event SET kind='x'",
        "DELETE FROM events_event",
        "TRUNCATE events_event CASCADE",
    ],
)
def test_the_application_role_may_only_add(change: str) -> None:
    from django.core.management import call_command

    user = UserFactory()
    record("user.tested", user, by=user)
    call_command("grant_app_role", "yipiao_app", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yipiao_app")
        cursor.execute("SET LOCAL yipiao.maintenance = 'on'")
        cursor.execute("SELECT count(*) FROM events_event")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            cursor.execute(change)


@pytest.mark.django_db
def test_every_append_only_table_has_its_triggers() -> None:
    from apps.events.services.grants import append_only_tables

    tables = append_only_tables()
    assert "events_event" in tables
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger "
            "WHERE tgname IN ('append_only_row', 'append_only_table') GROUP BY 1"
        )
        counts = dict(cursor.fetchall())
    partitions = {t for t in tables if "_p" in t or t.endswith("_default")}
    assert {t for t in tables if counts.get(t, 0) < 2} - partitions == set()
    assert {t for t in partitions if counts.get(t, 0) < 1} == set()
