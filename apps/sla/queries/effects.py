"""What a new version of a policy would change, before it is published (CMP-2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from apps.sla.enums import MatterState, Metric
from apps.sla.models import Clock, Matter, Policy, PolicyVersion, Target
from apps.sla.models.clock import OPEN

# Enough to decide by; counting further would cost a look at every row.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """One target of the version to be, as far as it can be compared."""

    metric: str
    seconds: int | None
    calendar_id: int
    pauses: frozenset[str]
    counts_from: str
    steps: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """One metric: what it was and what it becomes. ``clocks`` are the open ones that are read again
    if open matters follow; ``starts`` the open matters that would get such a clock."""

    metric: Metric
    kind: str  # new, gone, moved, steps or same
    before: int | None
    after: int | None
    clocks: int
    starts: int = 0

    @property
    def is_change(self) -> bool:
        return self.kind != "same"


@dataclass(frozen=True, slots=True)
class Effects:
    """``matters`` follow the policy now; ``others`` are the open ones of its kind that follow another or
    none, and choose again where the conditions change."""

    rows: Sequence[Effect]
    matters: int
    others: int
    conditions_change: bool

    @property
    def clocks(self) -> int:
        return sum(row.clocks + row.starts for row in self.rows if row.is_change)


def effects_of(
    policy: Policy,
    current: PolicyVersion | None,
    wanted: Sequence[Wanted],
    *,
    conditions_change: bool,
) -> Effects:
    """Compared with ``current``; counts stop at 10,000."""
    known = {was.metric: was for was in _targets_of(current)}
    new = {target.metric: target for target in wanted}
    follow = Matter.objects.filter(kind=policy.kind, state=MatterState.OPEN, version__policy=policy)
    others = Matter.objects.filter(kind=policy.kind, state=MatterState.OPEN).filter(
        Q(version__isnull=True) | ~Q(version__policy=policy)
    )
    matters = _count(follow)
    rows = []
    for metric in [*known, *(m for m in new if m not in known)]:
        was, now = known.get(metric), new.get(metric)
        kind = _kind(was, now)
        clocks = Clock.objects.filter(
            OPEN, metric=metric, kind=policy.kind, matter__version__policy=policy
        )
        rows.append(
            Effect(
                Metric(metric),
                kind,
                was.seconds if was else None,
                now.seconds if now else None,
                0 if kind in ("new", "same") else _count(clocks),
                matters if kind == "new" and metric != Metric.PROMISE else 0,
            )
        )
    return Effects(rows, matters, _count(others) if conditions_change else 0, conditions_change)


def _targets_of(current: PolicyVersion | None) -> list[Wanted]:
    if current is None:
        return []
    targets = current.targets.prefetch_related("steps").order_by("id")
    return [_wanted(target) for target in targets]


def _wanted(target: Target) -> Wanted:
    steps = sorted(target.steps.all(), key=lambda step: step.position)
    return Wanted(
        metric=target.metric,
        seconds=target.seconds,
        calendar_id=target.calendar_id,
        pauses=frozenset(target.pauses),
        counts_from=target.counts_from,
        steps=tuple(
            (s.name, s.offset_seconds, s.percent, s.whom, s.role, tuple(s.channels), s.off_hours)
            for s in steps
        ),
    )


def _kind(was: Wanted | None, now: Wanted | None) -> str:
    if was is None:
        return "new"
    if now is None:
        return "gone"
    times = ("seconds", "calendar_id", "pauses", "counts_from")
    if any(getattr(was, name) != getattr(now, name) for name in times):
        return "moved"
    return "same" if was.steps == now.steps else "steps"


def _count(rows: object) -> int:
    found: int = rows.order_by()[:MOST_COUNTED].count()  # type: ignore[attr-defined]  # a query set
    return found
