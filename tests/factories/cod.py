"""Couriers, shipments paid at the door, and their money as tests need it."""

from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import Unit, User
from apps.accounts.queries import system_user
from apps.banking.enums import AccountPurpose
from apps.banking.models import BankAccount
from apps.cod import services
from apps.cod.models import CashUp, CodItem, Deposit
from apps.ledger.enums import AccountKind
from apps.ledger.models import Account
from apps.ledger.queries import balance_of
from apps.tracking.enums import CodMethod
from apps.tracking.models import Courier, Waybill
from apps.tracking.services.pod import record_proof
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.banking import bank_account
from tests.factories.customers import CustomerFactory
from tests.factories.shipments import proof, shipment

D = Decimal
_numbers = count(1)


def courier(unit: Unit | None = None, user: User | None = None, **fields: Any) -> Courier:
    n = next(_numbers)
    number = fields.pop("number", f"K{n:05d}")
    return Courier.objects.create(
        number=number, name=fields.pop("name", f"小哥{n}"), unit=unit or UnitFactory(), user=user
    )


def cashier(**fields: Any) -> User:
    user: User = UserFactory(roles=[Role.CASHIER], **fields)
    return user


def cod_account(**fields: Any) -> BankAccount:
    return bank_account(purpose=AccountPurpose.COD, **fields)


def cod_shipment(due: str = "100.00", **fields: Any) -> Waybill:
    """On its way, with its item and what is due."""
    fields.setdefault("customer", CustomerFactory())
    fields.setdefault("responsible_unit", UnitFactory())
    waybill = shipment(cod_amount=D(due), **fields)
    services.open_items(waybill_ids=[waybill.pk], by=system_user("tests"), at=timezone.now())
    return waybill


def delivered(
    waybill: Waybill,
    paid: str | None = None,
    *,
    method: CodMethod = CodMethod.CASH,
    by: User | None = None,
    **fields: Any,
) -> CodItem:
    """The proof says what was paid, and the item follows it."""
    amount = D(paid) if paid is not None else waybill.cod_amount
    if amount != waybill.cod_amount:
        fields.setdefault("cod_reason", "收件人少付")
    record_proof(
        waybill_id=waybill.pk,
        proof=proof(cod_paid=amount, cod_method=method if amount else "", **fields),
        by=by or system_user("tests"),
        at=timezone.now(),
    )
    return followed(waybill)


def delivered_with_freight(waybill: Waybill, courier: Courier) -> None:
    """Handed over against the freight."""
    record_proof(
        waybill_id=waybill.pk,
        proof=proof(courier=courier),
        by=system_user("tests"),
        at=timezone.now(),
    )
    followed_freight(waybill)


def followed_freight(waybill: Waybill) -> None:
    """The news of its proof arrive, once more perhaps."""
    services.collect(waybill_ids=[waybill.pk], by=system_user("tests"), at=timezone.now())


def followed(waybill: Waybill) -> CodItem:
    services.collect(waybill_ids=[waybill.pk], by=system_user("tests"), at=timezone.now())
    return CodItem.objects.get(waybill_id=waybill.pk)


def collected(due: str = "100.00", by: Courier | None = None, **fields: Any) -> CodItem:
    """A shipment delivered and paid to this courier in cash."""
    carrier = by or courier()
    customer = {"customer": fields.pop("customer")} if "customer" in fields else {}
    return delivered(cod_shipment(due, **customer), courier=carrier, **fields)


def cash_up_of(who: Courier) -> CashUp:
    """Today's."""
    return CashUp.objects.get(courier=who, day=timezone.localdate())


def counted(
    who: Courier, amount: str | None = None, *, by: User | None = None, at: datetime | None = None
) -> CashUp:
    """Declared and counted; as expected unless ``amount`` says otherwise."""
    row, hand, moment = cash_up_of(who), by or UserFactory(), at or timezone.now()
    expected = str(sum((one.amount for one in row.takings.all()), D(0)))
    services.declare_cash_up(cash_up_id=row.pk, amount=expected, by=hand, at=moment)
    return services.count_cash_up(cash_up_id=row.pk, amount=amount or expected, by=hand, at=moment)


def deposited(*rows: CashUp, account: BankAccount | None = None, slip: str = "") -> Deposit:
    total = sum((row.counted or D(0) for row in rows), D(0))
    return services.make_deposit(
        cash_up_ids=[row.pk for row in rows],
        account=account or cod_account(),
        slip=slip or f"CK{next(_numbers):06d}",
        amount=total,
        day=timezone.localdate(),
        by=UserFactory(),
        at=timezone.now(),
    )


def net(kind: AccountKind, party_id: int | None = None) -> Decimal:
    """Debit less credit of one account."""
    found = Account.objects.filter(kind=kind, party_id=party_id).first()
    return balance_of(found.pk).net if found else D("0.00")
