from apps.sla.rules.day_lists import RefusedRows
from apps.sla.services.calendars import (
    add_calendar,
    add_days,
    change_week,
    import_year,
    remove_day,
    take_known_years,
    warn_of_missing_years,
)

__all__ = [
    "RefusedRows",
    "add_calendar",
    "add_days",
    "change_week",
    "import_year",
    "remove_day",
    "take_known_years",
    "warn_of_missing_years",
]
