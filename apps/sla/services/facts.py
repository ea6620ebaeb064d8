"""What was done, and what is waited for: the facts that clocks are read from."""

from collections.abc import Sequence
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.database import in_callers_transaction, not_after
from apps.core.errors import RuleBroken
from apps.sla.enums import MET_BY, FactKind, IntervalKind, MatterState
from apps.sla.models import Clock, Fact, Interval
from apps.sla.models.clock import OPEN
from apps.sla.queries.clock_inputs import read_clock_inputs
from apps.sla.services.matters import check_open, lock_matter
from apps.sla.services.recalculating import NONE, lock_clocks, recalculate
from apps.sla.services.rows import add_facts


def record_fact(
    *,
    subject: models.Model,
    kind: FactKind | str,
    by: User,
    at: datetime | None = None,
    note: str = "",
    key: str = "",
) -> bool:
    """Something was done, by whatever channel, at the instant it was done (``at``, aware; the
    database's present if not given, never the future). The first of a kind in each cycle meets the
    clocks it belongs to (``enums.MET_BY``); repeating it changes nothing, an earlier one that is
    known late moves the instant back. Returns whether it counted (CMP-2)."""
    return bool(record_facts(subject=subject, kinds=[kind], by=by, at=at, note=note, key=key))


@in_callers_transaction()
def record_facts(
    *,
    subject: models.Model,
    kinds: Sequence[FactKind | str],
    by: User,
    at: datetime | None = None,
    note: str = "",
    key: str = "",
) -> list[str]:
    """As ``record_fact`` for all that one act has done: the clocks are locked and read once. Returns
    the kinds that counted."""
    matter = lock_matter(subject, key)
    wanted = [str(kind) for kind in kinds]
    locked = NONE
    if matter.state != MatterState.STOPPED:
        metrics = [metric for metric, met_by in MET_BY.items() if not met_by.isdisjoint(wanted)]
        locked = lock_clocks([matter], Q(metric__in=metrics, key=0, is_dropped=False))
    inputs = read_clock_inputs([matter], locked.before)
    moment = not_after(at, inputs.now)
    new_kinds = [
        kind for kind in dict.fromkeys(wanted) if not inputs.is_on_record(matter, kind, moment)
    ]
    if not new_kinds:
        return []
    inputs.add_facts(
        add_facts(
            [
                Fact(matter=matter, cycle=matter.cycle, kind=kind, at=moment, by=by, note=note)
                for kind in new_kinds
            ]
        )
    )
    concerned = [
        clock
        for clock in locked.clocks
        if not MET_BY[clock.metric].isdisjoint(new_kinds) and _concerns(clock, matter.cycle, moment)
    ]
    recalculate([matter], locked.only(concerned), by=by, now=inputs.now, inputs=inputs)
    return new_kinds


def _concerns(clock: Clock, cycle: int, moment: datetime) -> bool:
    """Running ones, and of those that ended the ones that a fact known late may put right; the
    others stand as they were read under the rules of their day."""
    if clock.is_open:
        return True
    if clock.met_at is None:
        return clock.cycle == cycle
    return moment < clock.met_at


@in_callers_transaction()
def begin_wait(
    *,
    subject: models.Model,
    kind: IntervalKind | str,
    by: User,
    at: datetime | None = None,
    key: str = "",
) -> bool:
    """From now on something is waited for; whether that pauses a clock says its target. Waiting
    twice for the same changes nothing. Returns whether it began."""
    _check_kind(kind)
    matter = lock_matter(subject, key)
    check_open(matter)
    locked = lock_clocks([matter], OPEN)
    inputs = read_clock_inputs([matter], locked.before)
    if inputs.waiting(matter, str(kind)):
        return False
    since = max(not_after(at, inputs.now), matter.opened_at)
    inputs.add_interval(
        Interval.objects.create(matter=matter, kind=str(kind), since=since, since_by=by)
    )
    recalculate([matter], locked, by=by, now=inputs.now, inputs=inputs)
    return True


@in_callers_transaction()
def end_wait(
    *,
    subject: models.Model,
    kind: IntervalKind | str,
    by: User,
    at: datetime | None = None,
    key: str = "",
) -> bool:
    """What was waited for has come; paused clocks run on with their due times moved by the working
    time waited. Returns False when nobody waited."""
    _check_kind(kind)
    matter = lock_matter(subject, key)
    locked = lock_clocks([matter], OPEN)
    inputs = read_clock_inputs([matter], locked.before)
    waits = inputs.waiting(matter, str(kind))
    if not waits:
        return False
    until = max(not_after(at, inputs.now), waits[0].since)
    Interval.objects.filter(pk=waits[0].id).update(until=until, until_by=by)
    inputs.end_intervals(matter, waits, until)
    recalculate([matter], locked, by=by, now=inputs.now, inputs=inputs)
    return True


def _check_kind(kind: IntervalKind | str) -> None:
    if kind == IntervalKind.CLOSED:
        raise RuleBroken(
            _("A matter is closed and opened again by its own services."),
            code="not_a_wait",
            field="kind",
        )
