"""Which clocks a matter has: one for each target of the policy version that applies to it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from apps.sla.enums import CountsFrom, OnReopen
from apps.sla.models import Clock, Matter
from apps.sla.rules import SELF_STARTING, Attributes, TargetRule


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
    brings it; a new version of the same policy moves no start.
    """
    latest = {clock.metric: clock for clock in clocks if not clock.key}  # cycles ascend with ids
    fresh = []
    for rule in rules:
        clock = latest.pop(rule.metric, None)
        if rule.metric not in SELF_STARTING:
            continue
        if clock is not None and (clock.is_open or clock.is_dropped):
            _turn(clock, rule, old_rules, at)
        if clock is None or (clock.cycle < matter.cycle and rule.on_reopen == OnReopen.RESTART):
            since = at if rule.counts_from == CountsFrom.APPLYING else begun
            fresh.append(new_clock(matter, rule.metric, rule, since))
    for clock in latest.values():
        if clock.is_open:
            _lose(clock, at)
    promise = next((rule for rule in rules if rule.metric not in SELF_STARTING), None)
    for clock in clocks:
        if clock.key and clock.is_open:
            aim_at(clock, promise)
    return fresh


def _turn(
    clock: Clock, rule: TargetRule, old_rules: Mapping[int, TargetRule], at: datetime
) -> None:
    old = old_rules.get(clock.target_id or 0)
    same_policy = old is not None and old.policy_id == rule.policy_id
    if rule.counts_from == CountsFrom.APPLYING and not same_policy and not clock.is_fixed:
        clock.started_at = max(at, clock.started_at)
    aim_at(clock, rule)
    clock.is_dropped = False


def _lose(clock: Clock, at: datetime) -> None:
    aim_at(clock, None)
    if not clock.is_fixed:
        clock.is_dropped = True
        clock.stopped_at = max(at, clock.started_at)
