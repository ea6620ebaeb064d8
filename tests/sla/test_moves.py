"""Every move of a matter and of a clock, legal and not (CMP-2): by the services, from every state."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.core.database import database_now
from apps.core.errors import RuleBroken
from apps.sla import services
from apps.sla.enums import ClockState as C
from apps.sla.enums import FactKind, IntervalKind, Metric, OnReopen
from apps.sla.enums import MatterState as M
from apps.sla.models import Clock, Matter, Policy
from apps.sla.states import CLOCK_MOVES, MATTER_MOVES
from tests.factories.sla import clock_of, let_pass, machine, open_case, publish, target

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-2")]
HOUR = timedelta(hours=1)
WAIT = IntervalKind.WAITING_CUSTOMER


def close(what: Any) -> None:
    services.close_matter(subject=what, by=machine())


def reopen(what: Any) -> None:
    services.reopen_matter(subject=what, by=machine())


def stop(what: Any) -> None:
    services.stop_matter(subject=what, reason="并入另一个案", by=machine())


def wait(what: Any) -> None:
    services.begin_wait(subject=what, kind=WAIT, by=machine())


def go_on(what: Any) -> None:
    services.end_wait(subject=what, kind=WAIT, by=machine())


def answer(what: Any) -> None:
    services.record_fact(subject=what, kind=FactKind.PLANNED, by=machine())


def answered_before(what: Any) -> None:
    """Known only now: it was said before the matter was closed."""
    happened = database_now() - timedelta(minutes=30)
    services.record_fact(subject=what, kind=FactKind.PLANNED, by=machine(), at=happened)


def _publish(metric: Metric) -> None:
    services.publish_version(
        policy=Policy.objects.get(code__startswith="test-"),
        targets=[target(metric, 4 * HOUR, pauses=[WAIT], on_reopen=OnReopen.KEEP)],
        apply_to_open=True,
        by=machine(),
    )
    services.recompute_stale()


def lose_target(_what: Any) -> None:
    _publish(Metric.SOLUTION)


def regain_target(_what: Any) -> None:
    _publish(Metric.PLAN_REPLY)


Act = Callable[[Any], None]
MATTER_ACTS: dict[M, Act] = {M.CLOSED: close, M.OPEN: reopen, M.STOPPED: stop}
MATTER_IN: dict[M, list[Act]] = {M.OPEN: [], M.CLOSED: [close], M.STOPPED: [stop]}


def timed() -> tuple[Any, Matter]:
    publish(target(Metric.PLAN_REPLY, 4 * HOUR, pauses=[WAIT], on_reopen=OnReopen.KEEP))
    what, matter = open_case()
    let_pass(hours=1)
    return what, matter


@pytest.mark.parametrize("to", M)
@pytest.mark.parametrize("frm", M)
def test_every_move_of_a_matter(frm: M, to: M) -> None:
    what, matter = timed()
    for act in MATTER_IN[frm]:
        act(what)
    if MATTER_MOVES.allows(frm, to):
        MATTER_ACTS[to](what)
        expected = to
    else:
        with pytest.raises(RuleBroken) as caught:
            MATTER_ACTS[to](what)
        assert (caught.value.code, caught.value.field) == ("illegal_move", "state")
        expected = frm
    matter.refresh_from_db()
    assert matter.state == expected


@pytest.mark.parametrize("state", M)
def test_a_wait_begins_only_in_an_open_matter(state: M) -> None:
    what, _matter = timed()
    for act in MATTER_IN[state]:
        act(what)
    if state == M.OPEN:
        wait(what)
        return
    with pytest.raises(RuleBroken) as caught:
        wait(what)
    assert caught.value.code == "matter_not_open"


# What people do so that a clock in the first state comes to the second.
CLOCK_IN: dict[C, list[Act]] = {
    C.RUNNING: [],
    C.PAUSED: [wait],
    C.MET: [answer],
    C.STOPPED: [close],
}
WAYS: dict[tuple[C, C], list[Act]] = {
    (C.RUNNING, C.PAUSED): [wait],
    (C.RUNNING, C.MET): [answer],
    (C.RUNNING, C.STOPPED): [close],
    (C.PAUSED, C.RUNNING): [go_on],
    (C.PAUSED, C.MET): [answer],
    (C.PAUSED, C.STOPPED): [close],
    (C.MET, C.RUNNING): [close, reopen],
    (C.MET, C.PAUSED): [close, reopen, wait],
    (C.STOPPED, C.RUNNING): [reopen],
    (C.STOPPED, C.MET): [answered_before],
    (C.STOPPED, C.PAUSED): [reopen, lose_target, wait, regain_target],
}


def test_there_is_a_way_for_every_move_of_the_table() -> None:
    assert set(WAYS) == set(CLOCK_MOVES.moves())


@pytest.mark.parametrize(("frm", "to"), sorted(WAYS))
def test_every_legal_move_of_a_clock(frm: C, to: C) -> None:
    what, matter = timed()
    for act in CLOCK_IN[frm]:
        act(what)
    assert clock_of(matter, Metric.PLAN_REPLY).state == frm
    for act in WAYS[frm, to]:
        act(what)
    clock = clock_of(matter, Metric.PLAN_REPLY)
    assert (clock.state, clock.cycle) == (to, 1), "the same clock, not another"


@pytest.mark.parametrize("to", C)
@pytest.mark.parametrize("frm", C)
def test_every_other_move_is_refused(frm: C, to: C) -> None:
    if (frm, to) in WAYS:
        CLOCK_MOVES.check(frm, to)
        return
    with pytest.raises(RuleBroken) as caught:
        CLOCK_MOVES.check(frm, to)
    assert caught.value.code == "illegal_move"


@pytest.mark.parametrize("act", [close, stop, answer, wait, lose_target])
def test_what_is_done_stays_done_until_the_matter_is_opened_again(act: Act) -> None:
    what, matter = timed()
    answer(what)
    met_at = clock_of(matter, Metric.PLAN_REPLY).met_at
    act(what)
    clock = clock_of(matter, Metric.PLAN_REPLY)
    assert (clock.state, clock.met_at) == (C.MET, met_at)


@pytest.mark.parametrize("state", C)
@pytest.mark.parametrize(
    "times",
    [
        {"met_at": None, "met_by": None},
        {"stopped_at": None, "stopped_by": None},
        {"paused_since": None},
        {"spent_seconds": None},
        {"spent_seconds": 5},
    ],
)
def test_the_database_ties_the_state_of_a_clock_to_its_times(
    state: C, times: dict[str, Any]
) -> None:
    """Taking away what the state says, or adding what it does not, is refused; what it says nothing of
    may be written."""
    what, matter = timed()
    for act in CLOCK_IN[state]:
        act(what)
    clock = clock_of(matter, Metric.PLAN_REPLY)
    answers = {name: getattr(clock, name) for name in times}
    if all((answers[name] is None) == (value is None) for name, value in times.items()):
        Clock.objects.filter(pk=clock.pk).update(**times)
        return
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.filter(pk=clock.pk).update(**times)
