"""A class that is changed and changed back is the same clock again (CMP-2)."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.database import database_now
from apps.sla import services
from apps.sla.enums import ClockState, FactKind, Metric
from apps.sla.models import Clock, Matter
from apps.sla.rules import Attributes
from tests.factories.sla import COMPLAINT, MAJOR, clock_of, fired, let_pass, machine, open_case

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-2")]
INQUIRY = Attributes(klass="inquiry", severity="ordinary", channel="phone")
LOSS = Attributes(klass="loss", severity="major", channel="phone")
CLASSES = (COMPLAINT, MAJOR, INQUIRY, LOSS)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def dues(matter: Matter) -> dict[str, tuple[timedelta, timedelta | None]]:
    """Start and due of what runs, as distances from the opening: the same however much time passed."""
    matter.refresh_from_db()
    return {
        clock.metric: (
            clock.started_at - matter.opened_at,
            clock.due_at - matter.opened_at if clock.due_at else None,
        )
        for clock in matter.clocks.all()
        if clock.is_open
    }


def missed(matter: Matter) -> dict[str, timedelta]:
    found: list[Clock] = list(matter.clocks.all())
    return {c.metric: c.breached_at - matter.opened_at for c in found if c.breached_at}


def test_an_overdue_complaint_that_was_an_inquiry_for_a_while_is_still_overdue() -> None:
    what, matter = open_case()
    let_pass(hours=13)
    services.sweep()
    before, late = dues(matter), missed(matter)
    assert {Metric.FIRST_WORD, Metric.REPORT, Metric.PLAN_REPLY} <= set(late)
    services.change_matter(subject=what, attributes=INQUIRY, by=machine())
    assert clock_of(matter, Metric.FIRST_WORD).missed_before is not None, "missed stays missed"
    let_pass(minutes=1)
    services.change_matter(subject=what, attributes=COMPLAINT, by=machine())
    assert dues(matter) == before
    assert missed(matter) == late


def test_nobody_is_told_again_of_what_was_missed_before() -> None:
    what, matter = open_case()
    let_pass(minutes=30)
    services.sweep()
    answers = fired(clock_of(matter, Metric.FIRST_WORD))
    for attributes in (INQUIRY, COMPLAINT):
        services.change_matter(subject=what, attributes=attributes, by=machine())
    services.sweep()
    assert fired(clock_of(matter, Metric.FIRST_WORD)) == answers


def test_what_was_done_in_between_is_judged_by_the_class_that_is_back() -> None:
    what, matter = open_case(attributes=MAJOR)
    services.change_matter(subject=what, attributes=COMPLAINT, by=machine())
    let_pass(hours=5)
    services.record_fact(subject=what, kind=FactKind.PLANNED, by=machine())
    plan = clock_of(matter, Metric.PLAN_REPLY)
    assert (plan.state, plan.breached_at) == (ClockState.MET, None), "12 hours as ordinary"
    services.change_matter(subject=what, attributes=MAJOR, by=machine())
    plan = clock_of(matter, Metric.PLAN_REPLY)
    assert plan.state == ClockState.MET
    assert plan.breached_at == plan.started_at + 4 * HOUR


def test_a_start_that_was_written_down_wrongly_moves_for_the_class_of_before_too() -> None:
    what, matter = open_case()
    services.change_matter(subject=what, attributes=MAJOR, by=machine())
    earlier: datetime = database_now() - 2 * HOUR
    services.move_start(subject=what, opened_at=earlier, reason="客户早就来电", by=machine())
    services.change_matter(subject=what, attributes=COMPLAINT, by=machine())
    assert clock_of(matter, Metric.FIRST_WORD).started_at == earlier


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    first=st.sampled_from(CLASSES),
    way=st.lists(
        st.tuples(st.sampled_from(CLASSES), st.sampled_from([0, 1, 7, 40, 300, 2000])), max_size=5
    ),
    wait=st.sampled_from([0, 6, 45, 800]),
)
def test_any_way_through_the_classes_leads_back_to_the_same_clocks(
    first: Attributes, way: list[tuple[Attributes, int]], wait: int
) -> None:
    what, matter = open_case(attributes=first)
    let_pass(minutes=wait)
    services.sweep()
    before, late = dues(matter), missed(matter)
    for attributes, minutes in way:
        services.change_matter(subject=what, attributes=attributes, by=machine())
        let_pass(minutes=minutes)
    services.change_matter(subject=what, attributes=first, by=machine())
    assert dues(matter) == before
    assert missed(matter).items() >= late.items()
    assert all(c.breached_at for c in matter.clocks.all() if c.is_open and is_over(c))


def is_over(clock: Clock) -> bool:
    return clock.due_at is not None and clock.due_at <= database_now()
