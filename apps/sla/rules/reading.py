"""Reading a clock: what its facts, its target and its calendar say together. Pure and exact.

This is the one place where a due instant comes from. Services store what it returns, the explain page
shows it, and reading again gives the same (CMP-2).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from apps.sla.enums import MET_BY, ClockState, IntervalKind, OnReopen
from apps.sla.rules.policies import StepRule, TargetRule
from apps.sla.worktime import (
    Pause,
    StillPaused,
    WorkCalendar,
    due_after,
    elapsed,
    shift,
)

DUE_ITSELF = 0  # the due instant in a schedule; no row of a policy stands for it


class DoneFact(NamedTuple):
    """Something that was done in the matter's n-th cycle."""

    kind: str
    cycle: int
    at: datetime
    by: int | None = None  # the user who did it


class Wait(NamedTuple):
    kind: str
    since: datetime
    until: datetime | None  # None: still waiting


@dataclass(frozen=True, slots=True)
class MatterFacts:
    """``begun`` and ``ended`` are when the matter was opened and closed, in turn: one more ``begun``
    than ``ended`` while it is open."""

    begun: tuple[datetime, ...]
    ended: tuple[datetime, ...] = ()
    waits: tuple[Wait, ...] = ()
    done: tuple[DoneFact, ...] = ()

    @property
    def cycle(self) -> int:
        return len(self.begun)

    @property
    def is_open(self) -> bool:
        return len(self.begun) > len(self.ended)

    def closings(self, cycle: int) -> list[tuple[datetime, datetime | None]]:
        """The times the matter was closed, from this cycle on."""
        last = len(self.ended)
        return [
            (self.ended[n], self.begun[n + 1] if n + 1 < len(self.begun) else None)
            for n in range(cycle - 1, last)
        ]


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """What is a fact about one clock alone. ``fixed_due`` was set by a person; ``done_at`` and
    ``dropped_at`` belong to a promise kept or dropped, or to a target its policy no longer has."""

    metric: str
    cycle: int
    started_at: datetime
    is_own: bool = False  # a promise: only what is said about this very clock meets it
    fixed_due: datetime | None = None
    done_at: datetime | None = None
    done_by: int | None = None
    dropped_at: datetime | None = None


class PlannedStep(NamedTuple):
    """An instant at which somebody is to be notified, and the step that says whom."""

    at: datetime
    step_id: int


@dataclass(frozen=True, slots=True)
class Reading:
    """``due_at`` is None while a pause keeps it from being known, and for a target without limit.
    ``breached_at`` is the due instant once it has passed in vain. ``spent`` is the working time
    from start to end, pauses left out, whole seconds; None while the clock is open."""

    state: ClockState
    due_at: datetime | None
    paused_since: datetime | None
    met_at: datetime | None
    met_by: int | None
    stopped_at: datetime | None
    breached_at: datetime | None
    spent: int | None
    schedule: tuple[PlannedStep, ...]


def read_clock(
    facts: MatterFacts,
    clock: ClockFacts,
    rule: TargetRule | None,
    calendar: WorkCalendar,
    *,
    as_of: datetime,
) -> Reading:
    """What the clock says as of an instant. ``rule`` is None for a clock that lives by its fixed due
    time alone. Raises ``NoWorkingTime`` when ten years of the calendar do not hold the target."""
    met_at, met_by = _met(facts, clock, rule)
    stopped_at = None if met_at else _stopped(facts, clock, rule)
    end = met_at or stopped_at
    pauses = pauses_of(facts, clock, rule, end)
    due_at = _due(clock, rule, calendar, pauses)
    paused_since = None
    if end is None:
        paused_since = min(
            (max(since, clock.started_at) for since, until in pauses if until is None),
            default=None,
        )
    return Reading(
        state=_state(met_at, stopped_at, paused_since),
        due_at=due_at,
        paused_since=paused_since,
        met_at=met_at,
        met_by=met_by,
        stopped_at=stopped_at,
        breached_at=due_at if _is_breached(due_at, end, as_of) else None,
        spent=None if end is None else elapsed(calendar, clock.started_at, end, pauses),
        schedule=() if end else _schedule(clock, rule, calendar, pauses, due_at),
    )


def pauses_of(
    facts: MatterFacts, clock: ClockFacts, rule: TargetRule | None, end: datetime | None = None
) -> list[Pause]:
    """The times that do not count for this clock. A due time fixed by a person knows none; one that
    outlives a closing leaves the closed time out. Nothing is still waited for once the clock ended."""
    if rule is None or clock.fixed_due is not None:
        return []
    found: list[Pause] = [
        (wait.since, wait.until or end)
        for wait in facts.waits
        if wait.kind in rule.pauses and wait.kind != IntervalKind.CLOSED
    ]
    if _outlives_closing(rule):
        found += [(since, until or end) for since, until in facts.closings(clock.cycle)]
    return found


def _met(
    facts: MatterFacts, clock: ClockFacts, rule: TargetRule | None
) -> tuple[datetime | None, int | None]:
    """The first fact that meets the metric in the cycle that counts, and who did it. One from before
    the matter was opened (a word said on the phone while it was typed in) counts as said at the start;
    but where the target came to apply later, only what happened since then counts."""
    if clock.is_own:
        return clock.done_at, clock.done_by
    cycle = facts.cycle if _outlives_closing(rule) else clock.cycle
    ended = facts.ended[cycle - 1] if len(facts.ended) >= cycle else None
    wanted = MET_BY[clock.metric]
    joined_late = clock.started_at > facts.begun[clock.cycle - 1]
    first = min(
        (
            (done.at, done.by or 0)
            for done in facts.done
            if done.cycle == cycle
            and done.kind in wanted
            and (ended is None or done.at <= ended)
            and not (joined_late and done.at < clock.started_at)
        ),
        default=None,
    )
    return (max(first[0], clock.started_at), first[1] or None) if first else (None, None)


def _outlives_closing(rule: TargetRule | None) -> bool:
    return rule is not None and rule.on_reopen == OnReopen.KEEP


def _stopped(facts: MatterFacts, clock: ClockFacts, rule: TargetRule | None) -> datetime | None:
    if clock.dropped_at is not None:
        return clock.dropped_at
    if _outlives_closing(rule):
        ended = None if facts.is_open else facts.ended[-1]
    else:
        ended = facts.ended[clock.cycle - 1] if len(facts.ended) >= clock.cycle else None
    return None if ended is None else max(ended, clock.started_at)


def _due(
    clock: ClockFacts, rule: TargetRule | None, calendar: WorkCalendar, pauses: list[Pause]
) -> datetime | None:
    if clock.fixed_due is not None:
        return clock.fixed_due
    if rule is None or rule.seconds is None:
        return None
    return _reached(calendar, clock.started_at, rule.seconds, pauses)


def _reached(
    calendar: WorkCalendar, start: datetime, seconds: int, pauses: list[Pause]
) -> datetime | None:
    try:
        return due_after(calendar, start, seconds, pauses)
    except StillPaused:
        return None


def _is_breached(due_at: datetime | None, end: datetime | None, as_of: datetime) -> bool:
    """Done at the due instant is in time; open at the due instant is not."""
    if due_at is None:
        return False
    return end > due_at if end else as_of >= due_at


def _state(
    met_at: datetime | None, stopped_at: datetime | None, paused_since: datetime | None
) -> ClockState:
    if met_at:
        return ClockState.MET
    if stopped_at:
        return ClockState.STOPPED
    return ClockState.PAUSED if paused_since else ClockState.RUNNING


def _schedule(
    clock: ClockFacts,
    rule: TargetRule | None,
    calendar: WorkCalendar,
    pauses: list[Pause],
    due_at: datetime | None,
) -> tuple[PlannedStep, ...]:
    """Ascending; at one instant what comes earlier by the target comes first, the due instant before
    the steps that fall on it. Empty while nobody can say when the clock is due."""
    if due_at is None:
        return ()
    planned: list[tuple[datetime, int, int, int]] = [(due_at, 0, -1, DUE_ITSELF)]
    for position, step in enumerate(rule.steps if rule else ()):
        at: datetime | None
        if clock.fixed_due is not None:
            at = _around(step, clock.started_at, clock.fixed_due, calendar)
            order = _sign(at, clock.fixed_due)
        elif rule is None or rule.seconds is None:
            continue
        else:
            at = _instant_of(step, clock.started_at, rule.seconds, calendar, pauses)
            order = step.budget(rule.seconds) - rule.seconds
        if at is not None:
            planned.append((at, order, position, step.id))
    planned.sort()
    return tuple(PlannedStep(at, step_id) for at, _order, _position, step_id in planned)


def _instant_of(
    step: StepRule, start: datetime, seconds: int, calendar: WorkCalendar, pauses: list[Pause]
) -> datetime | None:
    """None while a pause keeps it from being known. A warning that would come before the start comes
    at the start; one whose time is used up at closing comes at the next opening, when there is
    somebody to be warned: it is the last moment with so much time left."""
    budget = step.budget(seconds)
    if budget >= seconds:
        return _reached(calendar, start, budget, pauses)
    if budget <= 0:
        return start
    following = _reached(calendar, start, budget + 1, pauses)
    return following - timedelta(seconds=1) if following else None


def _around(step: StepRule, start: datetime, due_at: datetime, calendar: WorkCalendar) -> datetime:
    """The instant of a step about a due time that somebody fixed."""
    if step.percent is None:
        return max(shift(calendar, due_at, step.offset or 0), start)
    if step.percent == 100:
        return due_at
    share = elapsed(calendar, start, due_at) * step.percent // 100
    if step.percent > 100:
        return shift(calendar, due_at, share - elapsed(calendar, start, due_at))
    return min(due_after(calendar, start, share), due_at)


def _sign(at: datetime, due_at: datetime) -> int:
    return (at > due_at) - (at < due_at)
