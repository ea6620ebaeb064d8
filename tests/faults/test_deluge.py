"""A storm for one customer is a few mails that together name every shipment."""

import pytest

from tests.faults.deluge import GATHER_MINUTES, run


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("NTF-2")
def test_a_storm_is_a_few_mails_that_name_every_shipment() -> None:
    report = run(300)
    print(report.line())  # noqa: T201  # the figures are part of the proof
    assert report.is_met, report
    assert report.digests == 1
    assert report.queued_in < 60 * GATHER_MINUTES, "within the time they are gathered"
