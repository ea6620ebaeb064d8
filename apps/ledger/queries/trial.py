"""The trial balance 试算平衡表: every account, or every title, with opening, turnover and closing."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

# The day is asked first and given as it is: what a subquery says the planner would have to guess.
_SEALED = "SELECT max(day) FROM ledger_daybalance WHERE day < %s"
# One pass over the postings, summed by pair of accounts: what follows works on the few pairs.
_SIDES = """
WITH moved AS (
    SELECT debit_id, credit_id, sum(amount) AS amount,
        coalesce(sum(amount) FILTER (WHERE day < %(first)s), 0) AS before
    FROM ledger_posting WHERE day <= %(last)s AND day > %(sealed)s GROUP BY 1, 2
), sides AS (
    SELECT debit_id AS account_id, before AS opening, amount - before AS debit, 0 AS credit
    FROM moved
    UNION ALL SELECT credit_id, -before, 0, amount - before FROM moved
    UNION ALL SELECT account_id, debit - credit, 0, 0 FROM ledger_daybalance WHERE day = %(sealed)s
)
"""
_BY_ACCOUNT = """
SELECT t.code, t.name, a.kind, a.id, a.party_name, a.is_memo,
    total.opening, total.debit, total.credit
FROM (SELECT account_id, sum(opening) AS opening, sum(debit) AS debit, sum(credit) AS credit
    FROM sides GROUP BY account_id) AS total
JOIN ledger_account a ON a.id = total.account_id JOIN ledger_accounttitle t ON t.kind = a.kind
WHERE %(kind)s = '' OR a.kind = %(kind)s
ORDER BY t.code, a.party_name, a.id
"""
_BY_TITLE = """
SELECT t.code, t.name, t.kind, NULL, '', total.is_memo, total.opening, total.debit, total.credit
FROM (SELECT a.kind, bool_or(a.is_memo) AS is_memo, sum(opening) AS opening, sum(debit) AS debit,
        sum(credit) AS credit
    FROM sides JOIN ledger_account a ON a.id = sides.account_id GROUP BY a.kind) AS total
JOIN ledger_accounttitle t ON t.kind = total.kind ORDER BY t.code
"""


@dataclass(frozen=True, slots=True)
class TrialRow:
    """Balances above zero are debit balances."""

    code: str
    name: str
    kind: str
    account_id: int | None
    party_name: str
    is_memo: bool
    opening: Decimal
    debit: Decimal
    credit: Decimal

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debit - self.credit


def trial_balance(
    first: date, last: date, *, by_title: bool = False, kind: str = ""
) -> list[TrialRow]:
    """Turnover from ``first`` to ``last``, both included. Σ opening, Σ closing are zero and
    Σ debit = Σ credit: by construction, as each posting has both sides."""
    given: dict[str, Any] = {"first": first, "last": last, "kind": kind}
    with transaction.atomic(), connection.cursor() as cursor:
        # Pairs of accounts by the ten thousand: summed in memory instead of through files.
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(_SEALED, [first])
        given["sealed"] = cursor.fetchone()[0] or "-infinity"
        cursor.execute(_SIDES + (_BY_TITLE if by_title else _BY_ACCOUNT), given)
        return [TrialRow(*row) for row in cursor.fetchall()]
