"""Which shipments are watched, and when each is looked at next (TRK-7)."""

from collections.abc import Collection

from django.db import connection

from apps.tracking.enums import LateOutcome
from apps.tracking.models import ShipmentWatch

# A case that ended without the shipment arriving is not begun again.
_FORGOTTEN = """
INSERT INTO tracking_shipmentwatch (waybill_id)
SELECT w.id FROM tracking_waybill w
WHERE w.concluded_at IS NULL
  AND NOT EXISTS (SELECT FROM tracking_shipmentwatch s WHERE s.waybill_id = w.id)
  AND NOT EXISTS (SELECT FROM tracking_lateshipment l
                  WHERE l.waybill_id = w.id AND l.outcome = ANY(%s))
LIMIT %s
ON CONFLICT (waybill_id) DO NOTHING
"""

# One array, however many: an incident holds thousands.
_AT_ONCE = """
UPDATE tracking_shipmentwatch SET due_at = statement_timestamp()
WHERE waybill_id = ANY(%s) AND due_at > statement_timestamp()
"""


def enrol(waybill_ids: Collection[int]) -> None:
    """Watch these from now on; called when they are issued, in the same transaction."""
    rows = [ShipmentWatch(waybill_id=pk) for pk in waybill_ids]
    ShipmentWatch.objects.bulk_create(rows, ignore_conflicts=True)


def look_again(waybill_ids: Collection[int]) -> None:
    """Something happened that may change the answer: have the sweeper look at once."""
    if waybill_ids:
        with connection.cursor() as cursor:
            cursor.execute(_AT_ONCE, [list(waybill_ids)])


def enrol_forgotten(limit: int = 10_000) -> int:
    """The net below: open shipments nobody watches, such as rows loaded by another way or a
    delivery that was taken back. Returns how many were found."""
    ended = [LateOutcome.RESHIPPED.value, LateOutcome.LOST.value]
    with connection.cursor() as cursor:
        cursor.execute(_FORGOTTEN, [ended, limit])
        return int(cursor.rowcount)
