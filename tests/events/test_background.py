"""Background tasks: how many at once, and what the database says is due."""

import threading
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from apps.events import background
from apps.events.background import (
    ConcurrencyLimit,
    Overdue,
    background_task,
    due_when,
    missed_runs,
    overdue,
)
from apps.events.models import TaskRun
from config.beat import BUSY, LOOK, wait_after
from tests.waiting import LIMIT, eventually

TASK = "tests.events.nobody_calls_this"


def test_whoever_comes_on_top_waits_for_nobody_and_is_not_forgotten() -> None:
    limit, looked, go_on = ConcurrencyLimit(1), [], threading.Event()

    def look() -> int:
        looked.append(len(looked))
        assert go_on.wait(LIMIT)
        return 1

    found: list[int] = []
    first = threading.Thread(target=lambda: found.append(limit.run(look)))
    first.start()
    assert eventually(lambda: len(looked) == 1)
    assert [limit.run(look), limit.run(look), limit.run(look)] == [0, 0, 0]
    go_on.set()
    first.join(LIMIT)
    assert found == [2], "it looks once more, because it may have looked too early"
    assert limit.run(look) == 1, "and the place is free"


def test_a_lane_takes_as_many_as_it_is_wide() -> None:
    limit, there, go_on = ConcurrencyLimit(3), [], threading.Event()

    def work() -> None:
        there.append(1)
        assert go_on.wait(LIMIT)

    threads = [threading.Thread(target=lambda: limit.run(work)) for _n in range(5)]
    for thread in threads:
        thread.start()
    assert eventually(lambda: len(there) == 3)
    assert eventually(lambda: sum(t.is_alive() for t in threads) == 3)
    go_on.set()
    for thread in threads:
        thread.join(LIMIT)
    assert len(there) == 4, "one of them once more, for both that came on top"


def test_who_fails_leaves_the_lane() -> None:
    limit = ConcurrencyLimit(1)

    def fail() -> int:
        raise ZeroDivisionError

    for _n in range(2):
        with pytest.raises(ZeroDivisionError):
            limit.run(fail)
    assert limit.run(lambda: 7) == 7


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "_dues", {})


@pytest.mark.django_db
@pytest.mark.usefixtures("own")
def test_what_lies_ahead_or_is_nothing_is_not_due() -> None:
    due_when("a", "SELECT '', statement_timestamp() - interval '3 seconds'")
    due_when("b", "SELECT '', statement_timestamp() + interval '1 second'")
    due_when("c", "SELECT '', NULL::timestamptz")
    due_when("d", lambda: "SELECT 'sms', statement_timestamp() - interval '9 seconds'")
    assert {(task, args) for task, args, _seconds in overdue()} == {("a", ()), ("d", ("sms",))}
    (late,) = overdue(5.0)
    assert (late.task, round(late.seconds)) == ("d", 9)
    soon = {one.task: one.seconds for one in overdue(-2.0)}
    assert soon.keys() == {"a", "b", "d"} and -1.0 <= soon["b"] < 0, (
        "so soon that one may wait for it"
    )


def test_beat_sleeps_until_the_next_instant() -> None:
    due, soon = Overdue("a", (), 0.4), Overdue("b", (), -0.7)
    assert wait_after([]) == LOOK, "nothing is due before"
    assert 0.7 < wait_after([soon]) < 0.75, "a little later: the clocks might disagree"
    assert wait_after([soon, due]) == BUSY, "the next may stand right behind it"


@pytest.mark.django_db
def test_all_that_is_due_is_asked_in_one_statement(django_assert_num_queries: Any) -> None:
    from celery import current_app

    current_app.loader.import_default_modules()
    assert len(background._dues) >= 6
    assert overdue() == [], "nothing is due in a house where nothing has happened"
    with django_assert_num_queries(1):
        assert overdue(5.0) == [], "it is planned already"


@pytest.mark.django_db
def test_the_database_knows_what_has_not_run_for_too_long() -> None:
    assert missed_runs(5.0) == [], "it counts from when it is first asked about"
    known = {row.name for row in TaskRun.objects.all()}
    assert known == {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()}
    late, soon = "apps.tracking.tasks.find_late", "apps.orders.tasks.compare_counts"
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE events_taskrun SET ran_at = now() - make_interval(secs => 40)"
            " WHERE name IN (%s, %s)",
            [late, soon],
        )
    (found,) = missed_runs(5.0)
    assert (found.task, round(found.seconds)) == (late, 10), "ten seconds after its turn"
    assert missed_runs(60.0) == []


@pytest.mark.django_db
def test_what_beat_calls_for_leaves_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "periods", lambda: {TASK: 10.0})
    runs = []

    @background_task(TASK)
    def work() -> int:
        runs.append(1)
        return 3

    assert work() == 3 and runs == [1]
    assert TaskRun.objects.filter(name=TASK).exists()


def test_every_task_on_the_schedule_is_there_and_begins_once_at_a_time() -> None:
    from celery import current_app

    current_app.loader.import_default_modules()
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        assert entry["task"] in current_app.tasks, name
    assert set(background._dues) <= set(current_app.tasks.keys())
