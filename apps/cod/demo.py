"""Money at the door in the demonstration's week: what couriers took, a short one, a settlement, a cash-up
that is open; and what merchants get of it. About the shipments that are in the database."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.backoffice.queries.approvals import content_of
from apps.banking import services as banking
from apps.banking.models import BankAccount
from apps.banking.queries.payees import payee_accounts_for
from apps.cod import services
from apps.cod.approvals import REMITTANCE
from apps.cod.enums import CashUpState, Cycle, ItemState
from apps.cod.models import CashUp, CodItem, Deposit, QrSettlement, Remittance, Taking
from apps.cod.services.seeing import amount_of
from apps.customers.models import Customer
from apps.tracking.enums import CodMethod
from apps.tracking.models import Waybill

HEAD = "交易日期,交易时间,借方发生额,贷方发生额,余额,对方户名,对方账号,摘要,交易流水号\n"
# What is short in the cash-up before the last one.
SHORT = Decimal("20.00")


@transaction.atomic
def make_cod(*, seed: int, now: datetime) -> None:
    """All or nothing. Without shipments paid at the door there is nothing to show."""
    cashier, clerk = User.objects.get(username="chuna"), User.objects.get(username="caiwu")
    paid = Waybill.objects.filter(cod_amount__isnull=False).order_by("pk")
    ids = list(paid.values_list("pk", flat=True))
    services.open_items(waybill_ids=ids, by=clerk, at=now)
    services.collect(waybill_ids=ids, by=clerk, at=now)
    account = _account(clerk, now)
    _count(account, cashier, clerk, now)
    _settle(account, cashier, now)
    _bank(account, clerk, now)
    services.see_waiting(by=clerk, at=now)
    services.prove_cod(by=clerk, at=now)


def _account(by: User, now: datetime) -> BankAccount:
    values = {
        "name": "代收货款专户",
        "bank": "招商银行",
        "holder": "上海一票物流有限公司",
        "purpose": "cod",
    }
    return banking.open_account(number="0121907766554433", values=values, by=by, at=now)


def _count(account: BankAccount, cashier: User, clerk: User, now: datetime) -> None:
    """Of the cash-ups the last is open, the one before was short by a note, the others are paid in."""
    rows = list(CashUp.objects.select_related("courier").order_by("day", "pk"))
    for place, row in enumerate(rows[:-1]):
        total = sum((one.amount for one in row.takings.all()), Decimal(0))
        is_short = place == len(rows) - 2 and total > SHORT
        counted = total - SHORT if is_short else total
        services.declare_cash_up(cash_up_id=row.pk, amount=total, by=clerk, at=now)
        services.count_cash_up(cash_up_id=row.pk, amount=counted, by=cashier, at=now)
        row.refresh_from_db()
        if row.state == CashUpState.CLOSED and row.counted:
            services.make_deposit(
                cash_up_ids=[row.pk],
                account=account,
                slip=f"CK{row.day:%Y%m%d}{row.pk:04d}",
                amount=row.counted,
                day=row.day,
                by=cashier,
                at=now,
            )


def _settle(account: BankAccount, cashier: User, now: datetime) -> None:
    """WeChat settles until the day before yesterday, at 0.6 per cent."""
    day = timezone.localdate(now) - timedelta(days=2)
    waiting = Taking.objects.filter(method=CodMethod.WECHAT, day__lte=day, settlement=None)
    gross = sum(waiting.values_list("amount", flat=True), Decimal(0))
    if gross > 0:
        fee = (gross * Decimal("0.006")).quantize(Decimal("0.01"))
        services.enter_settlement(
            provider=CodMethod.WECHAT,
            day=day,
            gross=gross,
            fee=fee,
            net=gross - fee,
            account=account,
            by=cashier,
            at=now,
        )


def _bank(account: BankAccount, by: User, now: datetime) -> None:
    """The bank's file up to yesterday shows all but the newest deposit."""
    rows: list[Deposit | QrSettlement] = [
        *list(Deposit.objects.order_by("day", "pk"))[:-1],
        *QrSettlement.objects.all(),
    ]
    today = timezone.localdate(now)
    lines = sorted(
        (min(row.day + timedelta(days=1), today - timedelta(days=1)), _text(row), amount_of(row))
        for row in rows
    )
    if not lines:
        return
    content = _file(lines).encode("gb18030")
    name = f"招行流水{today:%Y%m%d}.csv"
    file = banking.take_file(account=account, content=content, name=name, by=by, at=now)
    banking.post_file(file, by=by, at=now)


def _text(row: Deposit | QrSettlement) -> str:
    return f"现金存款 {row.slip}" if isinstance(row, Deposit) else "财付通结算款"


def _file(lines: list[tuple[date, str, Decimal]]) -> str:
    balance, said = Decimal("0.00"), [HEAD]
    for n, (day, text, amount) in enumerate(lines, start=1):
        balance += amount
        said.append(
            f"{day.isoformat()},10:3{n % 10}:00,,{amount},{balance},,,{text},CM{day:%m%d}{n:05d}\n"
        )
    return "".join(said)


# What each merchant agreed on, one after the other; how far its remittance has come by now.
TERMS: tuple[dict[str, Any], ...] = (
    {"cycle": Cycle.WEEKLY, "days": [2, 5], "fee_deducted": True},
    {"cycle": Cycle.EVERY, "days": [3]},
    {"cycle": Cycle.MONTHLY, "days": [15, 31], "offset_agreed": True},
)
STANDS = ("paid", "half approved", "prepared")
ANSWER = "业务参考号,收款账号,金额,交易日期,处理结果,失败原因\n{},****{},{},{},成功,\n"


@transaction.atomic
def make_remittances(*, seed: int, now: datetime) -> None:
    """Of what is on the bank: one with its merchant, one that waits for its second approval, and others
    that nobody asked for yet, or that wait for a payout account."""
    clerk = User.objects.get(username="jiekuan")
    banked = CodItem.objects.filter(state=ItemState.BANKED)
    merchants = Customer.objects.filter(cod_items__in=banked).distinct()
    paid = set(payee_accounts_for([one.pk for one in merchants], now))
    # Those that can be paid to come first.
    ordered = sorted(merchants, key=lambda one: (one.pk not in paid, one.code))
    agreed = now - timedelta(days=90)
    for n, merchant in enumerate(ordered):
        terms = TERMS[n % len(TERMS)]
        services.set_remittance_terms(
            customer=merchant,
            since=timezone.localdate(agreed),
            delay_days=0,
            by=clerk,
            at=agreed,
            **terms,
        )
        row = services.prepare_remittance(
            merchant_id=merchant.pk, day=timezone.localdate(now), off_cycle=True, by=clerk, at=now
        )
        stand = STANDS[n] if n < len(STANDS) and merchant.pk in paid else "prepared"
        if row is not None and stand != "prepared":
            _release(row, stand == "paid", now)


def _release(row: Remittance, whole: bool, now: datetime) -> None:
    """Asked for by finance; approved by one manager, or by two and paid."""
    people = {one.username: one for one in User.objects.filter(username__in=RELEASING)}
    asker, manager, director, cashier = (people[name] for name in RELEASING)
    services.ask_release(remittance_id=row.pk, by=asker, at=now)
    for by in (manager, director) if whole else (manager,):
        seen = content_of(REMITTANCE, Remittance.objects.get(pk=row.pk))[1]
        services.approve_remittance(row, seen=seen, second_factor_at=now, by=by, at=now)
    payout = Remittance.objects.get(pk=row.pk).payout
    if payout is None:
        return
    made = banking.make_payment_file(
        [payout], account=payout.account, template="cmb", by=cashier, at=now
    )
    day = timezone.localdate(now).isoformat()
    answer = ANSWER.format(payout.number, payout.payee.tail, payout.amount, day).encode()
    banking.take_result_file(made.file, content=answer, name="批量结果.csv", by=asker, at=now)
    services.follow_payout(payout_id=payout.pk, by=asker, at=now)


RELEASING = ("caiwu", "jingli", "zongjingli", "chuna")
# After the week's shipments and the bank; then what merchants get of it.
PARTS = ((6, make_cod), (7, make_remittances))
