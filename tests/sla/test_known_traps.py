"""Traps that other houses' clocks fell into, by number (``traps.md``): those of rows and messages."""

from datetime import timedelta

import pytest

from apps.core.database import database_now
from apps.sla import services
from apps.sla.enums import Metric
from apps.sla.models import FiredStep
from tests.factories.sla import (
    clock_events_of,
    clock_of,
    let_pass,
    machine,
    open_case,
    publish,
    target,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-2")]
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def test_b20_a_due_time_that_moved_is_told_again_on_the_same_day() -> None:
    publish(target(Metric.FEEDBACK, HOUR))
    what, matter = open_case(opened_at=database_now() - 2 * HOUR)
    services.sweep()
    later = database_now() + 10 * MINUTE
    services.set_due(
        subject=what, metric=Metric.FEEDBACK, due_at=later, reason="客户同意延后", by=machine()
    )
    services.sweep()
    assert clock_events_of(matter).count("clock.overdue") == 1
    let_pass(minutes=11)
    services.sweep()
    services.sweep()
    assert clock_events_of(matter).count("clock.overdue") == 2
    steps = FiredStep.objects.filter(clock=clock_of(matter, Metric.FEEDBACK), step=None)
    assert len(set(steps.values_list("due_at", flat=True))) == 2


def test_b52_overdue_is_read_again_when_the_rules_change_and_nobody_saves() -> None:
    first = publish(target(Metric.FEEDBACK, HOUR))
    _what, matter = open_case(opened_at=database_now() - 2 * HOUR)
    services.sweep()
    assert clock_of(matter, Metric.FEEDBACK).breached_at is not None
    publish(target(Metric.FEEDBACK, 8 * HOUR), policy=first.policy, apply_to_open=True)
    services.recompute_stale()
    clock = clock_of(matter, Metric.FEEDBACK)
    assert (clock.breached_at, clock.due_at) == (None, matter.opened_at + 8 * HOUR)
    publish(target(Metric.FEEDBACK, 30 * MINUTE), policy=first.policy, apply_to_open=True)
    services.recompute_stale()
    clock.refresh_from_db()
    assert clock.breached_at == clock.due_at == matter.opened_at + 30 * MINUTE


def test_b56_reading_again_leaves_none_out_and_says_how_many() -> None:
    first = publish(target(Metric.FEEDBACK, HOUR))
    matters = [open_case()[1] for _ in range(7)]
    publish(target(Metric.FEEDBACK, 3 * HOUR), policy=first.policy, apply_to_open=True)
    assert services.recompute_stale(limit=3) == 7
    assert {clock_of(matter, Metric.FEEDBACK).seconds for matter in matters} == {3 * 3600}
    assert services.recompute_stale(limit=3) == 0
