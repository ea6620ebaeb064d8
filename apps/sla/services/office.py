"""Office hours, for what is said by phone outside them and follows in writing (CMP-2)."""

from datetime import datetime

from apps.sla.queries.calendars import OFFICE_CODE, hours_by_code
from apps.sla.services.firing import Outside


def mail_after(at: datetime) -> datetime | None:
    """By when the e-mail follows what was said by phone at ``at``: half an hour before the office opens
    next, at 09:00 of that day at the latest. None within office hours: it follows at once."""
    return Outside(hours_by_code(OFFICE_CODE), at).mail_by
