"""What of a statement can still be invoiced."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

# Σ totals - open disputes - what is on invoices that stand and no red invoice took back, per tax class.
# Adjustments of accepted disputes are charges of a later statement, so what was accepted is left off the
# one that it was charged on.
_PARTS = """
WITH charged AS (
    SELECT statement_id, tax_class_id, sum(gross) AS gross FROM billing_statementtotal
    WHERE statement_id = ANY(%(ids)s) GROUP BY 1, 2
), disputed AS (
    SELECT d.statement_id, c.tax_class_id, sum(d.amount) AS gross
    FROM billing_dispute d JOIN billing_charge c ON c.id = d.charge_id
    WHERE d.statement_id = ANY(%(ids)s) AND d.state = 'open' GROUP BY 1, 2
), invoiced AS (
    SELECT l.statement_id, l.tax_class_id, sum(l.gross) AS gross
    FROM billing_invoiceline l JOIN billing_invoice i ON i.id = l.invoice_id
    WHERE l.statement_id = ANY(%(ids)s) AND i.state NOT IN ('withdrawn', 'reversed') GROUP BY 1, 2
), taken_back AS (
    SELECT l.statement_id, l.tax_class_id, sum(r.gross) AS gross
    FROM billing_redline r JOIN billing_redform f ON f.id = r.form_id
    JOIN billing_invoiceline l ON l.id = r.line_id JOIN billing_invoice i ON i.id = l.invoice_id
    WHERE l.statement_id = ANY(%(ids)s) AND f.state = 'issued' AND i.state NOT IN ('withdrawn', 'reversed')
    GROUP BY 1, 2
)
SELECT c.statement_id, c.tax_class_id, t.rate_ppm,
    c.gross - coalesce(d.gross, 0) - coalesce(i.gross, 0) + coalesce(b.gross, 0) AS rest
FROM charged c JOIN pricing_taxclass t ON t.id = c.tax_class_id
LEFT JOIN disputed d USING (statement_id, tax_class_id)
LEFT JOIN invoiced i USING (statement_id, tax_class_id)
LEFT JOIN taken_back b USING (statement_id, tax_class_id)
WHERE c.gross - coalesce(d.gross, 0) - coalesce(i.gross, 0) + coalesce(b.gross, 0) > 0
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Part:
    """``rate_ppm`` in millionths (6 %: 60,000); ``gross`` includes tax."""

    statement_id: int
    tax_class_id: int
    rate_ppm: int
    gross: Decimal


def invoiceable(statement_ids: Sequence[int]) -> list[Part]:
    """The parts of frozen statements that are neither disputed nor on an invoice that stands."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, {"ids": list(statement_ids)})
        return [Part(*row) for row in cursor.fetchall()]
