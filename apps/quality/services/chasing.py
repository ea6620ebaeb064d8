"""A unit or a partner is asked where a shipment is, and answers (TRK-7)."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Unit, User
from apps.complaints.rules.cases import needed
from apps.complaints.rules.privacy import one_line
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import NewEvent, record, record_many
from apps.quality.models import ChaseTask, ExceptionReport
from apps.quality.services import clocks as exception_clocks
from apps.quality.services.assigning import begin
from apps.quality.services.locking import lock_exception, locked_open
from apps.tracking.models import PartnerCarrier

CHASE_WITHIN: Final = timedelta(hours=2)


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
    if _asked(report, whom) is not None:
        raise RuleBroken(
            _("%(whom)s has been asked already and has not answered.") % {"whom": whom},
            code="asked_already",
            field="whom",
        )
    begin(report, by=by, at=at)
    chase = draft_chase(report, whom, question, due_at, by=by)
    chase.save()
    exception_clocks.chases_set([chase], by=by, at=at)
    record_many([chase_event(chase, by=by, at=at)])
    return chase


def _asked(report: ExceptionReport, whom: Unit | PartnerCarrier) -> ChaseTask | None:
    """The question to them that is still open."""
    same = {"unit": whom} if isinstance(whom, Unit) else {"carrier": whom}
    return report.chases.open().filter(**same).first()


@transaction.atomic
def record_chase(
    *,
    exception_id: int,
    whom: Unit | PartnerCarrier,
    question: str,
    answer: str,
    by: User,
    at: datetime,
) -> ChaseTask:
    """They were asked and have answered, as on the phone; it also answers what they were asked
    before."""
    answer = needed(answer, "answer", most=500)
    chase = _asked(locked_open(exception_id, by), whom) or add_chase(
        exception_id=exception_id,
        whom=whom,
        question=question,
        due_at=at + CHASE_WITHIN,
        by=by,
        at=at,
    )
    return answer_chase(chase_id=chase.pk, answer=answer, by=by, at=at)


def draft_chase(
    report: ExceptionReport,
    whom: Unit | PartnerCarrier,
    question: str,
    due_at: datetime,
    *,
    by: User,
) -> ChaseTask:
    """Not stored yet."""
    return ChaseTask(
        exception=report,
        unit=whom if isinstance(whom, Unit) else None,
        carrier=whom if isinstance(whom, PartnerCarrier) else None,
        question=question,
        owner=report.owner,
        due_at=due_at,
        created_by=by,
    )


def chase_event(chase: ChaseTask, *, by: User, at: datetime) -> NewEvent:
    whom, report = chase.unit or chase.carrier, chase.exception
    data = {
        "exception": report.number,
        "whom": whom.code if whom else "",
        "due": chase.due_at,
        "owner": report.owner_id,
    }
    return NewEvent("chase.added", ChaseTask._meta.label_lower, str(chase.pk), by.pk, at, data)


@transaction.atomic
def answer_chase(*, chase_id: int, answer: str, by: User, at: datetime) -> ChaseTask:
    """What they said."""
    answer = needed(answer, "answer", most=500)
    known = ChaseTask.objects.only("exception_id").get(pk=chase_id)
    report = lock_exception(known.exception_id, by)
    chase = ChaseTask.objects.select_for_update(of=["self"], no_key=True).get(pk=chase_id)
    if chase.answered_at is not None or chase.dropped_at is not None:
        raise RuleBroken(_("This has been answered or dropped already."), code="illegal_move")
    chase.answer, chase.answered_at, chase.answered_by = one_line(answer, most=500), at, by
    chase.save(update_fields=["answer", "answered_at", "answered_by"])
    exception_clocks.chase_answered(chase, by=by, at=at)
    begin(report, by=by, at=at)
    data = {"exception": report.number, "whom": (chase.unit or chase.carrier).code}  # type: ignore[union-attr]  # one of them is there
    record("chase.answered", chase, by=by, at=at, data=data)
    return chase
