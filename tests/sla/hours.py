"""Calendars that the tests of working time share, and how tests write instants."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from apps.sla.worktime import WorkCalendar, parse_hours, parse_week

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIXED = ["01-01", "05-01", "12-24", "12-25", "12-26", "12-31"]


def at(text: str, zone: str = "") -> datetime:
    """``2026-11-25 09:00+08:00``; ``zone`` adds the offset where the text has none."""
    return datetime.fromisoformat(text + zone)


def read_calendar(document: Mapping[str, Any]) -> WorkCalendar:
    """A calendar as the shared cases write it: ``timezone``, ``hours`` (a week), ``holidays`` (dates, or
    ``MM-DD`` for every year) and ``workday_exceptions`` (date to hours)."""
    days: dict[date, Any] = {}
    yearly: dict[tuple[int, int], Any] = {}
    for text in document.get("holidays", []):
        if len(text) == len("MM-DD"):
            day = date.fromisoformat(f"2000-{text}")  # a leap year: 02-29 is a day
            yearly[day.month, day.day] = ()
        else:
            days[date.fromisoformat(text)] = ()
    for text, hours in document.get("workday_exceptions", {}).items():
        days[date.fromisoformat(text)] = parse_hours(hours)
    return WorkCalendar(document["timezone"], parse_week(document["hours"]), days, yearly)


def calendar(
    zone: str,
    days: int,
    *hours: str,
    holidays: Sequence[str] = (),
    extra: dict[str, list[list[str]]] | None = None,
    **other: str,
) -> WorkCalendar:
    """The same ``hours`` ("09:00-12:00") on the first ``days`` days of the week; ``other`` days by name."""
    week = {day: [h.split("-") for h in hours] for day in WEEKDAYS[:days]}
    week |= {day: [h.split("-") for h in text.split()] for day, text in other.items()}
    return read_calendar(
        {
            "timezone": zone,
            "hours": week,
            "holidays": list(holidays),
            "workday_exceptions": extra or {},
        }
    )


OFFICE = calendar("Asia/Shanghai", 5, "09:00-12:00", "13:00-18:00")
ROUND_THE_CLOCK = calendar("Asia/Shanghai", 7, "00:00-24:00")
NINE_TO_SIX = calendar("UTC", 5, "09:00-18:00")
CHINA_2026 = calendar(
    "Asia/Shanghai",
    5,
    "09:00-18:00",
    holidays=[
        *(f"2026-01-0{n}" for n in (1, 2, 3)),
        *(f"2026-02-{n}" for n in range(15, 24)),
        *(f"2026-04-0{n}" for n in (4, 5, 6)),
        *(f"2026-05-0{n}" for n in range(1, 6)),
        *(f"2026-06-{n}" for n in (19, 20, 21)),
        *(f"2026-09-{n}" for n in (25, 26, 27)),
        *(f"2026-10-0{n}" for n in range(1, 8)),
    ],
    extra={
        day: [["09:00", "18:00"]]
        for day in (
            "2026-01-04",
            "2026-02-14",
            "2026-02-28",
            "2026-05-09",
            "2026-09-20",
            "2026-10-10",
        )
    },
)
