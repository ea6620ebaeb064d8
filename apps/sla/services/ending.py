"""Closing a matter, opening it again, stopping it for good."""

from datetime import datetime

from django.db import models

from apps.accounts.models import User
from apps.core.database import database_now, in_callers_transaction, not_after
from apps.sla.enums import SELF_STARTING, IntervalKind, MatterState, OnReopen
from apps.sla.models import Clock, Interval, Matter
from apps.sla.models.clock import OPEN
from apps.sla.queries.clock_inputs import ClockInputs, read_clock_inputs
from apps.sla.queries.rules import targets_of
from apps.sla.services.following import aim_at, new_clock
from apps.sla.services.matters import lock_matter, move_matter
from apps.sla.services.recalculating import Locked, lock_clocks, recalculate


@in_callers_transaction()
def close_matter(
    *, subject: models.Model, by: User, at: datetime | None = None, key: str = ""
) -> Matter:
    """Closing stops every clock that still runs, ends what was waited for at the same instant, and
    writes down the working time each took (CMP-7)."""
    matter, locked, inputs = _open_clocks(subject, key)
    moment = _end(matter, MatterState.CLOSED, by, not_after(at, inputs.now), inputs)
    matter.closed_at, matter.closed_by = moment, by
    matter.save(update_fields=["state", "closed_at", "closed_by"])
    recalculate([matter], locked, by=by, now=inputs.now, inputs=inputs)
    return matter


@in_callers_transaction()
def stop_matter(
    *,
    subject: models.Model,
    reason: str,
    by: User,
    at: datetime | None = None,
    key: str = "",
) -> Matter:
    """For good: merged into another, cancelled, taken over as finished. Nothing of it is ever
    announced again."""
    matter, locked, inputs = _open_clocks(subject, key)
    moment = _end(matter, MatterState.STOPPED, by, not_after(at, inputs.now), inputs)
    matter.stopped_at, matter.stopped_by, matter.stop_reason = moment, by, reason[:200]
    matter.save(update_fields=["state", "stopped_at", "stopped_by", "stop_reason"])
    recalculate([matter], locked, by=by, now=inputs.now, inputs=inputs)
    return matter


def _open_clocks(subject: models.Model, key: str) -> tuple[Matter, Locked, ClockInputs]:
    """The matter, its clocks that run, both locked, and what they are read from."""
    matter = lock_matter(subject, key)
    locked = lock_clocks([matter], OPEN)
    return matter, locked, read_clock_inputs([matter], locked.before)


@in_callers_transaction()
def reopen_matter(
    *, subject: models.Model, by: User, at: datetime | None = None, key: str = ""
) -> Matter:
    """Opened again: per target a new clock starts, the old one goes on without the closed time, or
    nothing happens. What was missed before stays on record; what was solved is unsolved (CMP-7)."""
    matter = lock_matter(subject, key)
    now = database_now()
    _begin_again(matter, by, not_after(at, now), now)
    return matter


@in_callers_transaction()
def renew_matter(
    *, subject: models.Model, by: User, at: datetime | None = None, key: str = ""
) -> Matter:
    """What counted as done was not: closed until ``at`` and opened again in one act, which is
    ``close_matter`` and ``reopen_matter`` but for what was promised, which is owed all the while."""
    matter, locked, inputs = _open_clocks(subject, key)
    moment = _end(matter, MatterState.CLOSED, by, not_after(at, inputs.now), inputs)
    owed = locked.only(clock for clock in locked.clocks if not clock.key)
    recalculate([matter], owed, by=by, now=inputs.now, inputs=inputs)
    _begin_again(matter, by, moment, inputs.now)
    return matter


def _begin_again(matter: Matter, by: User, at: datetime, now: datetime) -> None:
    move_matter(matter, MatterState.OPEN)
    closed = matter.intervals.get(kind=IntervalKind.CLOSED, until__isnull=True)
    closed.until, closed.until_by = max(at, closed.since), by
    closed.save(update_fields=["until", "until_by"])
    matter.cycle += 1
    matter.closed_at = matter.closed_by = None
    matter.save(update_fields=["state", "cycle", "closed_at", "closed_by"])
    everything = lock_clocks([matter])
    matter.clocks.filter(OPEN, key__gt=0).update(cycle=matter.cycle)
    continued, fresh = _start_again(matter, everything, closed.until)
    recalculate([matter], everything.only(continued), fresh, by=by, now=now)


def _start_again(
    matter: Matter, locked: Locked, begun: datetime
) -> tuple[list[Clock], list[Clock]]:
    latest = {clock.metric: clock for clock in locked.clocks if not clock.key}
    rules = targets_of([matter.version_id]).get(matter.version_id or 0, ())
    continued, fresh = [], []
    for rule in rules:
        clock = latest.get(rule.metric)
        if rule.on_reopen == OnReopen.NONE or rule.metric not in SELF_STARTING:
            continue
        if rule.on_reopen == OnReopen.KEEP and clock is not None:
            aim_at(clock, rule)
            clock.is_dropped = False
            continued.append(clock)
        else:
            fresh.append(new_clock(matter, rule.metric, rule, begun))
    return continued, fresh


def _end(matter: Matter, to: MatterState, by: User, at: datetime, inputs: ClockInputs) -> datetime:
    """Moves the matter and keeps the instant as a fact; returns it, never before the last beginning."""
    was_open = matter.state == MatterState.OPEN
    move_matter(matter, to)
    if not was_open:
        return max(at, matter.closed_at or at)
    last = [one.until or one.since for one in inputs.intervals[matter.pk]]
    moment = max(at, matter.opened_at, *last)
    waits = inputs.waiting(matter)
    if waits:
        rows = Interval.objects.filter(pk__in=[one.id for one in waits])
        rows.update(until=moment, until_by=by)
        inputs.end_intervals(matter, waits, moment)
    inputs.add_interval(
        Interval.objects.create(matter=matter, kind=IntervalKind.CLOSED, since=moment, since_by=by)
    )
    return moment
