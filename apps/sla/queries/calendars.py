"""Working calendars as the values that working time is counted with, and as pages show them."""

from calendar import month_name
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.aggregates import ArrayAgg

from apps.sla.enums import DayKind
from apps.sla.models import CalendarDay, WorkingCalendar
from apps.sla.models.calendar import in_language
from apps.sla.worktime import Interval, WorkCalendar, parse_hours, parse_week, written

ALWAYS_CODE = "always"
OFFICE_CODE = "office"
WARN_FROM = 11  # November: by then the list of the next year has been published


class Hours(NamedTuple):
    id: int
    code: str
    version: int
    calendar: WorkCalendar


class _Names(Mapping[date, str]):
    """Names of dated days in the language of who looks."""

    def __init__(self, rows: Sequence[CalendarDay]) -> None:
        self._rows = {row.day: (row.name, row.english_name) for row in rows}

    def __getitem__(self, day: date) -> str:
        return in_language(*self._rows[day])

    def __iter__(self) -> Iterator[date]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


# Per process, by revision: a revision never means two things, also when a transaction is undone.
_remembered: dict[int, tuple[UUID, Hours]] = {}


def all_hours() -> Mapping[int, Hours]:
    """Every calendar by its id. One query when nothing changed since the last time, else two more."""
    return hours_by_id(dict(WorkingCalendar.objects.values_list("pk", "revision")))


def hours_by_id(revisions: Mapping[int, UUID]) -> Mapping[int, Hours]:
    """The calendars with these revisions; no query for those that this process has seen."""
    found: dict[int, Hours] = {}
    stale: list[int] = []
    for pk, revision in revisions.items():
        known = _remembered.get(pk)
        if known is not None and known[0] == revision:
            found[pk] = known[1]
        else:
            stale.append(pk)
    if stale:
        days: dict[int, list[CalendarDay]] = defaultdict(list)
        # The calendars last: what changes in between is at worst read again.
        for row in CalendarDay.objects.filter(calendar__in=stale):
            days[row.calendar_id].append(row)
        for calendar in WorkingCalendar.objects.filter(pk__in=stale):
            found[calendar.pk] = hours_of(calendar, days[calendar.pk])
            _remembered[calendar.pk] = calendar.revision, found[calendar.pk]
    return found


def hours_by_code(code: str) -> Hours:
    """``KeyError`` when there is no such calendar."""
    return {hours.code: hours for hours in all_hours().values()}[code]


def hours_of(calendar: WorkingCalendar, days: Sequence[CalendarDay]) -> Hours:
    week = parse_week(calendar.week)
    normal = normal_hours(week)
    dated = {
        row.day: normal if row.hours is None else parse_hours(row.hours, field=str(row.day))
        for row in days
    }
    value = WorkCalendar(calendar.zone, week, dated, names=_Names(days))
    return Hours(calendar.pk, calendar.code, calendar.version, value)


def normal_hours(week: Sequence[tuple[Interval, ...]]) -> tuple[Interval, ...]:
    """The hours of a normal working day: of the first open day of the week."""
    return next((hours for hours in week if hours), ())


class MissingYear(NamedTuple):
    calendar: WorkingCalendar
    year: int


def missing_years(at: datetime) -> list[MissingYear]:
    """Calendars with public holidays that lack the present year's list or, from 1 November on in their
    own zone, the next year's. Until it is in, their holidays count as working days (CMP-2)."""
    found = []
    calendars = WorkingCalendar.objects.filter(is_official=True)
    for calendar in calendars.annotate(known=ArrayAgg("years__year", default=[])):
        today = at.astimezone(ZoneInfo(calendar.zone)).date()
        needed = [today.year, today.year + 1] if today.month >= WARN_FROM else [today.year]
        found += [MissingYear(calendar, year) for year in needed if year not in calendar.known]
    return found


@dataclass(frozen=True)
class PageDay:
    day: date
    hours: tuple[Interval, ...]
    kind: str  # of the dated day, or "open" and "closed" of the week
    name: str


@dataclass
class Run:
    """Neighbouring special days of one name and kind."""

    first: date
    last: date
    kind: DayKind
    name: str
    hours: str
    is_official: bool


@dataclass(frozen=True)
class PageMonth:
    first: date
    name: str
    weeks: list[list[PageDay | None]]  # Monday first; None pads
    working_days: int
    runs: list[Run]


def year_of(calendar: WorkingCalendar, year: int) -> list[PageMonth]:
    """Twelve months for a page. One query."""
    rows = list(CalendarDay.objects.filter(calendar=calendar, day__year=year))
    value = hours_of(calendar, rows).calendar
    return [_month(value, [row for row in rows if row.day.month == m], year, m) for m in _MONTHS]


_MONTHS = range(1, 13)


def _month(value: WorkCalendar, rows: Sequence[CalendarDay], year: int, month: int) -> PageMonth:
    kinds = {row.day: row.kind for row in rows}
    first = date(year, month, 1)
    after = date(year + month // 12, month % 12 + 1, 1)
    days: list[PageDay | None] = [None] * first.weekday()
    for ordinal in range(first.toordinal(), after.toordinal()):
        day = date.fromordinal(ordinal)
        hours = value.open_on(day)
        kind = kinds.get(day) or ("open" if hours else "closed")
        days.append(PageDay(day, hours, str(kind), value.names.get(day, "")))
    days += [None] * (-len(days) % 7)
    return PageMonth(
        first,
        # Not by the catalogue: its "May" is what a key may do.
        in_language(f"{month}月", month_name[month]),
        [days[n : n + 7] for n in range(0, len(days), 7)],
        sum(1 for one in days if one is not None and one.hours),
        _runs(rows),
    )


def _runs(rows: Sequence[CalendarDay]) -> list[Run]:
    runs: list[Run] = []
    for row in rows:
        name, hours = in_language(row.name, row.english_name), spoken(parse_hours(row.hours or []))
        last = runs[-1] if runs else None
        kind = DayKind(row.kind)
        if (
            last is not None
            and (row.day - last.last).days == 1
            and (last.kind, last.name, last.hours) == (kind, name, hours)
            and last.is_official == row.is_official
        ):
            last.last = row.day
        else:
            runs.append(Run(row.day, row.day, kind, name, hours, row.is_official))
    return runs


def spoken(hours: Sequence[Interval]) -> str:
    """``09:00–12:00, 13:00–18:00``; empty for a closed day."""
    return ", ".join(f"{opens}–{closes}" for opens, closes in written(hours))
