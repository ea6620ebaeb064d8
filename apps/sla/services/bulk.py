"""The same act on many matters at once: a number of statements that does not grow with them.

A subject that was never timed is passed over, and so is one that is over already: repeating is harmless.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import models

from apps.accounts.models import User
from apps.core.database import in_callers_transaction, not_after, write_columns
from apps.sla.enums import FactKind, IntervalKind, MatterState
from apps.sla.models import Fact, Interval, Matter
from apps.sla.models.clock import OPEN
from apps.sla.queries.clock_inputs import ClockInputs, read_clock_inputs
from apps.sla.services.changing import hand_on
from apps.sla.services.locking import lock_clocks
from apps.sla.services.matters import move_matter
from apps.sla.services.recalculating import recalculate
from apps.sla.services.rows import add_facts


class Done(NamedTuple):
    """Something was done at ``at`` (aware; the present if not given), and its matter is closed with it."""

    subject: models.Model
    by: User
    at: datetime | None


Author = tuple[User, datetime]


def finish_matters(
    subjects: Sequence[models.Model],
    *,
    kind: FactKind | str,
    by: User,
    at: datetime | None = None,
) -> int:
    """Each of these was done at ``at`` (aware, never the future) and is closed with it; returns how
    many were open until now."""
    return finish_each([Done(subject, by, at) for subject in subjects], kind=kind)


@in_callers_transaction()
def finish_each(done: Sequence[Done], *, kind: FactKind | str) -> int:
    """``finish_matters``, each by its own hand at its own time."""
    matters = _lock([one.subject for one in done], MatterState.OPEN)
    if not matters:
        return 0
    locked = lock_clocks(matters, OPEN)
    inputs = read_clock_inputs(matters, locked.before)
    done_of = {(one.subject._meta.label_lower, str(one.subject.pk)): one for one in done}
    mine = [done_of[matter.subject_type, matter.subject_id] for matter in matters]
    authors = [(one.by, not_after(one.at, inputs.now)) for one in mine]
    facts = [
        Fact(matter=matter, cycle=matter.cycle, kind=str(kind), at=at, by=by)
        for matter, (by, at) in zip(matters, authors, strict=True)
    ]
    inputs.add_facts(add_facts(facts))
    ends = _end(matters, authors, inputs)
    for matter, ended, (by, _at) in zip(matters, ends, authors, strict=True):
        move_matter(matter, MatterState.CLOSED)
        matter.closed_at, matter.closed_by = ended, by
    write_columns(matters, ["state", "closed_at", "closed_by"])
    recalculate(matters, locked, by=done[0].by, now=inputs.now, inputs=inputs)
    return len(matters)


@in_callers_transaction()
def stop_matters(
    subjects: Sequence[models.Model], *, reason: str, by: User, at: datetime | None = None
) -> int:
    """As ``stop_matter`` for many of them; returns how many were not stopped before."""
    matters = _lock(subjects, MatterState.OPEN, MatterState.CLOSED)
    if not matters:
        return 0
    locked = lock_clocks(matters, OPEN)
    inputs = read_clock_inputs(matters, locked.before)
    moment = not_after(at, inputs.now)
    running = [matter for matter in matters if matter.state == MatterState.OPEN]
    instants = _end(running, [(by, moment)] * len(running), inputs)
    ended = dict(zip((matter.pk for matter in running), instants, strict=True))
    for matter in matters:
        move_matter(matter, MatterState.STOPPED)
        matter.stopped_at = ended.get(matter.pk) or max(moment, matter.closed_at or moment)
        matter.stopped_by, matter.stop_reason = by, reason[:200]
    write_columns(matters, ["state", "stopped_at", "stopped_by", "stop_reason"])
    recalculate(matters, locked, by=by, now=inputs.now, inputs=inputs)
    return len(matters)


@in_callers_transaction()
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
    write_columns(matters, ["owner"])
    inputs = read_clock_inputs(matters, locked.before)
    recalculate(matters, locked, by=by, now=inputs.now, inputs=inputs)
    return len(matters)


def _lock(subjects: Sequence[models.Model], *states: MatterState) -> list[Matter]:
    if not subjects:
        return []
    rows = Matter.objects.select_for_update().about(*subjects).filter(key="", state__in=states)
    return list(rows.order_by("pk"))


def _end(
    matters: Sequence[Matter], authors: Sequence[Author], inputs: ClockInputs
) -> list[datetime]:
    """Ends what is waited for and keeps the closing as a fact; when each ended, never before its last
    beginning."""
    last: list[datetime] = []
    waiting: list[Interval] = []
    for matter, (by, at) in zip(matters, authors, strict=True):
        begun = [one.until or one.since for one in inputs.intervals[matter.pk]]
        ended = max(at, matter.opened_at, *begun)
        waits = inputs.waiting(matter)
        waiting += [Interval(pk=one.id, until=ended, until_by=by) for one in waits]
        inputs.end_intervals(matter, waits, ended)
        last.append(ended)
    write_columns(waiting, ["until", "until_by"])
    closings = Interval.objects.bulk_create(
        Interval(matter=matter, kind=IntervalKind.CLOSED, since=ended, since_by=by)
        for matter, ended, (by, _at) in zip(matters, last, authors, strict=True)
    )
    for row in closings:
        inputs.add_interval(row)
    return last
