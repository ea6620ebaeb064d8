"""Quiet hours: when they end. Pure; instants are aware, hours are local."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def quiet_end(
    at: datetime, start: time | None, end: time | None, zone: ZoneInfo
) -> datetime | None:
    """When the quiet hours around ``at`` end, or None if it is not quiet then.

    Half open: ``start`` is quiet, ``end`` is not. Equal hours mean never. Where a clock change
    makes ``end`` happen twice, the first one counts.
    """
    if start is None or end is None or start == end:
        return None
    here = at.astimezone(zone)
    now = here.time()
    if start < end:
        quiet, tomorrow = start <= now < end, False
    else:
        quiet, tomorrow = now >= start or now < end, now >= start
    if not quiet:
        return None
    day = here.date() + timedelta(days=1 if tomorrow else 0)
    until = datetime.combine(day, end, tzinfo=zone)
    return max(until, at)
