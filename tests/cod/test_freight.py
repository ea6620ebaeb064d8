"""Freight that is paid at the door is taken off the statement that carries it, once (COD-7, BIL-5)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.billing.enums import AllocationKind
from apps.billing.models import Allocation, Charge, DoorPayment, Statement
from apps.billing.queries.owing import owed_on
from apps.billing.services import (
    freeze_statements,
    note_door_payment,
    post_charges,
    reopen_statement,
)
from apps.cod import services
from apps.cod.models import Taking
from apps.cod.queries.proof import compare
from apps.core.errors import RuleBroken
from apps.customers.enums import SettlementMethod
from apps.events.models import Event
from apps.ledger.enums import AccountKind as K
from apps.tracking.enums import CodMethod
from tests.factories import billing, cod
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.shipments import shipment

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("COD-7"),
    pytest.mark.requirement("BIL-5"),
]
D = Decimal
# The month before the one in which the tests run, which is over.
LAST_MONTH = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)


def collect_shipment(
    gross: str = "18.00", *, unit: Any = "new", day: date | None = None, **fields: Any
) -> Any:
    """Freight collect, charged to a station; to its customer without one."""
    station = UnitFactory() if unit == "new" else unit
    waybill = shipment(
        settlement_method=SettlementMethod.FREIGHT_COLLECT, responsible_unit=station, **fields
    )
    charge = billing.new_charge(
        waybill.customer,
        gross,
        waybill=waybill.number,
        station_id=station.pk if station else None,
        service_day=day or LAST_MONTH.replace(day=10),
    )
    post_charges([charge], by=UserFactory(), at=timezone.now())
    return waybill


def statement_of(waybill: Any) -> Statement:
    return Charge.objects.filter(waybill=waybill.number).order_by("pk")[0].statement


def frozen(waybill: Any) -> Statement:
    row = statement_of(waybill)
    freeze_statements(statement_ids=[row.pk], month=row.period, by=UserFactory(), at=timezone.now())
    row.refresh_from_db()
    return row


def owed(statement: Statement) -> Decimal:
    return owed_on([statement.pk])[statement.pk].owed


def ties() -> bool:
    return not [one for one in compare() if one.differs]


def test_what_was_paid_at_the_door_before_the_freeze_is_received_by_the_statement() -> None:
    unit = UnitFactory()
    paid, other = collect_shipment(unit=unit), collect_shipment("7.00", unit=unit)
    courier = cod.courier()
    cod.delivered_with_freight(paid, courier=courier)
    row = frozen(paid)
    assert row.pk == statement_of(other).pk
    assert (row.charged, owed(row)) == (D("25.00"), D("7.00")), "only the other is asked for"
    assert cod.net(K.RECEIVABLE, unit.pk) == D("7.00")
    [one] = Allocation.objects.all()
    assert (one.kind, one.amount, one.reason) == (AllocationKind.DOOR, D("18.00"), paid.number)
    assert ties()


def test_paid_within_the_month_it_stands_among_the_month_s_receipts() -> None:
    waybill = collect_shipment()
    day = LAST_MONTH.replace(day=20)
    note_door_payment(
        source="x", waybill=waybill.number, amount=D("18.00"), day=day,
        by=UserFactory(), at=timezone.now(),
    )  # fmt: skip
    row = frozen(waybill)
    assert (row.received, row.closing, owed(row)) == (D("18.00"), D("0.00"), 0)
    reopen_statement(
        statement_id=row.pk, reason="补记", by=UserFactory(scope="all"), at=timezone.now()
    )
    again = frozen(waybill)
    assert (again.received, again.closing, owed(again)) == (D("18.00"), D("0.00"), 0)
    assert Allocation.objects.count() == 1


def test_what_is_paid_after_the_freeze_settles_at_once() -> None:
    waybill = collect_shipment()
    row = frozen(waybill)
    assert owed(row) == D("18.00")
    cod.delivered_with_freight(waybill, courier=cod.courier())
    assert owed(row) == 0
    assert Event.objects.filter(kind="allocation.made", subject_id=str(row.pk)).count() == 1
    assert ties()


def test_news_that_comes_twice_is_one_payment() -> None:
    waybill = collect_shipment()
    row = frozen(waybill)
    cod.delivered_with_freight(waybill, courier=cod.courier())
    for _n in range(2):
        cod.followed_freight(waybill)
        note_door_payment(
            source=f"freight:{waybill.pk}", waybill=waybill.number, amount=D("18.00"),
            day=timezone.localdate(), by=UserFactory(), at=timezone.now(),
        )  # fmt: skip
    counts = (Taking.objects.count(), DoorPayment.objects.count(), Allocation.objects.count())
    assert counts == (1, 1, 1) and owed(row) == 0 and ties()


def test_freight_on_a_customer_s_statement_relieves_that_customer() -> None:
    waybill = collect_shipment(unit=None)
    cod.delivered_with_freight(waybill, courier=cod.courier())
    taking = Taking.objects.get()
    assert (taking.station, taking.payer) == (None, waybill.customer)
    row = frozen(waybill)
    assert row.bill_to == waybill.customer and owed(row) == 0
    assert cod.net(K.RECEIVABLE, waybill.customer_id) == 0 and ties()


def test_charged_to_two_statements_each_is_relieved_of_its_part() -> None:
    waybill = collect_shipment("10.00")
    unit_id = statement_of(waybill).station_id
    frozen(waybill)
    more = billing.new_charge(
        waybill.customer, "5.00", waybill=waybill.number, station_id=unit_id,
        service_day=timezone.localdate(),
    )  # fmt: skip
    post_charges([more], by=UserFactory(), at=timezone.now())
    services.take_freight(
        number=waybill.number, courier=cod.courier(), method=CodMethod.CASH,
        by=UserFactory(), at=timezone.now(),
    )  # fmt: skip
    assert list(DoorPayment.objects.values_list("amount", flat=True)) == [D("10.00"), D("5.00")]
    assert owed(statement_of(waybill)) == 0, "the frozen one at once"
    assert Allocation.objects.count() == 1, "the open one when it is frozen"


def test_more_than_is_charged_is_refused() -> None:
    waybill = collect_shipment()
    with pytest.raises(RuleBroken) as refusal:
        note_door_payment(
            source="x", waybill=waybill.number, amount=D("18.01"), day=timezone.localdate(),
            by=UserFactory(), at=timezone.now(),
        )  # fmt: skip
    assert refusal.value.code == "not_charged"


def test_the_database_lets_no_other_statement_be_settled_by_it() -> None:
    first, other = collect_shipment(), collect_shipment()
    cod.delivered_with_freight(first, courier=cod.courier())
    frozen(other)
    with pytest.raises(IntegrityError, match="another statement"), transaction.atomic():
        Allocation.objects.create(
            kind=AllocationKind.DOOR, door_payment=DoorPayment.objects.get(),
            statement=statement_of(other), amount=D("1.00"), day=timezone.localdate(),
            reason="x", at=timezone.now(), by=UserFactory(),
        )  # fmt: skip
