"""An account's postings, newest first, page by page."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

_PAGE = """
SELECT p.id, p.day, p.entry_id, e.text, p.waybill, p.debit, p.credit, p.other_id
FROM (
    (SELECT id, day, entry_id, waybill, amount AS debit, NULL::numeric AS credit, credit_id AS other_id
     FROM ledger_posting WHERE debit_id = %(account)s AND (day, id) < (%(day)s, %(id)s)
     ORDER BY day DESC, id DESC LIMIT %(most)s)
    UNION ALL
    (SELECT id, day, entry_id, waybill, NULL, amount, debit_id
     FROM ledger_posting WHERE credit_id = %(account)s AND (day, id) < (%(day)s, %(id)s)
     ORDER BY day DESC, id DESC LIMIT %(most)s)
) AS p JOIN ledger_entry e ON e.id = p.entry_id
ORDER BY p.day DESC, p.id DESC LIMIT %(most)s
"""
_FIRST = ("infinity", 2**62)


@dataclass(frozen=True, slots=True)
class AccountPosting:
    id: int
    day: date
    entry_id: int
    text: str
    waybill: str
    debit: Decimal | None
    credit: Decimal | None
    other_id: int  # the account on the other side

    @property
    def key(self) -> tuple[date, int]:
        """Where the next page begins."""
        return self.day, self.id


def postings_of(
    account_id: int, *, after: tuple[date, int] | None = None, most: int = 50
) -> list[AccountPosting]:
    """The ``most`` newest before ``after``, the ``key`` of the last one shown. Two index scans,
    whatever the account's length."""
    day, pk = after or _FIRST
    given = {"account": account_id, "day": day, "id": pk, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_PAGE, given)
        return [AccountPosting(*row) for row in cursor.fetchall()]
