"""The same act on many matters at once: a number of statements that does not grow with them.

A subject that was never timed is passed over, and so is one that is over already: repeating is harmless.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import models
from django.db.models import Q

from apps.accounts.models import User
from apps.core.transactions import joined
from apps.sla.enums import FactKind, IntervalKind, MatterState
from apps.sla.models import Fact, Interval, Matter
from apps.sla.models.clock import OPEN
from apps.sla.queries.moments import not_after
from apps.sla.queries.seeing import Seen, see
from apps.sla.services.changing import hand_on
from apps.sla.services.matters import move_matter
from apps.sla.services.reckoning import lock_clocks, reckon
from apps.sla.services.rows import add_facts


@joined()
def finish_matters(
    subjects: Sequence[models.Model],
    *,
    kind: FactKind | str,
    by: User,
    at: datetime | None = None,
) -> int:
    """Each of these was done at ``at`` (aware, never the future) and is closed with it; returns how
    many were open until now."""
    matters = _lock(subjects, MatterState.OPEN)
    if not matters:
        return 0
    locked = lock_clocks(matters, OPEN)
    seen = see(matters, locked.before)
    moment = not_after(at, seen.now)
    seen.add_facts(
        add_facts(
            [
                Fact(matter=matter, cycle=matter.cycle, kind=str(kind), at=moment, by=by)
                for matter in matters
            ]
        )
    )
    for matter, ended in zip(matters, _end(matters, moment, by, seen), strict=True):
        move_matter(matter, MatterState.CLOSED)
        matter.closed_at, matter.closed_by = ended, by
    Matter.objects.bulk_update(matters, ["state", "closed_at", "closed_by"])
    reckon(matters, locked, by=by, now=seen.now, seen=seen)
    return len(matters)


@joined()
def stop_matters(
    subjects: Sequence[models.Model], *, reason: str, by: User, at: datetime | None = None
) -> int:
    """As ``stop_matter`` for many of them; returns how many were not stopped before."""
    matters = _lock(subjects, MatterState.OPEN, MatterState.CLOSED)
    if not matters:
        return 0
    locked = lock_clocks(matters, OPEN)
    seen = see(matters, locked.before)
    moment = not_after(at, seen.now)
    running = [matter for matter in matters if matter.state == MatterState.OPEN]
    instants = _end(running, moment, by, seen)
    ended = dict(zip((matter.pk for matter in running), instants, strict=True))
    for matter in matters:
        move_matter(matter, MatterState.STOPPED)
        matter.stopped_at = ended.get(matter.pk) or max(moment, matter.closed_at or moment)
        matter.stopped_by, matter.stop_reason = by, reason[:200]
    Matter.objects.bulk_update(matters, ["state", "stopped_at", "stopped_by", "stop_reason"])
    reckon(matters, locked, by=by, now=seen.now, seen=seen)
    return len(matters)


@joined()
def hand_matters(subjects: Sequence[models.Model], *, owner: User, by: User) -> int:
    """A new owner takes over what is open, with its clocks; returns how many."""
    matters = _lock(subjects, MatterState.OPEN)
    if not matters:
        return 0
    before = {matter.pk: matter.owner_id for matter in matters}
    for matter in matters:
        matter.owner = owner
    by_id = {matter.pk: matter for matter in matters}
    locked = lock_clocks(matters, OPEN)
    for clock in locked.clocks:
        hand_on(clock, by_id[clock.matter_id], before[clock.matter_id])
    Matter.objects.bulk_update(matters, ["owner"])
    seen = see(matters, locked.before)
    reckon(matters, locked, by=by, now=seen.now, seen=seen)
    return len(matters)


def _lock(subjects: Sequence[models.Model], *states: MatterState) -> list[Matter]:
    by_type: dict[str, list[str]] = {}
    for subject in subjects:
        by_type.setdefault(subject._meta.label_lower, []).append(str(subject.pk))
    if not by_type:
        return []
    which = Q()
    for subject_type, ids in by_type.items():
        which |= Q(subject_type=subject_type, subject_id__in=ids)
    rows = Matter.objects.select_for_update().filter(which, key="", state__in=states)
    return list(rows.order_by("pk"))


def _end(matters: Sequence[Matter], moment: datetime, by: User, seen: Seen) -> list[datetime]:
    """Ends what is waited for and keeps the closing as a fact; when each ended, never before its last
    beginning."""
    last: dict[int, datetime] = {}
    waiting: list[Interval] = []
    for matter in matters:
        spells = seen.spells[matter.pk]
        begun = [one.until or one.since for one in spells]
        last[matter.pk] = max(moment, matter.opened_at, *begun)
        waits = seen.waiting(matter)
        waiting += [Interval(pk=one.id, until=last[matter.pk], until_by=by) for one in waits]
        seen.end_spells(matter, waits, last[matter.pk])
    if waiting:
        Interval.objects.bulk_update(waiting, ["until", "until_by"])
    closings = Interval.objects.bulk_create(
        Interval(matter=matter, kind=IntervalKind.CLOSED, since=last[matter.pk], since_by=by)
        for matter in matters
    )
    for row in closings:
        seen.add_spell(row)
    return [last[matter.pk] for matter in matters]
