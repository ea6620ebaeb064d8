"""A director's morning: who has how much, what is overdue, and which hours will be hot (REP-1)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.core.database import database_now
from apps.desk.queries.load import Load, team_load
from apps.sla.enums import ClockState, Metric
from apps.sla.models import Clock

HOURS = 12
# How deep a cell of the heat map is coloured: by how many clocks run out in that hour.
SHADES = (1, 3, 6, 10)
WORST = 15


@dataclass(frozen=True, slots=True)
class Overdue:
    metric: Metric
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Cell:
    count: int

    @property
    def shade(self) -> int:
        """0 for none, up to 4."""
        return sum(1 for least in SHADES if self.count >= least)


@dataclass(frozen=True, slots=True)
class Row:
    """One person: cases by state, clocks that ran out, and clocks due in each of the next hours."""

    user: User | None  # None: what nobody has
    load: Load | None
    overdue: int
    cells: list[Cell]

    @property
    def due_soon(self) -> int:
        return sum(cell.count for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Team:
    now: datetime
    rows: list[Row]
    overdue: list[Overdue]
    worst: list[Clock]
    hours: list[datetime]
    totals: list[Cell] = field(default_factory=list)

    @property
    def overdue_count(self) -> int:
        return sum(one.count for one in self.overdue)


def team(user: User, *, hours: int = HOURS) -> Team:
    """What ``user`` may see of everybody's clocks and cases. Seven queries, whatever the number of
    people; what they cost grows with what is overdue or due within ``hours``, not with what is open."""
    now = database_now()
    visible = visible_clocks(user)
    overdue = _overdue(visible, now)
    late = Counter(
        dict(
            _live(visible)
            .filter(due_at__lte=now)
            .order_by()
            .values_list("owner")
            .annotate(n=Count("pk"))
        )
    )
    slots = hours_ahead(now, hours)
    heat = due_by_hour(visible, now, slots[0], hours)
    loads = {load.user.pk: load for load in team_load(user)}
    ids = {*late, *loads, *(owner for owner, _slot in heat)}
    people = User.objects.in_bulk([pk for pk in ids if pk is not None])
    rows = [
        Row(
            people.get(pk) if pk else None,
            loads.get(pk) if pk else None,
            late[pk],
            [Cell(heat[(pk, n)]) for n in range(hours)],
        )
        for pk in ids
    ]
    rows.sort(key=lambda row: (-row.overdue, -row.due_soon, str(row.user or "")))
    totals = [Cell(sum(row.cells[n].count for row in rows)) for n in range(hours)]
    return Team(now, rows, overdue, _worst(visible, now), slots, totals)


def visible_clocks(user: User) -> QuerySet[Clock]:
    return Clock.objects.open().visible_to(user)


def hours_ahead(now: datetime, hours: int = HOURS) -> list[datetime]:
    """The beginnings of this hour and the next ones, local time."""
    start = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    return [start + timedelta(hours=n) for n in range(hours)]


def _live(clocks: QuerySet[Clock]) -> QuerySet[Clock]:
    """A clock that waits for somebody else is nobody's lateness."""
    return clocks.exclude(state=ClockState.PAUSED)


def _overdue(clocks: QuerySet[Clock], now: datetime) -> list[Overdue]:
    rows = (
        _live(clocks)
        .filter(due_at__lte=now)
        .order_by()
        .values("metric")
        .annotate(n=Count("pk"), oldest=Min("due_at"))
    )
    found = [Overdue(Metric(row["metric"]), row["n"], row["oldest"]) for row in rows]
    return sorted(found, key=lambda one: -one.count)


def _worst(clocks: QuerySet[Clock], now: datetime) -> list[Clock]:
    late = _live(clocks).filter(due_at__lte=now).select_related("matter", "owner")
    return list(late.order_by("due_at", "pk")[:WORST])


def due_by_hour(
    clocks: QuerySet[Clock], now: datetime, start: datetime, hours: int
) -> Counter[tuple[int | None, int]]:
    """(owner, hours from ``start``) → how many clocks run out then."""
    ahead = (
        _live(clocks)
        .filter(due_at__gt=now, due_at__lt=start + timedelta(hours=hours))
        .order_by()
        .values_list("owner", "due_at")
    )
    return _by_hour(ahead.iterator(chunk_size=5_000), start)


def _by_hour(
    rows: Iterable[tuple[int | None, datetime | None]], start: datetime
) -> Counter[tuple[int | None, int]]:
    found: Counter[tuple[int | None, int]] = Counter()
    for owner, due_at in rows:
        if due_at is not None:
            found[(owner, int((due_at - start).total_seconds() // 3600))] += 1
    return found
