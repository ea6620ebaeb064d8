"""What couriers owe the company, from the rows of their cash-ups."""

from decimal import Decimal

from django.db import connection

from apps.tracking.models import Courier

_DEBTS = """
SELECT courier_id, sum(amount) FROM (
    SELECT courier_id, expected - counted AS amount FROM cod_cashup WHERE counted < expected
    UNION ALL SELECT courier_id, -amount FROM cod_taking WHERE kind = 'repaid'
    UNION ALL SELECT courier_id, -amount FROM cod_coddecision WHERE kind = 'waiver' AND state = 'done'
) AS moved WHERE courier_id = ANY(%s) GROUP BY courier_id
"""


def debts_of(courier_ids: list[int]) -> dict[int, Decimal]:
    """By courier, in one statement; nothing for those who never owed."""
    with connection.cursor() as cursor:
        cursor.execute(_DEBTS, [courier_ids])
        return dict(cursor.fetchall())


def debt_of(courier: Courier) -> Decimal:
    """What was counted short, less what was repaid or waived."""
    return debts_of([courier.pk]).get(courier.pk, Decimal("0.00"))
