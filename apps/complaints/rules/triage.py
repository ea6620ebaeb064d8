"""Rules that staff keep as data about a new case: whether it is major, and who gets it: the first
assignment rule that fits, then whoever has least in hand (CMP-1, CMP-2). Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from apps.complaints.enums import OPINIONS, TROUBLE, CaseClass, Severity
from apps.complaints.models import AssignmentRule, MajorRule
from apps.customers.names import tidy


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the rules look at. ``complaint_days``: for each complaint of the same customer or
    contact before this one, how many days ago it was made."""

    case_class: CaseClass
    text: str
    declared_value: Decimal | None
    is_key_account: bool
    complaint_days: Sequence[float]


def choose_severity(facts: CaseFacts, rules: Sequence[MajorRule]) -> tuple[Severity, str]:
    """Major with the Chinese name of the first rule that holds, else ordinary. An opinion never is."""
    if facts.case_class in OPINIONS:
        return Severity.ORDINARY, ""
    facts = replace(facts, text=tidy(facts.text))
    for rule in rules:
        if holds(rule, facts):
            return Severity.MAJOR, rule.name
    return Severity.ORDINARY, ""


def holds(rule: MajorRule, facts: CaseFacts) -> bool:
    """All conditions given hold; a rule without one never does."""
    verdicts = [verdict for verdict in _verdicts(rule, facts) if verdict is not None]
    return bool(verdicts) and all(verdicts)


def _verdicts(rule: MajorRule, facts: CaseFacts) -> list[bool | None]:
    """One verdict per condition, None where the rule has none. The text is tidy already."""
    words = _sought(rule.words)
    value = rule.min_declared_value
    return [
        any(word in facts.text for word in words) if words else None,
        None
        if value is None
        else facts.declared_value is not None and facts.declared_value >= value,
        rule.case_class == facts.case_class if rule.case_class else None,
        facts.is_key_account if rule.key_account else None,
        _repeats(rule, facts),
    ]


@lru_cache(maxsize=200)
def _sought(words: str) -> tuple[str, ...]:
    """One to a line; rules are few, and each is asked of every case."""
    return tuple(tidy(word) for word in words.splitlines() if word.strip())


def _repeats(rule: MajorRule, facts: CaseFacts) -> bool | None:
    if rule.repeat_count is None or rule.repeat_days is None:
        return None
    recent = sum(days <= rule.repeat_days for days in facts.complaint_days)
    return facts.case_class in TROUBLE and recent + 1 >= rule.repeat_count


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
