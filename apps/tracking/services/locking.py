"""Finding and locking the waybills that a batch of events speaks of."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection

from apps.core.database import Statement
from apps.core.errors import BadInput
from apps.customers.models import Customer
from apps.tracking.models import Waybill
from apps.tracking.numbers import parse_waybill_number
from apps.tracking.status import CurrentStatus

if TYPE_CHECKING:
    from apps.accounts.models import User

# Always in order of id: senders of the same waybills in any order wait for each other and never
# in a circle. Their months' partitions are made where they are missing.
_LOCK = Statement(
    "lock_waybills",
    """
WITH locked AS MATERIALIZED (
    SELECT id, number, issued_month, status, status_reason, status_at, status_strength,
        status_rank, replace(status_hash::text, '-', '') AS status_hash, picked_up_at,
        last_event_at, last_place, last_place_at
    FROM tracking_waybill
    WHERE number = ANY(%(numbers)s)
      AND (%(customers)s::bigint[] IS NULL OR customer_id = ANY(%(customers)s)
           OR responsible_unit_id = ANY(%(units)s))
    ORDER BY id FOR NO KEY UPDATE
), months AS MATERIALIZED (
    SELECT issued_month, tracking_make_partition(issued_month) AS made
    FROM (SELECT DISTINCT issued_month FROM locked) AS m
)
SELECT locked.* FROM locked, (SELECT count(made) FROM months) AS ensured ORDER BY locked.id
""",
)


@dataclass(slots=True)
class Target:
    """A locked waybill, as it stood before this batch."""

    id: int
    number: str
    issued_month: date
    current: CurrentStatus


def lock_waybills(numbers: set[str], *, by: "User") -> dict[str, Target]:
    """Lock the waybills that ``by`` may see, in one statement; keyed by the number as given,
    however it was typed. Call inside a transaction."""
    canonical = {number: _canonical(number) for number in numbers}
    wanted = sorted({number for number in canonical.values() if number})
    if not wanted:
        return {}
    units = by.visible_unit_ids()
    customers: list[int] | None = None
    if units is not None:
        customers = list(Customer.objects.visible_to(by).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        _LOCK.run(cursor, {"numbers": wanted, "customers": customers, "units": list(units or ())})
        found = {
            number: Target(pk, number, month, CurrentStatus(*held))
            for pk, number, month, *held in cursor.fetchall()
        }
    return {typed: found[number] for typed, number in canonical.items() if number in found}


def target_of(waybill: Waybill) -> Target:
    """Of a row that the caller has locked."""
    current = CurrentStatus(
        waybill.status,
        waybill.status_reason,
        waybill.status_at,
        waybill.status_strength,
        waybill.status_rank,
        waybill.status_hash.hex,
        waybill.picked_up_at,
        waybill.last_event_at,
        waybill.last_place,
        waybill.last_place_at,
    )
    return Target(waybill.pk, waybill.number, waybill.issued_month, current)


def set_status(waybill: Waybill, current: CurrentStatus) -> None:
    """Have the row in hand say what was written of it."""
    waybill.status, waybill.status_reason = current.status, current.reason
    waybill.status_at, waybill.status_hash = current.at, UUID(current.hash)
    waybill.status_strength, waybill.status_rank = current.strength, current.rank
    waybill.delivered_at, waybill.concluded_at = current.delivered_at, current.concluded_at
    waybill.picked_up_at, waybill.last_event_at = current.picked_up_at, current.last_event_at
    waybill.last_place, waybill.last_place_at = current.last_place, current.last_place_at


def _canonical(number: str) -> str:
    # What looks like a number is looked up as it is; only the rest is worth reading closely.
    if number.isascii() and number.isalnum() and number.isupper():
        return number
    try:
        return parse_waybill_number(number)
    except BadInput:
        return ""
