"""A shipment's exception opens by itself, once, and has somebody chased (TRK-7)."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Unit, User
from apps.complaints.enums import ExceptionKind, FoundBy
from apps.complaints.inputs import NewException
from apps.complaints.models import Case, ChaseTask, ExceptionReport
from apps.complaints.queries.shipments import whom_to_chase
from apps.complaints.rules import exceptions as rules
from apps.complaints.rules.cases import needed
from apps.complaints.rules.privacy import one_line
from apps.complaints.services import exception_clocks
from apps.complaints.services.exceptions import locked_open, now_serious, open_exception
from apps.complaints.services.locking import lock_exception, write
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.tracking.models import LateShipment, PartnerCarrier, Waybill
from apps.tracking.services.cases import record_chase

CHASE_WITHIN: Final = timedelta(hours=2)


def follow_late(*, late_id: int, by: User, at: datetime) -> ExceptionReport | None:
    """The exception of a late shipment: opened, or the one that is there takes it in. None when
    the late case is over already. Calling it again changes nothing."""
    late = LateShipment.objects.select_related("waybill").get(pk=late_id)
    if late.closed_at is not None:
        return None
    happened = min(late.promised_at or late.found_at, late.found_at)
    return _follow(
        late.waybill,
        rules.kind_of_late(late.kind),
        happened_at=happened,
        known_at=late.found_at,
        late=late,
        by=by,
        at=at,
    )


def follow_trouble(
    *, waybill_id: int, status: str, reason: str, happened_at: datetime, by: User, at: datetime
) -> ExceptionReport | None:
    """The exception of a shipment that is damaged, lost, misrouted or refused; None for any other
    status. Calling it again changes nothing."""
    kind = rules.kind_of_status(status, reason)
    if kind is None:
        return None
    waybill = Waybill.objects.get(pk=waybill_id)
    late = waybill.late_cases.open().first()
    return _follow(waybill, kind, happened_at=happened_at, known_at=at, late=late, by=by, at=at)


@transaction.atomic
def _follow(
    waybill: Waybill,
    kind: ExceptionKind,
    *,
    happened_at: datetime,
    known_at: datetime,
    late: LateShipment | None,
    by: User,
    at: datetime,
) -> ExceptionReport:
    """The shipment's row is locked first, so that two subscribers at once open one exception."""
    waybill = Waybill.objects.select_for_update(no_key=True, of=["self"]).get(pk=waybill.pk)
    known = ExceptionReport.objects.open().filter(waybill=waybill).first()
    if known is None:
        return _open(waybill, kind, happened_at, known_at, late, by, at)
    report = lock_exception(known.pk, by)
    _take_in(report, kind, late, by=by, at=at)
    return report


def _open(
    waybill: Waybill,
    kind: ExceptionKind,
    happened_at: datetime,
    known_at: datetime,
    late: LateShipment | None,
    by: User,
    at: datetime,
) -> ExceptionReport:
    known_at = min(known_at, at)
    concerned = Case.objects.live().filter(waybill=waybill)
    case = concerned.exclude(case_class="inquiry").order_by("pk").first()
    what = _("%(number)s: %(kind)s, found by the house itself.") % {
        "number": waybill.number,
        "kind": kind.label,
    }
    new = NewException(
        found_by=FoundBy.OWN_CHECK,
        kind=kind,
        what=what,
        happened_at=min(happened_at, known_at),
        known_at=known_at,
        waybill=waybill,
        case=case,
        late=late,
    )
    report = open_exception(new=new, by=by, at=at)
    for whom in whom_to_chase(waybill, report.unit):
        question = _("Where is %(number)s, and when will it arrive?") % {"number": waybill.number}
        _set_chase(report, whom, question, at + CHASE_WITHIN, by=by, at=at)
    return report


def _take_in(
    report: ExceptionReport,
    kind: ExceptionKind,
    late: LateShipment | None,
    *,
    by: User,
    at: datetime,
) -> None:
    worse = rules.worse_of(report.kind, kind)
    if worse != report.kind:
        was = report.kind
        known = report.is_serious
        serious = known or rules.seems_serious(worse, report.found_by, report.harm)
        write(report, at=at, kind=worse, is_serious=serious)
        exception_clocks.changed(report, by=by, at=at)
        data: dict[str, Any] = {"from": was, "to": str(worse), "revision": report.version}
        data["recipients"] = [] if known else now_serious(report, at)
        record("exception.worsened", report, by=by, at=at, data=data)
    over = report.late is None or report.late.closed_at is not None
    if late is not None and over and report.late_id != late.pk:
        write(report, at=at, late=late)
        record("exception.late_linked", report, by=by, at=at, data={"revision": report.version})


@transaction.atomic
def add_chase(
    *,
    exception_id: int,
    whom: Unit | PartnerCarrier,
    question: str,
    due_at: datetime,
    by: User,
    at: datetime,
) -> ChaseTask:
    """Ask a unit or a partner by ``due_at``. RuleBroken ``asked_already`` while the last question
    to them is open."""
    question = one_line(needed(question, "question", most=200), most=200)
    if due_at <= at:
        raise BadInput(_("This lies in the past."), code="past", field="due_at")
    report = locked_open(exception_id, by)
    same = {"unit": whom} if isinstance(whom, Unit) else {"carrier": whom}
    if report.chases.open().filter(**same).exists():
        raise RuleBroken(
            _("%(whom)s has been asked already and has not answered.") % {"whom": whom},
            code="asked_already",
            field="whom",
        )
    return _set_chase(report, whom, question, due_at, by=by, at=at)


def _set_chase(
    report: ExceptionReport,
    whom: Unit | PartnerCarrier,
    question: str,
    due_at: datetime,
    *,
    by: User,
    at: datetime,
) -> ChaseTask:
    chase = ChaseTask.objects.create(
        exception=report,
        unit=whom if isinstance(whom, Unit) else None,
        carrier=whom if isinstance(whom, PartnerCarrier) else None,
        question=question,
        owner=report.owner,
        due_at=due_at,
        created_by=by,
    )
    exception_clocks.chase_set(chase, report, by=by, at=at)
    data = {"exception": report.number, "whom": whom.code, "due": due_at, "owner": report.owner_id}
    record("chase.added", chase, by=by, at=at, data=data)
    return chase


@transaction.atomic
def answer_chase(*, chase_id: int, answer: str, by: User, at: datetime) -> ChaseTask:
    """What they said; also recorded on the late shipment, where there is one."""
    answer = needed(answer, "answer", most=500)
    known = ChaseTask.objects.only("exception_id").get(pk=chase_id)
    report = lock_exception(known.exception_id, by)
    chase = ChaseTask.objects.select_for_update(of=["self"], no_key=True).get(pk=chase_id)
    if chase.answered_at is not None or chase.dropped_at is not None:
        raise RuleBroken(_("This has been answered or dropped already."), code="illegal_move")
    chase.answer, chase.answered_at, chase.answered_by = one_line(answer, most=500), at, by
    chase.save(update_fields=["answer", "answered_at", "answered_by"])
    exception_clocks.chase_answered(chase, by=by, at=at)
    if report.late is not None and report.late.closed_at is None:
        record_chase(
            case_id=report.late.pk,
            answer=chase.answer,
            unit=chase.unit,
            carrier=chase.carrier,
            by=by,
            at=at,
        )
    data = {"exception": report.number, "whom": (chase.unit or chase.carrier).code}  # type: ignore[union-attr]  # one of them is there
    record("chase.answered", chase, by=by, at=at, data=data)
    return chase
