"""Months as finance counts them: by the day in Asia/Shanghai, named by their first day. Pure."""

from datetime import date, datetime

from django.utils import timezone

from apps.ledger.rules import last_day, next_month

__all__ = ["is_over", "last_day", "month_of", "next_month"]


def month_of(when: date | datetime) -> date:
    """The first day of the month that an instant (aware) or a day lies in."""
    day = timezone.localdate(when) if isinstance(when, datetime) else when
    return day.replace(day=1)


def is_over(month: date, at: datetime) -> bool:
    """Has the month's last day passed at that instant?"""
    return month_of(at) > month
