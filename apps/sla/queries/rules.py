"""Policies as the plain values that the rules work on. Versions never change, so they are cached."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from apps.core.database import Statement
from apps.sla.models import Step, Target
from apps.sla.rules import StepRule, TargetRule, VersionRule

# Written out: every matter that is opened asks it.
_VERSIONS = Statement(
    "policy_versions",
    """
SELECT v.id, v.policy_id, p.priority, v.valid_from,
    v.classes, v.severities, v.channels, v.customer_ids, v.contract_ids
FROM sla_policyversion v JOIN sla_policy p ON p.id = v.policy_id
WHERE p.kind = %s AND p.retired_at IS NULL ORDER BY v.policy_id, v.number DESC
""",
)
MOST_KEPT = 5_000
_by_version: dict[int, tuple[TargetRule, ...]] = {}
_by_target: dict[int, TargetRule] = {}
_by_step: dict[int, StepRule] = {}


def versions_for(kind: str) -> list[VersionRule]:
    """What is published and not retired for one kind of matter, valid now or later. One query."""
    with connection.cursor() as cursor:
        _VERSIONS.run(cursor, [kind])
        return [
            VersionRule(pk, policy_id, priority, valid_from, *map(frozenset, conditions))
            for pk, policy_id, priority, valid_from, *conditions in cursor.fetchall()
        ]


def targets_of(version_ids: Iterable[int | None]) -> dict[int, tuple[TargetRule, ...]]:
    """The targets with their steps per version. No query for versions seen before."""
    wanted = {pk for pk in version_ids if pk is not None}
    missing = wanted - _by_version.keys()
    if missing:
        if len(_by_version) > MOST_KEPT:
            _by_version.clear()
            _by_target.clear()
            missing = wanted
        found = _read(missing)
        _by_version.update(found)
        _by_target.update({rule.id: rule for rules in found.values() for rule in rules})
    return {pk: _by_version[pk] for pk in wanted}


def rules_of(target_ids: Iterable[int | None]) -> dict[int, TargetRule]:
    """The rule of each target. No query for targets seen before."""
    wanted = {pk for pk in target_ids if pk is not None}
    known = {pk: _by_target[pk] for pk in wanted if pk in _by_target}
    missing = wanted - known.keys()
    if missing:
        versions = Target.objects.filter(pk__in=missing).values_list("version_id", flat=True)
        for rules in targets_of(versions).values():
            known.update({rule.id: rule for rule in rules if rule.id in wanted})
    return known


def _read(version_ids: set[int]) -> dict[int, tuple[TargetRule, ...]]:
    steps: dict[int, list[StepRule]] = defaultdict(list)
    for step in Step.objects.filter(target__version__in=version_ids).order_by("position"):
        steps[step.target_id].append(_step_rule(step))
    targets: dict[int, list[TargetRule]] = {pk: [] for pk in version_ids}
    found = Target.objects.filter(version__in=version_ids).select_related("version")
    for target in found.order_by("id"):
        targets[target.version_id].append(
            TargetRule(
                id=target.pk,
                version_id=target.version_id,
                policy_id=target.version.policy_id,
                metric=target.metric,
                seconds=target.seconds,
                calendar_id=target.calendar_id,
                pauses=frozenset(target.pauses),
                on_reopen=target.on_reopen,
                counts_from=target.counts_from,
                steps=tuple(steps[target.pk]),
            )
        )
    return {pk: tuple(rules) for pk, rules in targets.items()}


def _step_rule(step: Step) -> StepRule:
    return StepRule(
        id=step.pk,
        name=step.name,
        english_name=step.english_name,
        whom=step.whom,
        role=step.role,
        channels=tuple(step.channels),
        offset=step.offset_seconds,
        percent=step.percent,
        off_hours=step.off_hours,
    )


def steps_of(step_ids: Iterable[int]) -> dict[int, StepRule]:
    """Steps by id, for those of targets that clocks still carry. No query for steps seen before."""
    wanted = set(step_ids)
    missing = wanted - _by_step.keys()
    if missing:
        found = Step.objects.filter(pk__in=missing)
        _by_step.update({step.pk: _step_rule(step) for step in found})
    return {pk: _by_step[pk] for pk in wanted}
