"""Working calendars."""

from typing import Any

from django.utils import timezone

from apps.accounts.queries import system_user
from apps.sla import services
from apps.sla.models import WorkingCalendar

NORMAL_DAY = [["09:00", "12:00"], ["13:00", "18:00"]]


def office() -> WorkingCalendar:
    """The one that every house starts with."""
    found: WorkingCalendar = WorkingCalendar.objects.get(code="office")
    return found


def make_calendar(
    code: str = "plain", *, is_official: bool = False, **fields: Any
) -> WorkingCalendar:
    """Monday to Friday, no public holidays unless asked for."""
    values: dict[str, Any] = {
        "name": f"日历 {code}",
        "english_name": f"Calendar {code}",
        "week": [NORMAL_DAY] * 5 + [[], []],
        **fields,
    }
    return services.add_calendar(
        code=code,
        is_official=is_official,
        by=system_user("tests"),
        at=timezone.now(),
        **values,
    )
