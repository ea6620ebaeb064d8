"""What merchants get in the demonstration's week: over several days, with a claw-back that is partly taken, and
an advance that is not on the bank yet."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.backoffice.queries.approvals import content_of
from apps.banking import services as banking
from apps.banking.queries.payees import payee_accounts_for
from apps.cod import services
from apps.cod.approvals import ADVANCE_POLICY, REMITTANCE
from apps.cod.enums import Cycle, ItemState
from apps.cod.models import AdvancePolicy, CodItem, Remittance
from apps.cod.queries.advances import items_to_advance
from apps.customers.models import Customer

# What each merchant agreed on, one after the other.
TERMS: tuple[dict[str, Any], ...] = (
    {"cycle": Cycle.WEEKLY, "days": [2, 5], "fee_deducted": True},
    {"cycle": Cycle.EVERY, "days": [3]},
    {"cycle": Cycle.MONTHLY, "days": [15, 31], "offset_agreed": True},
)
# How many days ago a merchant's remittance was, and how far it has come by now.
STANDS = (
    ((2, "paid"), (0, "released")),
    ((1, "half approved"),),
    ((0, "prepared"),),
)
ANSWER = "业务参考号,收款账号,金额,交易日期,处理结果,失败原因\n{},****{},{},{},成功,\n"
RELEASING = ("caiwu", "jingli", "zongjingli", "chuna")
LIMIT = Decimal("5000.00")


@transaction.atomic
def make_remittances(*, seed: int, now: datetime) -> None:
    """Of what is on the bank: one merchant was paid and owes a claw-back of which today's remittance takes a
    part, another waits for its second approval, others for somebody to ask or for a payout account; one is
    paid ahead."""
    clerk = User.objects.get(username="jiekuan")
    banked = CodItem.objects.filter(state=ItemState.BANKED)
    merchants = Customer.objects.filter(cod_items__in=banked).distinct()
    paid = set(payee_accounts_for([one.pk for one in merchants], now))
    # Those that can be paid to come first.
    ordered = sorted(merchants, key=lambda one: (one.pk not in paid, one.code))
    agreed = now - timedelta(days=90)
    steps: list[tuple[int, int, Customer, str]] = []
    for n, merchant in enumerate(ordered):
        services.set_remittance_terms(
            customer=merchant,
            since=timezone.localdate(agreed),
            delay_days=0,
            by=clerk,
            at=agreed,
            **TERMS[n % len(TERMS)],
        )
        wanted = STANDS[n] if n < len(STANDS) and merchant.pk in paid else STANDS[-1]
        steps += [(-days_ago, n, merchant, stage) for days_ago, stage in wanted]
    # Day by day; who is paid ahead had that money before something came back.
    earlier = [step for step in steps if step[0] < 0]
    remitted = [
        _remit(merchant, day, stage, clerk, now)
        for day, _n, merchant, stage in sorted(earlier, key=lambda step: step[:2])
    ]
    _pay_ahead([one for one in ordered if one.pk in paid], clerk, now)
    for row in remitted:
        if row is not None:
            _claw_back(row, now)
    for day, _n, merchant, stage in steps:
        if day == 0:
            _remit(merchant, day, stage, clerk, now)


def _remit(
    merchant: Customer, days: int, stage: str, clerk: User, now: datetime
) -> Remittance | None:
    """``days`` from today on; the one that has been paid."""
    day = timezone.localdate(now) + timedelta(days=days)
    at = _afternoon(day, now) if days else now
    row = services.prepare_remittance(
        merchant_id=merchant.pk, day=day, off_cycle=True, by=clerk, at=at
    )
    if row is None or stage == "prepared":
        return None
    _release(row, stage, at)
    return row if stage == "paid" else None


def _afternoon(day: date, now: datetime) -> datetime:
    return min(timezone.make_aware(datetime.combine(day, time(15))), now)


def _people() -> list[User]:
    people = {one.username: one for one in User.objects.filter(username__in=RELEASING)}
    return [people[name] for name in RELEASING]


def _release(row: Remittance, stage: str, at: datetime) -> None:
    """Asked for by finance; approved by one manager, or by two and, perhaps, paid."""
    asker, manager, director, cashier = _people()
    services.ask_release(remittance_id=row.pk, by=asker, at=at)
    for by in (manager,) if stage == "half approved" else (manager, director):
        seen = content_of(REMITTANCE, Remittance.objects.get(pk=row.pk))[1]
        services.approve_remittance(row, seen=seen, second_factor_at=at, by=by, at=at)
    payout = Remittance.objects.get(pk=row.pk).payout
    if payout is None or stage != "paid":
        return
    made = banking.make_payment_file(
        [payout], account=payout.account, template="cmb", by=cashier, at=at
    )
    day = timezone.localdate(at).isoformat()
    answer = ANSWER.format(payout.number, payout.payee.tail, payout.amount, day).encode()
    banking.take_result_file(made.file, content=answer, name="批量结果.csv", by=asker, at=at)
    services.follow_payout(payout_id=payout.pk, by=asker, at=at)


def _claw_back(row: Remittance, now: datetime) -> None:
    """The two dearest shipments came back after they were remitted."""
    items = CodItem.objects.filter(remittance_rows__remittance=row, state=ItemState.REMITTED)
    for item in items.order_by("-collected", "pk")[:2]:
        services.claw_back(item_id=item.pk, reason="收件人七天无理由退货", by=_people()[0], at=now)


def _pay_ahead(merchants: list[Customer], clerk: User, now: datetime) -> None:
    """One of them has its money before it is on the bank, by a policy of three weeks ago."""
    waiting = (one for one in reversed(merchants) if items_to_advance(one.pk).exists())
    merchant = next(waiting, None)
    if merchant is None:
        return
    agreed = now - timedelta(days=21)
    row = services.ask_advance_policy(
        customer=merchant,
        since=timezone.localdate(agreed),
        limit=LIMIT,
        reason="年度合作客户，合同约定签收次日返款",
        by=clerk,
        at=agreed,
    )
    for by in _people()[1:3]:
        seen = content_of(ADVANCE_POLICY, AdvancePolicy.objects.get(pk=row.pk))[1]
        services.approve_advance_policy(row, seen=seen, second_factor_at=agreed, by=by, at=agreed)
    remittance = services.pay_ahead(merchant_id=merchant.pk, by=clerk, at=now)
    _release(remittance, "released", now)
