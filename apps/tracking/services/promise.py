"""What a shipment is promised: set when it is issued, changed only with a reason (TRK-7)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.database import write_columns
from apps.core.errors import BadInput, RuleBroken
from apps.core.masking import mask_text
from apps.events.services import new_event, record_many
from apps.tracking.enums import PromiseCause
from apps.tracking.models import PromiseChange, Waybill
from apps.tracking.promise import Progress, expected_at, promised_at
from apps.tracking.queries.standards import default_levels, local_zone, standards_table
from apps.tracking.services.watch import look_again

if TYPE_CHECKING:
    from apps.accounts.models import User

# What moves a promise and with it the instant by which punctuality is measured.
COUNTS = frozenset({PromiseCause.CUSTOMER, PromiseCause.INCIDENT})


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
        return moved[0]
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
) -> list[PromiseChange]:
    """Move the promises of many shipments for one reason; returns the changes, by shipment.

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
    held = Waybill.objects.select_for_update(no_key=True).order_by("pk")
    moved = [
        waybill
        for waybill in held.filter(pk__any_of=list(promises), concluded_at__isnull=True).only(
            "number", "promised_at", "measured_promise_at"
        )
        if waybill.promised_at != promises[waybill.pk]
    ]
    changes = PromiseChange.objects.bulk_create(
        PromiseChange(
            waybill=waybill,
            promised_before=waybill.promised_at,
            promised_now=promises[waybill.pk],
            cause=cause,
            reason=reason.strip()[:300],
            changed_at=at,
            changed_by=by,
        )
        for waybill in moved
    )
    for waybill in moved:
        counts = cause in COUNTS or waybill.promised_at is None
        measured = None if counts else (waybill.measured_promise_at or waybill.promised_at)
        waybill.promised_at, waybill.measured_promise_at = promises[waybill.pk], measured
    write_columns(moved, ["promised_at", "measured_promise_at"])
    look_again([waybill.pk for waybill in moved])
    record_many(
        [
            new_event(
                "waybill.promise_changed",
                change.waybill,
                by=by,
                at=at,
                data={
                    "from": change.promised_before,
                    "to": change.promised_now,
                    "cause": str(cause),
                    "reason": mask_text(change.reason),
                },
            )
            for change in changes
        ]
    )
    return changes
