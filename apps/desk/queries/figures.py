"""What leaders look at: what comes due by hour, how much each person has, what was done on time (REP-1)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from apps.accounts.models import User
from apps.core.database import database_now
from apps.desk.queries.load import Load, team_load
from apps.desk.queries.team import due_by_hour, hours_ahead, visible_clocks
from apps.sla.enums import ClockState
from apps.sla.models import Clock
from apps.sla.models.clock import ENDED, OPEN

MISSED = Q(breached_at__isnull=False) | Q(missed_before__isnull=False)


@dataclass(frozen=True, slots=True)
class OnTime:
    """Of the clocks that fell due between ``since`` and ``until``: how many were met in time."""

    since: datetime
    until: datetime
    kept: int
    missed: int


@dataclass(frozen=True, slots=True)
class LeadersFigures:
    """``due`` holds the beginning of each hour and how many clocks run out in it from now on; ``load``
    everybody's open cases."""

    now: datetime
    due: list[tuple[datetime, int]]
    load: list[Load]
    on_time: OnTime


def leaders_figures(user: User) -> LeadersFigures:
    """Of all that ``user`` sees; six queries, whatever there is."""
    now = database_now()
    hours = hours_ahead(now)
    per_hour: Counter[int] = Counter()
    clocks = visible_clocks(user)
    for (_owner, n), count in due_by_hour(clocks, now, hours[0], len(hours)).items():
        per_hour[n] += count
    return LeadersFigures(
        now=now,
        due=[(hour, per_hour[n]) for n, hour in enumerate(hours)],
        load=team_load(user),
        on_time=on_time_this_week(user, now),
    )


def on_time_this_week(user: User, now: datetime) -> OnTime:
    """Since Monday. A clock that was stopped in time counts for nothing, as nothing had to be done. One
    query, over what fell due in these days."""
    since = week_begin(now)
    fell_due = Q(due_at__gte=since, due_at__lte=now)
    # Written twice, so that each half is found along its own index.
    clocks = Clock.objects.visible_to(user).filter(ENDED & fell_due | OPEN & fell_due)
    counted = clocks.order_by().aggregate(
        kept=Count("pk", filter=Q(state=ClockState.MET) & ~MISSED),
        missed=Count("pk", filter=MISSED | Q(state=ClockState.RUNNING)),
    )
    return OnTime(since, now, counted["kept"], counted["missed"])


def week_begin(now: datetime) -> datetime:
    """Monday 00:00, local time."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=today.weekday())
