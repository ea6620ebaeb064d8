"""What runs out next, for one person: clocks, promises, cases (REP-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Now

from apps.accounts.models import User
from apps.complaints.models import Case
from apps.complaints.queries.cases import LISTED
from apps.sla.enums import ClockState, Metric
from apps.sla.kinds import matter_kinds
from apps.sla.models import Clock

# The first step before the due time turns a clock amber; where the policy names none, this does.
USUAL_WARNING = timedelta(minutes=30)
HANDED = timedelta(hours=24)
LISTED_ELSEWHERE = (Metric.FOLLOW_UP, Metric.ORDER_PROCESSING)
FRESH = Q(assigned_at__gte=Now() - HANDED)
BY_DUE = (F("due_at").asc(nulls_last=True), "pk")
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Line:
    """One clock as the desk shows it; ``warn`` is how many seconds before the due time it is amber."""

    clock: Clock
    label: str
    warn: int

    @property
    def kind(self) -> Any:
        return matter_kinds()(self.clock.kind)

    @property
    def title(self) -> str:
        return self.clock.matter.title

    @property
    def is_paused(self) -> bool:
        return self.clock.state == ClockState.PAUSED


@dataclass(frozen=True, slots=True)
class Clocks:
    """This person's open clocks, what is due first on top; those that wait come last."""

    running: list[Line]
    promises: list[Line]


def own_clocks(user: User, *, running: int, promises: int) -> Clocks:
    """At most so many of each; follow-ups and orders to process have lists of their own. One query."""
    mine = Clock.objects.open().filter(owner=user)
    others = mine.exclude(metric__in=[Metric.PROMISE, *LISTED_ELSEWHERE])
    promised = mine.filter(metric=Metric.PROMISE)
    found = _those(
        Clock.objects.select_related("matter"),
        others.order_by(*BY_DUE)[:running],
        promised.order_by(*BY_DUE)[:promises],
    )
    clocks = list(found.order_by(*BY_DUE))
    return Clocks(
        lines([clock for clock in clocks if clock.metric != Metric.PROMISE]),
        lines([clock for clock in clocks if clock.metric == Metric.PROMISE]),
    )


def _those(rows: QuerySet[Row], *chosen: QuerySet[Row]) -> QuerySet[Row]:
    """The rows of several short lists together, each found along its own index."""
    first, *others = (one.values("pk") for one in chosen)
    return rows.filter(pk__in=first.union(*others))


def lines(clocks: QuerySet[Clock] | Sequence[Clock]) -> list[Line]:
    return [
        Line(clock, clock.label or str(Metric(clock.metric).label), _warning(clock))
        for clock in clocks
    ]


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
    """At most so many of each, the newest first. One query over partial indexes on what is open."""
    seen = Case.objects.visible_to(user)
    mine = seen.live().filter(owner=user)
    lists = (
        mine.filter(awaits_answer=True),
        mine.exclude(assigned_by=user).filter(FRESH),
        mine.filter(state="waiting"),
        seen.filter(state="new", owner__isnull=True),
    )
    found = _those(
        Case.objects.select_related("customer", "waybill", "owner", "unit", "merged_into")
        .only(*LISTED, "assigned_at", "assigned_by")
        .annotate(is_fresh=FRESH),
        *(one.order_by("-pk")[:most] for one in lists),
    )
    cases = list(found.order_by("-pk"))
    own = [case for case in cases if case.owner_id == user.pk]
    return Cases(
        to_answer=[case for case in own if case.awaits_answer][:most],
        handed=[case for case in own if _is_handed(case, user)][:most],
        waiting=[case for case in own if case.state == "waiting"][:most],
        unowned=[case for case in cases if case.owner_id is None][:most],
    )


def _is_handed(case: Case, user: User) -> bool:
    fresh: bool = case.is_fresh  # type: ignore[attr-defined]  # annotated above
    return fresh and case.assigned_by_id != user.pk


def owns_promise(user: User, clock_id: int) -> bool:
    """Whether this is an open promise of theirs; a number guessed finds nothing."""
    mine = Clock.objects.open().filter(owner=user, metric=Metric.PROMISE)
    return mine.filter(pk=clock_id).exists()
