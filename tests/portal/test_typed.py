"""The one field: everything people paste comes apart into numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.portal.typed import MOST_CHARACTERS, MOST_NUMBERS, take_apart
from apps.tracking.numbers import compose, group_number, parse_waybill_number

KEY = "5a" * 32  # fixed: every test process must name the same cases
A, B, C = (compose("YP", serial, KEY) for serial in (1, 2, 3))


def numbers(text: str) -> list[str]:
    return take_apart(text, parse=parse_waybill_number).numbers


@pytest.mark.parametrize(
    "text",
    [
        f"{A} {B} {C}",
        f"{A},{B},{C}",
        f"{A}，{B}；{C}",
        f"{A}、{B}、{C}",
        f"{A}\n{B}\r\n{C}\n",
        f"{A}\t{B}\u3000{C}",
        f" {A} ,, {B}\n\n{C};",
        f"{A.lower()} {B.lower()} {C}",
        f"{group_number(A)}\n{group_number(B)}\n{group_number(C)}",
        f"{group_number(A)} {group_number(B)} {group_number(C)}",
        f"{A[:6]}-{A[6:]} {B} {C}",
        f"{A} {B} {A} {C} {B}",
        "".join(chr(ord(c) + 0xFEE0) for c in A) + f"　{B} {C}",
        f"\u200b{A}\ufeff {B}\u200e {C}",
        f"{A[:6]}\u00ad{A[6:]} {B[:6]}\u202c{B[6:]} \u2066{C}\u2069",
        f"YP{''.join(chr(0x660 + int(sign)) for sign in A[2:])} {B} {C}",
    ],
)
def test_separators_widths_and_groupings(text: str) -> None:
    assert numbers(text) == [A, B, C]


def test_what_is_no_number_is_named_and_the_rest_is_kept() -> None:
    wrong = A[:-1] + str((int(A[-1]) + 1) % 10)
    typed = take_apart(f"{A}, {wrong}, 顺丰123, {B}", parse=parse_waybill_number)
    assert typed.numbers == [A, B]
    assert [bad.code for bad in typed.bad] == ["number_check_digit"]
    assert all(bad.message for bad in typed.bad)


def test_more_than_twenty_are_left_out_and_counted_and_the_text_is_kept() -> None:
    many = [compose("YP", serial, KEY) for serial in range(27)]
    typed = take_apart("\n".join(many), parse=parse_waybill_number)
    assert typed.numbers == many[:MOST_NUMBERS]
    assert typed.left_out == 7
    assert typed.text == "\n".join(many)


@pytest.mark.parametrize("text", ["", "   ", ",,，\n", "\u3000"])
def test_nothing_typed(text: str) -> None:
    assert take_apart(text, parse=parse_waybill_number).is_empty


@given(st.text(max_size=3000))
def test_any_text_at_all_is_answered(text: str) -> None:
    typed = take_apart(text, parse=parse_waybill_number)
    assert len(typed.numbers) + len(typed.bad) <= MOST_NUMBERS
    assert len(typed.text) <= MOST_CHARACTERS
    assert all(len(bad.text) <= 40 for bad in typed.bad)
