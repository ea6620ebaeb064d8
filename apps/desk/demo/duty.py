"""Who is on duty this week and the next, and who is away."""

from datetime import datetime, timedelta

from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.services.duty import NewShift, plan_absence, plan_shifts
from apps.core.times import day_start
from apps.desk.demo.people import Cast

# username, role, unit, from and to this hour of the day; past midnight ends the next morning.
SHIFTS = [
    ("wangfang", Role.AGENT, "SHA", 6, 22),
    ("lina", Role.AGENT, "SHA", 14, 30),
    ("linzhuren", Role.DIRECTOR, "SHA", 8, 32),
    ("chenjie", Role.AGENT, "BJS", 8, 20),
    ("zhikong", Role.QC_MANAGER, "HQ", 8, 22),
    ("jingli", Role.DEPARTMENT_MANAGER, "HQ", 8, 32),
]


def make_roster(cast: Cast, now: datetime) -> None:
    """From a week ago to a week ahead. Beijing's nights are nobody's: the roster shows the gap."""
    by = cast["linzhuren"]
    today = timezone.localdate(now)
    shifts = []
    for day in range(-7, 8):
        midnight = day_start(today, day)
        for username, role, unit, since, until in SHIFTS:
            starts_at, ends_at = (
                midnight + timedelta(hours=since),
                midnight + timedelta(hours=until),
            )
            shifts.append(NewShift(cast[username], role, cast.units[unit], starts_at, ends_at))
    plan_shifts(shifts, by=by, at=now - timedelta(days=8))
    for username, stand_in, since, days, reason in (
        ("caiwu", "zongjingli", -1, 3, "外出培训"),
        ("huoyunbj", "yunying", 0, 2, "病假"),
        ("lina", "wangfang", 3, 4, "年假"),
    ):
        plan_absence(
            user=cast[username],
            stand_in=cast[stand_in],
            starts_at=now + timedelta(days=since),
            ends_at=now + timedelta(days=since + days),
            reason=reason,
            by=by,
            at=now - timedelta(days=2),
        )
