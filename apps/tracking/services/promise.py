"""What a shipment is promised: set when it is issued, changed only with a reason (TRK-7)."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import BadInput, RuleBroken
from apps.core.masking import mask_text
from apps.events.services import record
from apps.tracking.models import PromiseChange, Waybill
from apps.tracking.promise import Progress, expected_at, promised_at
from apps.tracking.queries.standards import default_levels, local_zone, standards_table
from apps.tracking.services.watch import look_again

if TYPE_CHECKING:
    from apps.accounts.models import User


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
    *, waybill_id: int, promised: datetime, reason: str, by: "User", at: datetime
) -> PromiseChange:
    """Move a promise; the earlier one is kept. Concluded shipments keep theirs for good."""
    if not reason.strip():
        raise BadInput(
            _("Say why the promise changes; the customer will ask."),
            code="reason_missing",
            field="reason",
        )
    waybill = Waybill.objects.select_for_update(no_key=True).get(pk=waybill_id)
    if waybill.concluded_at:
        raise RuleBroken(
            _("This shipment is concluded; its promise stays as it was."),
            code="concluded",
            rule="TRK-7",
        )
    if promised <= at:
        raise BadInput(
            _("A promise lies in the future; choose a later time."),
            code="promise_in_the_past",
            field="promised_at",
        )
    if promised == waybill.promised_at:
        raise RuleBroken(_("That is what is promised already."), code="nothing_changed")
    change = PromiseChange.objects.create(
        waybill=waybill,
        promised_before=waybill.promised_at,
        promised_now=promised,
        reason=reason.strip()[:300],
        changed_at=at,
        changed_by=by,
    )
    waybill.promised_at = promised
    waybill.save(update_fields=["promised_at"])
    look_again([waybill.pk])
    record(
        "waybill.promise_changed",
        waybill,
        by=by,
        at=at,
        data={
            "from": change.promised_before,
            "to": change.promised_now,
            "reason": mask_text(change.reason),
        },
    )
    return change
