"""Finance's desk: the month by stage, receivables by age, what is expected by week, disputes by cause
(BIL-6, BIL-7)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count

from apps.billing.enums import InvoiceState
from apps.billing.models import Invoice
from apps.billing.queries.owing import SIGNED
from apps.billing.rules.settling import AGES

WEEKS = 9  # this one, seven more, and all that is later

_STAGES = """
SELECT state, count(*), coalesce(sum(charged), 0) FROM billing_statement WHERE period = %s GROUP BY state
"""
_OWED = f"""
owed AS (
    SELECT s.bill_to_id, coalesce(s.due_on, %(today)s::date) AS due_on, s.charged - coalesce(a.settled, 0) AS owed
    FROM billing_statement s LEFT JOIN (
        SELECT statement_id, sum({SIGNED}) AS settled FROM billing_allocation GROUP BY 1
    ) a ON a.statement_id = s.id
    WHERE s.state <> 'open' AND s.bill_to_id IS NOT NULL AND s.charged - coalesce(a.settled, 0) <> 0
        AND (%(customers)s::bigint[] IS NULL OR s.bill_to_id = ANY(%(customers)s::bigint[]))
)"""  # noqa: S608  # an expression of ours
# The columns' limits are those of ``rules.settling.AGES``.
_AGED = f"""
WITH {_OWED}, aged AS (
    SELECT bill_to_id, width_bucket((%(today)s::date - due_on)::int - 1, %(limits)s::int[]) AS column_, sum(owed) AS owed
    FROM owed GROUP BY 1, 2
)
"""  # noqa: S608
_DEBTORS = f"""{_AGED}
SELECT c.id, c.code, coalesce(nullif(c.short_name, ''), c.name), array_agg(a.column_), array_agg(a.owed), sum(a.owed)
FROM aged a JOIN customers_customer c ON c.id = a.bill_to_id
GROUP BY 1, 2, 3 ORDER BY 6 DESC, 2 LIMIT %(most)s
"""  # noqa: S608
_AGE_SUMS = f"""{_AGED} SELECT column_, sum(owed) FROM aged GROUP BY 1"""  # noqa: S608
# How many days late a payer usually is: its payments of a year, by their amounts.
_WEEKS = f"""
WITH {_OWED}, late AS (
    SELECT s.bill_to_id, greatest(round(sum((a.day - s.due_on) * a.amount) / sum(a.amount)), 0)::int AS days
    FROM billing_allocation a JOIN billing_statement s ON s.id = a.statement_id
    WHERE a.kind = 'payment' AND a.reverses_id IS NULL AND s.due_on IS NOT NULL AND a.day > %(today)s::date - 365
        AND NOT EXISTS (SELECT FROM billing_allocation u WHERE u.reverses_id = a.id)
    GROUP BY 1
), seen AS (
    SELECT due_on, due_on + coalesce(late.days, 0) AS usual_on, owed
    FROM owed LEFT JOIN late USING (bill_to_id) WHERE owed > 0
), both_ways AS (
    SELECT least(greatest((due_on - %(monday)s::date) / 7, 0), %(last)s) AS week, owed AS due, 0 AS usual FROM seen
    UNION ALL
    SELECT least(greatest((usual_on - %(monday)s::date) / 7, 0), %(last)s), 0, owed FROM seen
)
SELECT week, sum(due), sum(usual) FROM both_ways GROUP BY week
"""  # noqa: S608
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


@dataclass(frozen=True, slots=True)
class Week:
    """``due``: what falls due from ``monday`` on, a week long; ``usual``: what comes if everybody pays as
    late as usual."""

    monday: date
    due: Decimal
    usual: Decimal


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
        cursor.execute(_DEBTORS, given)
        return [
            Debtor(pk, code, name, _columns(places, sums), owed)
            for pk, code, name, places, sums, owed in cursor.fetchall()
        ]


def age_sums(today: date, *, customers: list[int] | None = None) -> list[Decimal]:
    """What all payers together owe: not due yet, then by each age."""
    given: dict[str, Any] = {"today": today, "limits": list(AGES), "customers": customers}
    with connection.cursor() as cursor:
        cursor.execute(_AGE_SUMS, given)
        places, sums = zip(*cursor.fetchall(), strict=True) if cursor.rowcount else ((), ())
    return _columns(list(places), list(sums))


def expected_by_week(today: date, *, customers: list[int] | None = None) -> list[Week]:
    """What is expected in this week and each of the next ``WEEKS`` − 2, and later: by the due dates, and as
    each payer usually pays. What is overdue counts to this week. Credits are left out."""
    monday = today - timedelta(days=today.weekday())
    given: dict[str, Any] = {
        "today": today,
        "monday": monday,
        "last": WEEKS - 1,
        "customers": customers,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WEEKS, given)
        found = {week: (due, usual) for week, due, usual in cursor.fetchall()}
    none = Decimal("0.00"), Decimal("0.00")
    return [Week(monday + timedelta(weeks=n), *found.get(n, none)) for n in range(WEEKS)]


def _columns(places: list[int], sums: list[Decimal]) -> list[Decimal]:
    columns = [Decimal("0.00")] * (len(AGES) + 1)
    for place, owed in zip(places, sums, strict=True):
        columns[place] += owed
    return columns


def invoices_to_see_to() -> dict[str, int]:
    """How many invoices wait for somebody, by their state."""
    states = (InvoiceState.FAILED, InvoiceState.UNCLEAR, InvoiceState.REQUESTED)
    rows = Invoice.objects.filter(state__in=states).order_by().values("state")
    return dict(rows.annotate(n=Count("pk")).values_list("state", "n"))


def disputes_by_cause() -> list[tuple[str, int, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_DISPUTES)
        return list(cursor.fetchall())
