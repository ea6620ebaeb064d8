"""Accounts of ours and what their bank exports."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db.models import Q
from django.utils import timezone

from apps.banking import services
from apps.banking.enums import AccountPurpose
from apps.banking.models import AccountAssignment, BankAccount, BankFile, BankLine
from apps.banking.queries import which_account
from apps.customers.models import Customer
from tests.factories.accounts import UserFactory

HEAD = "交易日期,交易时间,借方发生额,贷方发生额,余额,对方户名,对方账号,摘要,交易流水号\n"
_numbers = count(1)


def bank_account(by: Any = None, **fields: Any) -> BankAccount:
    n = next(_numbers)
    number = fields.pop("number", f"0123456{n:08d}")
    values = {"name": f"基本户{n}", "bank": "工商银行", "holder": "上海一票物流有限公司", **fields}
    return services.open_account(
        number=number, values=values, by=by or UserFactory(), at=timezone.now()
    )


def export(
    rows: Sequence[Iterable[Any]], *, opening: str = "500.00", encoding: str = "utf-8"
) -> bytes:
    """A file whose balances follow: (day, amount, name, number, text, reference) each."""
    balance, lines = Decimal(opening), [HEAD]
    for day, amount, name, number, text, ref in rows:
        figure = Decimal(amount)
        balance += figure
        out, into = ("", figure) if figure > 0 else (-figure, "")
        lines.append(f"{day},09:00:00,{out},{into},{balance},{name},{number},{text},{ref}\n")
    return "".join(lines).encode(encoding)


def taken(
    account: BankAccount,
    rows: Sequence[Iterable[Any]],
    by: Any = None,
    name: str = "流水.csv",
    **more: Any,
) -> BankFile:
    """The file is in and posted."""
    by = by or UserFactory()
    file = services.take_file(
        account=account, content=export(rows, **more), name=name, by=by, at=timezone.now()
    )
    services.post_file(file, by=by, at=timezone.now())
    file.refresh_from_db()
    return file


def row(amount: str = "100.00", day: str = "2026-11-03", **fields: str) -> tuple[str, ...]:
    return (
        day, amount, fields.get("name", "上海甲贸易有限公司"), fields.get("number", "6222020012345678901"),
        fields.get("text", "货款"), fields.get("ref", f"R{next(_numbers)}"),
    )  # fmt: skip


def line_of(file: BankFile, place: int = 0) -> BankLine:
    return BankLine.objects.filter(file=file).order_by("pk")[place]


def hours(n: float) -> datetime:
    return timezone.now() + timedelta(hours=n)


def is_accepted(
    account: BankAccount, customer: Customer | None, at: datetime, *, purpose: AccountPurpose
) -> bool:
    """Whether the assignments let money of ``customer`` come in at ``account`` at ``at``: it is the answer
    now, or one before it still accepts."""
    if which_account(customer, at, purpose=purpose) == account:
        return True
    whose = Q(customer=None) | Q(customer=customer.pk if customer else None)
    rows = AccountAssignment.objects.filter(whose, purpose=purpose, account=account, since__lte=at)
    return rows.filter(accept_until__gt=at).exists()
