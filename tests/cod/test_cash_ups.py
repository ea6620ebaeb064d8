"""A courier's cash: declared, counted by somebody else, closed; shortages and overages (COD-7)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.cod import services
from apps.cod.enums import CashUpState, ItemState
from apps.cod.models import CashUp, Taking
from apps.cod.queries.debts import debt_of
from apps.cod.queries.proof import compare
from apps.cod.rules.counting import shared_out
from apps.cod.services.opening_cash_ups import next_noon
from apps.cod.states import CASH_UP_MOVES
from apps.customers.enums import SettlementMethod
from apps.events.models import Event
from apps.ledger.enums import AccountKind as K
from apps.quality.models import ExceptionReport
from apps.sla.models import Matter
from apps.tracking.enums import CodMethod
from tests.factories import billing, cod
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.shipments import shipment
from tests.refusing import refused

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-7")]
D = Decimal
C = CashUpState


def ties() -> bool:
    return not [one for one in compare() if one.differs]


def declared(amount: str = "100.00") -> CashUp:
    item = cod.collected("100.00")
    row = cod.cash_up_of(item.courier)
    return services.declare_cash_up(
        cash_up_id=row.pk, amount=amount, by=UserFactory(), at=timezone.now()
    )


def count(row: CashUp, amount: Any, by: User | None = None, **more: Any) -> CashUp:
    hand = by or UserFactory()
    return services.count_cash_up(
        cash_up_id=row.pk, amount=amount, by=hand, at=timezone.now(), **more
    )


def test_counted_as_it_should_be_it_is_closed_and_the_money_is_the_station_s() -> None:
    courier = cod.courier()
    first, second = cod.collected("100.00", by=courier), cod.collected("55.50", by=courier)
    row = cod.counted(courier)
    assert (row.state, row.expected, row.counted) == (C.CLOSED, D("155.50"), D("155.50"))
    assert cod.net(K.STATION_CASH, courier.unit_id) == D("155.50")
    assert cod.net(K.COURIER_CASH, courier.pk) == 0
    for item in (first, second):
        item.refresh_from_db()
        assert item.state == ItemState.COUNTED
    assert not ExceptionReport.objects.exists()
    assert ties()


def test_what_is_short_is_the_courier_s_debt_and_never_the_merchant_s_loss() -> None:
    courier = cod.courier()
    item = cod.collected("100.00", by=courier)
    row = cod.counted(courier, "70.00")
    item.refresh_from_db()
    assert (row.state, row.difference) == (C.COUNTED, D("-30.00"))
    assert cod.net(K.COURIER_RECEIVABLE, courier.pk) == D("30.00") == debt_of(courier)
    assert cod.net(K.COD_PAYABLE, item.merchant_id) == D("-100.00"), "owed in full"
    assert item.state == ItemState.COUNTED
    assert ExceptionReport.objects.get().unit == row.unit
    services.close_cash_up(
        cash_up_id=row.pk, explanation="途中遗失", by=UserFactory(), at=timezone.now()
    )
    row.refresh_from_db()
    assert row.state == C.CLOSED
    assert ties()


def test_what_is_over_waits_among_the_differences() -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    row = cod.counted(courier, "101.50")
    assert cod.net(K.PENDING_DIFFERENCES, courier.unit_id) == D("-1.50")
    assert (row.state, debt_of(courier)) == (C.COUNTED, 0)
    assert ties()


def test_a_difference_is_counted_once_more_and_posted_anew() -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    row = cod.counted(courier, "10.00")
    again = services.recount_cash_up(
        cash_up_id=row.pk, amount="100.00", reason="数错", by=UserFactory(), at=timezone.now()
    )
    assert (again.state, again.counts, again.explanation) == (C.CLOSED, 2, "数错")
    assert cod.net(K.COURIER_RECEIVABLE, courier.pk) == 0
    assert cod.net(K.STATION_CASH, courier.unit_id) == D("100.00")
    assert ties()


def test_a_shortage_is_repaid_in_the_next_cash_up() -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    cod.counted(courier, "70.00")
    by, at = UserFactory(), timezone.now()
    assert refused(lambda: services.repay_shortage(courier=courier, amount="30.01", by=by, at=at))
    taking = services.repay_shortage(courier=courier, amount="30.00", by=by, at=at)
    assert taking.cash_up.day == timezone.localdate() + timedelta(days=1)
    assert debt_of(courier) == 0 == cod.net(K.COURIER_RECEIVABLE, courier.pk)
    assert cod.net(K.COURIER_CASH, courier.pk) == D("30.00")
    assert ties()


def test_late_money_goes_into_the_next_cash_up_that_is_open() -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    row = cod.cash_up_of(courier)
    services.declare_cash_up(cash_up_id=row.pk, amount="100", by=UserFactory(), at=timezone.now())
    cod.collected("20.00", by=courier)
    late = CashUp.objects.exclude(pk=row.pk).get()
    assert (late.day, late.state) == (row.day + timedelta(days=1), C.OPEN)
    assert list(late.takings.values_list("amount", flat=True)) == [D("20.00")]


def test_a_cash_up_is_to_be_closed_by_the_next_noon() -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    row = cod.cash_up_of(courier)
    matter = Matter.objects.get(subject_type="cod.cashup", subject_id=str(row.pk))
    assert matter.clocks.get().due_at == next_noon(row.day)
    cod.counted(courier)
    matter.refresh_from_db()
    assert matter.state == "closed"


@pytest.mark.parametrize("amount", ["-0.01", "1.005", "NaN"])
def test_sums_below_zero_or_with_three_decimals_are_refused(amount: str) -> None:
    row = declared()
    assert refused(lambda: count(row, amount)) == "bad_amount"
    row.refresh_from_db()
    assert row.state == C.DECLARED
    assert Event.objects.filter(kind="cod.attempt_refused", subject_id=str(row.pk)).count() == 1


def test_notes_and_coins_are_what_was_counted() -> None:
    row = declared()
    notes = {"50": 1, "20": 2}
    assert refused(lambda: count(row, "100.00", denominations=notes)) == "notes_differ"
    done = count(row, "100.00", denominations={"50": 1, "20": 2, "10": 1})
    assert done.denominations == {"50": 1, "20": 2, "10": 1}


def test_a_declaration_is_taken_back_before_the_count_only() -> None:
    row = declared("90.00")
    by, at = UserFactory(), timezone.now()
    services.take_back_declaration(cash_up_id=row.pk, reason="写错", by=by, at=at)
    services.declare_cash_up(cash_up_id=row.pk, amount="100.00", by=by, at=at)
    count(row, "100.00")
    act = lambda: services.take_back_declaration(cash_up_id=row.pk, reason="x", by=by, at=at)  # noqa: E731
    assert refused(act) == "illegal_move"


def test_every_move_of_a_cash_up_is_by_the_table() -> None:
    by, at = UserFactory(), timezone.now()
    acts = {
        C.DECLARED: lambda pk: services.declare_cash_up(cash_up_id=pk, amount="1", by=by, at=at),
        C.OPEN: lambda pk: services.take_back_declaration(cash_up_id=pk, reason="x", by=by, at=at),
        C.COUNTED: lambda pk: services.count_cash_up(cash_up_id=pk, amount="1", by=by, at=at),
        C.CLOSED: lambda pk: services.close_cash_up(cash_up_id=pk, explanation="x", by=by, at=at),
    }
    for frm in C:
        for to, act in acts.items():
            row = standing(frm)
            if (frm, to) == (C.DECLARED, C.CLOSED):
                count(row, "100.00")
            elif CASH_UP_MOVES.allows(frm, to):
                act(row.pk)
            else:
                assert refused(lambda act=act, row=row: act(row.pk)) == "illegal_move", (frm, to)
                to = frm
            row.refresh_from_db()
            assert row.state == to


def standing(state: CashUpState) -> CashUp:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    row = cod.cash_up_of(courier)
    if state == C.OPEN:
        return row
    services.declare_cash_up(cash_up_id=row.pk, amount="100", by=UserFactory(), at=timezone.now())
    if state != C.DECLARED:
        count(row, "99.00" if state == C.COUNTED else "100.00")
    return row


def test_the_database_takes_no_money_into_a_declared_cash_up_and_one_cash_up_a_day() -> None:
    row = declared()
    taking = row.takings.get()
    taking.pk, taking.source = None, "again"
    with pytest.raises(IntegrityError, match="takes no more money"), transaction.atomic():
        taking.save(force_insert=True)
    with pytest.raises(IntegrityError, match="cash_up_once"), transaction.atomic():
        CashUp.objects.create(
            courier=row.courier, day=row.day, unit=row.unit, opened_at=timezone.now()
        )


# --- freight in the same cash-up ----------------------------------------------------------------


def at_the_door(method: SettlementMethod, gross: str = "18.00", **fields: Any) -> Any:
    unit = UnitFactory()
    waybill = shipment(settlement_method=method, responsible_unit=unit, **fields)
    services_of = billing.services.post_charges
    charge = billing.new_charge(waybill.customer, gross, waybill=waybill.number, station_id=unit.pk)
    services_of([charge], by=UserFactory(), at=timezone.now())
    return waybill


def test_freight_collect_comes_with_the_proof_of_delivery() -> None:
    waybill = at_the_door(SettlementMethod.FREIGHT_COLLECT, cod_amount=D("100.00"))
    courier = cod.courier()
    cod.delivered(waybill, courier=courier)
    kinds = set(Taking.objects.values_list("kind", "amount"))
    assert kinds == {("cod", D("100.00")), ("freight_collect", D("18.00"))}
    row = cod.counted(courier)
    assert (row.expected, row.state) == (D("118.00"), C.CLOSED)
    assert cod.net(K.RECEIVABLE, waybill.responsible_unit_id) == D("-18.00")
    assert ties()


def test_cash_freight_is_entered_by_number_once() -> None:
    waybill, courier = at_the_door(SettlementMethod.CASH), cod.courier()
    by, at = UserFactory(), timezone.now()
    act = lambda: services.take_freight(  # noqa: E731
        number=f" {waybill.number} ", courier=courier, method=CodMethod.CASH, by=by, at=at
    )
    assert act().amount == D("18.00")
    assert refused(act) == "freight_taken"
    monthly = at_the_door(SettlementMethod.MONTHLY)
    other = lambda: services.take_freight(  # noqa: E731
        number=monthly.number, courier=courier, method=CodMethod.CASH, by=by, at=at
    )
    assert refused(other) == "not_at_the_door"
    assert ties()


# --- the arithmetic -----------------------------------------------------------------------------

fen = st.integers(-50_000, 50_000).filter(bool).map(lambda n: D(n) / 100)


@given(st.lists(fen, max_size=12), st.integers(0, 99_999))
def test_parts_make_what_was_counted_and_what_is_missing(amounts: list[D], cents: int) -> None:
    expected, counted_ = sum(amounts, D("0.00")), D(cents) / 100
    if expected < 0:
        return
    parts = shared_out(amounts, counted_)
    missing = max(expected - counted_, D(0))
    assert sum((short for _in, short in parts), D(0)) == missing
    assert sum((handed for handed, _short in parts), D(0)) == expected - missing
    for amount, (handed, short) in zip(amounts, parts, strict=True):
        assert handed + short == amount and short >= 0
        assert short == 0 if amount < 0 else short <= amount
