"""A past recorded at once: things that were done at different times by different people.

What is stored is what the acts themselves would have left, one by one; the number of statements does not grow with
how many there are.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import models, transaction

from apps.accounts.models import User
from apps.core.database import database_now, not_after
from apps.sla.enums import FactKind, IntervalKind, MatterState
from apps.sla.models import Fact, Interval, Matter
from apps.sla.models.clock import OPEN
from apps.sla.services.locking import lock_clocks
from apps.sla.services.matters import move_matter
from apps.sla.services.recalculating import recalculate

# Rows of one UPDATE: its cost grows with their square.
SOME = 200


class Done(NamedTuple):
    """Something was done, and its matter is closed with it."""

    subject: models.Model
    by: User
    at: datetime


@transaction.atomic
def finish_each(done: Sequence[Done], *, kind: FactKind | str) -> int:
    """``finish_matters`` for each by its own hand at its own time; returns how many were open."""
    if not done:
        return 0
    done_of = {(one.subject._meta.label_lower, str(one.subject.pk)): one for one in done}
    subjects = [one.subject for one in done]
    open_ones = Matter.objects.select_for_update().about(*subjects).filter(state=MatterState.OPEN)
    matters = list(open_ones.filter(key="").order_by("pk"))
    now = database_now()
    ends = {
        matter.pk: done_of[matter.subject_type, matter.subject_id]._replace(
            at=not_after(done_of[matter.subject_type, matter.subject_id].at, now)
        )
        for matter in matters
    }
    Fact.objects.bulk_create(
        Fact(
            matter=matter, cycle=matter.cycle, kind=str(kind),
            at=ends[matter.pk].at, by=ends[matter.pk].by,
        )
        for matter in matters
    )  # fmt: skip
    last = _end_waits(matters, ends)
    for matter in matters:
        move_matter(matter, MatterState.CLOSED)
        matter.closed_at, matter.closed_by = last[matter.pk], ends[matter.pk].by
    Matter.objects.bulk_update(matters, ["state", "closed_at", "closed_by"], batch_size=SOME)
    recalculate(matters, lock_clocks(matters, OPEN), by=done[0].by, now=now)
    return len(matters)


def _end_waits(matters: Sequence[Matter], ends: dict[int, Done]) -> dict[int, datetime]:
    """Ends what is waited for and keeps the closing; when each ended, never before its last beginning."""
    last = {matter.pk: max(ends[matter.pk].at, matter.opened_at) for matter in matters}
    waits = list(Interval.objects.filter(matter__in=matters))
    for wait in waits:
        last[wait.matter_id] = max(last[wait.matter_id], wait.until or wait.since)
    waiting = [wait for wait in waits if wait.until is None]
    for wait in waiting:
        wait.until, wait.until_by = last[wait.matter_id], ends[wait.matter_id].by
    Interval.objects.bulk_update(waiting, ["until", "until_by"], batch_size=SOME)
    Interval.objects.bulk_create(
        Interval(
            matter=matter, kind=IntervalKind.CLOSED,
            since=last[matter.pk], since_by=ends[matter.pk].by,
        )
        for matter in matters
    )  # fmt: skip
    return last
