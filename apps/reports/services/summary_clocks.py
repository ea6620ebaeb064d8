"""What the clock floor is told of daily reports and summaries. The one module of reports that speaks to it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from apps.reports.enums import ReportMatter, SummaryState, SummaryStep
from apps.reports.models import DailyReport, Summary
from apps.sla import services as sla
from apps.sla.enums import FactKind, Metric
from apps.sla.rules import Attributes

if TYPE_CHECKING:
    from apps.accounts.models import User

# A report of a day is closed by half past nine of the next.
CLOSED_BY = time(9, 30)
# What had to be done for a summary to be what it is.
DONE = {
    SummaryState.WRITTEN: SummaryStep.WRITE,
    SummaryState.PROJECT: SummaryStep.PROJECT,
    SummaryState.DIRECTOR: SummaryStep.DIRECTOR,
    SummaryState.SIGNED: SummaryStep.DEPUTY,
    SummaryState.SENT: SummaryStep.SEND,
}


def prepared(summaries: Sequence[Summary], *, by: "User", at: datetime) -> None:
    """Five clocks each, from the same beginning."""
    sla.open_matters(
        [
            sla.NewMatter(
                kind=ReportMatter.SUMMARY,
                subject=row,
                title=f"{row.number} {row.customer.name}"[:120],
                attributes=Attributes(klass=step, customer_id=row.customer_id),
                owner=row.agent,
                unit=row.customer.unit,
                opened_at=at,
                key=step,
            )
            for row in summaries
            for step in SummaryStep
        ],
        by=by,
        at=at,
    )


def moved(row: Summary, to: SummaryState, *, by: "User", at: datetime) -> None:
    step = DONE[to]
    sla.record_fact(subject=row, kind=FactKind.DONE, by=by, at=at, key=step)
    sla.close_matter(subject=row, by=by, at=at, key=step)


def begun_again(row: Summary, was: SummaryState, *, by: "User", at: datetime) -> None:
    """A new round: what was done is to be done anew."""
    steps = list(DONE.items())
    for _state, step in steps[: [state for state, _step in steps].index(was) + 1]:
        sla.reopen_matter(subject=row, by=by, at=at, key=step)


def reports_opened(reports: Iterable[DailyReport], *, by: "User", at: datetime) -> None:
    sla.open_matters(
        [
            sla.NewMatter(
                kind=ReportMatter.DAILY_REPORT,
                subject=row,
                title=str(row)[:120],
                unit=row.unit,
                opened_at=at,
                dues={Metric.ACTION: close_by(row)},
            )
            for row in reports
        ],
        by=by,
        at=at,
    )


def report_closed(row: DailyReport, *, by: "User", at: datetime) -> None:
    sla.finish_matters([row], kind=FactKind.DONE, by=by, at=at)


def close_by(row: DailyReport) -> datetime:
    return timezone.make_aware(datetime.combine(row.day + timedelta(days=1), CLOSED_BY))
