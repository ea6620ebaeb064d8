"""What was written down wrongly is put right, and late or not follows (CMP-2, CMP-4)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.core.database import database_now
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.sla import services
from apps.sla.enums import ClockState, FactKind, IntervalKind, Metric, OnReopen
from apps.sla.models import Clock, Fact, Matter
from tests.factories.sla import (
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

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-4")]
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def timed(*, ago: timedelta, within: timedelta = HOUR) -> tuple[Any, Matter]:
    publish(
        target(
            Metric.SOLUTION,
            within,
            step("warn", -15 * MINUTE),
            step("chief", 30 * MINUTE),
            on_reopen=OnReopen.RESTART,
        ),
        target(Metric.REPORT, 5 * MINUTE),
    )
    return open_case(subject(), opened_at=database_now() - ago)


def begin_at(what: Any, opened_at: datetime, reason: str = "记错") -> bool:
    return services.move_start(subject=what, opened_at=opened_at, reason=reason, by=machine())


def moved(matter: Matter) -> dict[str, Any]:
    rows = Event.objects.filter(kind="clock.start_moved", subject_id=matter.subject_id)
    data: dict[str, Any] = rows.latest("id").data
    return data


def solution(matter: Matter) -> Clock:
    return clock_of(matter, Metric.SOLUTION)


def test_a_clock_counts_from_the_corrected_start() -> None:
    what, matter = timed(ago=10 * MINUTE)
    earlier = matter.opened_at - 20 * MINUTE
    assert begin_at(what, earlier)
    matter.refresh_from_db()
    clock = solution(matter)
    assert matter.opened_at == matter.policy_as_of == clock.started_at == earlier
    assert clock.due_at == earlier + HOUR
    assert (moved(matter)["to"], moved(matter)["reason"]) == (earlier.isoformat(), "记错")
    assert not begin_at(what, earlier), "the same again changes nothing"
    assert clock_events_of(matter).count("clock.start_moved") == 1


def test_what_becomes_late_is_told_once() -> None:
    what, matter = timed(ago=10 * MINUTE)
    services.sweep()
    begin_at(what, matter.opened_at - HOUR)
    clock = solution(matter)
    assert clock.breached_at == clock.due_at is not None
    assert moved(matter)["late_now"] == ["solution"] and "cleared" not in moved(matter)
    services.sweep()
    services.sweep()
    begin_at(what, solution(matter).started_at - MINUTE)
    services.sweep()
    # No warning of what has come to pass; that it is overdue is told once, by whichever start.
    assert [name for name, silent in fired(clock) if not silent] == ["due"]
    let_pass(minutes=30)
    services.sweep()
    assert [name for name, silent in fired(clock) if not silent] == ["due", "chief"]


def test_what_is_not_late_any_more_loses_its_mark_and_leaves_a_trace() -> None:
    what, matter = timed(ago=70 * MINUTE)
    services.sweep()
    clock = solution(matter)
    assert clock.breached_at is not None
    begin_at(what, matter.opened_at + 30 * MINUTE)
    clock = solution(matter)
    assert clock.breached_at is None and clock.state == ClockState.RUNNING
    assert moved(matter)["cleared"] == ["solution"]
    assert {name for name, _silent in fired(clock)} >= {"due"}, "what was told stays on record"
    # And when the new due time passes in vain, that is told.
    services.sweep()
    before = clock_events_of(matter).count("clock.overdue")
    let_pass(minutes=25)
    services.sweep()
    assert clock_events_of(matter).count("clock.overdue") == before + 1
    assert solution(matter).breached_at == solution(matter).due_at


@pytest.mark.parametrize("later", [False, True])
def test_what_is_done_already_is_judged_again_in_silence(later: bool) -> None:
    start = 20 * MINUTE if later else 3 * MINUTE
    what, matter = timed(ago=start)
    services.record_fact(subject=what, kind=FactKind.REPORTED, by=machine())
    report = clock_of(matter, Metric.REPORT)
    assert (report.breached_at is not None) is later
    begin_at(what, matter.opened_at + 17 * MINUTE if later else matter.opened_at - 17 * MINUTE)
    services.sweep()
    report.refresh_from_db()
    assert report.state == ClockState.MET
    assert (report.breached_at is None) is later
    assert moved(matter)["cleared" if later else "late_now"] == ["report"]
    assert not Event.objects.filter(kind="clock.overdue", data__metric="report").exists()
    assert report.spent_seconds in range(179, 185) if later else range(1199, 1205)


def test_a_due_time_fixed_by_a_person_and_pauses_stay() -> None:
    what, matter = timed(ago=10 * MINUTE)
    fixed = database_now() + 5 * HOUR
    services.set_due(
        subject=what, metric=Metric.SOLUTION, due_at=fixed, reason="约定", by=machine()
    )
    begin_at(what, matter.opened_at - HOUR)
    assert (solution(matter).due_at, solution(matter).is_fixed) == (fixed, True)


def test_the_start_cannot_come_after_what_followed() -> None:
    what, matter = timed(ago=HOUR)
    since = matter.opened_at + 10 * MINUTE
    services.begin_wait(subject=what, kind=IntervalKind.ON_HOLD, by=machine(), at=since)
    with pytest.raises(BadInput) as refused:
        begin_at(what, since + MINUTE)
    assert refused.value.code == "start_after_end"
    matter.refresh_from_db()
    assert matter.opened_at < since


def test_a_matter_that_is_closed_is_judged_again_too() -> None:
    what, matter = timed(ago=30 * MINUTE)
    services.close_matter(subject=what, by=machine())
    begin_at(what, matter.opened_at - HOUR)
    clock = solution(matter)
    assert clock.state == ClockState.STOPPED and clock.breached_at == clock.due_at is not None
    services.sweep()
    assert "clock.overdue" not in clock_events_of(matter)


def test_clocks_that_began_later_keep_their_start() -> None:
    what, matter = timed(ago=10 * MINUTE)
    services.close_matter(subject=what, by=machine())
    services.reopen_matter(subject=what, by=machine())
    fresh = [clock.pk for clock in matter.clocks.filter(cycle=2)]
    starts = dict(matter.clocks.values_list("pk", "started_at"))
    begin_at(what, matter.opened_at - HOUR)
    now = dict(matter.clocks.values_list("pk", "started_at"))
    assert fresh and all(now[pk] == starts[pk] for pk in fresh)
    assert all(now[pk] == starts[pk] - HOUR for pk in now if pk not in fresh)


@pytest.mark.parametrize("later", [False, True])
def test_an_act_can_be_put_right_in_both_directions(later: bool) -> None:
    what, matter = timed(ago=20 * MINUTE)
    recorded = matter.opened_at + (2 if later else 10) * MINUTE
    really = matter.opened_at + (10 if later else 2) * MINUTE
    services.record_fact(subject=what, kind=FactKind.REPORTED, by=machine(), at=recorded)
    assert services.correct_fact(
        subject=what, kind=FactKind.REPORTED, done_at=really, reason="记错", by=machine()
    )
    report = clock_of(matter, Metric.REPORT)
    assert report.met_at == really and (report.breached_at is not None) is later
    data = Event.objects.get(kind="clock.fact_corrected").data
    assert data["late_now" if later else "cleared"] == ["report"]
    assert [fact.at for fact in matter.facts.uncorrected()] == [really]
    assert Fact.objects.filter(matter=matter).count() == 2, "both stay on record"
    # Once more, and telling it again changes nothing.
    again = really + MINUTE
    services.correct_fact(
        subject=what, kind=FactKind.REPORTED, done_at=again, reason="又记错", by=machine()
    )
    services.record_fact(subject=what, kind=FactKind.REPORTED, by=machine())
    report.refresh_from_db()
    assert report.met_at == again


def test_what_was_never_done_cannot_be_corrected() -> None:
    what, matter = timed(ago=MINUTE)
    with pytest.raises(RuleBroken) as refused:
        services.correct_fact(
            subject=what,
            kind=FactKind.REPORTED,
            done_at=matter.opened_at,
            reason="记错",
            by=machine(),
        )
    assert refused.value.code == "not_done"
