"""What a KPI is: a list with two ticks (adr/0051).

A KPI is one class whose SQL gives one row for each thing that counts. Its figure is the sum of one tick over the sum
of the other, its drill-down and its export are the same list.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final, Self

from django.conf import settings
from django.utils import timezone

from apps.core.times import day_start
from apps.reports.enums import ScopeKind, Shows

KINDS: Final = tuple(ScopeKind)
# The column of a row that holds the key of a scope.
SCOPE_COLUMNS: Final = {
    ScopeKind.CUSTOMER: "customer_id",
    ScopeKind.UNIT: "unit_id",
    ScopeKind.PARTNER: "carrier_id",
    ScopeKind.AGENT: "agent_id",
    ScopeKind.LANE: "lane",
}
COLUMNS: Final = (
    *("kind", "id", "at", "counts", "good", "measure"),
    *SCOPE_COLUMNS.values(),
)


@dataclass(frozen=True, slots=True)
class Period:
    """Local days from ``first`` until just before ``until``, in the company's zone."""

    first: date
    until: date

    def __post_init__(self) -> None:
        if self.until <= self.first:
            raise ValueError("a period has a day at least")

    @classmethod
    def of_day(cls, day: date) -> Self:
        return cls(day, day + timedelta(days=1))

    @classmethod
    def of_month(cls, day: date) -> Self:
        """The month in which the day lies."""
        first = day.replace(day=1)
        return cls(first, (first + timedelta(days=31)).replace(day=1))

    @property
    def begins(self) -> datetime:
        return day_start(self.first)

    @property
    def ends(self) -> datetime:
        """The instant at which it is over; the first that does not belong to it."""
        return day_start(self.until)

    @property
    def last(self) -> date:
        return self.until - timedelta(days=1)

    @property
    def before(self) -> "Period":
        """As many days before; of a whole month the month before."""
        if self == Period.of_month(self.first):
            return Period.of_month(self.first - timedelta(days=1))
        return Period(self.first - (self.until - self.first), self.first)


@dataclass(frozen=True, slots=True)
class Scope:
    """Of whom a figure speaks: one of a kind, or all of it where neither ``ids`` nor ``lanes`` say which."""

    kind: ScopeKind = ScopeKind.ALL
    ids: tuple[int, ...] | None = None
    lanes: tuple[str, ...] | None = None

    @property
    def is_everybody(self) -> bool:
        return self.ids is None and self.lanes is None

    def where(self) -> tuple[str, dict[str, Any]]:
        """The condition on a row, and its values."""
        if self.kind == ScopeKind.ALL:
            return "true", {}
        column = SCOPE_COLUMNS[self.kind]
        if self.kind == ScopeKind.LANE:
            if self.lanes is None:
                return "r.lane <> ''", {}
            return "r.lane = ANY(%(scope_lanes)s::text[])", {"scope_lanes": list(self.lanes)}
        if self.ids is None:
            return f"r.{column} IS NOT NULL", {}
        return f"r.{column} = ANY(%(scope_ids)s::bigint[])", {"scope_ids": list(self.ids)}


COMPANY: Final = Scope()


@dataclass(frozen=True, slots=True)
class Rows:
    """A SELECT with the columns of ``COLUMNS``, and its values."""

    sql: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """What several KPIs are read from, so that it is read once for all of them: in their ``select`` it is called
    ``src``."""

    name: str
    sql: str


class Kpi:
    """``select`` is SQL with the columns of ``COLUMNS``: ``kind`` ("tracking.waybill") and ``id`` say which thing a row
    is, ``at`` the instant by which it belongs to the period; ``counts`` and ``good`` are the two ticks, 1 or 0 (a
    weight where minutes or fen are summed), ``measure`` seconds or a score. It may use ``%(since)s`` and
    ``%(until)s`` (the half-open period), ``%(now)s`` and ``%(zone)s``, and what ``values`` adds.

    ``source``: what ``src`` is in it; ``customers_source``: the same of the customers ``%(scope_ids)s`` alone, where that
    is found by their own indexes. ``is_measured``: whether rows have a measure.
    ``per``: the figure is so many of ``per`` (100: per cent). ``final_after``: days after the end of a period until
    which it is provisional. ``parent``: code of the KPI after which it is shown. ``scopes``: by whom it can be told
    apart. ``yardstick``: an own statement of numerator and denominator (or median) for the whole company, against which
    ``benchmarks/kpis.py`` and a test hold the list.
    """

    code: ClassVar[str]
    version: ClassVar[int] = 1
    name: ClassVar[Any]
    definition: ClassVar[Any]
    unit: ClassVar[Any] = "%"
    per: ClassVar[int] = 100
    better: ClassVar[str] = "up"  # or "down"
    shows: ClassVar[Shows] = Shows.RATE
    period_by: ClassVar[Any]
    final_after: ClassVar[int] = 0
    parent: ClassVar[str] = ""
    scopes: ClassVar[tuple[ScopeKind, ...]] = KINDS
    source: ClassVar[Source | None] = None
    customers_source: ClassVar[Source | None] = None
    is_measured: ClassVar[bool] = False
    select: ClassVar[str]
    yardstick: ClassVar[str] = ""

    def values(self, period: Period, at: datetime) -> dict[str, Any]:
        """What the statement needs besides; its names begin with the KPI's or the source's own word."""
        return {}

    def rows(self, scope: Scope, period: Period, at: datetime | None = None) -> Rows:
        """The list of these scopes; ``at``: what is open is judged by this instant (now)."""
        picked, values = self.picked(scope)
        source = self.source_of(scope)
        if source is not None:
            picked = f"WITH src AS ({source.sql}) {picked}"
        return Rows(picked, {**self.given(period, at), **values})

    def source_of(self, scope: Scope) -> Source | None:
        """What ``src`` is for these scopes."""
        if scope.kind == ScopeKind.CUSTOMER and scope.ids is not None:
            return self.customers_source or self.source
        return self.source

    def shared_source(self, scope: Scope) -> Source | None:
        """What is read once for all KPIs that have it. Of a few scopes each KPI finds theirs by an index, unless the
        source itself does."""
        source = self.source_of(scope)
        return source if scope.is_everybody or source is self.customers_source else None

    def picked(self, scope: Scope) -> tuple[str, dict[str, Any]]:
        """The rows of these scopes out of ``select``, where ``src`` is known already."""
        where, values = scope.where()
        names = ", ".join(COLUMNS)
        return f"SELECT r.* FROM ({self.select}) r ({names}) WHERE {where}", values  # noqa: S608 - words of ours

    def given(self, period: Period, at: datetime | None = None) -> dict[str, Any]:
        now = at or timezone.now()
        return {
            "since": period.begins,
            "until": period.ends,
            "now": now,
            "zone": settings.TIME_ZONE,
            **self.values(period, now),
        }

    def is_final(self, period: Period, at: datetime) -> bool:
        """Whether the figure of a period can still change by what its definition waits for."""
        return at >= day_start(period.until, self.final_after)
