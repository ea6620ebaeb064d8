"""What is wrong with a list of days, entry by entry, before anything of it is taken in."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.sla.enums import DayKind
from apps.sla.inputs import DayEntry
from apps.sla.worktime import Interval, parse_hours, written

# Holidays by law on fixed dates: a list without them is not a whole year's list.
FIXED = ((1, 1), (5, 1), (10, 1))


class RefusedRows(BadInput):
    """Nothing was taken in; ``rows`` say what is wrong, each with its line."""

    def __init__(self, rows: Sequence[BadInput]) -> None:
        faults_text = "；".join(
            _("line %(n)s: %(why)s") % {"n": row.row, "why": row} if row.row else str(row)
            for row in rows[:5]
        )
        super().__init__(
            _("Nothing was taken in. %(faults)s") % {"faults": faults_text},
            code="rows_refused",
            field="file",
        )
        self.rows = list(rows)


def refuse_any(faults: Sequence[BadInput]) -> None:
    if faults:
        raise RefusedRows(sorted(faults, key=lambda fault: fault.row or 0))


def faults_of_days(days: Sequence[DayEntry], taken: Mapping[date, str]) -> list[BadInput]:
    """Whatever the calendar. ``taken``: dates that are special already, with their names."""
    if not days:
        return [fault(None, _("There is no day in it."), "no_days")]
    faults: list[BadInput] = []
    seen: set[date] = set()
    for entry in days:
        words = {"day": entry.day, "name": taken.get(entry.day, "")}
        faults += [
            fault(entry, message() % words, code)
            for is_wrong, code, message in _CHECKS
            if is_wrong(entry, seen, taken)
        ]
        seen.add(entry.day)
    return faults


def faults_of_year(
    week: Sequence[tuple[Interval, ...]],
    year: int,
    days: Sequence[DayEntry],
    source: str,
    own: Mapping[date, str],
) -> list[BadInput]:
    """As the official list of ``year`` for a calendar with this week and these days of its own."""
    faults = faults_of_days(days, own)
    for entry in days:
        if entry.day.year != year:
            message = _("%(day)s is not in %(year)s.") % {"day": entry.day, "year": year}
            faults.append(fault(entry, message, "other_year"))
        elif entry.kind == DayKind.WORKDAY and week[entry.day.weekday()]:
            message = _("%(day)s is a working day anyway.") % {"day": entry.day}
            faults.append(fault(entry, message, "works_anyway"))
    off = {(entry.day.month, entry.day.day) for entry in days if entry.kind == DayKind.HOLIDAY}
    lacking = [f"{month:02d}-{day:02d}" for month, day in FIXED if (month, day) not in off]
    if lacking:
        message = _("Not the list of a whole year: %(days)s must be holidays.")
        faults.append(fault(None, message % {"days": "、".join(lacking)}, "not_whole"))
    if not 0 < len(source.strip()) <= 160:
        message = _("Say where the list comes from, such as the number of the notice.")
        faults.append(fault(None, message, "no_source", "source"))
    return faults


def fault(entry: DayEntry | None, message: str, code: str, field: str = "day") -> BadInput:
    return BadInput(message, code=code, field=field, row=entry.line if entry else None)


def _has_no_name(entry: DayEntry, _seen: set[date], _taken: Mapping[date, str]) -> bool:
    return not 0 < len(entry.name.strip()) <= 60 or len(entry.english_name) > 60


def _hours_do_not_fit(entry: DayEntry, _seen: set[date], _taken: Mapping[date, str]) -> bool:
    if entry.kind == DayKind.HOLIDAY:
        return bool(entry.hours)
    if entry.hours is None:
        return entry.kind == DayKind.HALF_DAY
    return not parse_hours(written(entry.hours), field=str(entry.day))


_CHECKS: tuple[
    tuple[Callable[[DayEntry, set[date], Mapping[date, str]], bool], str, Callable[[], str]], ...
] = (
    (
        _has_no_name,
        "no_name",
        lambda: _("%(day)s needs a name of at most 60 characters."),
    ),
    (
        lambda entry, seen, _taken: entry.day in seen,
        "twice",
        lambda: _("%(day)s stands in the list twice."),
    ),
    (
        lambda entry, _seen, taken: entry.day in taken,
        "taken",
        lambda: _("%(day)s is entered already as “%(name)s”; remove that first."),
    ),
    (
        _hours_do_not_fit,
        "hours_do_not_fit",
        lambda: _("%(day)s: a holiday has no hours, a day with hours of its own needs them."),
    ),
)
