"""The life of a clock, told in the words of the department (CMP-2, CMP-3)."""

from datetime import timedelta

import pytest

from apps.core.database import database_now
from apps.core.errors import RuleBroken
from apps.events.models import Event
from apps.sla import services
from apps.sla.enums import ClockState, FactKind, IntervalKind, Metric, OnReopen
from apps.sla.models import Clock, FiredStep, Matter
from apps.sla.rules import Attributes
from tests.factories.sla import (
    COMPLAINT,
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

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.requirement("CMP-2")
def test_a_complaint_starts_the_clocks_of_its_policy() -> None:
    _what, matter = open_case(attributes=MAJOR)
    due = {c.metric: c.due_at - c.started_at for c in matter.clocks.all() if c.due_at}
    assert due == {
        Metric.HAND_OVER: MINUTE,
        Metric.REPORT: 5 * MINUTE,
        Metric.FIRST_WORD: 10 * MINUTE,
        Metric.RESPONSE: 30 * MINUTE,
        Metric.PLAN_REPLY: 4 * HOUR,
        Metric.FEEDBACK: 24 * HOUR,
        Metric.LEGAL: timedelta(days=7),
    }
    _what, ordinary = open_case(attributes=COMPLAINT)
    assert clock_of(ordinary, Metric.PLAN_REPLY).seconds == 12 * 3600
    assert not ordinary.clocks.filter(metric=Metric.RESPONSE).exists()


@pytest.mark.requirement("ORD-5")
def test_an_order_is_due_24_hours_after_it_came_in() -> None:
    received = database_now() - 2 * HOUR
    _what, matter = open_case(kind="order", attributes=Attributes(), opened_at=received)
    clock = clock_of(matter, Metric.ORDER_PROCESSING)
    assert clock.due_at == received + 24 * HOUR
    assert clock.schedule[0] == received + 20 * HOUR


@pytest.mark.requirement("CMP-2")
def test_the_first_word_meets_its_clock_at_the_instant_it_was_said() -> None:
    what, matter = open_case()
    let_pass(minutes=9)
    happened = database_now() - 2 * MINUTE
    assert services.record_fact(subject=what, kind=FactKind.SPOKEN, by=machine(), at=happened)
    clock = clock_of(matter, Metric.FIRST_WORD)
    assert (clock.state, clock.met_at, clock.breached_at) == (ClockState.MET, happened, None)
    assert clock.spent_seconds == 7 * 60
    assert clock.next_at is None


def test_repeating_a_fact_changes_nothing_and_an_earlier_one_known_late_does() -> None:
    what, matter = open_case(opened_at=database_now() - HOUR)
    now = database_now()
    assert services.record_fact(subject=what, kind=FactKind.SPOKEN, by=machine(), at=now)
    assert clock_of(matter, Metric.FIRST_WORD).breached_at is not None
    assert not services.record_fact(subject=what, kind=FactKind.SPOKEN, by=machine())
    early = now - 55 * MINUTE
    assert services.record_fact(subject=what, kind=FactKind.SPOKEN, by=machine(), at=early)
    clock = clock_of(matter, Metric.FIRST_WORD)
    assert (clock.met_at, clock.breached_at) == (early, None)


def test_a_word_said_before_the_case_was_typed_in_counts_as_said_at_once() -> None:
    what, matter = open_case()
    before = matter.opened_at - MINUTE
    services.record_fact(subject=what, kind=FactKind.SPOKEN, by=machine(), at=before)
    clock = clock_of(matter, Metric.FIRST_WORD)
    assert (clock.met_at, clock.spent_seconds) == (clock.started_at, 0)


def test_the_future_has_not_happened_yet() -> None:
    what, matter = open_case(opened_at=database_now() + HOUR)
    assert matter.opened_at <= database_now()
    services.record_fact(subject=what, kind=FactKind.SPOKEN, by=machine(), at=database_now() + HOUR)
    assert clock_of(matter, Metric.FIRST_WORD).spent_seconds == 0


@pytest.mark.requirement("CMP-3")
def test_every_step_is_told_once_in_due_order() -> None:
    publish(
        target(
            Metric.PLAN_REPLY,
            4 * HOUR,
            step("warn", -HOUR),
            step("chief", timedelta(0)),
            step("manager", HOUR),
        )
    )
    _what, matter = open_case(opened_at=database_now() - timedelta(hours=3, minutes=30))
    clock = clock_of(matter, Metric.PLAN_REPLY)
    assert services.sweep().steps == 1
    assert services.sweep().steps == 0
    assert clock_events_of(matter) == ["clock.warned"]
    let_pass(hours=2)
    assert services.sweep().steps == 3
    assert clock_events_of(matter) == [
        "clock.warned",
        "clock.overdue",
        "clock.escalated",
        "clock.escalated",
    ]
    assert fired(clock) == [(n, False) for n in ("warn", "due", "chief", "manager")]
    clock.refresh_from_db()
    assert clock.breached_at == clock.due_at
    assert clock.next_at is None


def test_the_event_says_who_is_told_of_what_and_how_late() -> None:
    owner = machine()
    publish(target(Metric.FEEDBACK, HOUR, step("warn", -10 * MINUTE)))
    _what, matter = open_case(opened_at=database_now() - 55 * MINUTE, owner=owner)
    let_pass(minutes=65)
    services.sweep()
    warned, overdue = Event.objects.filter(kind__in=["clock.warned", "clock.overdue"]).order_by(
        "id"
    )
    clock = clock_of(matter, Metric.FEEDBACK)
    assert warned.data["late_seconds"] == 4200
    assert warned.data["step"] == "warn"
    assert overdue.data["metric"] == "feedback"
    assert overdue.data["clock"] == clock.pk
    assert overdue.data["channels"] == ["in_app"]
    assert overdue.data["owner"] == owner.pk
    row = FiredStep.objects.get(event=overdue)
    assert (row.late_seconds, row.step, row.due_at) == (3600, None, clock.due_at)


@pytest.mark.requirement("CMP-2")
def test_waiting_for_the_customer_pauses_and_moves_the_due_time() -> None:
    what, matter = open_case()
    clock = clock_of(matter, Metric.PLAN_REPLY)
    let_pass(hours=2)
    assert services.begin_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
    assert not services.begin_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
    clock.refresh_from_db()
    assert (clock.state, clock.due_at, clock.next_at) == (ClockState.PAUSED, None, None)
    let_pass(hours=20)
    assert (
        services.sweep().steps == len(clock_events_of(matter)) - 1
    )  # other clocks; this one is silent
    assert not FiredStep.objects.filter(clock=clock).exists()
    assert services.end_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
    clock.refresh_from_db()
    assert clock.state == ClockState.RUNNING
    left = clock.due_at - database_now()
    assert abs(left - 10 * HOUR) < MINUTE
    assert clock_events_of(matter)[-1] == "clock.due_moved"


def test_feedback_at_the_latest_is_not_paused_because_its_policy_does_not_say_so() -> None:
    what, matter = open_case()
    services.begin_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
    assert clock_of(matter, Metric.FEEDBACK).state == ClockState.RUNNING


def test_what_was_overdue_before_the_wait_stays_overdue() -> None:
    what, matter = open_case(opened_at=database_now() - 13 * HOUR)
    services.sweep()
    services.begin_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
    clock = clock_of(matter, Metric.PLAN_REPLY)
    assert clock.state == ClockState.PAUSED
    assert clock.breached_at == clock.due_at is not None


def test_a_warning_already_given_is_not_given_again_after_a_wait() -> None:
    publish(
        target(
            Metric.PLAN_REPLY,
            4 * HOUR,
            step("warn", -HOUR),
            pauses=[IntervalKind.WAITING_CUSTOMER],
        )
    )
    what, matter = open_case(opened_at=database_now() - timedelta(hours=3, minutes=10))
    services.sweep()
    services.begin_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
    let_pass(hours=5)
    services.end_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
    services.sweep()
    assert clock_events_of(matter).count("clock.warned") == 1
    let_pass(hours=1)
    services.sweep()
    assert clock_events_of(matter)[-1] == "clock.overdue"
    assert fired(clock_of(matter, Metric.PLAN_REPLY)).count(("warn", False)) == 1


@pytest.mark.requirement("CMP-7")
def test_closing_stops_every_clock_and_measures_it() -> None:
    what, matter = open_case(opened_at=database_now() - HOUR)
    services.begin_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
    services.close_matter(subject=what, by=machine())
    assert set(matter.clocks.values_list("state", flat=True)) == {ClockState.STOPPED}
    assert not matter.clocks.filter(next_at__isnull=False).exists()
    assert not matter.intervals.exclude(kind=IntervalKind.CLOSED).filter(until=None).exists()
    assert all(c.spent_seconds is not None for c in matter.clocks.all())
    let_pass(days=10)
    assert services.sweep() == services.Swept()


def test_opened_again_a_clock_restarts_goes_on_or_stays() -> None:
    publish(
        target(Metric.FIRST_WORD, 10 * MINUTE),
        target(Metric.PLAN_REPLY, 4 * HOUR, on_reopen=OnReopen.RESTART),
        target(Metric.LEGAL, timedelta(days=7), on_reopen=OnReopen.KEEP),
    )
    what, matter = open_case(opened_at=database_now() - 2 * HOUR)
    services.record_fact(subject=what, kind=FactKind.SOLVED, by=machine())
    legal = clock_of(matter, Metric.LEGAL)
    assert legal.state == ClockState.MET
    services.close_matter(subject=what, by=machine())
    let_pass(hours=24)
    services.reopen_matter(subject=what, by=machine())
    legal.refresh_from_db()
    assert legal.state == ClockState.RUNNING
    expected = legal.started_at + timedelta(days=7) + 24 * HOUR
    assert abs(legal.due_at - expected) < MINUTE
    again = clock_of(matter, Metric.PLAN_REPLY)
    assert (again.cycle, again.state) == (2, ClockState.RUNNING)
    assert clock_of(matter, Metric.PLAN_REPLY, cycle=1).state == ClockState.MET
    assert matter.clocks.filter(metric=Metric.FIRST_WORD).count() == 1
    services.record_fact(subject=what, kind=FactKind.SOLVED, by=machine())
    legal.refresh_from_db()
    assert legal.state == ClockState.MET


def test_a_merged_case_never_fires_again() -> None:
    what, _matter = open_case(opened_at=database_now() - HOUR)
    services.stop_matter(subject=what, reason="merged", by=machine())
    let_pass(days=8)
    assert services.sweep().steps == 0
    with pytest.raises(RuleBroken) as refused:
        services.reopen_matter(subject=what, by=machine())
    assert refused.value.code == "illegal_move"
    with pytest.raises(RuleBroken) as refused:
        services.begin_wait(subject=what, kind=IntervalKind.ON_HOLD, by=machine())
    assert refused.value.code == "matter_not_open"


def test_rows_taken_over_announce_nothing_that_is_past() -> None:
    _what, matter = open_case(opened_at=database_now() - timedelta(days=3), tell=False)
    assert services.sweep().steps == 0
    assert clock_events_of(matter) == []
    silent = FiredStep.objects.filter(clock__matter=matter)
    assert silent.exists()
    assert not silent.filter(is_silent=False).exists()
    let_pass(days=3)
    services.sweep()
    assert (
        clock_events_of(matter)[0] == "clock.warned"
    )  # the legal limit is ahead, and told as usual


def test_opening_twice_changes_nothing() -> None:
    what, matter = open_case()
    count = Clock.objects.count()
    _same, again = open_case(what, attributes=MAJOR)
    assert again == matter
    assert again.severity == "ordinary"
    assert Clock.objects.count() == count


def test_what_was_never_opened_is_refused_clearly() -> None:
    with pytest.raises(RuleBroken) as refused:
        services.record_fact(subject=subject(), kind=FactKind.SPOKEN, by=machine())
    assert refused.value.code == "not_timed"


def test_many_are_opened_in_a_fixed_number_of_statements(
    django_assert_max_num_queries: object,
) -> None:
    rows = [services.NewMatter(kind="order", subject=subject(), title=f"WO{n}") for n in range(50)]
    by = machine()
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        clocks = services.open_matters(rows, by=by)
    assert len(clocks) == 50
    assert Matter.objects.count() == 50
    assert {clock.matter.title for clock in clocks} == {row.title for row in rows}
