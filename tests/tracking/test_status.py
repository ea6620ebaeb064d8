"""The status is a maximum: order, repetition and batches cannot matter."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.tracking.codes import CODES, STRONG
from apps.tracking.enums import Reason, Status, is_terminal
from apps.tracking.status import Scan, beginning, derive, live, merge

NOON = datetime(2026, 3, 21, 4, 0, tzinfo=UTC)
requirement = pytest.mark.requirement
NUMBERED = {code: n for n, code in enumerate(sorted(CODES))}


def scan(code: str, minutes: int, n: int = 1, **fields: object) -> Scan:
    meaning = CODES[code]
    return Scan(
        **{
            "id": n,
            "source": "s",
            "source_id": "",
            "revision": 0,
            "supersedes_id": None,
            "is_withdrawal": False,
            "occurred_at": NOON + timedelta(minutes=minutes),
            "status": meaning.status,
            "reason": meaning.reason,
            "strength": meaning.strength,
            "rank": meaning.rank,
            # Of the content: what differs in code differs in fingerprint.
            "content_hash": UUID(int=n * 1000 + NUMBERED[code]),
            **fields,
        }
    )


scans = st.lists(
    st.builds(
        scan,
        st.sampled_from(sorted(CODES)),
        st.integers(-5, 5),
        st.integers(1, 50),
        place=st.sampled_from(["", "上海", "北京"]),
    ),
    max_size=12,
)


@requirement("TRK-2")
@given(scans, st.randoms(use_true_random=False))
@settings(max_examples=300)
def test_any_order_and_any_repetition_end_alike(events: list[Scan], random: object) -> None:
    shuffled = events + events[: len(events) // 2]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert derive(shuffled, issued_at=NOON) == derive(events, issued_at=NOON)


@given(scans, scans)
def test_merging_one_by_one_is_deriving_at_once(first: list[Scan], second: list[Scan]) -> None:
    current = derive(first, issued_at=NOON)
    assert merge(current, [one.status_update for one in second]) == derive(
        first + second, issued_at=NOON
    )
    for one in second:
        current = merge(current, [one.status_update])
    assert current == derive(first + second, issued_at=NOON)


@pytest.mark.parametrize(
    ("codes", "status"),
    [
        (["picked_up", "departed", "arrived", "out_for_delivery", "delivered"], "delivered"),
        (["out_for_delivery", "refused", "delivered"], "delivered"),
        (["out_for_delivery", "ready_for_pickup"], "ready_for_pickup"),
        (["ready_for_pickup", "delivered.locker_or_station_collected"], "delivered"),
        (["delivered", "arrived", "out_for_delivery"], "delivered"),
        (["delivered", "expired"], "delivered"),
        (["delivered", "late"], "delivered"),
        (["returning", "arrived", "out_for_delivery"], "returning"),
        (["returning", "arrived", "returned"], "returned"),
        (["cancelled", "picked_up"], "cancelled"),
        (["lost", "arrived"], "exception"),
        (["lost", "delivered"], "delivered"),
        (["expired", "arrived"], "in_transit"),
        (["picked_up", "signback"], "picked_up"),
        (["signback"], "created"),
        (["delivered", "signback"], "delivered"),
    ],
)
@requirement("TRK-2")
def test_terminal_news_is_guarded_in_every_order(codes: list[str], status: str) -> None:
    events = [scan(code, n, n + 1) for n, code in enumerate(codes)]
    for order in permutations(events):
        assert derive(order, issued_at=NOON).status == status


def test_in_the_same_second_the_further_scan_counts() -> None:
    arrived, out = scan("arrived", 0, 9), scan("out_for_delivery", 0, 1)
    assert derive([arrived, out], issued_at=NOON).status == "out_for_delivery"
    assert derive([out, arrived], issued_at=NOON).status == "out_for_delivery"


def test_a_station_is_not_a_signature() -> None:
    current = derive([scan("ready_for_pickup", 0)], issued_at=NOON)
    assert current.delivered_at is None
    assert current.concluded_at is None


def test_what_superseded_or_withdrawn_events_said_is_gone() -> None:
    wrong, right = scan("delivered", 5, 1), scan("out_for_delivery", 4, 2, supersedes_id=1)
    assert derive([wrong, right], issued_at=NOON).status == "out_for_delivery"
    back = scan("delivered", 6, 3, supersedes_id=1, is_withdrawal=True)
    assert live([wrong, back]) == []
    assert derive([wrong, back], issued_at=NOON) == beginning(NOON)


def test_of_the_same_id_the_highest_revision_counts_then_the_last_to_arrive() -> None:
    first = scan("delivered", 5, 1, source_id="a")
    second = scan("refused", 4, 2, source_id="a")
    assert live([first, second]) == [second]
    older = scan("arrived", 9, 3, source_id="a", revision=0)
    newer = scan("delivered", 5, 2, source_id="a", revision=2)
    assert live([newer, older]) == [newer]
    other = scan("arrived", 9, 4, source_id="a", source="t")
    assert live([newer, other]) == [newer, other]


def test_every_status_has_a_code_and_every_code_a_weight() -> None:
    assert {meaning.status for meaning in CODES.values()} == set(Status)
    assert {meaning.reason for meaning in CODES.values()} - {""} == set(Reason.values)
    for meaning in CODES.values():
        pair = ".".join(filter(None, (meaning.status, meaning.reason)))
        assert CODES[pair].status == meaning.status
        if is_terminal(meaning.status, meaning.reason) and meaning.status != Status.EXPIRED:
            assert meaning.strength == STRONG


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_statuses_and_reasons_read_well_in_both_languages(language: str) -> None:
    from django.utils.translation import override

    with override(language):
        labels = [str(choice.label) for choice in [*Status, *Reason]]
    assert all(labels)
    chinese = [any("\u4e00" <= c <= "\u9fff" for c in label) for label in labels]
    assert all(chinese) if language == "zh-hans" else not any(chinese)
    assert len({s.label for s in Status}) == len(Status)
