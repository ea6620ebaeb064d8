"""Numbers as people type them: one rule for orders, sheets, price lists, claims and the bank's result files."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from apps.banking.paying.results import _amount
from apps.claims.rules.amounts import amount
from apps.core.errors import BadInput
from apps.core.numbers_typed import number_typed, plain_figures
from apps.pricing.sheets import cells

GOOD = {
    "80": "80", " 80.5 ": "80.5", "1,280.50": "1280.50", "12,345,678.9": "12345678.9", "-1,000": "-1000",
    "¥1,000.50": "1000.50", "￥１，２８０．５０": "1280.50", "１２": "12", "　８０　": "80", "+8": "+8", "1e-05": "1e-05",
    "1E+3": "1E+3", ".5": ".5", "80.": "80.", "¥ 12": "12", "-０．５": "-0.5",
}  # fmt: skip
BAD = (
    "1,5", "80,50", "１，５", "８０，５０", "1，5", ",80", "80,", "1,2800", "1280,500", "1,00,000", "1,0,0", "0,500", "1,280,5",
    "1,,280", "1.280,50", "1,280.5,0", "1_000", "2²", "½", "①", "٨٠", "NaN", "Infinity", "8 0", "八十", "1-2", "0x1",
)  # fmt: skip
D = Decimal
# Each reader of money with the yuan that it makes of a text.
READERS: dict[str, Callable[[str], Any]] = {
    "orders": lambda text: number_typed(text, "x"),
    "prices": lambda text: D(cells.fen_of(text)) / 100,
    "claims": lambda text: amount(text, "x"),
    "bank": lambda text: _amount(text, 1),
}


@pytest.mark.parametrize(("typed", "plain"), GOOD.items())
def test_what_people_type_is_read(typed: str, plain: str) -> None:
    assert plain_figures(typed) == plain
    assert number_typed(typed, "x") == D(plain)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("typed", BAD)
def test_nobody_guesses_what_a_comma_means(typed: str, reader: str) -> None:
    with pytest.raises(BadInput):
        READERS[reader](typed)


@pytest.mark.parametrize("reader", READERS)
def test_a_comma_parts_thousands_everywhere(reader: str) -> None:
    assert [READERS[reader](text) for text in ("1,280.50", "12,345,678.9", " 80 ")] == [
        D("1280.50"), D("12345678.9"), D(80),
    ]  # fmt: skip


def test_full_width_is_plain_wherever_a_person_types_into_a_sheet() -> None:
    for name in ("orders", "prices", "bank"):
        assert READERS[name]("￥１，２８０．５０") == D("1280.50")
    assert (cells.share_of("０．３％"), cells.share_of("0.3 %")) == (3000, 3000)


def test_the_refusal_says_what_a_comma_does() -> None:
    for text in ("80,50", "80，50"):
        with pytest.raises(BadInput, match=r"1,280\.50"):
            number_typed(text, "x")
        with pytest.raises(BadInput, match=r"1,280\.50") as caught:
            cells.fen_of(text)
        assert caught.value.code == "bad_number"
    with pytest.raises(BadInput) as other:
        number_typed("9" * 41, "pieces")
    assert (other.value.code, other.value.field) == ("not_a_number", "pieces")
    assert "1,280.50" not in str(other.value)
