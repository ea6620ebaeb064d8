"""Several at the same work: sweepers, people, and a sweeper that is killed (CMP-3)."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import current_app

from apps.core.database import database_now
from apps.events.models import Dispatch, Event, TaskRun
from apps.events.services.standing_by import Standby
from apps.sla import services
from apps.sla.enums import ClockState, FactKind, IntervalKind, Metric
from apps.sla.models import Clock, FiredStep
from apps.sla.services import sweeping
from tests.at_once import all_at_once
from tests.factories.sla import (
    MAJOR,
    clock_events_of,
    clock_of,
    fired,
    let_pass,
    machine,
    open_case,
    publish,
    step,
    subject,
    target,
)
from tests.faults.killing import process_to_kill
from tests.waiting import LIMIT, eventually

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TOLD = ["clock.warned", "clock.overdue", "clock.escalated"]


def at_once(*works: Callable[[], object]) -> None:
    """All of them at the same time; none may raise."""
    assert all_at_once(*works) == [None] * len(works)


def overdue_cases(count: int) -> list[tuple[Any, Any]]:
    """Each with a warning, its due time and a step after it, all still to be told."""
    publish(
        target(
            Metric.PLAN_REPLY,
            HOUR,
            step("warn", -30 * MINUTE),
            step("chief", 30 * MINUTE),
            pauses=[IntervalKind.WAITING_CUSTOMER],
        )
    )
    cases = [open_case() for _ in range(count)]
    let_pass(hours=2)
    return cases


@pytest.mark.requirement("CMP-3")
def test_three_sweepers_at_once_tell_each_step_once() -> None:
    cases = overdue_cases(30)
    at_once(*(lambda: services.sweep(limit=4) for _ in range(3)))
    for _what, matter in cases:
        assert clock_events_of(matter) == TOLD
    assert FiredStep.objects.count() == 90
    assert services.sweep() == services.Swept()


@pytest.mark.requirement("CMP-3")
def test_a_killed_sweeper_has_told_nothing_and_loses_nothing() -> None:
    cases = overdue_cases(5)
    with process_to_kill("tests.sla.killed_sweeper") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "5\n", "it holds all of them"
        assert services.sweep() == services.Swept(), "what another sweeper holds is left to it"
        process.kill()
        process.wait(LIMIT)
        assert eventually(lambda: services.sweep().clocks)
    for _what, matter in cases:
        assert clock_events_of(matter) == TOLD


def test_done_while_it_is_swept_it_is_told_once_or_not_at_all() -> None:
    cases = overdue_cases(20)
    happened = database_now() - 65 * MINUTE  # in time, and known too late

    def answer() -> None:
        for what, _matter in cases:
            services.record_fact(subject=what, kind=FactKind.PLANNED, by=machine(), at=happened)

    at_once(answer, lambda: services.sweep(limit=3), lambda: services.sweep(limit=3))
    for _what, matter in cases:
        clock = clock_of(matter, Metric.PLAN_REPLY)
        assert (clock.state, clock.met_at, clock.breached_at) == (ClockState.MET, happened, None)
        assert clock_events_of(matter) in ([], TOLD)
        assert len(fired(clock)) == 3
    assert services.sweep() == services.Swept()


def test_closed_while_it_is_swept_nothing_follows() -> None:
    cases = overdue_cases(15)

    def close() -> None:
        for what, _matter in cases:
            services.close_matter(subject=what, by=machine())

    at_once(close, lambda: services.sweep(limit=2))
    for _what, matter in cases:
        assert clock_of(matter, Metric.PLAN_REPLY).state == ClockState.STOPPED
        assert clock_events_of(matter) in ([], TOLD)
    let_pass(hours=50)
    before = Event.objects.count()
    services.sweep()
    assert Event.objects.count() == before


def test_people_and_rules_change_the_same_clocks_without_waiting_in_a_circle() -> None:
    cases = overdue_cases(12)

    def wait_and_go_on() -> None:
        for what, _matter in cases:
            services.begin_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
            services.end_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())

    def make_major() -> None:
        for what, _matter in reversed(cases):
            services.change_matter(subject=what, attributes=MAJOR, by=machine())

    def change_rules() -> None:
        for _ in range(3):
            publish(target(Metric.PLAN_REPLY, 3 * HOUR), priority=200, apply_to_open=True)
            services.recompute_stale(limit=5)

    at_once(wait_and_go_on, make_major, change_rules, lambda: services.sweep(limit=3))
    services.recompute_stale()
    for _what, matter in cases:
        clock = clock_of(matter, Metric.PLAN_REPLY)
        assert clock.seconds == 3 * 3600
        assert clock.state == ClockState.RUNNING
        steps = FiredStep.objects.filter(clock=clock).values_list("step", "due_at")
        assert len(steps) == len(set(steps))


def test_the_same_thing_opened_by_three_at_once_is_one_matter() -> None:
    what = subject()
    at_once(*(lambda: open_case(what) for _ in range(3)))
    assert Clock.objects.filter(metric=Metric.LEGAL).count() == 1


def test_one_that_cannot_be_told_is_put_off_and_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cases = overdue_cases(7)
    bad = clock_of(cases[3][1], Metric.PLAN_REPLY)
    real = sweeping.details

    def details(due_step: Any, *rest: Any) -> dict[str, Any]:
        if due_step.clock.id == bad.pk:
            raise ValueError("words fail me")
        return real(due_step, *rest)

    monkeypatch.setattr(sweeping, "details", details)
    services.sweep()
    assert [clock_events_of(matter) for _what, matter in cases].count(TOLD) == 6
    assert fired(bad) == []
    monkeypatch.undo()
    let_pass(minutes=2)
    services.sweep()
    assert clock_events_of(cases[3][1]) == TOLD


@pytest.mark.requirement("CMP-2")
def test_the_calendars_are_looked_after_though_beat_is_away(
    monkeypatch: pytest.MonkeyPatch, standing_by: None
) -> None:
    asked = threading.Event()

    def maintain(*, at: datetime) -> int:
        assert abs(at - database_now()) < timedelta(minutes=1), "the database says what day it is"
        asked.set()
        return 0

    monkeypatch.setattr(services, "maintain_calendars", maintain)
    name = "apps.sla.tasks.maintain_calendars"
    assert eventually(lambda: TaskRun.objects.filter(name=name).exists())
    TaskRun.objects.filter(name=name).update(ran_at=database_now() - 2 * HOUR)
    assert asked.wait(LIMIT)


@pytest.mark.requirement("CMP-3")
def test_standby_keeps_the_clocks_without_a_broker(standing_by: None) -> None:
    cases = overdue_cases(3)
    assert eventually(lambda: FiredStep.objects.count() == 9)
    assert all(clock_events_of(matter) == TOLD for _what, matter in cases)
    assert eventually(lambda: not Dispatch.objects.exists()), "and hands on what it told"


@pytest.fixture
def standing_by() -> Iterator[None]:
    current_app.loader.import_default_modules()
    one = Standby(patience=1.0)
    one.start()
    yield
    one.stop()
    assert one.join(LIMIT)
