"""``manage.py check --database default``: is every calendar's official list in?"""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError, connections
from django.utils import timezone

from apps.sla.queries.calendars import missing_years


@register(Tags.database)
def official_lists_are_in(
    databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Silent before the tables are there: migrations ask too."""
    if not databases or "default" not in databases:
        return []
    try:
        if "sla_calendaryear" not in connections["default"].introspection.table_names():
            return []
        missing = missing_years(timezone.now())
    except DatabaseError:
        return []
    return [
        Warning(
            f"The official list of {year} is missing in the working calendar “{calendar.code}”.",
            hint="Take it in on the calendar's page; until then its holidays count as working days.",
            obj=calendar.code,
            id="sla.W001",
        )
        for calendar, year in missing
    ]
