"""Arithmetic of months and balances. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from apps.core.money import CENT
from apps.ledger.enums import MEMO
from apps.ledger.inputs import NewEntry, NewPosting


@dataclass(frozen=True, slots=True)
class Balance:
    """What stands on either side; ``net`` above zero is a debit balance."""

    debit: Decimal = Decimal("0.00")
    credit: Decimal = Decimal("0.00")

    @property
    def net(self) -> Decimal:
        return self.debit - self.credit


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def last_day(month: date) -> date:
    return next_month(month) - timedelta(days=1)


def fault_of(entry: NewEntry) -> str:
    """Why this is no entry, as a code; empty when it is one."""
    if not entry.key or not entry.text or not entry.kind:
        return "entry_nameless"
    if not entry.postings:
        return "entry_empty"
    for posting in entry.postings:
        amount = posting.amount
        if not amount.is_finite() or amount <= 0 or amount != amount.quantize(CENT):
            return "posting_amount"
        if posting.debit.key == posting.credit.key:
            return "posting_one_account"
        if (posting.debit.kind in MEMO) != (posting.credit.kind in MEMO):
            return "posting_half_memo"
    return ""


def reversed_postings(postings: Iterable[NewPosting]) -> list[NewPosting]:
    """The same with sides exchanged: together they change no balance."""
    return [NewPosting(p.credit, p.debit, p.amount, p.waybill) for p in postings]


def same_postings(stored: Sequence[tuple[object, ...]], asked: Sequence[NewPosting]) -> bool:
    """Whether what is kept, (debit key, credit key, amount, waybill) in order, is what is asked."""
    return list(stored) == [(p.debit.key, p.credit.key, p.amount, p.waybill) for p in asked]
