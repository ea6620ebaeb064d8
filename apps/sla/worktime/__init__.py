"""Working time: pure arithmetic over calendars; no tables, no clock, no settings.

Instants are aware datetimes and come back in UTC. Working hours are half-open, ``[open, close)``, in
seconds since local midnight, 24:00 being 86400. An instant is open exactly when the wall clock of the
calendar's zone then reads a time within that day's hours; so a reading that a change of the clocks
skips is never open, one that it repeats is open both times, and nothing is ever ambiguous.

A budget that ends exactly at closing time is due at closing time. Every search ends after ten years of
days with ``NoWorkingTime``.
"""

from apps.sla.worktime.arithmetic import (
    Pause,
    StillPaused,
    due_after,
    due_after_days,
    elapsed,
    is_open,
    next_opening,
    shift,
    shift_days,
)
from apps.sla.worktime.calendar import ALWAYS, Interval, NoWorkingTime, WorkCalendar
from apps.sla.worktime.explaining import Line, explain
from apps.sla.worktime.reading import parse_hours, parse_week, written

__all__ = [
    "ALWAYS",
    "Interval",
    "Line",
    "NoWorkingTime",
    "Pause",
    "StillPaused",
    "WorkCalendar",
    "due_after",
    "due_after_days",
    "elapsed",
    "explain",
    "is_open",
    "next_opening",
    "parse_hours",
    "parse_week",
    "shift",
    "shift_days",
    "written",
]
