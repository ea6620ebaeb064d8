"""Watchers are killed, the database restarts, the broker forgets: no step is lost, none told twice."""

import pytest

from tests.faults.clocks import run, run_control
from tests.faults.herd import Plan
from tests.faults.points import POINTS, TABLES


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("CMP-3")
def test_every_step_is_told_once_whatever_befalls_the_watchers() -> None:
    plan = Plan(kills=10, restarts=2, flushes=3, span=15, deadline=300, points=POINTS)
    report = run(300, plan)
    print("\n".join(report.lines()))  # noqa: T201  # the figures are part of the proof
    assert report.is_whole, report
    struck = report.struck
    assert struck.in_transaction == plan.kills, "all are killed where it hurts most"
    assert {*TABLES[:3]} <= set(struck.points), "at each point of the sweeper's transaction"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_same_blows_show_what_plain_eta_tasks_lose() -> None:
    """Without this nobody would know that the test above can see a loss."""
    for span in (10, 40, 120):  # a busy machine needs longer until there is something to strike
        plan = Plan(kills=6, restarts=1, flushes=2, span=span, deadline=300)
        report = run_control(300, plan)
        print("\n".join(report.lines()))  # noqa: T201  # the figures are part of the proof
        if 0 < report.lost["steps"] < report.expected:
            break
    assert not report.is_whole, report
    assert report.lost["steps"] < report.expected, "it works, as long as nothing befalls it"
