"""Quality control looks into an exception: cause, responsible unit, decision, actions (CMP-4)."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.models import CauseNode
from apps.complaints.rules.cases import needed
from apps.complaints.rules.privacy import one_line
from apps.complaints.services.locking import write
from apps.complaints.services.storing import cleaned, store_file
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.events.services import record
from apps.quality import rules
from apps.quality.enums import ExceptionState as X
from apps.quality.inputs import Verdict
from apps.quality.models import Evidence, ExceptionReport
from apps.quality.queries.shipments import receipt_owed
from apps.quality.services.locking import lock_exception, locked_open
from apps.quality.services.moves import move


@transaction.atomic
def investigate_exception(*, exception_id: int, by: User, at: datetime) -> ExceptionReport:
    """Begin the investigation, or take it up again after a decision that does not hold."""
    report = lock_exception(exception_id, by)
    if report.state == X.CLOSED:
        raise RuleBroken(
            _("This report is closed. Reopen it first."), code="illegal_move", field="state"
        )
    move(report, X.INVESTIGATING, by=by, at=at)
    record("exception.investigated", report, by=by, at=at, data={"revision": report.version})
    return report


@transaction.atomic
def note_findings(*, exception_id: int, text: str, by: User, at: datetime) -> ExceptionReport:
    """What the investigation found so far; replaces the last text."""
    text = needed(text, "text")
    report = locked_open(exception_id, by)
    write(report, at=at, findings=text)
    data = {"fields": "findings", "revision": report.version}
    record("exception.changed", report, by=by, at=at, data=data)
    return report


def add_evidence(
    *, exception_id: int, file: NewFile, note: str, by: User, at: datetime
) -> Evidence:
    """A file that shows what happened; pictures lose their metadata."""
    with cleaned([file]) as (clean, written), transaction.atomic():
        report = locked_open(exception_id, by)
        row = Evidence.objects.create(
            exception=report,
            key=uuid4(),
            path=store_file(clean[0], "evidence", written),
            name=clean[0].name,
            content_type=clean[0].content_type,
            size=len(clean[0].content),
            sha256=clean[0].sha256,
            note=one_line(note, most=200),
            at=at,
            by=by,
        )
        record("exception.evidence_added", report, by=by, at=at, data={"note": row.note})
        return row


@transaction.atomic
def decide_exception(
    *, exception_id: int, verdict: Verdict, by: User, at: datetime
) -> ExceptionReport:
    """Cause, who is responsible (a unit or a partner, or nobody), and what is decided."""
    decision = needed(verdict.decision, "decision")
    cause = CauseNode.objects.filter(pk=verdict.cause_id, is_active=True).first()
    if cause is None:
        raise BadInput(_("Choose the cause."), code="unknown", field="cause")
    if verdict.unit is not None and verdict.carrier is not None:
        raise BadInput(
            _("Either a unit or a partner is responsible."), code="one_only", field="unit"
        )
    report = lock_exception(exception_id, by)
    move(
        report,
        X.DECIDED,
        by=by,
        at=at,
        cause=cause,
        responsible_unit=verdict.unit,
        responsible_carrier=verdict.carrier,
        decision=decision,
    )
    data: dict[str, Any] = {"cause_code": cause.code, "revision": report.version}
    if verdict.unit is not None:
        data["unit"] = verdict.unit.code
    if verdict.carrier is not None:
        data["carrier"] = verdict.carrier.code
    record("exception.decided", report, by=by, at=at, data=data)
    return report


@transaction.atomic
def check_exception(*, exception_id: int, note: str, by: User, at: datetime) -> ExceptionReport:
    """All corrective actions are done and worked; without any, ``note`` says why none was needed.
    RuleBroken ``not_yet`` names the action that is missing."""
    report = lock_exception(exception_id, by)
    actions = list(report.actions.all())
    if not any(action.dropped_at is None for action in actions):
        note = needed(note, "note", most=300)
    rules.check_actions_worked(actions)
    move(report, X.CHECKED, by=by, at=at)
    data = {"note": one_line(note, most=300), "revision": report.version}
    record("exception.checked", report, by=by, at=at, data=data)
    return report


@transaction.atomic
def close_exception(
    *, exception_id: int, by: User, at: datetime, note: str = ""
) -> ExceptionReport:
    """End it. RuleBroken ``not_yet``: a serious one has not been reviewed in a meeting (CMP-5); a
    shipment's own stays until its late case is closed and the signed receipt is filed where one
    is owed (TRK-7)."""
    report = lock_exception(exception_id, by)
    if report.state == X.OPEN:
        raise RuleBroken(
            _("Investigate and decide it, or say how it was put right on the spot."),
            code="illegal_move",
            field="state",
            rule="CMP-4",
        )
    rules.check_shipment(report, receipt_owed=receipt_owed(report))
    rules.check_reviewed(report, report.reviews.values_list("meeting__state", flat=True))
    move(report, X.CLOSED, by=by, at=at, closing_note=one_line(note, most=300))
    data = {"number": report.number, "revision": report.version}
    record("exception.closed", report, by=by, at=at, data=data)
    return report


@transaction.atomic
def reopen_exception(*, exception_id: int, reason: str, by: User, at: datetime) -> ExceptionReport:
    """Investigate a closed one again. RuleBroken ``exception_open`` while the shipment has a newer
    one."""
    reason = one_line(needed(reason, "reason", most=200), most=200)
    report = lock_exception(exception_id, by)
    if report.state != X.CLOSED:
        raise RuleBroken(_("This report is not closed."), code="illegal_move", field="state")
    newer = ExceptionReport.objects.open().filter(waybill=report.waybill)
    if report.waybill_id and newer.exists():
        raise RuleBroken(
            _("This shipment has an open exception already: %(number)s.")
            % {"number": newer[0].number},
            code="exception_open",
            field="waybill",
        )
    move(report, X.INVESTIGATING, by=by, at=at)
    data = {"from": str(X.CLOSED), "reason": reason, "revision": report.version}
    record("exception.reopened", report, by=by, at=at, data=data)
    return report
