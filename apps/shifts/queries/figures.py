"""The two figures of duty: how much of what was needed was covered, and how many shifts were taken over in time."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from apps.shifts.enums import GapEnd, HandoverState
from apps.shifts.models import Gap, Handover, HandoverItem, Need
from apps.shifts.queries.covering import occurrences, public_holidays
from apps.shifts.queries.handing_over import GRACE
from apps.shifts.rules.intervals import Span


class Share(NamedTuple):
    """``part`` of ``whole``; no share where there is no whole."""

    part: int
    whole: int


class NeedCover(NamedTuple):
    """Minutes of one need, each person counted."""

    need_id: int
    unit_id: int
    covered: int
    needed: int


def cover(since: datetime, until: datetime, *, units: Collection[int] | None = None) -> Share:
    """Covered minutes of need of all that was needed from ``since`` until just before ``until`` (both past), each
    person counted; ``units``: of these only. Uncovered is what came without somebody, also if it was filled later."""
    rows = cover_by_need(since, until, units=units)
    return Share(sum(row.covered for row in rows), sum(row.needed for row in rows))


def cover_by_need(
    since: datetime, until: datetime, *, units: Collection[int] | None = None
) -> list[NeedCover]:
    """The same of every need that falls into the time; three queries."""
    here, window = timezone.localtime, Span(since, until)
    first, last = here(since).date() - timedelta(days=1), here(until).date()
    needs = Need.objects.all() if units is None else Need.objects.filter(unit__in=units)
    public = public_holidays(first, last)
    missing = _missing_minutes(window, units)
    found = []
    for need in needs:
        needed = need.heads * sum(
            _minutes(cut)
            for _day, span in occurrences(need, first, last, public)
            if (cut := span.cut(window)) is not None
        )
        if needed:
            covered = max(0, needed - missing.get(need.pk, 0))
            found.append(NeedCover(need.pk, need.unit_id, covered, needed))
    return found


def _missing_minutes(window: Span, units: Collection[int] | None) -> dict[int, int]:
    """Minutes that came without somebody, by need."""
    gaps = Gap.objects.filter(starts_at__lt=window.ends_at, ends_at__gt=window.starts_at)
    gaps = gaps.exclude(closed_as=GapEnd.DROPPED).exclude(closed_at__lte=F("starts_at"))
    if units is not None:
        gaps = gaps.filter(unit__in=units)
    found: dict[int, int] = defaultdict(int)
    for gap in gaps:
        cut = Span(gap.starts_at, gap.ends_at).cut(window)
        if cut is not None:
            found[gap.need_id] += gap.missing * _minutes(cut)
    return found


def taken_over(since: datetime, until: datetime, *, units: Collection[int] | None = None) -> Share:
    """Shifts that ended from ``since`` until just before ``until`` with something to hand over, and of them those
    that were accepted within 15 minutes of their end."""
    items = HandoverItem.objects.filter(handover=OuterRef("pk"))
    rows = Handover.objects.filter(Exists(items), ends_at__gte=since, ends_at__lt=until)
    rows = rows.exclude(state=HandoverState.VOID)
    if units is not None:
        rows = rows.filter(shift__unit__in=units)
    in_time = Q(state=HandoverState.ACCEPTED, accepted_at__lte=F("ends_at") + GRACE)
    return Share(rows.filter(in_time).count(), rows.count())


def _minutes(span: Span) -> int:
    return int((span.ends_at - span.starts_at).total_seconds()) // 60
