"""What a clock says, from facts alone: no database, no present (CMP-2)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.sla.enums import MET_BY, ClockState, CountsFrom, FactKind, IntervalKind, Metric, OnReopen
from apps.sla.rules import (
    DUE_ITSELF,
    ClockFacts,
    DoneFact,
    MatterFacts,
    StepRule,
    TargetRule,
    Wait,
    read_clock,
)
from apps.sla.worktime import ALWAYS, WorkCalendar, elapsed
from tests.sla.hours import OFFICE, at

T0 = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WAITING = IntervalKind.WAITING_CUSTOMER
BY = 7


def rule(
    seconds: int | None = 4 * 3600,
    *steps: StepRule,
    metric: Metric = Metric.PLAN_REPLY,
    **fields: object,
) -> TargetRule:
    given_fields = {"pauses": frozenset({WAITING}), "on_reopen": OnReopen.NONE} | fields
    return TargetRule(1, 1, 1, metric, seconds, 1, steps=steps, **given_fields)  # type: ignore[arg-type]


def step(number: int, offset: int | None = None, percent: int | None = None) -> StepRule:
    return StepRule(number, f"step {number}", "", offset=offset, percent=percent)


def clock(start: datetime = T0, **fields: object) -> ClockFacts:
    return ClockFacts(**({"metric": Metric.PLAN_REPLY, "cycle": 1, "started_at": start} | fields))  # type: ignore[arg-type]


def facts(*waits: Wait, done: tuple[DoneFact, ...] = (), **fields: object) -> MatterFacts:
    return MatterFacts(**({"begun": (T0,), "waits": waits, "done": done} | fields))  # type: ignore[arg-type]


def read(
    what: MatterFacts | None = None,
    which: ClockFacts | None = None,
    target: TargetRule | None = None,
    calendar: WorkCalendar = ALWAYS,
    as_of: datetime = T0,
) -> object:
    return read_clock(what or facts(), which or clock(), target or rule(), calendar, as_of=as_of)


def test_a_running_clock_is_due_after_its_target() -> None:
    reading = read()
    assert reading.state == ClockState.RUNNING
    assert reading.due_at == T0 + 4 * HOUR
    assert reading.schedule == ((T0 + 4 * HOUR, DUE_ITSELF),)
    assert (reading.breached_at, reading.spent) == (None, None)


@pytest.mark.parametrize(
    ("metric", "kind"),
    [(metric, kind) for metric, kinds in MET_BY.items() for kind in sorted(kinds)],
)
def test_each_metric_is_met_by_its_facts(metric: Metric, kind: FactKind) -> None:
    done = T0 + HOUR
    reading = read(
        facts(done=(DoneFact(kind, 1, done, BY), DoneFact(kind, 1, done + HOUR, BY + 1))),
        clock(metric=metric),
        rule(metric=metric),
    )
    assert (reading.state, reading.met_at, reading.met_by) == (ClockState.MET, done, BY)
    assert (reading.spent, reading.schedule) == (3600, ())


def test_done_at_the_due_instant_is_in_time_and_open_at_it_is_not() -> None:
    due = T0 + 4 * HOUR
    done = read(facts(done=(DoneFact(FactKind.PLANNED, 1, due, BY),)), as_of=due + HOUR)
    assert done.breached_at is None
    assert read(as_of=due).breached_at == due
    assert read(as_of=due - timedelta(microseconds=1)).breached_at is None
    late = read(facts(done=(DoneFact(FactKind.PLANNED, 1, due + timedelta(seconds=1), BY),)))
    assert late.breached_at == due


def test_a_target_without_limit_is_measured_and_never_missed() -> None:
    reading = read(target=rule(None, step(1, 0)), as_of=T0 + timedelta(days=400))
    assert (reading.due_at, reading.breached_at, reading.schedule) == (None, None, ())
    done = read(
        facts(done=(DoneFact(FactKind.PLANNED, 1, T0 + HOUR, BY),)),
        target=rule(None),
        as_of=T0 + HOUR,
    )
    assert (done.state, done.spent) == (ClockState.MET, 3600)


def test_nothing_is_missed_or_told_while_it_is_not_known_when_it_is_due() -> None:
    target = rule(4 * 3600, step(1, -3600), step(2, 3600))
    reading = read(facts(Wait(WAITING, T0 + HOUR, None)), target=target, as_of=T0 + 90 * HOUR)
    assert (reading.state, reading.paused_since) == (ClockState.PAUSED, T0 + HOUR)
    assert (reading.due_at, reading.breached_at, reading.schedule) == (None, None, ())


def test_a_wait_that_begins_after_the_due_instant_excuses_nothing() -> None:
    target = rule(4 * 3600, step(1, 0), step(2, 3600))
    reading = read(facts(Wait(WAITING, T0 + 4.5 * HOUR, None)), target=target, as_of=T0 + 9 * HOUR)
    due = T0 + 4 * HOUR
    assert (reading.due_at, reading.breached_at) == (due, due)
    assert reading.schedule == ((due, DUE_ITSELF), (due, 1))  # what follows waits with the rest


def test_paused_since_the_first_of_several_waits() -> None:
    target = rule(pauses=frozenset({WAITING, IntervalKind.ON_HOLD}))
    waits = (Wait(IntervalKind.ON_HOLD, T0 + 2 * HOUR, None), Wait(WAITING, T0 + HOUR, None))
    assert read(facts(*waits), target=target).paused_since == T0 + HOUR


def test_only_what_the_target_names_pauses_it() -> None:
    other = facts(Wait(IntervalKind.WAITING_PARTNER, T0, T0 + 9 * HOUR))
    assert read(other).due_at == T0 + 4 * HOUR


def test_steps_come_in_the_order_of_the_target() -> None:
    target = rule(
        4 * 3600,
        step(5, 7200),
        step(1, -3600),
        step(3, 0),
        step(2, percent=90),
        step(4, percent=150),
    )
    due = T0 + 4 * HOUR
    assert read(target=target).schedule == (
        (due - HOUR, 1),
        (T0 + 3.6 * HOUR, 2),
        (due, DUE_ITSELF),
        (due, 3),
        (due + 2 * HOUR, 5),
        (due + 2 * HOUR, 4),
    )


def test_a_warning_earlier_than_the_start_comes_at_the_start() -> None:
    reading = read(target=rule(600, step(1, -3600), step(2, percent=0)))
    assert reading.schedule[:2] == ((T0, 1), (T0, 2))


def test_a_warning_over_night_comes_when_somebody_is_there() -> None:
    """Due Tuesday 10:00; an hour of working time before is Tuesday's opening, not Monday's close."""
    start = at("2026-11-23 17:00+08:00")
    reading = read(
        facts(begun=(start,)), clock(start), rule(2 * 3600, step(1, -3600)), OFFICE, start
    )
    assert reading.due_at == at("2026-11-24 10:00+08:00")
    assert reading.schedule[0] == (at("2026-11-24 09:00+08:00"), 1)


def test_an_escalation_after_the_due_time_counts_working_time_too() -> None:
    start = at("2026-11-27 15:00+08:00")  # Friday
    reading = read(
        facts(begun=(start,)), clock(start), rule(2 * 3600, step(1, 2 * 3600)), OFFICE, start
    )
    assert reading.schedule[-1] == (at("2026-11-30 10:00+08:00"), 1)


def test_a_fixed_due_time_is_moved_by_nothing_and_has_its_steps_about_it() -> None:
    fixed = T0 + 6 * HOUR
    reading = read(
        facts(Wait(WAITING, T0 + HOUR, None)),
        clock(fixed_due=fixed),
        rule(4 * 3600, step(1, -3600), step(2, 3600), step(3, percent=50), step(4, percent=100)),
        as_of=fixed,
    )
    assert (reading.state, reading.due_at, reading.breached_at) == ("running", fixed, fixed)
    assert reading.schedule == (
        (T0 + 3 * HOUR, 3),
        (fixed - HOUR, 1),
        (fixed, DUE_ITSELF),
        (fixed, 4),
        (fixed + HOUR, 2),
    )


def test_closing_ends_what_is_still_waited_for() -> None:
    closed = T0 + 3 * HOUR
    reading = read(facts(Wait(WAITING, T0 + HOUR, None), ended=(closed,)))
    assert (reading.state, reading.stopped_at) == (ClockState.STOPPED, closed)
    assert (reading.spent, reading.breached_at) == (3600, None)


def test_closed_too_late_is_missed_all_the_same() -> None:
    assert read(facts(ended=(T0 + 5 * HOUR,))).breached_at == T0 + 4 * HOUR


def test_reopened_a_clock_that_is_kept_leaves_the_closed_time_out() -> None:
    """Closed 09:30-09:45 and 10:00-10:30: two hours from 09:00 are over at 11:45."""
    ends = (T0 + 30 * MINUTE, T0 + 60 * MINUTE)
    begins = (T0, T0 + 45 * MINUTE, T0 + 90 * MINUTE)
    continued = rule(2 * 3600, on_reopen=OnReopen.KEEP)
    reading = read(facts(begun=begins, ended=ends), target=continued, as_of=begins[-1])
    assert reading.due_at == T0 + 165 * MINUTE
    assert reading.state == ClockState.RUNNING


def test_what_was_solved_before_the_reopening_is_not_solved_any_more() -> None:
    what = facts(
        begun=(T0, T0 + 3 * HOUR),
        ended=(T0 + 2 * HOUR,),
        done=(DoneFact(FactKind.SOLVED, 1, T0 + HOUR, BY),),
    )
    continued = read(what, target=rule(on_reopen=OnReopen.KEEP))
    assert (continued.state, continued.due_at) == (ClockState.RUNNING, T0 + 5 * HOUR)
    stays = read(what, target=rule(on_reopen=OnReopen.RESTART))
    assert stays.state == ClockState.MET
    second = read(what, clock(T0 + 3 * HOUR, cycle=2), rule(on_reopen=OnReopen.RESTART))
    assert (second.state, second.due_at) == (ClockState.RUNNING, T0 + 7 * HOUR)


def test_a_fact_after_the_closing_does_not_undo_it() -> None:
    what = facts(ended=(T0 + HOUR,), done=(DoneFact(FactKind.PLANNED, 1, T0 + 2 * HOUR, BY),))
    assert read(what).state == ClockState.STOPPED


def test_where_a_target_joined_late_only_what_happened_since_counts() -> None:
    since = T0 + 2 * HOUR
    late = rule(metric=Metric.RESPONSE, counts_from=CountsFrom.APPLYING)
    before = DoneFact(FactKind.RESPONDED, 1, T0 + HOUR, BY)
    reading = read(facts(done=(before,)), clock(since, metric=Metric.RESPONSE), late)
    assert reading.state == ClockState.RUNNING
    after = DoneFact(FactKind.RESPONDED, 1, T0 + 3 * HOUR, BY)
    reading = read(facts(done=(before, after)), clock(since, metric=Metric.RESPONSE), late)
    assert reading.met_at == T0 + 3 * HOUR


# --- properties ---------------------------------------------------------------------------------
STARTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)
TARGETS = st.integers(0, 6 * 86_400)
CALENDARS = st.sampled_from([ALWAYS, OFFICE])
LENGTHS = st.integers(0, 5 * 86_400)


@st.composite
def waits(draw: st.DrawFn, start: datetime) -> list[Wait]:
    found, reached = [], start
    for _ in range(draw(st.integers(0, 4))):
        since = reached + timedelta(seconds=draw(LENGTHS))
        reached = since + timedelta(seconds=draw(LENGTHS))
        found.append(Wait(WAITING, since, reached))
    return found


@st.composite
def situations(draw: st.DrawFn) -> tuple[MatterFacts, ClockFacts, WorkCalendar]:
    start = draw(STARTS)
    return MatterFacts((start,), waits=tuple(draw(waits(start)))), clock(start), draw(CALENDARS)


@given(situations(), TARGETS, TARGETS)
def test_due_is_never_before_the_start_and_grows_with_the_target(
    situation: tuple[MatterFacts, ClockFacts, WorkCalendar], one: int, other: int
) -> None:
    what, which, calendar = situation
    less, more = sorted([one, other])
    first = read_clock(what, which, rule(less), calendar, as_of=which.started_at)
    second = read_clock(what, which, rule(more), calendar, as_of=which.started_at)
    assert which.started_at <= first.due_at <= second.due_at


@given(situations(), st.integers(1, 6 * 86_400), LENGTHS, LENGTHS)
def test_a_wait_moves_due_by_its_own_working_time(
    situation: tuple[MatterFacts, ClockFacts, WorkCalendar], seconds: int, after: int, length: int
) -> None:
    _what, which, calendar = situation
    start = which.started_at
    plain = read_clock(MatterFacts((start,)), which, rule(seconds), calendar, as_of=start)
    since = min(start + timedelta(seconds=after), plain.due_at - timedelta(seconds=1))
    since = max(since, start)
    wait = Wait(WAITING, since, since + timedelta(seconds=length))
    moved = read_clock(
        MatterFacts((start,), waits=(wait,)), which, rule(seconds), calendar, as_of=start
    )
    if plain.due_at <= since:
        assert moved.due_at == plain.due_at
        return
    ran = elapsed(calendar, start, moved.due_at, [(wait.since, wait.until)])
    assert ran == elapsed(calendar, start, plain.due_at)


@given(situations(), TARGETS, st.lists(st.integers(-86_400, 86_400), max_size=5))
def test_reading_again_says_the_same_and_the_schedule_ascends(
    situation: tuple[MatterFacts, ClockFacts, WorkCalendar], seconds: int, offsets: list[int]
) -> None:
    what, which, calendar = situation
    target = rule(seconds, *(step(n, offset) for n, offset in enumerate(offsets, start=1)))
    now = which.started_at + timedelta(days=2)
    once = read_clock(what, which, target, calendar, as_of=now)
    again = read_clock(what, which, target, calendar, as_of=now)
    assert once == again
    instants = [planned.at for planned in once.schedule]
    assert instants == sorted(instants)
    assert all(planned.at >= which.started_at for planned in once.schedule)
    for planned in once.schedule:
        if planned.step_id and offsets[planned.step_id - 1] < 0:
            assert planned.at <= once.due_at
        elif planned.step_id:
            assert planned.at >= once.due_at


@given(situations(), TARGETS, TARGETS)
def test_after_a_change_of_policy_all_waits_count_for_the_new_one(
    situation: tuple[MatterFacts, ClockFacts, WorkCalendar], old: int, new: int
) -> None:
    """Read under one policy, then under another: the same as if the other had applied all along."""
    what, which, calendar = situation
    start = which.started_at
    read_clock(what, which, rule(old), calendar, as_of=start)
    changed = read_clock(what, which, rule(new), calendar, as_of=start)
    pauses = [(wait.since, wait.until) for wait in what.waits]
    assert elapsed(calendar, start, changed.due_at, pauses) == new


@given(situations(), TARGETS, LENGTHS)
def test_paused_and_resumed_is_the_same_as_waited_in_one(
    situation: tuple[MatterFacts, ClockFacts, WorkCalendar], seconds: int, cut: int
) -> None:
    """Two waits that touch are one."""
    what, which, calendar = situation
    start = which.started_at
    cuts = []
    for wait in what.waits:
        middle = min(wait.since + timedelta(seconds=cut), wait.until)
        cuts += [Wait(WAITING, wait.since, middle), Wait(WAITING, middle, wait.until)]
    whole = read_clock(what, which, rule(seconds), calendar, as_of=start)
    parts = read_clock(
        MatterFacts((start,), waits=tuple(cuts)), which, rule(seconds), calendar, as_of=start
    )
    assert whole == parts
