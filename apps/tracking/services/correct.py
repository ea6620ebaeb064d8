"""What staff put right by hand: events, partner numbers; and looking at personal data."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.tracking.enums import Door
from apps.tracking.inputs import IncomingEvent, IngestResult
from apps.tracking.models import PartnerCarrier, PartnerNumber, TrackingEvent, Waybill
from apps.tracking.reading import Unreadable, clean_text
from apps.tracking.services.ingest import ingest

if TYPE_CHECKING:
    from apps.accounts.models import User

HAND = "hand"


@transaction.atomic
def correct_event(
    *,
    waybill: Waybill,
    event_id: int,
    replacement: IncomingEvent | None,
    reason: str,
    by: "User",
    at: datetime,
) -> IngestResult:
    """Put ``replacement`` in the place of an event, or take the event back without one.

    The old event stays in the record. Raises BadInput when the replacement is refused.
    """
    reason = _needed(reason)
    old = TrackingEvent.objects.filter(
        waybill=waybill, issued_month=waybill.issued_month, pk=event_id
    ).first()
    if old is None:
        raise RuleBroken(_("This waybill has no such event."), code="unknown_event")
    new = replacement or IncomingEvent(
        waybill_number=waybill.number, code=old.code, occurred_at=old.occurred_at, withdraws=True
    )
    new.waybill_number, new.supersedes = waybill.number, old.pk
    result = ingest([new], source=HAND, by=by, at=at, door=Door.HAND, save_refusals=False)
    if result.refused:
        refusal = result.refused[0]
        raise BadInput(refusal.message, code=refusal.code, field=refusal.field or None)
    record(
        "waybill.event_corrected",
        waybill,
        by=by,
        at=at,
        data={
            "event": old.pk,
            "was": old.code,
            "now": "" if new.withdraws else new.code,
            "reason": reason,
        },
    )
    return result


@transaction.atomic
def attach_partner_number(
    *, waybill: Waybill, carrier: PartnerCarrier, number: str, by: "User", at: datetime
) -> PartnerNumber:
    """Note under which number a partner knows the shipment; a carrier's number is used once."""
    try:
        number = "".join(clean_text(number, "waybill_number").split()).upper()
    except Unreadable as problem:
        raise BadInput(problem.message, code=problem.code, field="number") from None
    if not (number.isascii() and number.replace("-", "").isalnum()) or len(number) < 4:
        raise BadInput(
            _("A partner's number has at least four letters or digits."),
            code="bad_partner_number",
            field="number",
        )
    attached = PartnerNumber(
        waybill=waybill, carrier=carrier, number=number, attached_at=at, attached_by=by
    )
    try:
        with transaction.atomic():
            attached.save()
    except IntegrityError:
        taken = PartnerNumber.objects.select_related("waybill").get(carrier=carrier, number=number)
        if taken.waybill_id == waybill.pk:
            return taken
        raise RuleBroken(
            _("%(number)s already belongs to waybill %(waybill)s.")
            % {"number": number, "waybill": taken.waybill.number},
            code="partner_number_taken",
            field="number",
        ) from None
    record(
        "waybill.partner_number_attached",
        waybill,
        by=by,
        at=at,
        data={"carrier": carrier.code, "number": number},
    )
    return attached


@transaction.atomic
def reveal_waybill(*, waybill: Waybill, reason: str, by: "User", at: datetime) -> None:
    """Note who looked at a shipment's personal data, and why; the page shows it after this."""
    record("waybill.revealed", waybill, by=by, at=at, data={"reason": _needed(reason)})


def _needed(reason: str) -> str:
    reason = " ".join(reason.split())[:300]
    if len(reason) < 2:
        raise RuleBroken(_("Say why."), code="reason_missing", field="reason")
    return reason
