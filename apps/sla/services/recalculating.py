"""Reading clocks again and storing what they say. Every service ends here; none writes a due time.

The matters' rows are locked before their clocks', clocks in the order of their ids. The sweeper locks
clocks alone and never waits, so nobody waits in a circle.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db.models import Q

from apps.accounts.models import User
from apps.events.services import NewEvent, record_many
from apps.sla.enums import ClockState
from apps.sla.models import Clock, Matter
from apps.sla.queries.clock_inputs import ClockInputs, Key, read_clock_inputs
from apps.sla.queries.rules import rules_of
from apps.sla.rules import (
    ClockFacts,
    MatterFacts,
    PlannedStep,
    Reading,
    TargetRule,
    read_clock,
)
from apps.sla.services.rows import Fired, add_clocks, call_to_sweep, write_clocks, write_fired
from apps.sla.states import CLOCK_MOVES
from apps.sla.worktime import NoWorkingTime

log = logging.getLogger(__name__)


class PastInstants(Enum):
    """What becomes of instants that turn out to be past already."""

    LIVE = "live"  # somebody did something: whoever was not notified yet is
    QUIET = "quiet"  # a rule changed, or rows were taken over: the past is never announced


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """What reading clocks takes, looked up once for all of them."""

    now: datetime
    by: User
    past: PastInstants
    facts: Mapping[int, MatterFacts]
    rules: Mapping[int, TargetRule]
    inputs: ClockInputs


@dataclass(frozen=True, slots=True)
class Before:
    """A clock as its row was when it was locked."""

    stored: tuple[object, ...]
    due_at: datetime | None  # none of a dropped clock
    pending: Mapping[Key, datetime]  # what it was still to announce, and when


@dataclass(frozen=True, slots=True)
class Locked:
    """Clocks whose rows are locked; services may change them before they are read again."""

    clocks: Sequence[Clock]
    before: Mapping[int, Before]

    def only(self, clocks: Iterable[Clock]) -> "Locked":
        """These of them."""
        chosen = list(clocks)
        return Locked(chosen, {clock.pk: self.before[clock.pk] for clock in chosen})

    def by_matter(self) -> dict[int, list[Clock]]:
        found: dict[int, list[Clock]] = defaultdict(list)
        for clock in self.clocks:
            found[clock.matter_id].append(clock)
        return found


NONE = Locked([], {})


def lock_clocks(matters: Sequence[Matter], which: Q | None = None) -> Locked:
    """The clocks of locked matters, in the order of their ids."""
    clocks = Clock.objects.select_for_update(of=("self",)).filter(matter__in=matters).order_by("id")
    return as_locked(list(clocks if which is None else clocks.filter(which)))


def as_locked(clocks: Sequence[Clock]) -> Locked:
    """Clocks whose rows the caller has locked."""
    before = {c.pk: Before(_stored(c), _effective_due(c), _pending(c)) for c in clocks}
    return Locked(clocks, before)


def recalculate(
    matters: Sequence[Matter],
    locked: Locked = NONE,
    fresh: Sequence[Clock] = (),
    *,
    by: User,
    now: datetime,
    past: PastInstants = PastInstants.LIVE,
    reason: str = "",
    inputs: ClockInputs | None = None,
) -> list[Clock]:
    """Read the locked and the ``fresh`` (not yet stored) clocks of these matters and store what they
    say. Returns the clocks that were written. ``inputs``: what the act has read already.

    A due instant that moved, or went with its clock, is an event on the matter's own subject, with
    ``reason`` where a person gave one. ``NoWorkingTime`` when somebody's act meets a calendar that never opens.
    """
    clocks = [*locked.clocks, *fresh]
    if not clocks:
        return []
    inputs = inputs or read_clock_inputs(matters, locked.before)
    context = ReadingContext(
        now=now,
        by=by,
        past=past,
        facts={matter.pk: inputs.facts_of(matter) for matter in matters},
        rules=rules_of(clock.target_id for clock in clocks),
        inputs=inputs,
    )
    silent = [(clock, key, at) for clock in clocks for key, at in _read(clock, locked, context)]
    add_clocks(fresh)
    changed = [c for c in locked.clocks if _stored(c) != locked.before[c.pk].stored]
    write_clocks(changed)
    write_fired(Fired(clock.pk, step or None, due, at) for clock, (step, due), at in silent)
    call_to_sweep([*fresh, *changed], now)
    _record_moves(matters, changed, locked, context, reason)
    return [*fresh, *changed]


def _read(clock: Clock, locked: Locked, context: ReadingContext) -> list[tuple[Key, datetime]]:
    """Put the reading into the row; returns what passes silently."""
    rule = context.rules.get(clock.target_id) if clock.target_id else None
    hours = context.inputs.hours[clock.calendar_id]
    clock.calendar_version = hours.version
    facts = context.facts[clock.matter_id]
    try:
        reading = read_clock(facts, facts_about(clock), rule, hours.calendar, as_of=context.now)
    except NoWorkingTime:
        if context.past is PastInstants.LIVE:
            raise
        # One calendar without hours holds up no other clock; it is on the health page.
        log.exception("clock %s has no working time to run in", clock.pk)
        return []
    _store(clock, reading, context)
    fired = context.inputs.fired.get(clock.pk, set())
    before = locked.before.get(clock.pk)
    pending = before.pending if before else {}
    notified = fired | _notified_by_other_rules(clock, reading, rule, context)
    ahead, silent = _sort_out(reading, notified, pending, context)
    clock.schedule = [planned.at for planned in ahead]
    clock.schedule_steps = [planned.step_id for planned in ahead]
    clock.position = 0
    clock.next_at = ahead[0].at if ahead else None
    if not clock.is_open:
        # Over before anybody was notified: it stays on record, and nobody is notified any more.
        silent = [
            (key, at) for key, at in pending.items() if at <= context.now and key not in fired
        ]
    return silent


def _sort_out(
    reading: Reading, fired: set[Key], pending: Mapping[Key, datetime], context: ReadingContext
) -> tuple[list[PlannedStep], list[tuple[Key, datetime]]]:
    """What is to be announced, now or later, and what passes silently."""
    ahead: list[PlannedStep] = []
    silent: list[tuple[Key, datetime]] = []
    for planned in reading.schedule:
        due_at = reading.due_at
        if due_at is None or (planned.step_id, due_at) in fired:
            continue
        if planned.at > context.now or _is_notified(planned, due_at, fired, pending, context):
            ahead.append(planned)
        else:
            silent.append(((planned.step_id, due_at), planned.at))
    return ahead, silent


def _is_notified(
    planned: PlannedStep,
    due_at: datetime,
    fired: set[Key],
    pending: Mapping[Key, datetime],
    context: ReadingContext,
) -> bool:
    """Whether an instant that is past is still announced. What was to be announced anyway is; a rule that
    changed announces nothing else. After an act of a person everybody is notified whom
    this step did not notify before; but a warning of what has come to pass already warns nobody."""
    if (planned.step_id, due_at) in pending:
        return True
    if context.past is PastInstants.QUIET or any(step == planned.step_id for step, _due in fired):
        return False
    return planned.at >= due_at or due_at > context.now


def facts_about(clock: Clock) -> ClockFacts:
    own = clock.key != 0
    return ClockFacts(
        metric=clock.metric,
        cycle=clock.cycle,
        started_at=clock.started_at,
        is_own=own,
        fixed_due=clock.due_at if clock.is_fixed else None,
        done_at=clock.met_at if own else None,
        done_by=clock.met_by_id if own else None,
        dropped_at=clock.stopped_at if clock.is_dropped else None,
    )


def _store(clock: Clock, reading: Reading, context: ReadingContext) -> None:
    if clock.pk is not None and reading.state != clock.state:
        CLOCK_MOVES.check(ClockState(clock.state), reading.state)
    if reading.met_at != clock.met_at or clock.met_by_id is None:
        clock.met_by_id = (reading.met_by or context.by.pk) if reading.met_at else None
    if reading.stopped_at != clock.stopped_at or clock.stopped_by_id is None:
        clock.stopped_by_id = context.by.pk if reading.stopped_at else None
    clock.state = reading.state
    clock.due_at = reading.due_at
    clock.paused_since = reading.paused_since
    clock.met_at = reading.met_at
    clock.stopped_at = reading.stopped_at
    clock.is_dropped = clock.is_dropped and reading.stopped_at is not None
    clock.breached_at = reading.breached_at
    clock.spent_seconds = reading.spent


def _pending(clock: Clock) -> dict[Key, datetime]:
    if clock.due_at is None:
        return {}
    ahead = range(clock.position, len(clock.schedule))
    return {(clock.schedule_steps[n], clock.due_at): clock.schedule[n] for n in ahead}


def _effective_due(clock: Clock) -> datetime | None:
    return None if clock.is_dropped else clock.due_at


_FIELDS = [field.attname for field in Clock._meta.concrete_fields]


def _stored(clock: Clock) -> tuple[object, ...]:
    values = clock.__dict__
    return tuple(
        tuple(value) if isinstance(value := values[name], list) else value for name in _FIELDS
    )


def _notified_by_other_rules(
    clock: Clock, reading: Reading, rule: TargetRule | None, context: ReadingContext
) -> set[Key]:
    """Steps of the present rules that say at the same instant the same to the same people as a step
    of earlier ones did: nobody is reminded twice of one due time because the rules changed."""
    heard, due_at = context.inputs.heard.get(clock.pk), reading.due_at
    if not heard or rule is None or due_at is None:
        return set()
    steps = {step.id: step for step in rule.steps}
    return {
        (step.id, due_at)
        for at, step_id in reading.schedule
        if (step := steps.get(step_id)) and (due_at, at, step.whom, step.role) in heard
    }


def _record_moves(
    matters: Sequence[Matter],
    changed: Iterable[Clock],
    locked: Locked,
    context: ReadingContext,
    reason: str,
) -> None:
    by_id = {matter.pk: matter for matter in matters}
    events = []
    for clock in changed:
        was, due_at = locked.before[clock.pk].due_at, _effective_due(clock)
        if clock.key and clock.is_dropped:
            continue  # a promise's own event says why it need not be kept
        if due_at == was or not (clock.is_open or clock.is_dropped):
            continue
        matter = by_id[clock.matter_id]
        data = {
            "metric": clock.metric,
            "clock": clock.pk,
            "from": was.isoformat() if was else None,
            "to": due_at.isoformat() if due_at else None,
        }
        if reason:
            data["reason"] = reason
        events.append(
            NewEvent(
                "clock.due_moved",
                matter.subject_type,
                matter.subject_id,
                context.by.pk,
                context.now,
                data,
            )
        )
    record_many(events)
