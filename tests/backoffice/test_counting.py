"""How long to wait: what is told has to be true, and not longer than needed (TRK-10)."""

from datetime import timedelta
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from apps.backoffice.rules.counting import wait_for_room

WINDOW = timedelta(minutes=15)
COUNTS = st.integers(min_value=0, max_value=40)


def has_room(now: int, before: int, most: int, elapsed: timedelta) -> bool:
    """As the database counts: the last window for as much of it as still lies within one."""
    if elapsed >= WINDOW:
        now, before, elapsed = 0, now, elapsed - WINDOW
    if elapsed >= WINDOW:
        before, elapsed = 0, elapsed - WINDOW
    return now + 1 + ceil(before * (1 - elapsed / WINDOW)) <= most


@given(COUNTS, COUNTS, st.integers(1, 30), st.integers(0, 899))
def test_after_the_wait_there_is_room_and_shortly_before_there_is_none(
    now: int, before: int, most: int, seconds: int
) -> None:
    now, before = min(now, most), min(before, most)
    elapsed = timedelta(seconds=seconds)
    wait = wait_for_room(now, before, most, elapsed=elapsed, window=WINDOW)
    assert (wait == timedelta(0)) == has_room(now, before, most, elapsed)
    assert has_room(now, before, most, elapsed + wait)
    if wait > timedelta(seconds=3):
        assert not has_room(now, before, most, elapsed + wait - timedelta(seconds=3))
    assert wait <= 2 * WINDOW + timedelta(seconds=1)
