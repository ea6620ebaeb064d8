"""The board's half hours as bars with their numbers. Lengths are units of the picture's own."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from apps.hotline.admin.call_list import span
from apps.hotline.queries.board import SLOT, Board, Slot
from apps.hotline.rules.rate import Counts, percent

WIDTH = 240


@dataclass(frozen=True, slots=True)
class Bar:
    """``counted`` and ``answered`` are lengths, ``goal`` is where the answered bar has to reach."""

    slot: Slot
    rate: str
    is_short: bool
    counted: int
    answered: int
    goal: int
    calls: str
    missed: str

    @property
    def counts(self) -> Counts:
        return self.slot.counts

    @property
    def left_out(self) -> str:
        return in_words(self.counts.left_out())


def in_words(counts: list[tuple[str, int]]) -> str:
    return " · ".join(f"{label} {count}" for label, count in counts)


def drawn(board: Board) -> dict[str, Any]:
    goal = board.policy.goal
    highest = max((slot.counts.counted for slot in board.slots), default=0) or 1
    return {
        "board": board,
        "bars": [_bar(slot, goal, highest) for slot in board.slots],
        "width": WIDTH,
        "rate": percent(board.total.rate),
        "level": percent(board.total.level),
        "mean_wait": span(board.total.mean_wait),
        "meets": board.total.meets(goal),
        "left_out": in_words(board.total.left_out()),
        "elsewhere": in_words(board.total.elsewhere()),
        "before": board.day - timedelta(days=1),
        "after": board.day + timedelta(days=1) if board.day < timezone.localdate() else None,
    }


def _bar(slot: Slot, goal: Decimal, highest: int) -> Bar:
    counts = slot.counts
    span_of = {
        "offered_from": slot.begins.isoformat(),
        "offered_to": (slot.begins + SLOT).isoformat(),
    }
    calls = reverse("admin:hotline_call_changelist")
    return Bar(
        slot=slot,
        rate=percent(counts.rate),
        is_short=not counts.meets(goal),
        counted=_length(counts.counted, highest),
        answered=_length(counts.answered, highest),
        goal=min(WIDTH, round(float(counts.counted * goal) / 100 * WIDTH / highest)),
        calls=f"{calls}?{urlencode({'view': 'all', **span_of})}",
        missed=f"{calls}?{urlencode({'view': 'missed', **span_of})}",
    )


def _length(count: int, highest: int) -> int:
    return max(2, round(count * WIDTH / highest)) if count else 0
