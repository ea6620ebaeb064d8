"""The broker is flushed, killed, replaced or hangs, and nothing that happened stays untold."""

import pytest

from tests.faults.outage import FAULTS, HEADER, run


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("NTF-2")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_failing_broker_loses_nothing(fault: str) -> None:
    report = run(fault, 40)
    print(f"\n{HEADER}\n{report.line()}")  # noqa: T201  # the figures are part of the proof
    assert report.is_whole, report
    # How soon, benchmarks/outage.py says.
    assert report.back_after < float("inf"), "the worker is woken again after the broker is back"
