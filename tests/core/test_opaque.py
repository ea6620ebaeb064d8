"""What leaves the house tells nobody how many rows there are."""

import re
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm

from apps.core.opaque import (
    PER_DAY,
    Id,
    dated_number,
    hide,
    hide_among,
    id_shape,
    shuffle,
    unhide,
    unhide_among,
    unshuffle,
)

KEY = "00" * 31 + "07"
DAY = date(2026, 11, 25)
rows = st.integers(0, 2**63 - 1)


@given(st.data(), st.integers(2, 2**64))
def test_the_shuffle_has_a_way_back(data: st.DataObject, capacity: int) -> None:
    value = data.draw(st.integers(0, capacity - 1))
    moved = shuffle(value, KEY, capacity)
    assert 0 <= moved < capacity
    assert unshuffle(moved, KEY, capacity) == value


@pytest.mark.requirement("TRK-10")
@pytest.mark.parametrize("capacity", [10**7, 10**11, 2**63])
def test_neighbours_in_time_are_strangers_in_number(capacity: int) -> None:
    moved = [shuffle(n, KEY, capacity) for n in range(2_000)]
    assert len(set(moved)) == 2_000
    assert len({b - a for a, b in pairwise(moved)}) > 1_990
    assert [shuffle(n, KEY[::-1], capacity) for n in range(5)] != moved[:5]


def test_the_waybills_of_before_keep_their_numbers() -> None:
    """Fixed here, because printed numbers must stay what they are."""
    assert [shuffle(n, KEY, 10**11) for n in (0, 41)] == [23451948262, 42076673334]


@given(rows)
def test_an_id_leads_back_to_its_row_and_to_no_other_table(row: int) -> None:
    text = hide(Id.EVENT, row)
    assert unhide(Id.EVENT, text) == row
    assert unhide(Id.ENDPOINT, text) is None
    assert unhide(Id.ENDPOINT, text.replace("evt", "we")) != row


@pytest.mark.parametrize(
    "text", ["", "5", "evt_", "evt_5", "evt_" + "z" * 13, "evt_" + "I" * 13, "evt_" + "1" * 14]
)
def test_what_is_no_id_leads_nowhere(text: str) -> None:
    assert unhide(Id.EVENT, text) is None


def test_ids_have_the_shape_that_is_described() -> None:
    assert all(
        re.fullmatch(id_shape(Id.EVENT).strip("^$"), hide(Id.EVENT, row)) for row in range(500)
    )


@given(st.integers(0, 36**8 - 1))
def test_short_ids_lead_back_too(row: int) -> None:
    assert unhide_among("stop", hide_among("stop", row, 36**8), 36**8) == row


@pytest.mark.requirement("CMP-1")
def test_numbers_of_a_day_are_checked_and_tell_no_serial() -> None:
    made = [dated_number("CS", DAY, n) for n in range(1, 2_001)]
    assert len(set(made)) == 2_000
    bodies = [number.removeprefix("CS20261125-") for number in made]
    assert all(len(body) == 8 and damm.is_valid(body) for body in bodies)
    assert len({int(b) - int(a) for a, b in pairwise(bodies)}) > 1_990
    # The first of a day looks different each day, and different for each kind.
    assert dated_number("CS", date(2026, 11, 26), 1)[11:] != bodies[0]
    assert dated_number("EX", DAY, 1)[11:] != bodies[0]
    with pytest.raises(ValueError, match="outside"):
        dated_number("CS", DAY, PER_DAY)
