"""The ledger for the accounting system: vouchers 凭证 with 科目, 辅助核算 and 摘要."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.ledger.enums import PartyKind
from apps.ledger.rules import last_day, month_of

# A voucher is an entry; its number counts from 1 within the month, in the order of posting, without a
# gap. Memo accounts stay out. Postings of one account and side are one line.
_LINES = """
WITH sides AS (
    SELECT p.entry_id, p.debit_id AS account_id, sum(p.amount) AS debit, NULL::numeric AS credit, min(p.n) AS n
    FROM ledger_posting p WHERE p.day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2
    UNION ALL
    SELECT p.entry_id, p.credit_id, NULL, sum(p.amount), min(p.n)
    FROM ledger_posting p WHERE p.day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2
)
SELECT dense_rank() OVER (ORDER BY e.id), e.day, e.text, t.code, t.name, a.party_kind, a.party_name,
    s.debit, s.credit
FROM sides s JOIN ledger_account a ON a.id = s.account_id AND NOT a.is_memo
JOIN ledger_accounttitle t ON t.kind = a.kind JOIN ledger_entry e ON e.id = s.entry_id
ORDER BY e.id, s.debit IS NULL, s.n, s.account_id
"""
VOUCHER_HEADINGS = (
    gettext_lazy("Voucher number"),
    gettext_lazy("Day"),
    gettext_lazy("Summary"),
    gettext_lazy("Account code"),
    gettext_lazy("Account name"),
    gettext_lazy("Auxiliary item"),
    gettext_lazy("Party"),
    gettext_lazy("Debit"),
    gettext_lazy("Credit"),
)


@dataclass(frozen=True, slots=True)
class VoucherLine:
    number: int
    day: date
    text: str
    code: str
    name: str
    party_kind: str
    party_name: str
    debit: Decimal | None
    credit: Decimal | None


def voucher_lines(month: date) -> Iterator[VoucherLine]:
    """The lines of a month's vouchers; Σ debit = Σ credit in each. Read through a cursor of the
    server: memory does not grow with the month."""
    first = month_of(month)
    with connection.chunked_cursor() as cursor:
        cursor.execute(_LINES, {"first": first, "last": last_day(first)})
        while rows := cursor.fetchmany(2_000):
            for row in rows:
                yield VoucherLine(*row)


def voucher_rows(month: date) -> Iterator[tuple[object, ...]]:
    """The same as rows under VOUCHER_HEADINGS."""
    for one in voucher_lines(month):
        party = str(PartyKind(one.party_kind).label) if one.party_kind else ""
        number = _("GJ-%(n)04d") % {"n": one.number}
        yield (
            number, one.day, one.text, one.code, one.name, party, one.party_name, one.debit, one.credit,
        )  # fmt: skip
