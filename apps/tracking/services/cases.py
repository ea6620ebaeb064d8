"""What people do about a late shipment: take it, find the cause, tell, chase, close (TRK-7)."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import BadInput, RuleBroken
from apps.core.masking import mask_text
from apps.events.services import record
from apps.tracking.enums import LateCause, LateState, Party
from apps.tracking.models import (
    LateChase,
    LateContact,
    LateShipment,
    PartnerCarrier,
    ReturnDocument,
    Waybill,
)
from apps.tracking.rules.closing import Ending, check_closing
from apps.tracking.services.watch import look_again
from apps.tracking.states import LATE_MOVES

if TYPE_CHECKING:
    from apps.accounts.models import Unit, User


@transaction.atomic
def take_case(*, case_id: int, by: "User", at: datetime) -> LateShipment:
    """Be in charge of it from now on; another agent's case is taken over by the same word."""
    case = _locked(case_id, by)
    if case.taken_by_id == by.pk:
        raise RuleBroken(_("You have this case already."), code="nothing_changed")
    case.taken_at, case.taken_by = at, by
    if case.state == LateState.OPEN:
        case.state = LateState.IN_HAND
    case.save()
    record("lateshipment.taken", case, by=by, at=at)
    return case


@transaction.atomic
def state_cause(
    *,
    case_id: int,
    cause: LateCause,
    note: str,
    expected_at: datetime | None,
    by: "User",
    at: datetime,
) -> LateShipment:
    """Say why it is late and when it will come; whoever was told another time is told again."""
    case = _working_on(case_id, by, at)
    if cause == LateCause.OTHER and not note.strip():
        raise BadInput(_("Say what the cause is."), code="note_missing", field="note")
    _check_expected(expected_at, at)
    case.cause, case.cause_note = cause, note.strip()[:500]
    if expected_at and expected_at != case.expected_at:
        case.expected_at = expected_at
        if case.state == LateState.TOLD:
            case.state = LateState.IN_HAND
    case.save()
    record(
        "lateshipment.cause_stated",
        case,
        by=by,
        at=at,
        data={"cause": str(cause), "note": mask_text(case.cause_note), "expected": expected_at},
    )
    look_again([case.waybill_id])
    return case


@transaction.atomic
def record_contact(
    *,
    case_id: int,
    party: Party,
    channel: str,
    reached: bool,
    apologised: bool,
    expected_at: datetime | None,
    answer: str,
    by: "User",
    at: datetime,
) -> LateContact:
    """A word with one of the two parties. Once both know the new time, the case is “told”."""
    case = _working_on(case_id, by, at)
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
    contact = LateContact.objects.create(
        case=case,
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
        case.expected_at = expected_at
    told = both_told(case)
    if told and case.state == LateState.IN_HAND:
        case.state = LateState.TOLD
    elif not told and case.state == LateState.TOLD:
        case.state = LateState.IN_HAND
    case.save()
    record(
        "lateshipment.party_told" if reached else "lateshipment.party_not_reached",
        case,
        by=by,
        at=at,
        data={"party": str(party), "channel": channel, "expected": expected_at},
    )
    look_again([case.waybill_id])
    return contact


def both_told(case: LateShipment) -> bool:
    """Customer and consignee both know the time that is expected now."""
    reached = case.contacts.filter(was_reached=True, expected_at=case.expected_at)
    return set(reached.values_list("party", flat=True)) == set(Party.values)


@transaction.atomic
def record_chase(
    *,
    case_id: int,
    answer: str,
    by: "User",
    at: datetime,
    unit: "Unit | None" = None,
    carrier: PartnerCarrier | None = None,
) -> LateChase:
    """The freight centre or the partner was asked; exactly one of them."""
    if (unit is None) == (carrier is None):
        raise BadInput(
            _("Choose whom you asked: one unit or one partner."), code="whom_missing", field="unit"
        )
    if not answer.strip():
        raise BadInput(_("Write down what they said."), code="answer_missing", field="answer")
    case = _working_on(case_id, by, at)
    chase = LateChase.objects.create(
        case=case, unit=unit, carrier=carrier, answer=answer.strip()[:500], at=at, by=by
    )
    whom = {"unit": unit.code} if unit else {"carrier": carrier.code if carrier else ""}
    record("lateshipment.chased", case, by=by, at=at, data=whom)
    return chase


@transaction.atomic
def link_replacement(*, case_id: int, number: str, by: "User", at: datetime) -> LateShipment:
    """The goods go again under another waybill, which is followed in its place."""
    case = _working_on(case_id, by, at)
    found = Waybill.objects.visible_to(by).filter(number=number).first()
    if found is None:
        raise BadInput(
            _("There is no waybill %(number)s.") % {"number": number[:24]},
            code="unknown_waybill",
            field="number",
        )
    if found.pk == case.waybill_id or found.customer_id != case.waybill.customer_id:
        raise BadInput(
            _("It must be another waybill of the same customer."),
            code="not_a_replacement",
            field="number",
        )
    case.replacement = found
    case.save(update_fields=["replacement"])
    record("lateshipment.sent_again", case, by=by, at=at, data={"as": found.number})
    return case


@transaction.atomic
def close_case(*, case_id: int, note: str, by: "User", at: datetime) -> LateShipment:
    """End it: only once the goods are there and, where one is owed, the receipt is on file."""
    case = _locked(case_id, by)
    LATE_MOVES.check(LateState(case.state), LateState.CLOSED)
    outcome = check_closing(
        case,
        _ending(case.waybill),
        _ending(case.replacement) if case.replacement else None,
        were_told=both_told(case),
        note=note,
    )
    case.state, case.outcome = LateState.CLOSED, outcome
    case.closing_note = note.strip()[:500]
    case.closed_at, case.closed_by = at, by
    case.save()
    look_again([case.waybill_id])
    data = {"outcome": str(outcome), "cause": case.cause}
    record("lateshipment.closed", case, by=by, at=at, data=data)
    record("waybill.late_resolved", case.waybill, by=by, at=at, data=data)
    return case


def _ending(waybill: Waybill) -> Ending:
    return Ending(waybill, ReturnDocument.objects.filter(waybill=waybill).first())


def _locked(case_id: int, by: "User") -> LateShipment:
    return (
        LateShipment.objects.select_for_update(of=["self"])
        .select_related("waybill", "replacement")
        .filter(waybill__in=Waybill.objects.visible_to(by))
        .get(pk=case_id)
    )


def _working_on(case_id: int, by: "User", at: datetime) -> LateShipment:
    """The case, locked; whoever acts on one that nobody has is in charge of it."""
    case = _locked(case_id, by)
    if case.state == LateState.CLOSED:
        raise RuleBroken(_("This case is closed."), code="illegal_move", field="state")
    if case.state == LateState.OPEN:
        changes: dict[str, Any] = {"taken_at": at, "taken_by": by, "state": LateState.IN_HAND}
        for name, value in changes.items():
            setattr(case, name, value)
        case.save(update_fields=list(changes))
        record("lateshipment.taken", case, by=by, at=at)
    return case


def _check_expected(expected_at: datetime | None, at: datetime) -> None:
    if expected_at is not None and expected_at <= at:
        raise BadInput(
            _("The new expected time lies in the past."), code="expected_past", field="expected_at"
        )
