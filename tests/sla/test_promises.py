"""Due times that people set: promises, and a target's time fixed by hand."""

from datetime import timedelta

import pytest

from apps.core.database import database_now
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.sla import services
from apps.sla.enums import ClockState, IntervalKind, Metric
from apps.sla.rules import Attributes
from tests.factories.accounts import UserFactory
from tests.factories.sla import (
    MAJOR,
    clock_events_of,
    clock_of,
    fired,
    let_pass,
    machine,
    open_case,
    publish,
    target,
)

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def test_a_promise_is_a_clock_of_its_own() -> None:
    owner = UserFactory()
    what, matter = open_case(owner=owner)
    due = database_now() + 20 * MINUTE
    clock = services.promise(subject=what, due_at=due, label="回电", by=owner)
    assert (clock.due_at, clock.is_fixed, clock.owner_id) == (due, True, owner.pk)
    other = services.promise(subject=what, due_at=due + HOUR, label="发照片", by=owner)
    assert other.key != clock.key
    let_pass(minutes=12)
    services.sweep()
    assert fired(clock) == [("10 minutes before: remind the owner", False)]
    services.keep_promise(clock_id=clock.pk, by=owner)
    clock.refresh_from_db()
    assert (clock.state, clock.breached_at, clock.met_by) == (ClockState.MET, None, owner)
    other.refresh_from_db()
    assert other.state == ClockState.RUNNING
    assert clock_events_of(matter)[:2] == ["clock.promised", "clock.promised"]


def test_a_promise_kept_late_is_missed() -> None:
    what, _matter = open_case()
    due = database_now() + 20 * MINUTE
    clock = services.promise(subject=what, due_at=due, label="回电", by=machine())
    let_pass(minutes=21)
    services.sweep()
    services.keep_promise(clock_id=clock.pk, by=machine())
    clock.refresh_from_db()
    assert clock.breached_at == clock.due_at


def test_nothing_pauses_a_promise() -> None:
    what, _matter = open_case()
    due = database_now() + HOUR
    clock = services.promise(subject=what, due_at=due, label="回电", by=machine())
    services.begin_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
    clock.refresh_from_db()
    assert (clock.state, clock.due_at) == (ClockState.RUNNING, due)


def test_a_promise_is_about_the_future_and_is_settled_once() -> None:
    what, matter = open_case()
    with pytest.raises(BadInput) as refused:
        services.promise(subject=what, due_at=database_now(), label="回电", by=machine())
    assert refused.value.field == "due_at"
    clock = services.promise(subject=what, due_at=database_now() + HOUR, label="回电", by=machine())
    with pytest.raises(BadInput):
        services.drop_promise(clock_id=clock.pk, reason=" ", by=machine())
    services.drop_promise(clock_id=clock.pk, reason="客户不需要了", by=machine())
    clock.refresh_from_db()
    assert clock.state == ClockState.STOPPED
    with pytest.raises(RuleBroken) as settled:
        services.keep_promise(clock_id=clock.pk, by=machine())
    assert settled.value.code == "promise_settled"
    with pytest.raises(RuleBroken) as other:
        services.keep_promise(clock_id=clock_of(matter, Metric.FEEDBACK).pk, by=machine())
    assert other.value.code == "not_a_promise"
    assert clock_events_of(matter)[-1] == "clock.promise_dropped"


def test_promises_stay_dropped_and_kept_when_the_case_closes_and_opens_again() -> None:
    what, _matter = open_case()
    soon = database_now() + HOUR
    met, running = (
        services.promise(subject=what, due_at=soon, label=name, by=machine()) for name in "ab"
    )
    services.keep_promise(clock_id=met.pk, by=machine())
    services.close_matter(subject=what, by=machine())
    services.reopen_matter(subject=what, by=machine())
    met.refresh_from_db()
    running.refresh_from_db()
    assert (met.state, running.state) == (ClockState.MET, ClockState.STOPPED)


def test_a_due_time_fixed_by_hand_stays_whatever_comes() -> None:
    what, matter = open_case()
    fixed = database_now() + 30 * HOUR
    services.set_due(
        subject=what, metric=Metric.PLAN_REPLY, due_at=fixed, reason="客户同意", by=machine()
    )
    moved = Event.objects.filter(kind="clock.due_moved").latest("id")
    assert (moved.data["to"], moved.data["reason"]) == (fixed.isoformat(), "客户同意")
    services.begin_wait(subject=what, kind=IntervalKind.WAITING_CUSTOMER, by=machine())
    services.change_matter(subject=what, attributes=MAJOR, by=machine())
    clock = clock_of(matter, Metric.PLAN_REPLY)
    assert (clock.due_at, clock.state, clock.is_fixed) == (fixed, ClockState.RUNNING, True)
    publish(target(Metric.FEEDBACK, HOUR), apply_to_open=True)
    services.recompute_stale()
    clock.refresh_from_db()
    assert (clock.due_at, clock.state, clock.target) == (fixed, ClockState.RUNNING, None)


def test_a_due_time_can_start_a_clock_that_no_policy_has() -> None:
    what, matter = open_case()
    due = database_now() + HOUR
    clock = services.set_due(
        subject=what, metric=Metric.ACTION, due_at=due, reason="约定", by=machine()
    )
    assert (clock.due_at, clock.target, clock.cycle) == (due, None, 1)
    let_pass(hours=2)
    services.sweep()
    assert fired(clock) == [("due", False)]
    assert clock_of(matter, Metric.ACTION).breached_at is not None


@pytest.mark.parametrize(
    ("change", "code"),
    [({"reason": " "}, "reason_missing"), ({"due_at": -HOUR}, "due_before_start")],
)
def test_a_due_time_that_cannot_be_is_refused(change: dict[str, object], code: str) -> None:
    what, _matter = open_case()
    now = database_now()
    asked = {"due_at": HOUR, "reason": "约定"} | change
    with pytest.raises(BadInput) as refused:
        services.set_due(
            subject=what,
            metric=Metric.PLAN_REPLY,
            due_at=now + asked["due_at"],  # type: ignore[operator]
            reason=str(asked["reason"]),
            by=machine(),
        )
    assert refused.value.code == code


def test_what_is_done_has_no_due_time_to_set() -> None:
    what, _matter = open_case()
    services.record_fact(subject=what, kind="planned", by=machine())
    with pytest.raises(RuleBroken) as refused:
        services.set_due(
            subject=what,
            metric=Metric.PLAN_REPLY,
            due_at=database_now() + HOUR,
            reason="晚了",
            by=machine(),
        )
    assert refused.value.code == "clock_ended"


def test_a_follow_up_brings_its_own_due_time() -> None:
    due = database_now() + 3 * HOUR
    what, matter = open_case(
        kind="follow_up", attributes=Attributes(), dues={Metric.FOLLOW_UP: due}, label="到货确认"
    )
    clock = clock_of(matter, Metric.FOLLOW_UP)
    assert (clock.due_at, clock.is_fixed, str(clock)) == (due, True, "到货确认")
    assert clock.schedule[0] == due - 10 * MINUTE
    services.record_fact(subject=what, kind="done", by=machine())
    clock.refresh_from_db()
    assert clock.state == ClockState.MET
