"""What is owed on statements: their charges without what settled them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from apps.billing.enums import StatementState

SIGNED = "CASE WHEN reverses_id IS NULL THEN amount ELSE -amount END"
_OWED = f"""
SELECT s.id, s.number, s.period, s.due_on, s.charged, s.charged - coalesce(a.settled, 0) AS owed
FROM billing_statement s
LEFT JOIN LATERAL (
    SELECT sum({SIGNED}) AS settled FROM billing_allocation WHERE statement_id = s.id
) a ON true
WHERE s.state <> '{StatementState.OPEN}' AND {{which}}
ORDER BY s.period, s.id
"""  # noqa: S608  # names and a state of ours
_UNSPENT = f"""
SELECT r.id, r.day, r.amount, r.amount - coalesce(a.spent, 0) AS rest
FROM billing_receipt r
LEFT JOIN LATERAL (
    SELECT sum({SIGNED}) AS spent FROM billing_allocation WHERE receipt_id = r.id
) a ON true
WHERE r.payer_id = %(payer)s AND r.cancelled_at IS NULL AND r.amount - coalesce(a.spent, 0) > 0
ORDER BY r.day, r.id
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Owed:
    """``owed`` below zero is a credit; ``due_on`` is empty before it was sent."""

    statement_id: int
    number: str
    period: date
    due_on: date | None
    charged: Decimal
    owed: Decimal


@dataclass(frozen=True, slots=True)
class Unspent:
    """What of a receipt is not allocated yet."""

    receipt_id: int
    day: date
    amount: Decimal
    rest: Decimal


def owed_by(payer_id: int) -> list[Owed]:
    """The frozen statements of a payer, the oldest first, with what is owed on each."""
    return _owed("s.bill_to_id = %(payer)s", {"payer": payer_id})


def owed_on(statement_ids: Collection[int]) -> dict[int, Owed]:
    found = _owed("s.id = ANY(%(ids)s)", {"ids": list(statement_ids)})
    return {one.statement_id: one for one in found}


def _owed(which: str, given: dict[str, Any]) -> list[Owed]:
    with connection.cursor() as cursor:
        cursor.execute(_OWED.format(which=which), given)
        return [Owed(*row) for row in cursor.fetchall()]


def unspent_of(payer_id: int) -> list[Unspent]:
    """The payer's receipts of which something is left, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSPENT, {"payer": payer_id})
        return [Unspent(*row) for row in cursor.fetchall()]
