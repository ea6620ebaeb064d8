"""Which clocks a matter has: one for each target of the policy version that applies to it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from apps.sla.enums import SELF_STARTING, CountsFrom, OnReopen
from apps.sla.models import Clock, Matter
from apps.sla.rules import Attributes, TargetRule


def attributes_of(matter: Matter) -> Attributes:
    return Attributes(
        matter.klass, matter.severity, matter.channel, matter.customer_id, matter.contract_id
    )


def first_clocks(
    matter: Matter,
    rules: Iterable[TargetRule],
    dues: Mapping[str, datetime],
    *,
    label: str,
    always: int,
) -> list[Clock]:
    """The clocks of a matter just opened: one per target, and one per due time that came with it."""
    by_metric = {rule.metric: rule for rule in rules}
    metrics = [m for m in by_metric if m in SELF_STARTING or m in dues]
    clocks = []
    for metric in [*metrics, *(m for m in dues if m not in by_metric)]:
        clock = new_clock(matter, metric, by_metric.get(metric), matter.opened_at, always=always)
        fix_due(clock, dues.get(metric))
        clock.label = label if metric in dues else ""
        clocks.append(clock)
    return clocks


def new_clock(
    matter: Matter,
    metric: str,
    rule: TargetRule | None,
    started_at: datetime,
    *,
    always: int = 0,
) -> Clock:
    clock = Clock(
        matter=matter,
        metric=metric,
        kind=matter.kind,
        cycle=matter.cycle,
        owner_id=matter.owner_id,
        unit_id=matter.unit_id,
        started_at=started_at,
        calendar_id=always,
        calendar_version=0,
    )
    aim_at(clock, rule)
    return clock


def aim_at(clock: Clock, rule: TargetRule | None) -> None:
    """Have a clock follow a target; without one it keeps its calendar and lives by a fixed due."""
    clock.target_id = rule.id if rule else None
    clock.seconds = rule.seconds if rule else None
    if rule:
        clock.calendar_id = rule.calendar_id


def fix_due(clock: Clock, due_at: datetime | None) -> None:
    if due_at is not None:
        clock.is_fixed = True
        clock.due_at = max(due_at, clock.started_at)


def follow(
    matter: Matter,
    clocks: Sequence[Clock],
    rules: Sequence[TargetRule],
    old_rules: Mapping[int, TargetRule],
    *,
    begun: datetime,
    at: datetime,
) -> list[Clock]:
    """Turn a matter's clocks to the targets of another version and return those it lacked.

    What the new version has no target for is dropped (a due time fixed by a person stays); what was
    met or ended stays as it was under the rules of its day. ``begun`` is the start of the present
    cycle. A target that counts from when it came to apply starts at ``at`` where another policy
    brings it; a new version of the same policy moves no start. A policy that applied before and
    applies again takes up its own clock: its start, its due time and what was missed of it, whatever
    was done in between.
    """
    latest = {clock.metric: clock for clock in clocks if not clock.key}  # cycles ascend with ids
    fresh = []
    for rule in rules:
        clock = latest.pop(rule.metric, None)
        if rule.metric not in SELF_STARTING:
            continue
        if clock is not None and _can_turn(clock, rule, matter, old_rules):
            _turn(clock, rule, old_rules, begun if clock.cycle == matter.cycle else None, at)
        if clock is None or (clock.cycle < matter.cycle and rule.on_reopen == OnReopen.RESTART):
            since = at if rule.counts_from == CountsFrom.APPLYING else begun
            fresh.append(new_clock(matter, rule.metric, rule, since))
    for clock in latest.values():
        if clock.is_open:
            _lose(clock, old_rules, at)
    promise = next((rule for rule in rules if rule.metric not in SELF_STARTING), None)
    for clock in clocks:
        if clock.key and clock.is_open:
            aim_at(clock, promise)
    return fresh


def _can_turn(
    clock: Clock, rule: TargetRule, matter: Matter, old_rules: Mapping[int, TargetRule]
) -> bool:
    """What runs, what was dropped, and in this cycle what ended under another policy than the one
    that is back: its clock is judged by what was done, as if the other had never applied."""
    if clock.is_open or clock.is_dropped:
        return True
    return (
        clock.cycle == matter.cycle
        and rule.policy_id in clock.held_policies
        and _policy_of(clock, old_rules) != rule.policy_id
    )


def _turn(
    clock: Clock,
    rule: TargetRule,
    old_rules: Mapping[int, TargetRule],
    begun: datetime | None,
    at: datetime,
) -> None:
    """``begun``: when the cycle began, where it is the clock's own."""
    if _policy_of(clock, old_rules) != rule.policy_id and not clock.is_fixed:
        _hold(clock, old_rules, at)
        clock.started_at = _start_under(clock, rule, begun, at)
    aim_at(clock, rule)
    clock.is_dropped = False


def _start_under(clock: Clock, rule: TargetRule, begun: datetime | None, at: datetime) -> datetime:
    """Where the policy counted from before, else from now or from the opening, as its target says."""
    if rule.policy_id in clock.held_policies:
        return clock.held_starts[clock.held_policies.index(rule.policy_id)]
    if rule.counts_from == CountsFrom.APPLYING:
        return max(at, clock.started_at)
    return begun or clock.started_at


def _hold(clock: Clock, old_rules: Mapping[int, TargetRule], at: datetime) -> None:
    """Remember of the policy that ceases to apply what it counted from, and whether it was missed."""
    policy_id = _policy_of(clock, old_rules)
    if policy_id is not None and policy_id not in clock.held_policies:
        clock.held_policies = [*clock.held_policies, policy_id]
        clock.held_starts = [*clock.held_starts, clock.started_at]
    missed = clock.breached_at
    if missed is None and clock.is_open and clock.due_at is not None and clock.due_at <= at:
        missed = clock.due_at
    if missed is not None:
        clock.missed_before = min(missed, clock.missed_before or missed)


def _policy_of(clock: Clock, rules: Mapping[int, TargetRule]) -> int | None:
    rule = rules.get(clock.target_id or 0)
    return rule.policy_id if rule else None


def _lose(clock: Clock, old_rules: Mapping[int, TargetRule], at: datetime) -> None:
    if not clock.is_fixed:
        _hold(clock, old_rules, at)
        clock.is_dropped = True
        clock.stopped_at = max(at, clock.started_at)
    aim_at(clock, None)
