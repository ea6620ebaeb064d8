"""The daily proof: sealed balances are computed again from the postings, and their seals with them."""

import logging
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

log = logging.getLogger(__name__)
_PROVE = """
WITH days AS (
    SELECT day, lag(day) OVER (ORDER BY day) AS before FROM (SELECT DISTINCT day FROM ledger_daybalance) d
), moved AS (
    SELECT days.day, p.debit_id, p.credit_id, sum(p.amount) AS amount
    FROM days JOIN ledger_posting p ON p.day <= days.day AND p.day > coalesce(days.before, '-infinity')
    GROUP BY 1, 2, 3
), sides AS (
    SELECT day, account_id, sum(debit) AS debit, sum(credit) AS credit FROM (
        SELECT day, debit_id AS account_id, amount AS debit, 0 AS credit FROM moved
        UNION ALL SELECT day, credit_id, 0, amount FROM moved) s GROUP BY 1, 2
), kept AS (
    SELECT b.day, b.account_id, b.debit, b.credit, b.seal,
        coalesce(lag(b.debit) OVER w, 0) AS debit_before,
        coalesce(lag(b.credit) OVER w, 0) AS credit_before, lag(b.seal) OVER w AS seal_before
    FROM ledger_daybalance b WINDOW w AS (PARTITION BY b.account_id ORDER BY b.day)
)
SELECT account_id, day, coalesce(k.debit, 0) - coalesce(k.credit, 0),
    coalesce(k.debit_before + coalesce(s.debit, 0) - k.credit_before - coalesce(s.credit, 0), s.debit - s.credit),
    k.seal IS NOT DISTINCT FROM encode(sha256(convert_to(concat_ws('|', account_id, day, k.debit,
        k.credit, coalesce(k.seal_before, '')), 'UTF8')), 'hex')
FROM kept k FULL JOIN sides s USING (account_id, day)
WHERE k.seal IS NULL OR k.debit <> k.debit_before + coalesce(s.debit, 0)
    OR k.credit <> k.credit_before + coalesce(s.credit, 0)
    OR k.seal <> encode(sha256(convert_to(concat_ws('|', account_id, day, k.debit, k.credit,
        coalesce(k.seal_before, '')), 'UTF8')), 'hex')
ORDER BY day, account_id LIMIT 200
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """An account whose sealed balance is not what its postings say, or whose seal is broken."""

    account_id: int
    day: date
    sealed: Decimal
    posted: Decimal
    is_seal_whole: bool


def prove_ledger() -> list[Difference]:
    """Compare every sealed balance with the postings under it; empty when all of it adds up.

    Reads only. What differs is logged as an error, which the operator's log watch reports.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PROVE)
        found = [Difference(*row) for row in cursor.fetchall()]
    for one in found:
        log.error(
            "ledger proof: account %s differs on %s: sealed %s, posted %s, seal %s",
            one.account_id, one.day, one.sealed, one.posted, "whole" if one.is_seal_whole else "broken",
        )  # fmt: skip
    return found
