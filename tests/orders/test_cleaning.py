"""From typed words to clean values: nothing crashes, every mistake has its field (ORD-4)."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.orders.cleaning import _CLEANERS, clean_order
from apps.orders.rules import label_address
from apps.orders.rules.pieces import share, share_money
from tests.factories.orders import words

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=50),
    st.decimals(),
    st.lists(st.integers(), max_size=2),
    st.datetimes(),
)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(sorted(_CLEANERS)), ANYTHING, max_size=6))
def test_whatever_comes_in_comes_out_clean_or_named(raw: dict[str, Any]) -> None:
    content, errors = clean_order(raw)
    assert set(errors) <= set(_CLEANERS)
    assert all(str(error) and error.field == name for name, error in errors.items())
    assert content.pieces is None or content.pieces > 0
    assert (content.settlement_method == "cod") == (content.cod_amount is not None)


def test_a_nought_is_no_cash_on_delivery() -> None:
    content, errors = clean_order({"settlement_method": "monthly", "cod_amount": "0"})
    assert "cod_amount" not in errors
    assert content.cod_amount is None


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("pieces", "３", 3),
        ("weight_kg", "4.2", 4200),
        ("weight_kg", "1,200", 1_200_000),
        ("volume_m3", "0.5", 500_000),
        ("declared_value", "¥1,000.50", Decimal("1000.50")),
        ("job_type", "door_to_door", "door_to_door"),
        ("job_type", "Intra-city delivery", "intra_city"),
        ("waybill_per_piece", "是", True),
        ("pickup_phone", "138 0013 8000", "+8613800138000"),
    ],
)
def test_what_people_type_is_understood(name: str, typed: str, stored: Any) -> None:
    content, errors = clean_order({name: typed})
    target = {"weight_kg": "weight_g", "volume_m3": "volume_cm3"}.get(name, name)
    assert not errors and getattr(content, target) == stored


@pytest.mark.parametrize(
    ("name", "typed", "code"),
    [
        ("pieces", "1.5", "too_fine"),
        ("pieces", "0", "out_of_range"),
        ("pieces", "-1", "out_of_range"),
        ("pieces", "1e9", "out_of_range"),
        ("pieces", "NaN", "not_a_number"),
        ("pieces", "9" * 400, "not_a_number"),
        ("weight_kg", "0.0001", "too_fine"),
        ("weight_kg", "1e400", "out_of_range"),
        ("declared_value", "1.005", "too_fine"),
        ("declared_value", "-1", "out_of_range"),
        ("job_type", "火箭", "unknown_choice"),
        ("goods_name", "a" * 121, "too_long"),
        ("goods_name", "a\x00b", "bad_text"),
        ("goods_name", "\ud800", "bad_text"),
        ("goods_name", 5, "not_text"),
        ("pickup_phone", "12", "bad_phone"),
        ("requested_delivery", "明天", "not_a_time"),
        ("requested_delivery", "9999-12-31 00:00", "out_of_range"),
        ("requested_delivery", "2026-13-45", "not_a_time"),
        ("waybill_per_piece", "maybe", "not_yes_or_no"),
        ("cod_amount", "10", "not_cod"),
        ("insured_amount", "0.001", "too_fine"),
        ("settlement_method", "cod", "required"),
    ],
)
def test_a_mistake_is_named(name: str, typed: Any, code: str) -> None:
    _content, errors = clean_order({name: typed})
    assert code in {error.code for error in errors.values()}


def test_a_spreadsheet_may_speak_chinese() -> None:
    content, errors = clean_order(words(job_type="同城配送", settlement_method="月结"))
    assert not errors and (content.job_type, content.settlement_method) == ("intra_city", "monthly")


@given(st.integers(min_value=1, max_value=10**9), st.integers(min_value=1, max_value=200))
def test_shares_add_up_and_differ_by_one_at_most(total: int, parts: int) -> None:
    shares = share(total, parts)
    assert sum(shares) == total and max(shares) - min(shares) <= 1
    cents = Decimal(total) / 100
    assert sum(share_money(cents, parts)) == cents


@pytest.mark.requirement("ORD-4")
@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("北京市朝阳区建国路1号2单元301室", "北京市朝阳区建国路1号***单元***室"),
        ("上海市世纪大道100号3号楼501", "上海市世纪大道100号3号楼***"),
        ("深圳市南山区科技园12栋B1703房", "深圳市南山区科技园12栋***房"),
        ("1 Main Street, Room 501", "1 Main Street, ***"),
        ("广州市天河路", "广州市天河路"),
    ],
)
def test_a_label_hides_the_unit_number_and_keeps_the_street(address: str, shown: str) -> None:
    assert label_address(address) == shown
