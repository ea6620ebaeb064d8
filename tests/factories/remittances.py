"""Merchants with money on the bank, and their remittances at each step."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.backoffice.queries.approvals import content_of
from apps.banking.models import BankAccount
from apps.billing.enums import ChargeKind
from apps.cod import services
from apps.cod.approvals import ADVANCE_POLICY, REMITTANCE
from apps.cod.enums import AdvancePolicyState, Cycle
from apps.cod.models import AdvancePolicy, CodItem, Deposit, Remittance, RemittanceTerms
from apps.cod.queries.remitting import cod_account
from apps.customers.models import Customer
from tests.factories import banking, cod, payees
from tests.factories.accounts import UserFactory
from tests.factories.billing import charged

D = Decimal


def person(*roles: Role, **more: Any) -> User:
    user: User = UserFactory(roles=list(roles), scope=ObjectScope.ALL, **more)
    return user


def terms(customer: Customer, **fields: Any) -> RemittanceTerms:
    """Every day, what is on the bank today, unless told otherwise."""
    values: dict[str, Any] = {
        "since": timezone.localdate(),
        "cycle": Cycle.EVERY,
        "days": [1],
        "delay_days": 0,
        "by": UserFactory(),
        "at": timezone.now(),
        **fields,
    }
    return services.set_remittance_terms(customer=customer, **values)


def merchant(*, has_account: bool = True, **fields: Any) -> Customer:
    """With terms and an account in use since long ago."""
    found = payees.merchant()
    terms(found, **fields)
    if has_account:
        payees.active(found)
    return found


def our_account() -> BankAccount:
    return cod_account() or cod.cod_account()


def banked(customer: Customer, *amounts: str, fee: str = "") -> list[CodItem]:
    """Collected in cash, counted, paid in and seen on the bank, one cash-up for all of them."""
    courier = cod.courier()
    items = [cod.collected(one, by=courier, customer=customer) for one in amounts or ("100.00",)]
    deposit = cod.deposited(cod.counted(courier), account=our_account())
    today = timezone.localdate().isoformat()
    text = f"现金存款 {deposit.slip}"
    line = banking.row(str(deposit.amount), day=today, name="", number="", text=text)
    banking.taken(deposit.account, [line])
    services.see_waiting(by=UserFactory(), at=timezone.now())
    if fee:
        for item in items:
            charged(
                customer,
                fee,
                kind=ChargeKind.COD,
                waybill=item.waybill,
                at=timezone.now(),
                service_day=timezone.localdate(),
            )
    return [CodItem.objects.get(pk=item.pk) for item in items]


def prepared(customer: Customer | None = None, *amounts: str, **fields: Any) -> Remittance:
    """Of what is on the bank; of a new merchant with 100.00 unless told otherwise."""
    who = customer or merchant(**fields)
    if amounts or customer is None:
        banked(who, *amounts)
    row = services.prepare_remittance(
        merchant_id=who.pk,
        day=timezone.localdate(),
        off_cycle=True,
        by=UserFactory(),
        at=timezone.now(),
    )
    assert row is not None
    return row


def asked(row: Remittance | None = None, *, by: User | None = None) -> Remittance:
    found = row or prepared()
    services.ask_release(remittance_id=found.pk, by=by or person(Role.FINANCE), at=timezone.now())
    return found


def approve(row: Remittance, by: User, at: datetime | None = None, **more: Any) -> Any:
    when = at or timezone.now()
    fresh = Remittance.objects.get(pk=row.pk)
    more.setdefault("seen", content_of(REMITTANCE, fresh)[1])
    more.setdefault("second_factor_at", when - timedelta(seconds=5))
    return services.approve_remittance(fresh, by=by, at=when, **more)


def released(row: Remittance | None = None) -> Remittance:
    found = asked(row)
    approve(found, person(Role.FINANCE))
    approve(found, person(Role.GENERAL_MANAGER))
    found.refresh_from_db()
    return found


def follow(row: Remittance) -> Remittance:
    """The news of its payout arrive."""
    assert row.payout_id is not None
    services.follow_payout(payout_id=row.payout_id, by=UserFactory(), at=timezone.now())
    row.refresh_from_db()
    return row


def answered(row: Remittance, status: str) -> Remittance:
    """In a payment file of which the bank says this: 成功, 失败."""
    assert row.payout is not None
    file = payees.filed(row.payout)
    payees.answer(file, payees.results((payees.fresh(row.payout), str(row.amount), status)))
    return follow(row)


def paid(row: Remittance | None = None) -> Remittance:
    return answered(row or released(), "成功")


def returned(row: Remittance | None = None) -> Remittance:
    return answered(row or released(), "失败")


def asked_policy(customer: Customer, limit: str = "500.00", **fields: Any) -> AdvancePolicy:
    values: dict[str, Any] = {
        "since": timezone.localdate(), "reason": "大客户T+0", "by": UserFactory(),
        "at": timezone.now(), **fields,
    }  # fmt: skip
    return services.ask_advance_policy(customer=customer, limit=limit, **values)


def approve_policy(row: AdvancePolicy, by: Any) -> AdvancePolicy:
    at = timezone.now()
    seen = content_of(ADVANCE_POLICY, AdvancePolicy.objects.get(pk=row.pk))[1]
    return services.approve_advance_policy(row, seen=seen, second_factor_at=at, by=by, at=at)


def policy(customer: Customer, limit: str = "500.00", **fields: Any) -> AdvancePolicy:
    row = asked_policy(customer, limit, **fields)
    approve_policy(row, person(Role.FINANCE))
    row = approve_policy(row, person(Role.GENERAL_MANAGER))
    assert row.state == AdvancePolicyState.ACTIVE
    return row


def on_its_way(customer: Customer, *amounts: str) -> Deposit:
    """Counted and paid in at the bank's counter; no line yet."""
    courier = cod.courier()
    for one in amounts or ("100.00",):
        cod.collected(one, by=courier, customer=customer)
    return cod.deposited(cod.counted(courier), account=our_account())
