"""The clocks of cases as pages show them, and lists by what runs out (CMP-2)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models.functions import Cast, Now

from apps.complaints.models import CaseQuerySet
from apps.complaints.queries.clocks import CASE, next_clocks
from apps.sla.enums import ClockState, Metric
from apps.sla.models import Clock
from apps.sla.models.clock import OPEN

ANY = "any"  # of the metric a list asks for: whichever is overdue
USUAL_WARNING = 1800  # seconds before the due time, where the policy names no step


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock. ``warn`` is how many seconds before the due time it turns amber."""

    clock: Clock
    metric: Metric
    label: str
    warn: int

    @property
    def is_promise(self) -> bool:
        return self.metric == Metric.PROMISE

    @property
    def is_open(self) -> bool:
        return self.clock.is_open

    @property
    def is_paused(self) -> bool:
        return self.clock.state == ClockState.PAUSED

    @property
    def was_missed(self) -> bool:
        return self.clock.is_missed


def clock_lines(clocks: Iterable[Clock]) -> list[ClockLine]:
    """Stopped ones only if they had been missed; a target without limit has nothing to show."""
    return [
        clock_line(clock)
        for clock in clocks
        if (clock.state != ClockState.STOPPED or clock.breached_at)
        and not (clock.due_at is None and not clock.paused_since)
    ]


def next_lines(case_ids: Collection[int]) -> dict[int, ClockLine]:
    """For each of these cases the clock that runs out next; one query."""
    return {pk: clock_line(clock) for pk, clock in next_clocks(case_ids).items()}


def clock_line(clock: Clock) -> ClockLine:
    metric = Metric(clock.metric)
    return ClockLine(clock, metric, clock.label or str(metric.label), _warning(clock))


def _warning(clock: Clock) -> int:
    """From the first step before the due time on it is amber."""
    if clock.due_at is None:
        return USUAL_WARNING
    early = [at for at in clock.schedule if at < clock.due_at]
    return int((clock.due_at - min(early)).total_seconds()) if early else USUAL_WARNING


def with_overdue(cases: CaseQuerySet, metric: str) -> CaseQuerySet:
    """Those of which a clock (of ``metric``, or ANY) has run out, by the database's clock. What it
    costs grows with what is overdue, not with what is open."""
    clocks = Clock.objects.overdue().filter(matter__subject_type=CASE)
    if metric != ANY:
        clocks = clocks.filter(metric=metric)
    return cases.filter(pk__in=clocks.annotate(case_id=_case_id()).values("case_id"))


def by_due(cases: CaseQuerySet) -> "QuerySet[Clock]":
    """Per case of ``cases`` its earliest open clock with a due time, with ``case_id`` and ``is_over``;
    a case without one is left out. In order of ``due_at`` and ``pk`` what runs out next is first."""
    earlier = Clock.objects.filter(OPEN, matter=OuterRef("matter"), due_at__isnull=False).filter(
        Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), pk__lt=OuterRef("pk"))
    )
    rows = Clock.objects.open().filter(matter__subject_type=CASE, due_at__isnull=False)
    rows = rows.filter(~Exists(earlier)).annotate(case_id=_case_id())
    rows = rows.filter(case_id__in=cases.order_by().values("pk"))  # type: ignore[misc]  # annotated
    return rows.annotate(is_over=ExpressionWrapper(Q(due_at__lte=Now()), BooleanField()))


def _case_id() -> Cast:
    return Cast("matter__subject_id", BigIntegerField())
