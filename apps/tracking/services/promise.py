"""What a shipment is promised: set when it is issued, changed only with a reason (TRK-7)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import BadInput, RuleBroken
from apps.core.masking import mask_text
from apps.events.services import NewEvent, record_many
from apps.tracking.enums import PromiseCause
from apps.tracking.models import PromiseChange, Waybill
from apps.tracking.promise import Progress, expected_at, promised_at
from apps.tracking.queries.standards import default_levels, local_zone, standards_table
from apps.tracking.services.watch import look_again

if TYPE_CHECKING:
    from apps.accounts.models import User

# What moves a promise and with it the instant by which punctuality is measured.
COUNTS = frozenset({PromiseCause.CUSTOMER, PromiseCause.INCIDENT})
# Locked in the order of every writer, moved and kept in one statement: an incident moves twenty thousand.
_MOVE = """
WITH held AS MATERIALIZED (
    SELECT w.id, w.promised_at AS before, v.promised
    FROM tracking_waybill w JOIN unnest(%(ids)s::bigint[], %(promised)s::timestamptz[]) v (id, promised) ON v.id = w.id
    WHERE w.concluded_at IS NULL AND w.promised_at IS DISTINCT FROM v.promised
    ORDER BY w.id FOR NO KEY UPDATE OF w
), moved AS (
    UPDATE tracking_waybill w SET promised_at = h.promised,
        measured_promise_at = CASE WHEN %(counts)s OR h.before IS NULL THEN NULL
            ELSE coalesce(w.measured_promise_at, h.before) END
    FROM held h WHERE w.id = h.id
)
INSERT INTO tracking_promisechange
    (waybill_id, promised_before, promised_now, cause, reason, changed_at, changed_by_id)
SELECT h.id, h.before, h.promised, %(cause)s, %(reason)s, %(at)s, %(by)s FROM held h ORDER BY h.id
RETURNING id, waybill_id, promised_before, promised_now
"""


class Moved(NamedTuple):
    """A promise that was moved: the number of its ``PromiseChange``, and what was promised before and is now."""

    change_id: int
    waybill_id: int
    before: datetime | None
    now: datetime


def apply_promises(waybills: Sequence[Waybill]) -> None:
    """Fill level, promise and expectation of waybills about to be saved, where they are empty, each
    as of the instant it is issued.

    Two queries however many there are. What a caller promised by hand stays.
    """
    usual = default_levels()
    for waybill in waybills:
        waybill.service_level = waybill.service_level or usual.get(waybill.job_type, "")
    table = standards_table(waybill.service_level for waybill in waybills)
    zone = local_zone()
    for waybill in waybills:
        at = waybill.issued_at
        day = timezone.localdate(at)
        found = table.of(waybill.service_level, waybill.origin_city, waybill.destination_city, day)
        if found is None:
            continue
        waybill.promised_at = waybill.promised_at or promised_at(at, found, zone)
        progress = Progress(waybill.status, waybill.status_reason, at, at)
        waybill.expected_at = waybill.expected_at or expected_at(progress, found, now=at, zone=zone)


@transaction.atomic
def change_promise(
    *,
    waybill_id: int,
    promised: datetime,
    cause: PromiseCause,
    reason: str,
    by: "User",
    at: datetime,
) -> PromiseChange:
    """Move a promise; the earlier one is kept. Concluded shipments keep theirs for good.

    Raises ``BadInput`` without a reason or for an instant that is past, ``RuleBroken`` for a concluded
    shipment and for what is promised already.
    """
    moved = change_promises({waybill_id: promised}, cause=cause, reason=reason, by=by, at=at)
    if moved:
        return PromiseChange.objects.get(pk=moved[0].change_id)
    if Waybill.objects.filter(pk=waybill_id, concluded_at__isnull=False).exists():
        raise RuleBroken(
            _("This shipment is concluded; its promise stays as it was."),
            code="concluded",
            rule="TRK-7",
        )
    raise RuleBroken(_("That is what is promised already."), code="nothing_changed")


@transaction.atomic
def change_promises(
    promises: Mapping[int, datetime],
    *,
    cause: PromiseCause,
    reason: str,
    by: "User",
    at: datetime,
) -> list[Moved]:
    """Move the promises of many shipments for one reason; returns what changed, by shipment.

    Waybill's key → the instant promised now. Shipments that are concluded or are promised just that are left
    as they are. A change of our own does not move what punctuality is measured by; one that the customer asked
    for or an incident brought about does (REP-2). The same few statements however many shipments there are.
    """
    if not reason.strip():
        raise BadInput(
            _("Say why the promise changes; the customer will ask."),
            code="reason_missing",
            field="reason",
        )
    if any(promised <= at for promised in promises.values()):
        raise BadInput(
            _("A promise lies in the future; choose a later time."),
            code="promise_in_the_past",
            field="promised_at",
        )
    reason = reason.strip()[:300]
    given: dict[str, Any] = {
        "ids": list(promises),
        "promised": list(promises.values()),
        "counts": cause in COUNTS,
        "cause": str(cause),
        "reason": reason,
        "at": at,
        "by": by.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, given)
        moved = [Moved(*row) for row in cursor.fetchall()]
    look_again([one.waybill_id for one in moved])
    shown = mask_text(reason)
    record_many(_event(one, cause, shown, by=by, at=at) for one in moved)
    return moved


def _event(moved: Moved, cause: PromiseCause, reason: str, *, by: "User", at: datetime) -> NewEvent:
    data = {"from": moved.before, "to": moved.now, "cause": str(cause), "reason": reason}
    return NewEvent(
        "waybill.promise_changed", Waybill._meta.label_lower, str(moved.waybill_id), by.pk, at, data
    )
