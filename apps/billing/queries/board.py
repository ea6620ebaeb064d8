"""Finance's desk: the month by stage, receivables by age, disputes by cause (BIL-6, BIL-7)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from apps.billing.rules.settling import AGES

_STAGES = """
SELECT state, count(*), coalesce(sum(charged), 0) FROM billing_statement WHERE period = %s GROUP BY state
"""
# One row a payer: what it owes by age. The columns' limits are those of ``rules.settling.AGES``.
_AGES = """
WITH owed AS (
    SELECT s.bill_to_id, s.due_on, s.charged - coalesce(a.settled, 0) AS owed
    FROM billing_statement s LEFT JOIN (
        SELECT statement_id, sum(CASE WHEN reverses_id IS NULL THEN amount ELSE -amount END) AS settled
        FROM billing_allocation GROUP BY 1
    ) a ON a.statement_id = s.id
    WHERE s.state <> 'open' AND s.bill_to_id IS NOT NULL AND s.charged - coalesce(a.settled, 0) <> 0
), aged AS (
    SELECT bill_to_id, width_bucket(
        (%(today)s::date - coalesce(due_on, %(today)s::date))::int - 1, %(limits)s::int[]) AS column_, sum(owed) AS owed
    FROM owed GROUP BY 1, 2
)
SELECT c.id, c.code, coalesce(nullif(c.short_name, ''), c.name), array_agg(a.column_), array_agg(a.owed), sum(a.owed)
FROM aged a JOIN customers_customer c ON c.id = a.bill_to_id
WHERE %(customers)s::bigint[] IS NULL OR c.id = ANY(%(customers)s::bigint[])
GROUP BY 1, 2, 3 ORDER BY 6 DESC, 2 LIMIT %(most)s
"""
_DISPUTES = """
SELECT why, count(*), sum(amount) FROM billing_dispute WHERE state = 'open' GROUP BY why ORDER BY 2 DESC
"""


@dataclass(frozen=True, slots=True)
class Stage:
    state: str
    n: int
    charged: Decimal


@dataclass(frozen=True, slots=True)
class Debtor:
    """What a payer owes: not due yet, then by each age, and together. Below zero it is a credit."""

    customer_id: int
    code: str
    name: str
    ages: list[Decimal]
    owed: Decimal


def stages(month: date) -> dict[str, Stage]:
    with connection.cursor() as cursor:
        cursor.execute(_STAGES, [month])
        return {state: Stage(state, n, charged) for state, n, charged in cursor.fetchall()}


def ageing(today: date, *, customers: list[int] | None = None, most: int = 50) -> list[Debtor]:
    """The payers that owe most, by the age of what they owe."""
    given: dict[str, Any] = {
        "today": today,
        "limits": list(AGES),
        "customers": customers,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_AGES, given)
        return [
            Debtor(pk, code, name, _columns(places, sums), owed)
            for pk, code, name, places, sums, owed in cursor.fetchall()
        ]


def _columns(places: list[int], sums: list[Decimal]) -> list[Decimal]:
    columns = [Decimal("0.00")] * (len(AGES) + 1)
    for place, owed in zip(places, sums, strict=True):
        columns[place] += owed
    return columns


def disputes_by_cause() -> list[tuple[str, int, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_DISPUTES)
        return list(cursor.fetchall())
