"""What people do about a late shipment on its exception: find the cause, tell, send again, close (TRK-7)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import BadInput, RuleBroken
from apps.core.masking import mask_text
from apps.events.services import record
from apps.quality.models import ExceptionReport, PartyContact
from apps.quality.services.assigning import begin
from apps.quality.services.locking import lock_exception
from apps.tracking.enums import LateCause, Party
from apps.tracking.models import LateShipment, ReturnDocument, Waybill
from apps.tracking.rules.closing import Ending, check_closing
from apps.tracking.services.watch import look_again


@transaction.atomic
def state_cause(
    *,
    exception_id: int,
    cause: LateCause,
    note: str,
    expected_at: datetime | None,
    by: User,
    at: datetime,
) -> LateShipment:
    """Say why it is late and when it will come; whoever was told another time is told again."""
    report, late = _locked(exception_id, by)
    if cause == LateCause.OTHER and not note.strip():
        raise BadInput(_("Say what the cause is."), code="note_missing", field="note")
    _check_expected(expected_at, at)
    begin(report, by=by, at=at)
    late.cause, late.cause_note = cause, note.strip()[:500]
    late.expected_at = expected_at or late.expected_at
    late.save(update_fields=["cause", "cause_note", "expected_at"])
    note = mask_text(late.cause_note)
    data = {"cause": str(cause), "note": note, "expected": expected_at}
    record("exception.cause_stated", report, by=by, at=at, data=data)
    look_again([late.waybill_id])
    return late


@transaction.atomic
def record_contact(
    *,
    exception_id: int,
    party: Party,
    channel: str,
    reached: bool,
    apologised: bool,
    expected_at: datetime | None,
    answer: str,
    by: User,
    at: datetime,
) -> PartyContact:
    """A word with one of the two parties. Once both know the new time, it is “told”."""
    report, late = _locked(exception_id, by)
    if reached and not apologised:
        raise BadInput(
            _("We owe an apology first. Record the contact once it was given."),
            code="apology_missing",
            field="apologised",
            rule="TRK-7",
        )
    if reached and expected_at is None:
        raise BadInput(
            _("Tell a new expected time, and record it here."),
            code="expected_missing",
            field="expected_at",
            rule="TRK-7",
        )
    _check_expected(expected_at, at)
    begin(report, by=by, at=at)
    contact = PartyContact.objects.create(
        exception=report,
        party=party,
        channel=channel,
        was_reached=reached,
        was_apologised_to=apologised,
        expected_at=expected_at,
        answer=answer.strip()[:500],
        at=at,
        by=by,
    )
    if reached:
        late.expected_at = expected_at
        late.save(update_fields=["expected_at"])
    kind = "exception.party_told" if reached else "exception.party_not_reached"
    data = {"party": str(party), "channel": channel, "expected": expected_at}
    record(kind, report, by=by, at=at, data=data)
    look_again([late.waybill_id])
    return contact


def _were_notified(report: ExceptionReport, late: LateShipment) -> bool:
    """Customer and consignee both know the time that is expected now."""
    reached = report.contacts.filter(was_reached=True, expected_at=late.expected_at)
    return set(reached.values_list("party", flat=True)) == set(Party.values)


@transaction.atomic
def link_replacement(*, exception_id: int, number: str, by: User, at: datetime) -> LateShipment:
    """The goods go again under another waybill, which is followed in its place."""
    report, late = _locked(exception_id, by)
    found = Waybill.objects.visible_to(by).filter(number=number).first()
    if found is None:
        raise BadInput(
            _("There is no waybill %(number)s.") % {"number": number[:24]},
            code="unknown_waybill",
            field="number",
        )
    if found.pk == late.waybill_id or found.customer_id != late.waybill.customer_id:
        raise BadInput(
            _("It must be another waybill of the same customer."),
            code="not_a_replacement",
            field="number",
        )
    begin(report, by=by, at=at)
    late.replacement = found
    late.save(update_fields=["replacement"])
    record("exception.sent_again", report, by=by, at=at, data={"as": found.number})
    return late


@transaction.atomic
def close_late(*, exception_id: int, note: str, by: User, at: datetime) -> LateShipment:
    """End the following of the shipment: only once the goods are there and, where one is owed, the
    receipt is on file. What comes of the exception is decided for itself."""
    report, late = _locked(exception_id, by)
    late.outcome = check_closing(
        late,
        _ending(late.waybill),
        _ending(late.replacement) if late.replacement else None,
        were_notified=_were_notified(report, late),
        note=note,
    )
    late.closing_note = note.strip()[:500]
    late.closed_at, late.closed_by = at, by
    late.save(update_fields=["outcome", "closing_note", "closed_at", "closed_by"])
    look_again([late.waybill_id])
    data: dict[str, Any] = {"outcome": late.outcome, "cause": late.cause}
    record("exception.late_closed", report, by=by, at=at, data=data)
    record("waybill.late_resolved", late.waybill, by=by, at=at, data=data)
    return late


def _ending(waybill: Waybill) -> Ending:
    return Ending(waybill, ReturnDocument.objects.filter(waybill=waybill).first())


def _locked(exception_id: int, by: User) -> tuple[ExceptionReport, LateShipment]:
    """The exception and its late shipment, both locked; RuleBroken once that is closed."""
    report = lock_exception(exception_id, by)
    late = (
        LateShipment.objects.open()
        .select_for_update(of=["self"], no_key=True)
        .select_related("waybill", "replacement")
        .filter(exception=report)
        .first()
    )
    if late is None:
        raise RuleBroken(
            _("No late shipment is open here."), code="illegal_move", field="state", rule="TRK-7"
        )
    return report, late


def _check_expected(expected_at: datetime | None, at: datetime) -> None:
    if expected_at is not None and expected_at <= at:
        raise BadInput(
            _("The new expected time lies in the past."), code="expected_past", field="expected_at"
        )
