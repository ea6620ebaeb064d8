"""The relay hands on many at once, gives back what it did not finish, and is fair."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.events import subscriptions
from apps.events.models import Dispatch, Event
from apps.events.services import NewEvent, record_many, relay_batch, relay_due
from tests.factories.accounts import UserFactory
from tests.faults.killing import process_to_kill
from tests.waiting import LIMIT, eventually

pytestmark = pytest.mark.requirement("NTF-2")

Listen = Callable[..., None]


@pytest.fixture
def listen() -> Iterator[Listen]:
    """Subscribe for this test: ``listen("name", handler)``."""
    names = []

    def keep(name: str, handler: Callable[[list[Event]], None], kind: str = "user.tested") -> None:
        names.append(f"tests.{name}")
        subscriptions.subscribe_many(kind, name=names[-1])(handler)

    yield keep
    for name in names:
        subscriptions.unregister(name)


def _ignore(_events: list[Event]) -> None:
    """Does nothing, and that well."""


def happen(count: int, kind: str = "user.tested") -> Sequence[int]:
    user = UserFactory()
    with transaction.atomic():
        return record_many(
            NewEvent(kind, "accounts.user", str(user.pk), user.pk, data={"n": n})
            for n in range(count)
        )


@pytest.mark.django_db
def test_many_are_handed_over_at_once_in_the_order_of_recording(listen: Listen) -> None:
    heard: list[list[int]] = []
    listen("many", lambda events: heard.append([event.pk for event in events]))
    ids = happen(1_200)
    assert relay_batch() == 1_200
    assert [len(part) for part in heard] == [500, 500, 200]
    assert [pk for part in heard for pk in part] == list(ids)
    assert not Dispatch.objects.exists()


@pytest.mark.django_db
def test_a_subscriber_may_want_fewer_at_once() -> None:
    heard: list[int] = []
    subscriptions.subscribe_many("user.tested", name="tests.few", most=50)(
        lambda events: heard.append(len(events))
    )
    try:
        happen(120)
        assert relay_batch() == 120
    finally:
        subscriptions.unregister("tests.few")
    assert heard == [50, 50, 20]


@pytest.mark.django_db
def test_kinds_that_share_a_turn_come_in_one_call_and_none_is_starved() -> None:
    heard: list[list[str]] = []

    def handle(events: list[Event]) -> None:
        heard.append([event.kind for event in events])

    kinds = ("user.tested", "user.tried")
    for kind in kinds:
        subscriptions.subscribe_many(kind, name=f"tests.{kind}", most=10, turn="tests")(handle)
    try:
        happen(40, kinds[0])
        happen(2, kinds[1])
        assert relay_batch() == 42
        with pytest.raises(ValueError, match="one function"):
            subscriptions.subscribe_many("user.other", name="tests.other", turn="tests")(_ignore)
    finally:
        for kind in kinds:
            subscriptions.unregister(f"tests.{kind}")
    assert heard[0] == [kinds[0]] * 5 + [kinds[1]] * 2, "the few among the many"
    assert sum(len(part) for part in heard) == 42 and max(len(part) for part in heard) == 10


@pytest.mark.django_db
def test_an_older_event_that_failed_before_comes_before_the_newer_ones(listen: Listen) -> None:
    heard: list[int] = []
    listen("many", lambda events: heard.extend(event.pk for event in events))
    ids = happen(3)
    Dispatch.objects.filter(event=ids[0]).update(due_at=timezone.now(), attempts=1)
    relay_due()
    assert heard == list(ids)


@pytest.mark.django_db
def test_a_batch_costs_as_many_queries_as_one_event(listen: Listen) -> None:
    listen("many", _ignore)
    counts = []
    for size in (1, 300):
        happen(size)
        with CaptureQueriesContext(connection) as seen:
            assert relay_batch(limit=size) == size
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_bad_events_are_postponed_alone_and_what_was_half_done_is_undone(listen: Listen) -> None:
    ids = happen(100)
    user = User.objects.get(pk=Event.objects.get(pk=ids[0]).by_id)
    bad = {ids[17], ids[60]}
    calls: list[int] = []
    handled: list[int] = []

    def handle(events: list[Event]) -> None:
        calls.append(len(events))
        for event in events:
            if event.pk in bad:
                User.objects.filter(pk=user.pk).update(display_name="by a bad one")
                raise ValueError("not this one")
        handled.extend(event.pk for event in events)

    listen("many", handle)
    with transaction.atomic():
        Dispatch.objects.bulk_create(Dispatch(event_id=pk, subscriber="tests.many") for pk in ids)
    assert relay_due() == 100
    assert sorted(handled) == sorted(set(ids) - bad), "each of the others once"
    assert len(calls) < 40, "halving, not one by one"
    user.refresh_from_db()
    assert user.display_name != "by a bad one"
    waiting = Dispatch.objects.order_by("event")
    assert [(d.event_id, d.attempts) for d in waiting] == [(pk, 1) for pk in sorted(bad)]
    assert all("ValueError: not this one" in dispatch.last_error for dispatch in waiting)
    assert relay_due() == 0, "they wait for their turn"


@pytest.mark.django_db
def test_the_pause_grows_up_to_an_hour(listen: Listen) -> None:
    def refuse(events: list[Event]) -> None:
        raise ValueError

    listen("many", refuse)
    happen(1)
    pauses = []
    for _attempt in range(14):
        Dispatch.objects.update(due_at=timezone.now())
        relay_due()
        pause = Dispatch.objects.get().due_at - timezone.now()
        pauses.append(5 * round(pause.total_seconds() / 5))
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600, 3600]


@pytest.mark.django_db(transaction=True)
def test_a_lost_database_is_no_fault_of_the_events(listen: Listen) -> None:
    """The claim is gone with the connection; the next relay has them all, none postponed."""
    calls: list[int] = []

    def lose(events: list[Event]) -> None:
        calls.append(len(events))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    listen("many", lose)
    happen(8)
    with pytest.raises(DatabaseError):
        relay_due()
    connection.close()
    assert calls == [8], "it is not asked again for each"
    assert set(Dispatch.objects.values_list("attempts", flat=True)) == {0}


@pytest.mark.django_db
def test_no_subscriber_starves_another(listen: Listen) -> None:
    """Ten thousand wait for one; the other's single event, recorded last, is in the first round."""
    heard: list[str] = []
    listen("busy", lambda _events: heard.append("busy"))
    listen("rare", lambda _events: heard.append("rare"), kind="user.rare")
    happen(10_000)
    happen(1, "user.rare")
    assert relay_batch(limit=501) == 501
    assert heard == ["busy", "rare"]


@pytest.mark.django_db
def test_a_slow_subscriber_of_single_events_gives_the_others_their_turn(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.events.services import relaying

    monkeypatch.setattr(relaying, "TURN", 0.0)
    heard: list[str] = []
    subscriptions.subscribe("user.tested", name="tests.single")(
        lambda _event: heard.append("single")
    )
    listen("many", lambda _events: heard.append("many"))
    try:
        happen(3)
        relay_due()
    finally:
        subscriptions.unregister("tests.single")
    assert heard == ["single", "many", "single", "single"] or heard == [
        "many",
        *["single"] * 3,
    ]


@pytest.mark.django_db
def test_nothing_due_is_one_query_along_the_index(
    listen: Listen, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    listen("many", _ignore)
    for kind in ("user.tested", "user.other"):
        happen(2_000, kind)
    Dispatch.objects.update(due_at=timezone.now() + timedelta(hours=1))
    with django_assert_num_queries(1) as seen:
        assert relay_due() == 0
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE events_dispatch")
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {seen.captured_queries[0]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "dispatch_turn" in plan
    assert "Seq Scan on events_dispatch" not in plan


@pytest.mark.django_db
def test_an_unknown_subscriber_is_kept_for_later(listen: Listen) -> None:
    ids = happen(2)
    Dispatch.objects.bulk_create(Dispatch(event_id=pk, subscriber="tests.gone") for pk in ids)
    assert relay_due() == 2
    errors = Dispatch.objects.values_list("last_error", "attempts")
    assert list(errors) == [("no subscriber is named 'tests.gone'", 1)] * 2


@pytest.mark.django_db
def test_a_limited_relay_hands_on_no_more_than_it_may(listen: Listen) -> None:
    listen("many", _ignore)
    happen(30)
    assert relay_batch(limit=20) == 20
    assert Dispatch.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_a_killed_relay_gives_everything_back(listen: Listen) -> None:
    heard: list[int] = []
    listen("many", lambda events: heard.extend(event.pk for event in events))
    ids = happen(120)
    with process_to_kill("tests.events.killed_relay") as relay:
        assert relay.stdout is not None
        assert relay.stdout.readline() == "120\n", "it holds all of them"
        assert relay_due() == 0, "what another relay holds is left to it"
        relay.kill()
        relay.wait(LIMIT)
        connection.close()
        assert eventually(lambda: relay_due() == 120)
    assert heard == list(ids)
    assert not User.objects.filter(display_name="half done").exists()
