"""Which statements of a payer are asked for by which letter. Pure (BIL-6)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from apps.billing.enums import DunningStatus


@dataclass(frozen=True, slots=True)
class Level:
    """One letter of a plan: sent ``after_days`` after the due day at the earliest."""

    level: int
    after_days: int
    pay_within_days: int
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class OverdueItem:
    """An overdue statement. ``level`` is the last letter that asked for it (0: none yet), which gave time
    until ``pay_by``; ``promised`` the day of the newest promise; ``covered`` what lies in advance."""

    statement_id: int
    payer_id: int
    number: str
    period: date
    due_on: date
    owed: Decimal
    disputed: Decimal
    level: int = 0
    pay_by: date | None = None
    promised: date | None = None
    covered: Decimal = Decimal(0)

    @property
    def asked(self) -> Decimal:
        """Yuan to ask for; never below zero."""
        return max(self.owed - self.disputed - self.covered, Decimal(0))


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next for an item: ``level`` goes on the day ``on``, or nothing until then."""

    status: DunningStatus
    level: int = 0
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """``raised`` come to their next level with it; the ``named`` wait for theirs, or had their last."""

    level: Level
    raised: tuple[tuple[OverdueItem, int], ...]
    named: tuple[OverdueItem, ...]

    @property
    def total(self) -> Decimal:
        return sum((item.asked for item, _level in self.raised), Decimal(0)) + sum(
            (item.asked for item in self.named), Decimal(0)
        )

    @property
    def seen(self) -> str:
        """What a person has looked at: anything else is another letter."""
        parts = [f"{item.statement_id}:{level}:{item.asked}" for item, level in self.raised]
        content = ",".join([str(self.level.level), *parts, str(self.total)])
        return hashlib.sha256(content.encode()).hexdigest()


def with_advance(items: Sequence[OverdueItem], advance: Decimal) -> list[OverdueItem]:
    """Money that the payer has with us and that settles nothing yet covers the oldest first; items and
    result by due day."""
    covered = []
    for item in sorted(items, key=lambda one: (one.due_on, one.statement_id)):
        part = min(max(advance, Decimal(0)), item.asked)
        advance -= part
        covered.append(replace(item, covered=part))
    return covered


def next_step(item: OverdueItem, levels: Sequence[Level], today: date) -> Step:
    """One level at a time, never before its day nor before the last letter's time to pay is over."""
    if item.asked <= 0:
        return Step(DunningStatus.COVERED)
    if item.promised is not None and item.promised >= today:
        return Step(DunningStatus.PROMISED, on=item.promised)
    following = [one for one in levels if one.level > item.level]
    if not following:
        return Step(DunningStatus.LAST_SENT)
    level = min(following, key=lambda one: one.level)
    on = item.due_on + timedelta(days=level.after_days)
    if item.pay_by is not None:
        on = max(on, item.pay_by + timedelta(days=1))
    status = DunningStatus.DUE if on <= today else DunningStatus.WAITS
    return Step(status, level.level, on)


def letter_of(items: Sequence[OverdueItem], levels: Sequence[Level], today: date) -> Letter | None:
    """The payer's letter of today, None where none is due: the highest level that an item comes to.
    What is promised, disputed or paid in advance is not on it."""
    steps = [(item, next_step(item, levels, today)) for item in items]
    raised = tuple((item, step.level) for item, step in steps if step.status == DunningStatus.DUE)
    if not raised:
        return None
    highest = max(level for _item, level in raised)
    named = tuple(
        item
        for item, step in steps
        if step.status in (DunningStatus.WAITS, DunningStatus.LAST_SENT)
    )
    return Letter(next(one for one in levels if one.level == highest), raised, named)


# What a payer with several overdue statements is shown as: the first of these that one of them is.
_ORDER = (
    DunningStatus.DUE,
    DunningStatus.WAITS,
    DunningStatus.PROMISED,
    DunningStatus.LAST_SENT,
    DunningStatus.COVERED,
)


def payers_step(items: Sequence[OverdueItem], levels: Sequence[Level], today: date) -> Step:
    """What comes next for the payer of these items (at least one)."""
    steps = [next_step(item, levels, today) for item in items]
    status = next(status for status in _ORDER if any(step.status == status for step in steps))
    those = [step for step in steps if step.status == status]
    if status == DunningStatus.DUE:
        return max(those, key=lambda step: step.level)
    return min(those, key=lambda step: step.on or date.max)
