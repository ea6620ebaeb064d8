"""The monthly partitions of the events table."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection
from django.utils import timezone

AHEAD_MONTHS = 2


def month_of(moment: datetime) -> date:
    """The first day of the month, in the company's zone."""
    return timezone.localtime(moment).date().replace(day=1)


def ensure_partitions(months: Iterable[date]) -> int:
    """Make the partitions that are missing; returns how many. Microseconds when none is."""
    wanted = sorted(set(months))
    if not wanted:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE tracking_make_partition(m)) FROM unnest(%s::date[]) m",
            [wanted],
        )
        return int(cursor.fetchone()[0])


def make_partitions_ahead(at: datetime) -> int:
    """This month and the next two; run daily, so that issuing never has to."""
    first = month_of(at)
    months = [
        date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1)
        for n in range(AHEAD_MONTHS + 1)
    ]
    return ensure_partitions(months)
