"""Holding shipments, and letting them go (CMP-8). The floors above say why."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, models

from apps.core.database import in_callers_transaction
from apps.tracking.services.watch import look_again

if TYPE_CHECKING:
    from apps.accounts.models import User

_HOLD = """
INSERT INTO tracking_shipmenthold (waybill_id, number, subject_type, subject_id, held_at, held_by_id)
SELECT w.id, %s, %s, %s, %s, %s FROM tracking_waybill w
WHERE w.id = ANY(%s) AND w.concluded_at IS NULL ORDER BY w.id
ON CONFLICT (waybill_id, number) WHERE released_at IS NULL DO NOTHING
RETURNING waybill_id
"""
_RELEASE = """
UPDATE tracking_shipmenthold SET released_at = %s, released_by_id = %s
WHERE number = %s AND waybill_id = ANY(%s) AND released_at IS NULL
RETURNING waybill_id
"""


@in_callers_transaction()
def hold_shipments(
    waybill_ids: Collection[int],
    *,
    number: str,
    subject: models.Model,
    by: "User",
    at: datetime,
) -> list[int]:
    """Hold these under ``number``; returns those that were not held under it before. Concluded ones are passed
    over, repeating changes nothing. The watch looks at them at once."""
    if not waybill_ids:
        return []
    given = [number, subject._meta.label_lower, str(subject.pk), at, by.pk, list(waybill_ids)]
    return _written(_HOLD, given)


@in_callers_transaction()
def release_shipments(
    waybill_ids: Collection[int], *, number: str, by: "User", at: datetime
) -> list[int]:
    """Let go what is held under ``number``; what others hold stays held. Returns those that were let go."""
    if not waybill_ids:
        return []
    return _written(_RELEASE, [at, by.pk, number, list(waybill_ids)])


def _written(statement: str, given: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        found = [pk for (pk,) in cursor.fetchall()]
    look_again(found)
    return found
