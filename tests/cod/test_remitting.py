"""When a merchant is remitted to and what of, as pure arithmetic (COD-7)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.cod.enums import Cycle, RowKind, WaitReason
from apps.cod.rules import remitting
from apps.cod.rules.remitting import (
    CarriedBack,
    Due,
    Fee,
    Overdue,
    Terms,
    is_due,
    next_due,
    seen_until,
    settle,
)

pytestmark = pytest.mark.requirement("COD-7")
D, K, W = Decimal, RowKind, WaitReason
TUESDAY = date(2026, 12, 1)


def terms(**more: Any) -> Terms:
    values: dict[str, Any] = {
        "cycle": Cycle.WEEKLY,
        "days": (2, 5),
        "since": date(2026, 11, 1),
        "delay_days": 1,
        "minimum": D("0.00"),
        "fee_deducted": True,
        "offset_agreed": False,
        "is_held": False,
        **more,
    }
    return Terms(**values)


def due(*amounts: str, fee: str = "") -> list[Due]:
    fees = (Fee(7, D(fee)),) if fee else ()
    return [Due(n, f"YP{n}", D(one), fees) for n, one in enumerate(amounts, start=1)]


def test_days_of_the_week() -> None:
    days = [TUESDAY + timedelta(days=n) for n in range(7)]
    assert [day.isoweekday() for day in days if is_due(terms(), day)] == [2, 5]
    assert next_due(terms(), date(2026, 12, 2)) == date(2026, 12, 4)
    assert not is_due(terms(since=date(2026, 12, 2)), TUESDAY), "not before they begin"


def test_every_so_many_days_from_the_first_on() -> None:
    every = terms(cycle=Cycle.EVERY, days=(3,), since=TUESDAY)
    found = [n for n in range(10) if is_due(every, TUESDAY + timedelta(days=n))]
    assert found == [0, 3, 6, 9]


def test_a_day_that_a_month_has_not_is_its_last() -> None:
    monthly = terms(cycle=Cycle.MONTHLY, days=(15, 31))
    assert is_due(monthly, date(2026, 11, 30)) and is_due(monthly, date(2027, 2, 28))
    assert is_due(monthly, date(2026, 12, 31)) and not is_due(monthly, date(2026, 12, 30))


def test_money_is_remitted_so_many_days_after_the_bank() -> None:
    assert seen_until(terms(delay_days=3), TUESDAY) == date(2026, 11, 28)


def test_items_less_fees_and_claw_backs_are_paid_out() -> None:
    found = settle(terms(), due("100.00", "50.00", fee="1.50"), [CarriedBack(3, "YP9", D("30.00"))])
    assert found.payout == D("117.00") and found.waits is None and found.carried == 0
    assert [(row.kind, row.amount) for row in found.rows] == [
        (K.ITEM, D("100.00")),
        (K.ITEM, D("50.00")),
        (K.FEE, D("-1.50")),
        (K.FEE, D("-1.50")),
        (K.CLAW_BACK, D("-30.00")),
        (K.PAYOUT, D("-117.00")),
    ]


def test_fees_on_the_statement_are_not_taken_here() -> None:
    assert settle(terms(fee_deducted=False), due("100.00", fee="1.50")).payout == D("100.00")


@pytest.mark.parametrize(
    ("more", "items", "backs", "why", "carried"),
    [
        ({}, [], [], W.NOTHING, "0.00"),
        ({}, [], ["30.00"], W.NOTHING, "-30.00"),
        ({"minimum": D("50.00")}, ["70.00"], ["30.00"], W.BELOW_MINIMUM, "40.00"),
        ({"minimum": D("100.00")}, ["99.99"], [], W.BELOW_MINIMUM, "99.99"),
        ({"is_held": True}, ["99.99"], [], W.ON_HOLD, "99.99"),
    ],
)
def test_what_is_not_remitted_is_carried(
    more: dict[str, Any], items: list[str], backs: list[str], why: str, carried: str
) -> None:
    claw_backs = [CarriedBack(n, "YP9", D(one)) for n, one in enumerate(backs)]
    found = settle(terms(**more), due(*items), claw_backs)
    assert (found.waits, found.carried, found.rows) == (why, D(carried), ())
    assert found.payout == 0


def test_of_claw_backs_as_much_is_taken_as_there_is_money_the_oldest_first() -> None:
    backs = [CarriedBack(1, "YP8", D("30.00")), CarriedBack(2, "YP9", D("50.00"))]
    found = settle(terms(minimum=D("99.00")), due("60.00", fee="1.00"), backs)
    taken = [(row.claw_back_id, row.amount) for row in found.rows if row.kind == K.CLAW_BACK]
    assert taken == [(1, D("-30.00")), (2, D("-29.00"))], "the fee first"
    assert (found.payout, found.carried, found.waits) == (0, D("-21.00"), None)
    assert sum(row.amount for row in found.rows) == 0


def test_fees_that_are_not_covered_wait_with_their_items() -> None:
    found = settle(terms(), due("1.00", fee="1.50"), [CarriedBack(1, "YP8", D("30.00"))])
    assert (found.waits, found.rows, found.carried) == (W.NOT_COVERED, (), D("-29.00"))


def test_what_is_paid_ahead_is_a_line_of_its_own() -> None:
    one = Due(1, "YP1", D("10.00"), is_ahead=True)
    assert [row.kind for row in settle(terms(), [one]).rows] == [K.ADVANCE, K.PAYOUT]


def test_overdue_statements_are_set_off_only_if_agreed_and_the_oldest_first() -> None:
    overdue = [Overdue(1, "ST1", D("60.00")), Overdue(2, "ST2", D("70.00"))]
    assert settle(terms(), due("100.00"), (), overdue).payout == D("100.00")
    found = settle(terms(offset_agreed=True), due("100.00"), (), overdue)
    off = [(row.statement_id, row.amount) for row in found.rows if row.kind == K.OFFSET]
    assert off == [(1, D("-60.00")), (2, D("-40.00"))]
    assert found.payout == 0 and found.rows[-1].kind == K.OFFSET, "nothing is left to pay out"


def test_a_fee_is_not_taken_a_second_time_with_its_statement() -> None:
    overdue = [Overdue(7, "ST7", D("10.00"))]
    found = settle(terms(offset_agreed=True), due("100.00", fee="4.00"), (), overdue)
    assert [row.amount for row in found.rows if row.kind == K.OFFSET] == [D("-6.00")]
    assert found.payout == D("90.00")


def test_too_many_for_one_are_left_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remitting, "MOST_ITEMS", 2)
    found = settle(terms(), due("1.00", "2.00", "4.00"))
    assert (found.payout, found.carried) == (D("3.00"), D("4.00"))


AMOUNTS = st.decimals("0.01", "99999.99", places=2)
ITEMS = st.lists(
    st.tuples(AMOUNTS, st.lists(st.tuples(st.integers(1, 3), AMOUNTS), max_size=2)), max_size=6
)


@given(
    items=ITEMS,
    backs=st.lists(AMOUNTS, max_size=3),
    owed=st.lists(AMOUNTS, max_size=3),
    minimum=st.decimals("0.00", "500.00", places=2),
    fee_deducted=st.booleans(),
    offset_agreed=st.booleans(),
)
def test_rows_sum_to_zero_and_nothing_is_paid_twice_or_lost(
    items: Any, backs: Any, owed: Any, minimum: Decimal, fee_deducted: bool, offset_agreed: bool
) -> None:
    dues = [
        Due(n, f"YP{n}", amount, tuple(Fee(s, fee) for s, fee in fees))
        for n, (amount, fees) in enumerate(items)
    ]
    claw_backs = [CarriedBack(n, f"YB{n}", one) for n, one in enumerate(backs)]
    overdue = [Overdue(n, f"ST{n}", one) for n, one in enumerate(owed, start=1)]
    found = settle(
        terms(minimum=minimum, fee_deducted=fee_deducted, offset_agreed=offset_agreed),
        dues,
        claw_backs,
        overdue,
    )
    assert sum((row.amount for row in found.rows), D(0)) == 0
    if found.waits is not None:
        assert found.rows == () and found.payout == 0
        assert found.carried == sum((i.amount for i in dues), D(0)) - sum(backs, D(0))
        return
    assert found.payout >= 0
    by_kind = {kind: [row for row in found.rows if row.kind == kind] for kind in RowKind}
    assert [row.item_id for row in by_kind[K.ITEM]] == [one.item_id for one in dues]
    taken_back = -sum((row.amount for row in by_kind[K.CLAW_BACK]), D(0))
    there = sum((row.amount for kind in (K.ITEM, K.FEE) for row in by_kind[kind]), D(0))
    assert taken_back == min(sum(backs, D(0)), there), "as much as there is"
    assert found.carried == taken_back - sum(backs, D(0))
    assert all(row.amount < 0 for kind in RowKind if kind != K.ITEM for row in by_kind[kind])
    for one in overdue:
        taken = -sum(
            (row.amount for row in found.rows if row.statement_id == one.statement_id), D(0)
        )
        fees = -sum((r.amount for r in by_kind[K.FEE] if r.statement_id == one.statement_id), D(0))
        assert taken <= max(one.owed, fees), "never more than is owed"
    assert bool(by_kind[K.PAYOUT]) == (found.payout > 0)
