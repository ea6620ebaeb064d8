"""Months, tax, amounts in words, settling and ageing: arithmetic only."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.billing.rules import months, settling, tax, words

CENTS = st.decimals("0.01", "9999999.99", places=2)


@pytest.mark.requirement("BIL-2")
@pytest.mark.parametrize(
    ("instant", "month"),
    [
        ("2026-10-31T15:59:59", date(2026, 10, 1)),
        ("2026-10-31T16:00:00", date(2026, 11, 1)),
        ("2026-12-31T16:00:00", date(2027, 1, 1)),
    ],
)
def test_a_month_is_counted_by_the_day_in_shanghai(instant: str, month: date) -> None:
    assert months.month_of(datetime.fromisoformat(instant).replace(tzinfo=UTC)) == month


def test_a_month_is_over_once_the_next_has_begun() -> None:
    november = date(2026, 11, 1)
    assert not months.is_over(november, datetime(2026, 11, 30, 15, 59, tzinfo=UTC))
    assert months.is_over(november, datetime(2026, 11, 30, 16, 0, tzinfo=UTC))
    assert months.last_day(november) == date(2026, 11, 30)
    assert months.next_month(date(2026, 12, 1)) == date(2027, 1, 1)


@pytest.mark.requirement("BIL-4")
def test_tax_is_split_once_of_the_sum() -> None:
    assert tax.split(Decimal("10000.00"), 60_000) == (
        Decimal("9433.96"),
        Decimal("566.04"),
    )
    assert tax.split(Decimal("10.00"), 60_000)[1] * 1000 == Decimal("570.00")


@given(CENTS, st.sampled_from([0, 10_000, 30_000, 60_000, 90_000, 130_000]))
def test_net_and_tax_add_up(gross: Decimal, rate_ppm: int) -> None:
    net, part = tax.split(gross, rate_ppm)
    assert net + part == gross
    assert part >= 0
    assert tax.split(-gross, rate_ppm) == (-net, -part)


@pytest.mark.parametrize(
    ("amount", "in_chinese"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1.05", "壹元零伍分"),
        ("10", "壹拾元整"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("10000.04", "壹万元零肆分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("100000000", "壹亿元整"),
        ("100010001", "壹亿零壹万零壹元整"),
        ("-325.04", "负叁佰贰拾伍元零肆分"),
    ],
)
def test_an_amount_in_words(amount: str, in_chinese: str) -> None:
    assert words.in_words(Decimal(amount)) == in_chinese


@pytest.mark.requirement("BIL-5")
@given(CENTS, st.lists(CENTS, max_size=8))
def test_a_payment_is_spread_without_losing_a_cent(amount: Decimal, owed: list[Decimal]) -> None:
    parts = settling.spread(amount, enumerate(owed))
    assert sum((part for _key, part in parts), Decimal(0)) == min(amount, sum(owed, Decimal(0)))
    assert all(0 < part <= owed[key] for key, part in parts)
    assert [key for key, _part in parts] == list(range(len(parts))), "the oldest first"
