"""The State Council's holidays and make-up working days, as far as the library knows them.

The list of a year is published in the autumn before it; the library follows with a release.
"""

from importlib.metadata import version

from chinese_calendar.constants import Holiday, holidays, workdays

from apps.sla.enums import DayKind
from apps.sla.inputs import DayEntry

FIRST_YEAR = 2025  # older cases are not timed here
_NAMED = {holiday.value: holiday for holiday in Holiday}
# A make-up day carries the name of the holiday that it makes up for.
_MAKE_UP = ("{}调休上班", "{}: make-up working day")


def source() -> str:
    return f"chinesecalendar {version('chinesecalendar')}"


def known_years() -> list[int]:
    """Ascending, from ``FIRST_YEAR`` on."""
    return sorted({day.year for day in holidays if day.year >= FIRST_YEAR})


def official_days(year: int) -> list[DayEntry]:
    """The year's days in order; none when the library does not know the year."""
    off = [
        DayEntry(day, DayKind.HOLIDAY, _NAMED[name].chinese, name, ())
        for day, name in holidays.items()
        if day.year == year
    ]
    made_up = [
        DayEntry(
            day, DayKind.WORKDAY, _MAKE_UP[0].format(_NAMED[name].chinese), _MAKE_UP[1].format(name)
        )
        for day, name in workdays.items()
        if day.year == year
    ]
    return sorted(off + made_up, key=lambda entry: entry.day)
