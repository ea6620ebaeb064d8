"""The ribbon: 14 days of a unit and role in half-hour cells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from apps.accounts.enums import AbsenceKind
from apps.accounts.models import Absence, DutyShift, Unit, User
from apps.core.times import day_start
from apps.shifts.models import Gap
from apps.shifts.queries.taking_over import with_reach

DAYS = 14
CELLS = 48
HALF_HOUR = timedelta(minutes=30)


@dataclass(frozen=True)
class Cell:
    """From the ``first``-th half hour on, ``width`` of them: a shift, a gap, or nothing."""

    first: int
    width: int
    kind: str = ""  # "shift", "away", "gap" or "": nobody
    text: str = ""
    title: str = ""
    row: Any = None


@dataclass
class Day:
    day: date
    is_free: bool
    lanes: list[list[Cell]] = field(default_factory=list)


@dataclass
class Ribbon:
    days: list[Day]
    people: list[tuple[User, list[str]]]
    gaps: list[Gap]


def ribbon(unit: Unit, role: str, first: date, at: datetime) -> Ribbon:
    """Shifts of the role for the unit (also of units above it, which answer for it) and its gaps; five queries."""
    begins, ends = day_start(first), day_start(first, DAYS)
    paths = [unit.path[: n + 1] for n, mark in enumerate(unit.path) if mark == "/"]
    inside = Q(starts_at__lt=ends, ends_at__gt=begins)
    shifts = list(
        DutyShift.objects.standing()
        .filter(inside, role=role, unit__path__in=paths)
        .select_related("user", "unit")
        .order_by("starts_at", "pk")
    )
    gaps = list(
        Gap.objects.filter(inside, unit=unit, role=role, closed_as__in=["", "passed"]).order_by(
            "starts_at"
        )
    )
    users = {shift.user_id: shift.user for shift in shifts}
    absences = list(
        Absence.objects.standing()
        .filter(inside, user__in=users, kind=AbsenceKind.AWAY)
        .select_related("user", "stand_in")
    )
    days = [_day(first + timedelta(days=n), shifts, gaps, absences) for n in range(DAYS)]
    return Ribbon(days, with_reach(list(users.values())), [g for g in gaps if not g.closed_at])


def _day(
    day: date, shifts: Sequence[DutyShift], gaps: Sequence[Gap], absences: Sequence[Absence]
) -> Day:
    midnight, end = day_start(day), day_start(day, 1)
    cells = [
        cell
        for shift in shifts
        if (cell := _cell(shift, midnight, end, *_shift_words(shift, absences)))
    ]
    lanes = _lanes(cells)
    missing = [cell for gap in gaps if (cell := _cell(gap, midnight, end, "gap", "", _span(gap)))]
    lanes += _lanes(missing)
    return Day(day, day.isoweekday() > 5, [list(_filled(lane)) for lane in lanes])


def _shift_words(shift: DutyShift, absences: Sequence[Absence]) -> tuple[str, str, str]:
    """Kind, text and title of a shift's cell."""
    name, span = shift.user.display_name, _span(shift)
    for absence in absences:
        if (
            absence.user_id == shift.user_id
            and absence.starts_at < shift.ends_at
            and absence.ends_at > shift.starts_at
        ):
            instead = absence.stand_in.display_name if absence.stand_in else "—"
            return "away", f"{name} → {instead}", span
    return "shift", name, span


def _span(row: Any) -> str:
    here = timezone.localtime
    return f"{here(row.starts_at):%H:%M}–{here(row.ends_at):%H:%M}"


def _cell(
    row: Any, midnight: datetime, end: datetime, kind: str, text: str, title: str
) -> Cell | None:
    """What of the row lies within the day; cells that it touches are its own."""
    begins, ends = max(row.starts_at, midnight), min(row.ends_at, end)
    if begins >= ends:
        return None
    first = (begins - midnight) // HALF_HOUR
    last = -((midnight - ends) // HALF_HOUR)
    width = max(1, min(last, CELLS) - min(first, CELLS - 1))
    return Cell(min(first, CELLS - 1), width, kind, text, title, row)


def _lanes(cells: Iterable[Cell]) -> list[list[Cell]]:
    """As few rows as possible in which no two cells overlap."""
    lanes: list[list[Cell]] = []
    for cell in sorted(cells, key=lambda one: one.first):
        for lane in lanes:
            if lane[-1].first + lane[-1].width <= cell.first:
                lane.append(cell)
                break
        else:
            lanes.append([cell])
    return lanes


def _filled(lane: Sequence[Cell]) -> Iterable[Cell]:
    """With empty cells between, so that each row has 48."""
    n = 0
    for cell in lane:
        if cell.first > n:
            yield Cell(n, cell.first - n)
        yield cell
        n = cell.first + cell.width
    if n < CELLS:
        yield Cell(n, CELLS - n)
