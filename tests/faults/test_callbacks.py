"""Every WeChat message is brought four times, twice at the same moment: one effect, one answer."""

import pytest

from tests.faults.callbacks import HEADER, run


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("TRK-8")
@pytest.mark.parametrize("mode", ["plain", "aes"])
def test_four_deliveries_have_one_effect_and_one_answer(mode: str) -> None:
    report = run(mode, 40, rate=5, workers=2)
    print(f"\n{HEADER}\n{report.line()}")  # noqa: T201  # the figures are part of the proof
    assert report.has_one_effect_each, report
    # How fast it is on a machine of its own, benchmarks/callbacks.py says.
