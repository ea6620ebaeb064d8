"""Every process of the house is killed in turn, and what customers were told is true."""

import pytest

from tests.faults.reconcile import BLOWS, run


@pytest.mark.slow
@pytest.mark.requirement("NTF-2")
def test_what_was_answered_is_there_once_whoever_is_killed() -> None:
    counts = {"reports": 20, "orders": 40, "scans": 60, "messages": 30, "chats": 15}
    report = run(counts, blows=BLOWS, every=2.0)
    print("\n" + "\n".join(report.lines()))  # noqa: T201  # the figures are part of the proof
    assert report.answers.count() == sum(counts.values()), "everybody was answered in the end"
    assert report.is_whole, report
