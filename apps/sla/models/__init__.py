from apps.sla.models.calendar import CalendarDay, CalendarYear, WorkingCalendar

__all__ = [
    "CalendarDay",
    "CalendarYear",
    "WorkingCalendar",
]
