"""A month of COD that ties to the fen until the merchant has it: a short courier, a QR settlement, a claw-back
(COD-7).

The merchant is remitted to on each day of its cycle, less the COD fee. In the first remittance are all three
parcels; after it one comes back, and the second takes it; the bank returns the second, and the third pays what is
in it. After each step every yuan is in exactly one state, and the merchant's report sums to zero.
"""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.accounts.enums import Role
from apps.banking import services as bank
from apps.banking.models import BankAccount
from apps.cod import services
from apps.cod.enums import RemittanceState, WaitReason
from apps.cod.models import CodItem, Remittance
from apps.cod.queries.remitting import plans_of
from apps.cod.queries.settlement_reports import lines_of
from apps.customers.models import Customer
from apps.events.services import relay_due
from apps.ledger.enums import AccountKind as K
from apps.tracking.enums import CodMethod
from tests.factories import banking, cod, payees
from tests.factories import remittances as f
from tests.factories.accounts import UserFactory
from tests.factories.billing import charged

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-7")]
D = Decimal


def test_a_month_that_ties_to_the_fen() -> None:
    merchant, account = f.merchant(fee_deducted=True), f.our_account()
    parcels = at_the_bank(merchant, account)
    proved()
    assert cod.net(K.COD_PAYABLE, merchant.pk) == D("-787.80"), "the 20.00 are the courier's debt"

    # The first remittance: three parcels less the fee of each.
    for item in parcels:
        charged(
            merchant, "2.00", kind="cod", waybill=item.waybill, at=timezone.now(),
            service_day=timezone.localdate(),
        )  # fmt: skip
    first = released(merchant, timezone.now())
    assert (first.collected, first.fees, first.amount) == (D("787.80"), D("6.00"), D("781.80"))
    answered(first, "成功")
    assert first.state == RemittanceState.PAID
    proved()

    # One parcel comes back; nothing else is on the bank: it is carried.
    services.claw_back(
        item_id=parcels[0].pk, reason="七天退货", by=UserFactory(), at=timezone.now()
    )
    assert cod.net(K.COD_PAYABLE, merchant.pk) == D("199.00"), "the merchant owes"
    tomorrow = timezone.now() + timedelta(days=1)
    [plan] = plans_of(timezone.localdate(tomorrow), tomorrow)
    assert plan.settlement.waits == WaitReason.NOTHING
    assert plan.settlement.carried == D("-199.00")
    proved()

    # The next takes it; the bank returns the money, and the one after that pays it.
    f.banked(merchant, "300.00")
    second = released(merchant, tomorrow)
    assert (second.claw_backs, second.amount) == (D("199.00"), D("101.00"))
    proved()
    answered(second, "失败")
    assert second.state == RemittanceState.RETURNED
    assert cod.net(K.COD_PAYABLE, merchant.pk) == D("-101.00")
    proved()
    third = released(merchant, tomorrow)
    answered(third, "成功")
    assert (third.state, third.amount) == (RemittanceState.PAID, D("101.00"))
    assert cod.net(K.COD_PAYABLE, merchant.pk) == 0
    proved()

    # The bank's lines take both payouts: what is left in transit is the buyer's refund.
    lines = [
        banking.row(
            f"-{row.amount}", day=timezone.localdate().isoformat(), text=f"网银 {row.payout}"
        )
        for row in (first, third)
    ]
    file = banking.taken(account, lines)
    for row, place in ((first, 0), (third, 1)):
        assert row.payout is not None
        line = banking.line_of(file, place)
        bank.settle_payout(line, payees.fresh(row.payout), by=UserFactory(), at=timezone.now())
    assert cod.net(K.PAYOUTS_IN_TRANSIT) == D("-199.00")
    assert cod.net(K.ADVANCE, merchant.pk) == D("-6.00"), (
        "settles the month's statement when it is sent"
    )
    # Cash, WeChat and the last parcel's cash came; both payouts left.
    came = D("679.00") + D("88.27") + D("300.00")
    assert cod.net(K.BANK, account.pk) == came - first.amount - third.amount
    for row in (first, second, third):
        assert sum((line[-1] for line in lines_of(row)), D(0)) == 0


def at_the_bank(merchant: Customer, account: BankAccount) -> list[CodItem]:
    """Two parcels in cash, 20.00 of it missing, and one by WeChat, a day later and net of its fee."""
    courier, cashier = cod.courier(), f.person(Role.CASHIER)
    items = [
        cod.collected("199.00", by=courier, customer=merchant),
        cod.collected("500.00", by=courier, customer=merchant),
        cod.delivered(
            cod.cod_shipment("88.80", customer=merchant), courier=courier, method=CodMethod.WECHAT
        ),
    ]
    short = cod.counted(courier, "679.00")
    services.close_cash_up(
        cash_up_id=short.pk, explanation="找零多给", by=cashier, at=timezone.now()
    )
    deposit = cod.deposited(short, account=account)
    services.enter_settlement(
        provider=CodMethod.WECHAT, day=timezone.localdate(), gross="88.80", fee="0.53", net="88.27",
        account=account, by=cashier, at=timezone.now(),
    )  # fmt: skip
    today = timezone.localdate().isoformat()
    rows = [
        banking.row("679.00", day=today, name="", number="", text=f"现金存款 {deposit.slip}"),
        banking.row("88.27", day=today, name="财付通支付科技", number="", text="结算款"),
    ]
    banking.taken(account, rows)
    assert services.see_waiting(by=UserFactory(), at=timezone.now()) == 2
    return [CodItem.objects.get(pk=item.pk) for item in items]


def released(merchant: Customer, at: datetime) -> Remittance:
    """Prepared for that day, asked for, and released by two people of different departments."""
    row = services.prepare_remittance(
        merchant_id=merchant.pk, day=timezone.localdate(at), by=UserFactory(), at=at
    )
    assert row is not None
    return f.released(row)


def answered(row: Remittance, result: str) -> None:
    """The payment file's result is taken in, and its news arrive."""
    assert row.payout is not None
    file = payees.filed(row.payout)
    payees.answer(file, payees.results((payees.fresh(row.payout), str(row.amount), result)))
    relay_due()
    row.refresh_from_db()


def proved() -> None:
    """Every yuan in exactly one state."""
    proof = services.prove_cod(by=UserFactory(), at=timezone.now())
    assert proof.differences == 0, list(proof.found.values())
