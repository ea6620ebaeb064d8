"""Who gets a case: the first rule that fits, then whoever has least in hand (CMP-1). Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from apps.complaints.models import AssignmentRule

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone on duty who may have the case. ``in_hand`` counts new and open cases, a major one
    twice; ``last_given_at`` is when this person was last given one."""

    user_id: int
    in_hand: int
    last_given_at: datetime | None


def fitting_rule(
    rules: Sequence[AssignmentRule],
    *,
    case_class: str,
    severity: str,
    customer_id: int | None,
    unit_path: str,
) -> AssignmentRule | None:
    """The first rule in use whose conditions all fit; ``rules`` come in their order."""
    for rule in rules:
        if rule.case_class and rule.case_class != case_class:
            continue
        if rule.severity and rule.severity != severity:
            continue
        if rule.customer_id and rule.customer_id != customer_id:
            continue
        if rule.unit is not None and not unit_path.startswith(rule.unit.path):
            continue
        return rule
    return None


def least_loaded(candidates: Iterable[Candidate]) -> int | None:
    """Who has least in hand; among equals whoever has waited longest for one."""
    best = min(
        candidates,
        key=lambda c: (c.in_hand, c.last_given_at or LONG_AGO, c.user_id),
        default=None,
    )
    return best.user_id if best else None
