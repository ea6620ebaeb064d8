"""Whose new monthly orders wait until something is paid (BIL-6)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from apps.billing.queries.owing import SIGNED

# The payer's own orders, and those of the companies that it pays for.
_ALSO = """
SELECT f.payer AS customer_id, f.* FROM found f
UNION ALL
SELECT t.customer_id, f.* FROM found f JOIN billing_billingterms t ON t.payer_id = f.payer
"""
# The oldest statement of each payer that is overdue by more days than its terms allow, disputes left out.
_OVERDUE = f"""
WITH late AS (
    SELECT s.bill_to_id AS payer, s.number, s.due_on,
        s.charged - coalesce(a.settled, 0) - coalesce(d.disputed, 0) AS owed
    FROM billing_statement s
    JOIN billing_billingterms t ON t.customer_id = s.bill_to_id
    LEFT JOIN LATERAL (
        SELECT sum({SIGNED}) AS settled FROM billing_allocation WHERE statement_id = s.id
    ) a ON true
    LEFT JOIN LATERAL (
        SELECT sum(amount) AS disputed FROM billing_dispute WHERE statement_id = s.id AND state = 'open'
    ) d ON true
    WHERE s.state IN ('sent', 'confirmed') AND s.due_on + t.hold_after_days < %(today)s
), found AS (
    SELECT DISTINCT ON (payer) payer, number, due_on FROM late WHERE owed > 0 ORDER BY payer, due_on, number
)
SELECT customer_id, number, due_on FROM ({_ALSO}) every
"""  # noqa: S608  # names of ours
# What a payer owes in all: every charge, frozen or not, less what was allocated and what lies in advance.
_ABOVE = f"""
WITH limited AS (
    SELECT id AS payer, credit_limit FROM customers_customer WHERE credit_limit IS NOT NULL
), owing AS (
    SELECT l.payer, l.credit_limit, coalesce(c.charged, 0) - coalesce(a.settled, 0)
        - coalesce(r.received, 0) + coalesce(r.spent, 0) AS owed
    FROM limited l
    LEFT JOIN LATERAL (
        SELECT sum(coalesce(s.charged, o.gross)) AS charged FROM billing_statement s
        LEFT JOIN LATERAL (
            SELECT sum(gross) AS gross FROM billing_charge WHERE statement_id = s.id AND s.state = 'open'
        ) o ON true WHERE s.bill_to_id = l.payer
    ) c ON true
    LEFT JOIN LATERAL (
        SELECT sum(x.settled) AS settled FROM billing_statement s JOIN LATERAL (
            SELECT sum({SIGNED}) AS settled FROM billing_allocation WHERE statement_id = s.id
        ) x ON true WHERE s.bill_to_id = l.payer
    ) a ON true
    LEFT JOIN LATERAL (
        SELECT sum(m.amount) AS received, sum(x.spent) AS spent FROM billing_receipt m JOIN LATERAL (
            SELECT sum({SIGNED}) AS spent FROM billing_allocation WHERE receipt_id = m.id
        ) x ON true WHERE m.payer_id = l.payer AND m.cancelled_at IS NULL
    ) r ON true
), found AS (
    SELECT payer, owed, credit_limit FROM owing WHERE owed > credit_limit
)
SELECT customer_id, owed, credit_limit FROM ({_ALSO}) every
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Overdue:
    customer_id: int
    number: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Above:
    customer_id: int
    owed: Decimal
    limit: Decimal


def overdue(today: date) -> list[Overdue]:
    """Customers whose payer has a statement overdue by more days than the payer's terms allow."""
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, {"today": today})
        return [Overdue(*row) for row in cursor.fetchall()]


def above_limit() -> list[Above]:
    """Customers whose payer owes more than its credit limit."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE)
        return [Above(*row) for row in cursor.fetchall()]
