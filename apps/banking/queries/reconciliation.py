"""银行存款余额调节表: what the bank says, what the ledger says, and the four lists between them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from apps.banking.models import BankAccount, BankLine
from apps.ledger.enums import AccountKind, PartyKind
from apps.ledger.models import Account
from apps.ledger.queries import balance_of

OPENING = "bank-opening"
_LINES = """
WITH posted AS (
    SELECT e.subject_id::bigint AS line_id,
        sum(CASE WHEN p.debit_id = %(ledger)s THEN p.amount ELSE -p.amount END) AS amount
    FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
    WHERE e.subject_type = 'banking.bankline' AND p.day <= %(day)s
        AND (p.debit_id = %(ledger)s OR p.credit_id = %(ledger)s) GROUP BY 1
)
SELECT l.id, l.day, l.row, l.amount - coalesce(posted.amount, 0)
FROM banking_bankline l LEFT JOIN posted ON posted.line_id = l.id
WHERE l.account_id = ANY(%(accounts)s) AND l.day <= %(day)s
    AND l.amount <> coalesce(posted.amount, 0)
ORDER BY l.day, l.id
"""
_ENTRIES = """
SELECT e.id, p.day, e.text, CASE WHEN p.debit_id = %(ledger)s THEN p.amount ELSE -p.amount END
FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
WHERE (p.debit_id = %(ledger)s OR p.credit_id = %(ledger)s) AND p.day <= %(day)s
    AND e.subject_type <> 'banking.bankline' AND e.kind <> %(opening)s
ORDER BY p.day, p.id
"""
_BALANCE = """
SELECT balance_after FROM banking_bankline WHERE account_id = %(account)s AND day <= %(day)s
ORDER BY day DESC, id DESC LIMIT 1
"""
_CLOSING = """
SELECT closing FROM banking_bankfile WHERE account_id = %(account)s AND to_day <= %(day)s
    AND state = 'taken' AND closing IS NOT NULL ORDER BY to_day DESC, id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Pending:
    """Something that one of the two does not know yet; ``pk`` of the line or the entry."""

    pk: int
    day: date
    text: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """``bank`` is None while no file named a balance. Amounts in the lists are above zero."""

    day: date
    bank: Decimal | None
    book: Decimal
    bank_received: list[Pending]  # 银行已收企业未收
    bank_paid: list[Pending]  # 银行已付企业未付
    book_received: list[Pending]  # 企业已收银行未收
    book_paid: list[Pending]  # 企业已付银行未付

    @property
    def adjusted_bank(self) -> Decimal | None:
        return (
            None
            if self.bank is None
            else self.bank + _sum(self.book_received) - _sum(self.book_paid)
        )

    @property
    def adjusted_book(self) -> Decimal:
        return self.book + _sum(self.bank_received) - _sum(self.bank_paid)

    @property
    def difference(self) -> Decimal | None:
        """Zero when both agree: then every fen is explained."""
        return None if self.adjusted_bank is None else self.adjusted_bank - self.adjusted_book


def reconcile(account: BankAccount, day: date) -> Reconciliation:
    """As of the end of ``day``. Virtual sub-accounts are part of the account that the money is in."""
    ledger = Account.objects.filter(
        kind=AccountKind.BANK, party_kind=PartyKind.BANK_ACCOUNT, party_id=account.pk
    ).first()
    accounts = [
        account.pk,
        *BankAccount.objects.filter(parent=account).values_list("pk", flat=True),
    ]
    given: dict[str, Any] = {
        "ledger": ledger.pk if ledger else 0,
        "day": day,
        "accounts": accounts,
        "account": account.pk,
        "opening": OPENING,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LINES, given)
        lines = cursor.fetchall()
        cursor.execute(_ENTRIES, given)
        entries = [Pending(*row) for row in cursor.fetchall()]
        bank = None
        for statement in (_BALANCE, _CLOSING):
            if bank is None:
                cursor.execute(statement, given)
                bank = (cursor.fetchone() or [None])[0]
    details = {
        row.pk: row.shown_text or row.shown_name
        for row in BankLine.objects.filter(pk__in=[r[0] for r in lines])
    }
    pending = [Pending(pk, on, details.get(pk, ""), amount) for pk, on, _row, amount in lines]
    return Reconciliation(
        day=day,
        bank=bank,
        book=balance_of(ledger.pk, on=day).net if ledger else Decimal("0.00"),
        bank_received=[one for one in pending if one.amount > 0],
        bank_paid=[_turned(one) for one in pending if one.amount < 0],
        book_received=[one for one in entries if one.amount > 0],
        book_paid=[_turned(one) for one in entries if one.amount < 0],
    )


def _turned(one: Pending) -> Pending:
    return Pending(one.pk, one.day, one.text, -one.amount)


def _sum(rows: list[Pending]) -> Decimal:
    return sum((one.amount for one in rows), Decimal("0.00"))
