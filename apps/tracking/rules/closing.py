"""May a late case be closed, and how did it end? (TRK-7)"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.core.errors import RuleBroken
from apps.tracking.enums import DocumentState, LateCause, LateOutcome, Reason, Status
from apps.tracking.models import LateShipment, ReturnDocument, Waybill

ON_FILE = (DocumentState.FILED, DocumentState.DESTROYED)


@dataclass(frozen=True, slots=True)
class Ending:
    """A waybill and its return document, if any."""

    waybill: Waybill
    document: ReturnDocument | None

    @property
    def receipt_open(self) -> bool:
        if not self.waybill.return_document_required:
            return False
        return self.document is None or self.document.state not in ON_FILE


def check_closing(
    case: LateShipment, own: Ending, replacement: Ending | None, *, were_notified: bool, note: str
) -> LateOutcome:
    """The outcome with which ``case`` may be closed now; RuleBroken says what is missing."""
    if case.cause == LateCause.UNKNOWN:
        raise _not_yet(
            _("State the cause first; it is what the next shipment learns from."), "cause"
        )
    outcome = _outcome(own, replacement)
    if not note.strip() and (not were_notified or outcome == LateOutcome.LOST):
        raise _not_yet(
            _("Say in the note how it ended, and why not everybody was told."), "closing_note"
        )
    return outcome


def _outcome(own: Ending, replacement: Ending | None) -> LateOutcome:
    if replacement is not None:
        if replacement.waybill.status != Status.DELIVERED:
            raise _not_yet(
                _("%(number)s, sent in its place, is not delivered yet.")
                % {"number": replacement.waybill.number},
                "replacement",
            )
        if replacement.receipt_open:
            raise _receipt(replacement)
        return LateOutcome.RESHIPPED
    status = (own.waybill.status, own.waybill.status_reason)
    if own.waybill.status == Status.DELIVERED:
        if own.receipt_open:
            raise _receipt(own)
        return LateOutcome.DELIVERED
    if own.waybill.status == Status.RETURNED:
        return LateOutcome.RETURNED
    if own.waybill.status == Status.CANCELLED:
        return LateOutcome.CANCELLED
    if status == (Status.EXCEPTION, Reason.LOST):
        return LateOutcome.LOST
    raise _not_yet(
        _("The shipment is still on its way. Close the case when it is delivered."), "state"
    )


def _receipt(ending: Ending) -> RuleBroken:
    return _not_yet(
        _("The signed receipt of %(number)s is not on file yet.")
        % {"number": ending.waybill.number},
        "return_document",
    )


def _not_yet(message: str, field: str) -> RuleBroken:
    return RuleBroken(message, code="not_yet", field=field, rule="TRK-7")
