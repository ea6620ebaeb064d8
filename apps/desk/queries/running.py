"""What runs out next, for one person: clocks, promises, cases (REP-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, QuerySet
from django.db.models.functions import Now

from apps.accounts.models import User
from apps.complaints.models import Case
from apps.complaints.queries.cases import LISTED
from apps.sla.enums import ClockState, MatterKind, Metric
from apps.sla.models import Clock

# The first step before the due time turns a clock amber; where the policy names none, this does.
USUAL_WARNING = timedelta(minutes=30)
HANDED = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Line:
    """One clock as the desk shows it; ``warn`` is how many seconds before the due time it is amber."""

    clock: Clock
    label: str
    warn: int

    @property
    def kind(self) -> MatterKind:
        return MatterKind(self.clock.kind)

    @property
    def title(self) -> str:
        return self.clock.matter.title

    @property
    def is_paused(self) -> bool:
        return self.clock.state == ClockState.PAUSED


def running_out(user: User, *, most: int) -> list[Line]:
    """This person's open clocks, what is due first on top; those that wait come last. One query.

    Promises and follow-ups have lists of their own beside it.
    """
    rows = _own(user).exclude(metric__in=[Metric.PROMISE, Metric.FOLLOW_UP])
    return lines(rows.order_by(F("due_at").asc(nulls_last=True), "pk")[:most])


def promises(user: User, *, most: int) -> list[Line]:
    """What this person promised and has not kept yet."""
    return lines(_own(user).filter(metric=Metric.PROMISE).order_by("due_at", "pk")[:most])


def lines(clocks: QuerySet[Clock] | Sequence[Clock]) -> list[Line]:
    return [
        Line(clock, clock.label or str(Metric(clock.metric).label), _warning(clock))
        for clock in clocks
    ]


def _own(user: User) -> QuerySet[Clock]:
    return Clock.objects.open().filter(owner=user).select_related("matter")


def _warning(clock: Clock) -> int:
    if clock.due_at is None:
        return 0
    early = [at for at in clock.schedule if at < clock.due_at]
    return int((clock.due_at - min(early) if early else USUAL_WARNING).total_seconds())


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases in one person's hands, by what they ask for; and those that nobody has."""

    to_answer: list[Case]
    handed: list[Case]
    waiting: list[Case]
    unowned: list[Case]


def own_cases(user: User, *, most: int) -> Cases:
    """Four queries, each over a partial index on what is open."""
    mine = Case.objects.visible_to(user).live().filter(owner=user)
    return Cases(
        to_answer=_listed(mine.filter(awaits_answer=True), most),
        handed=_listed(
            mine.exclude(assigned_by=user).filter(assigned_at__gte=Now() - HANDED), most
        ),
        waiting=_listed(mine.filter(state="waiting"), most),
        unowned=_listed(
            Case.objects.visible_to(user).filter(state="new", owner__isnull=True), most
        ),
    )


def _listed(cases: QuerySet[Case], most: int) -> list[Case]:
    return list(
        cases.select_related("customer", "waybill", "owner", "unit", "merged_into")
        .only(*LISTED, "assigned_at")
        .order_by("-pk")[:most]
    )


def owns_promise(user: User, clock_id: int) -> bool:
    """Whether this is an open promise of theirs; a number guessed finds nothing."""
    return _own(user).filter(metric=Metric.PROMISE, pk=clock_id).exists()
