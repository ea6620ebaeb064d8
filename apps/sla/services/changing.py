"""What a matter is changed: its class, its owner, its unit. The policy is chosen anew."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from apps.accounts.models import Unit, User
from apps.core.database import in_callers_transaction, not_after
from apps.sla.enums import MatterState
from apps.sla.models import Clock, Matter
from apps.sla.queries.clock_inputs import read_clock_inputs
from apps.sla.queries.facts import facts_of
from apps.sla.queries.rules import rules_of, targets_of, versions_for
from apps.sla.rules import Attributes, VersionRule, choose_version
from apps.sla.services.following import attributes_of, follow
from apps.sla.services.locking import Locked, lock_clocks
from apps.sla.services.matters import lock_matter
from apps.sla.services.recalculating import recalculate

UNCHANGED: Any = object()


@in_callers_transaction()
def change_matter(
    *,
    subject: models.Model,
    by: User,
    at: datetime | None = None,
    attributes: Attributes | None = None,
    owner: User | None = UNCHANGED,
    unit: Unit | None = UNCHANGED,
    title: str | None = None,
    key: str = "",
) -> Matter:
    """Other attributes may mean another policy: its targets replace the old ones, all facts and pauses
    count for them, and what it has no target for is dropped (CMP-2). A new owner takes over the open
    clocks, and those promises that were the old owner's."""
    matter = lock_matter(subject, key)
    everything = lock_clocks([matter])
    inputs = read_clock_inputs([matter], everything.before)
    old_owner = matter.owner_id
    if attributes is not None:
        _write_attributes(matter, attributes)
    if owner is not UNCHANGED:
        matter.owner = owner
    if unit is not UNCHANGED:
        matter.unit = unit
    matter.title = title if title is not None else matter.title
    aims = aims_of(everything)
    for clock in everything.clocks:
        if clock.is_living:
            hand_on(clock, matter, old_owner)
    fresh: list[Clock] = []
    if matter.state == MatterState.OPEN and attributes is not None:
        fresh = choose_again(
            [matter], everything, versions_for(matter.kind), not_after(at, inputs.now)
        )
    matter.save()
    again = concerned(everything, aims)
    recalculate([matter], again, fresh, by=by, now=inputs.now, inputs=inputs)
    return matter


def aims_of(locked: Locked) -> dict[int, int | None]:
    """Which target each clock that is over follows, before the policy is chosen again."""
    return {clock.pk: clock.target_id for clock in locked.clocks if not clock.is_living}


def concerned(locked: Locked, aims: Mapping[int, int | None]) -> Locked:
    """Clocks to be read again: those that run or may come back, and those that were over and follow
    another target now."""
    return locked.only(c for c in locked.clocks if aims.get(c.pk, 0) != c.target_id)


def choose_again(
    matters: Sequence[Matter], locked: Locked, versions: Sequence[VersionRule], at: datetime
) -> list[Clock]:
    """Have open matters of one kind follow the version that applies to them as of their
    ``policy_as_of``. ``locked`` holds all their clocks; returns the new ones."""
    clocks = locked.by_matter()
    old_rules = rules_of(clock.target_id for clock in locked.clocks)
    reopened = facts_of([matter for matter in matters if matter.cycle > 1])
    fresh: list[Clock] = []
    for matter in matters:
        chosen = choose_version(versions, attributes_of(matter), matter.policy_as_of)
        version_id = chosen.id if chosen else None
        if version_id == matter.version_id:
            continue
        matter.version_id = version_id
        rules = targets_of([version_id]).get(version_id or 0, ())
        begun = reopened[matter.pk].begun[-1] if matter.cycle > 1 else matter.opened_at
        fresh += follow(matter, clocks.get(matter.pk, []), rules, old_rules, begun=begun, at=at)
    return fresh


def _write_attributes(matter: Matter, what: Attributes) -> None:
    matter.klass = what.klass
    matter.severity = what.severity
    matter.channel = what.channel
    matter.customer_id = what.customer_id
    matter.contract_id = what.contract_id


def hand_on(clock: Clock, matter: Matter, old_owner: int | None) -> None:
    """Owner and unit of the matter; a promise stays with whoever gave it, if that is somebody else."""
    clock.unit_id = matter.unit_id
    if not clock.key or clock.owner_id == old_owner:
        clock.owner_id = matter.owner_id
