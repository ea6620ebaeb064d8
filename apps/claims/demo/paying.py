"""Payments, recoveries and the one transfer of the demonstration's claims (CMP-6)."""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.queries import public_user
from apps.backoffice.queries.approvals import content_of
from apps.banking.approvals import PAYOUT
from apps.banking.enums import AccountState
from apps.banking.models import BankAccount
from apps.banking.services import approve_payout, confirm_paid, make_payment_file
from apps.claims.demo.sketches import D, Drawn
from apps.claims.enums import (
    Against,
    PaymentState,
    PayWay,
    RecoveryState,
)  # fmt: skip
from apps.claims.models import (
    Claim,
    ClaimPayment,
    Recovery,
)  # fmt: skip
from apps.claims.services import follow_payouts, name_account, plan_payment
from apps.claims.services.books import post_payment
from apps.tracking.models import PartnerCarrier

KEYS = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")


def pay(drawn: Drawn, people: dict[str, User], now: datetime) -> None:
    payments = []
    for sketch, claim in drawn:
        if sketch.way is None or claim.paid_at is None or claim.agreed_at is None:
            continue
        second = people["agent" if sketch.way == PayWay.SPOT else "director"]
        payments.append(
            ClaimPayment(
                claim=claim, key=uuid5(KEYS, claim.number), way=sketch.way, amount=claim.approved,
                state=PaymentState.PAID, received_by="王先生", planned_at=claim.agreed_at, planned_by=people["agent"],
                released_at=claim.paid_at, released_by=second, paid_at=claim.paid_at,
            )
        )  # fmt: skip
    ClaimPayment.objects.bulk_create(payments)
    for row in payments:
        post_payment(row, by=people["director"], at=now)
    carrier = PartnerCarrier.objects.order_by("pk").first()
    if carrier is not None:
        Recovery.objects.bulk_create(
            Recovery(
                claim=claim, against=Against.PARTNER, carrier=carrier, basis="合作协议第六条：承运段丢失",
                state=RecoveryState.RECEIVED, asked=claim.approved, agreed=D(sketch.recovered),
                received=D(sketch.recovered), asked_at=claim.paid_at, asked_by=people["manager"], agreed_by=people["manager"], received_by=people["manager"], agreed_at=now - timedelta(days=2),
                received_at=now - timedelta(days=1),
            )
            for sketch, claim in drawn
            if sketch.recovered and claim.paid_at is not None
        )  # fmt: skip


def transfer(claim: Claim, people: dict[str, User]) -> None:
    """Named by the claimant, released by two departments, in a file for the bank, and paid."""
    account = BankAccount.objects.filter(state=AccountState.OPEN).order_by("pk").first()
    finance = User.objects.active().people().with_role(Role.FINANCE).order_by("pk").first()
    if account is None or finance is None or claim.agreed_at is None:
        return
    at = claim.agreed_at + timedelta(minutes=30)
    where = {"holder": "陈静", "bank": "中国建设银行", "branch": "杭州文三路支行"}
    name_account(
        claim_id=claim.pk, number="6217001540012345672", values=where, by=public_user(), at=at
    )
    payment = plan_payment(
        claim_id=claim.pk, way=PayWay.TRANSFER, from_account=account, by=people["agent"], at=at
    )
    payout = payment.payout
    if payout is None:
        raise TypeError("a transfer has a payout")
    for hours, by in ((2, finance), (3, people["manager"])):
        when = at + timedelta(hours=hours)
        seen = content_of(PAYOUT, payout)[1]
        approve_payout(payout, seen=seen, second_factor_at=when, by=by, at=when)
    late, by = at + timedelta(hours=4), people["director"]
    follow_payouts(payouts=[(payment.pk, "payout.released")], by=by, at=late)
    make_payment_file([payout], account=account, template="icbc", by=finance, at=late)
    late += timedelta(hours=2)
    # Whoever made the file does not enter its results.
    cashiers = User.objects.active().people().with_role(Role.CASHIER)
    settles = cashiers.exclude(pk=finance.pk).order_by("pk").first() or people["manager"]
    confirm_paid(payout, reason="银行回单：交易成功", by=settles, at=late)
    follow_payouts(payouts=[(payment.pk, "payout.paid")], by=by, at=late)
