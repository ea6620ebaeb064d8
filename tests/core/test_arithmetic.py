"""Money, phones, states, times: the small pure things everything stands on."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from apps.core.choices import ColourChoices
from apps.core.errors import BadInput, RuleBroken
from apps.core.money import format_money, money
from apps.core.phones import last_four, normalise_phone
from apps.core.states import MoveTable
from apps.core.times import relative


class Light(ColourChoices):
    RED = "red", "Red", "red"
    GREEN = "green", "Green", "green"


def test_choices_carry_label_and_colour() -> None:
    assert (Light.RED.value, Light.RED.label, Light.RED.colour) == ("red", "Red", "red")
    with pytest.raises(ValueError, match="mauve"):

        class Wrong(ColourChoices):
            A = "a", "A", "mauve"


def test_only_moves_in_the_table_pass() -> None:
    table = MoveTable({Light.RED: {Light.GREEN}})
    table.check(Light.RED, Light.GREEN)
    for frm, to in [(Light.GREEN, Light.RED), (Light.RED, Light.RED)]:
        with pytest.raises(RuleBroken) as refusal:
            table.check(frm, to)
        assert refusal.value.code == "illegal_move"
    assert list(table.moves()) == [(Light.RED, Light.GREEN)]


@given(st.decimals("-1e9", "1e9", places=4))
def test_money_rounds_half_away_from_zero_to_the_cent(amount: Decimal) -> None:
    rounded = money(amount)
    assert rounded.as_tuple().exponent == -2
    assert abs(rounded - amount) <= Decimal("0.005")
    assert money(-amount) == -rounded


def test_money_refuses_floats_and_nonsense() -> None:
    with pytest.raises(TypeError):
        money(1.1)  # type: ignore[arg-type]
    for bad in ("abc", "NaN", "Infinity"):
        with pytest.raises(BadInput):
            money(bad)
    assert format_money(Decimal("-1234.5")) == "-¥1,234.50"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("138 0013 8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("+86-138-0013-8000", "+8613800138000"),
        ("010-80462111", "+861080462111"),
        ("+44 20 7946 0958", "+442079460958"),
    ],
)
def test_phones_are_kept_one_way(typed: str, stored: str) -> None:
    assert normalise_phone(typed) == stored
    assert last_four(stored) == stored[-4:]


@pytest.mark.parametrize("typed", ["", "12", "not a phone", "1" * 40, "1380013800a", "１\x00"])
def test_what_is_not_a_phone_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        normalise_phone(typed)


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (timedelta(minutes=-12), "12 minutes ago"),
        (timedelta(minutes=1), "in 1 minute"),
        (timedelta(hours=-30), "1 day ago"),
        (timedelta(seconds=-5), "just now"),
        (timedelta(hours=3, minutes=20), "in 3 hours"),
    ],
)
def test_relative_times(gap: timedelta, words: str) -> None:
    at = datetime(2026, 3, 21, 6, 5, tzinfo=UTC)
    with translation.override("en"):
        assert relative(at + gap, at) == words
