"""When surveys are asked, and what an answer is. Pure."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

# Nobody remembers a delivery after a month.
ANSWERED_WITHIN = timedelta(days=30)
LONGEST_WORDS = 1_000


def quarter_of(day: date) -> date:
    """The first day of its quarter, by which nobody is asked twice."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def quarter_after(quarter: date) -> date:
    return quarter_of(quarter + timedelta(days=100))


def is_time(at: datetime, from_hour: int, zone: ZoneInfo) -> bool:
    """Whether the local hour from which people are asked has come."""
    return at.astimezone(zone).hour >= from_hour


def is_expired(asked_at: datetime, at: datetime) -> bool:
    return at - asked_at > ANSWERED_WITHIN
