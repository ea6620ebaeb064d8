"""Faulty providers and killed workers: every message ends somewhere, and nothing is told twice
that was not on record as unclear."""

import pytest

from tests.faults.platforms import DROPS_DOUBLES, NAMES
from tests.faults.storm import run


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("NTF-2")
def test_every_message_ends_and_doubles_come_from_recorded_ambiguity_alone() -> None:
    report = run({"sms": 110, "wechat": 80, "webhook": 80, "email": 30}, kills=5, deadline=300)
    print("\n".join(report.lines()))  # noqa: T201  # the figures are part of the proof
    assert 1 <= report.kills <= 5, "a fast machine is done before the last kill"
    assert report.unfinished == 0
    assert report.missing == 0
    assert report.doubles_without_ambiguity == 0
    assert report.doubles["sms"] + report.doubles["email"] <= report.kills
    # Where the provider forbids doubles there are none at all.
    assert report.doubles["wechat"] == 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("NTF-1")
def test_what_goes_to_wecom_dingtalk_and_feishu_is_neither_lost_nor_doubled_unsaid() -> None:
    """Errors, answers that are lost or late, too much at once, and killed workers."""
    counts = {**dict.fromkeys(NAMES, 40), **{f"{name}_group": 45 for name in NAMES}}
    report = run(counts, kills=4, rate=0.08, deadline=300)
    print("\n".join(report.lines()))  # noqa: T201  # the figures are part of the proof
    assert 1 <= report.kills <= 4
    assert report.unfinished == 0 and report.missing == 0
    assert report.states.get("failed", 0) <= report.unclear, (
        "only what nobody could know ends there"
    )
    assert report.over_limit > 0, "they were told that it was too much, and it came later"
    assert report.doubles_without_ambiguity == 0
    assert [report.doubles[name] for name in DROPS_DOUBLES] == [0, 0]
