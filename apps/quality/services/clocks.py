"""What the clock floor is told of exceptions, corrective actions and chases (CMP-2, CMP-4, TRK-7)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from apps.accounts.models import User
from apps.customers.queries import contracts_in_force
from apps.quality.enums import ExceptionMatter
from apps.quality.models import ChaseTask, CorrectiveAction, ExceptionReport, QuarterlyAnalysis
from apps.sla import services as sla
from apps.sla.enums import FactKind, Metric
from apps.sla.rules import Attributes
from apps.sla.services import NewMatter


def attributes_of(report: ExceptionReport, at: datetime) -> Attributes:
    return _attributes(report, contracts_in_force([report.customer_id], at))


def _attributes(report: ExceptionReport, contracts: Mapping[int, int]) -> Attributes:
    return Attributes(
        klass=str(report.kind),
        severity="major" if report.is_serious else "ordinary",
        customer_id=report.customer_id,
        contract_id=contracts.get(report.customer_id or 0),
    )


def title_of(report: ExceptionReport) -> str:
    return f"{report.number} {report.title}"[:120]


def changed(report: ExceptionReport, *, by: User, at: datetime) -> None:
    """Kind, seriousness, customer, follower or unit may differ: the policy is chosen anew."""
    sla.change_matter(
        subject=report,
        attributes=attributes_of(report, at),
        owner=report.owner,
        unit=report.unit,
        title=title_of(report),
        by=by,
        at=at,
    )


def start(reports: Sequence[ExceptionReport], *, by: User, at: datetime) -> None:
    """The five minutes of a report run from when it was known; reporting it, all of them at ``at``,
    ends them."""
    contracts = contracts_in_force((report.customer_id for report in reports), at)
    rows = [
        NewMatter(
            kind=ExceptionMatter.EXCEPTION,
            subject=report,
            title=title_of(report),
            attributes=_attributes(report, contracts),
            owner=report.owner,
            unit=report.unit,
            opened_at=report.known_at,
            done=[FactKind.REPORTED],
        )
        for report in reports
    ]
    sla.open_matters(rows, by=by, at=at)


def corrected(
    report: ExceptionReport, what: Collection[str], reason: str, *, by: User, at: datetime
) -> None:
    """It was known or reported at another time than was written: late or not follows (CMP-4)."""
    why: dict[str, Any] = {"subject": report, "reason": reason, "by": by, "at": at}
    if "known_at" in what:
        sla.move_start(opened_at=report.known_at, **why)
    if "reported_at" in what:
        sla.correct_fact(kind=FactKind.REPORTED, done_at=report.reported_at, **why)


def closed(report: ExceptionReport, *, by: User, at: datetime) -> None:
    sla.record_fact(subject=report, kind=FactKind.SOLVED, by=by, at=at)
    sla.close_matter(subject=report, by=by, at=at)


def reopened(report: ExceptionReport, *, by: User, at: datetime) -> None:
    sla.reopen_matter(subject=report, by=by, at=at)


def action_set(
    action: CorrectiveAction,
    source: ExceptionReport | QuarterlyAnalysis,
    *,
    by: User,
    at: datetime,
) -> None:
    """Of an analysis, which is of no unit, the whole company is concerned."""
    report = source if isinstance(source, ExceptionReport) else None
    sla.open_matter(
        kind=ExceptionMatter.CORRECTIVE_ACTION,
        subject=action,
        title=f"{report.number if report else source} {action.what}"[:120],
        owner=action.owner,
        unit=report.unit if report else None,
        dues={Metric.ACTION: action.due_at},
        label=action.what[:120],
        by=by,
        at=at,
    )


def action_again(action: CorrectiveAction, reason: str, *, by: User, at: datetime) -> None:
    """It did not work: the same action runs to its new due time."""
    sla.reopen_matter(subject=action, by=by, at=at)
    sla.set_due(
        subject=action, metric=Metric.ACTION, due_at=action.due_at, reason=reason, by=by, at=at
    )


def action_done(action: CorrectiveAction, *, by: User, at: datetime) -> None:
    sla.record_fact(subject=action, kind=FactKind.DONE, by=by, at=at)
    sla.close_matter(subject=action, by=by, at=at)


def action_dropped(action: CorrectiveAction, *, by: User, at: datetime) -> None:
    sla.stop_matter(subject=action, reason=action.drop_reason, by=by, at=at)


def chases_set(chases: Sequence[ChaseTask], *, by: User, at: datetime) -> None:
    rows = [
        NewMatter(
            kind=ExceptionMatter.CHASE,
            subject=chase,
            title=f"{chase.exception.number} {chase.question}"[:120],
            owner=chase.owner,
            unit=chase.exception.unit,
            dues={Metric.ACTION: chase.due_at},
            label=chase.question[:120],
        )
        for chase in chases
    ]
    if rows:
        sla.open_matters(rows, by=by, at=at)


def chase_answered(chase: ChaseTask, *, by: User, at: datetime) -> None:
    sla.record_fact(subject=chase, kind=FactKind.DONE, by=by, at=at)
    sla.close_matter(subject=chase, by=by, at=at)


def chase_dropped(chase: ChaseTask, *, by: User, at: datetime) -> None:
    sla.stop_matter(subject=chase, reason="exception closed", by=by, at=at)
