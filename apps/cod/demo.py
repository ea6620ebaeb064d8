"""Money at the door in the demonstration's week, day by day: what couriers took, a short one who repays, a
settlement, a cash-up that is open; and what merchants get of it. About the shipments that are in the database."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.banking import services as banking
from apps.banking.models import BankAccount, BankLine
from apps.cod import services
from apps.cod.demo_remittances import make_remittances
from apps.cod.enums import CashUpState
from apps.cod.models import CashUp, Deposit, QrSettlement, Taking
from apps.cod.services.seeing import amount_of
from apps.tracking.enums import CodMethod
from apps.tracking.models import ProofOfDelivery, Waybill

HEAD = "交易日期,交易时间,借方发生额,贷方发生额,余额,对方户名,对方账号,摘要,交易流水号\n"
# What is short in the cash-up before the last one, and what of it the courier has repaid and asks to be let off.
SHORT, REPAID, WAIVED = Decimal("20.00"), Decimal("8.00"), Decimal("5.00")


@transaction.atomic
def make_cod(*, seed: int, now: datetime) -> None:
    """All or nothing. Without shipments paid at the door there is nothing to show."""
    cashier, clerk = User.objects.get(username="chuna"), User.objects.get(username="caiwu")
    paid = Waybill.objects.filter(cod_amount__isnull=False).order_by("pk")
    ids = list(paid.values_list("pk", flat=True))
    services.open_items(waybill_ids=ids, by=clerk, at=now)
    _collect(clerk, now)
    account = _account(clerk, now - timedelta(days=30))
    _count(account, cashier, clerk, now)
    _settle(account, cashier, now)
    _bank(account, clerk, now)
    services.prove_cod(by=clerk, at=now)


def at_hour(day: date, hour: int, now: datetime) -> datetime:
    """That hour of a day in Shanghai, never later than ``now``."""
    return min(timezone.make_aware(datetime.combine(day, time(hour))), now)


def _collect(by: User, now: datetime) -> None:
    """Each day's proofs in the evening of that day."""
    days: dict[date, list[int]] = defaultdict(list)
    proofs = ProofOfDelivery.objects.standing().filter(cod_paid__isnull=False)
    for waybill_id, signed_at in proofs.order_by("pk").values_list("waybill_id", "signed_at"):
        days[timezone.localdate(signed_at)].append(waybill_id)
    for day, ids in sorted(days.items()):
        services.collect(waybill_ids=ids, by=by, at=at_hour(day, 18, now))


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
        evening = at_hour(row.day, 19, now)
        services.declare_cash_up(cash_up_id=row.pk, amount=total, by=clerk, at=evening)
        services.count_cash_up(cash_up_id=row.pk, amount=counted, by=cashier, at=evening)
        row.refresh_from_db()
        if is_short:
            _owe(row, cashier, now)
        if row.state == CashUpState.CLOSED and row.counted:
            services.make_deposit(
                cash_up_ids=[row.pk],
                account=account,
                slip=f"CK{row.day:%Y%m%d}{row.pk:04d}",
                amount=row.counted,
                day=row.day,
                by=cashier,
                at=evening,
            )


def _owe(row: CashUp, cashier: User, now: datetime) -> None:
    """The courier has repaid a part, and of the rest some is to be let go: finance is one of those who
    decide, so the cashier asks."""
    services.repay_shortage(courier=row.courier, amount=REPAID, by=cashier, at=now)
    services.ask_waiver(
        courier=row.courier, amount=WAIVED, reason="收到假币，已报警，申请免除", by=cashier, at=now
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
            at=at_hour(day + timedelta(days=1), 10, now),
        )


def _bank(account: BankAccount, by: User, now: datetime) -> None:
    """The bank's file up to yesterday shows all but the newest deposit, each seen on its line's day."""
    deposits = list(Deposit.objects.order_by("day", "pk"))
    rows: list[Deposit | QrSettlement] = [*deposits[:-1], *QrSettlement.objects.all()]
    yesterday = timezone.localdate(now) - timedelta(days=1)
    lines = sorted(
        (
            (min(row.day + timedelta(days=1), yesterday), _text(row), amount_of(row), row)
            for row in rows
        ),
        key=lambda line: line[:3],
    )
    if not lines:
        return
    content = _file([line[:3] for line in lines]).encode("gb18030")
    name = f"招行流水{yesterday + timedelta(days=1):%Y%m%d}.csv"
    file = banking.take_file(account=account, content=content, name=name, by=by, at=now)
    banking.post_file(file, by=by, at=now)
    there = BankLine.objects.filter(account=account).order_by("day", "pk")
    for (day, *_rest, row), line in zip(lines, there, strict=True):
        services.see_on_bank(row, line, by=by, at=at_hour(day, 11, now))


def _text(row: Deposit | QrSettlement) -> str:
    return f"现金存款 {row.slip}" if isinstance(row, Deposit) else "财付通结算款"


def _file(lines: list[tuple[date, str, Decimal]]) -> str:
    balance, rows = Decimal("0.00"), [HEAD]
    for n, (day, text, amount) in enumerate(lines, start=1):
        balance += amount
        rows.append(
            f"{day.isoformat()},10:3{n % 10}:00,,{amount},{balance},,,{text},CM{day:%m%d}{n:05d}\n"
        )
    return "".join(rows)


# After the week's shipments and the bank; then what merchants get of it.
PARTS = ((6, make_cod), (7, make_remittances))
