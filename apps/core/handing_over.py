"""What of a person's work is moved to a colleague when a shift is handed over, because it belongs to whoever
has it in hand and not to an owner: calls to make, chats. Each app announces its own as ``HANDED_OVER`` in its
``handed_over.py``; the floor of shifts gathers them and knows none by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.utils.functional import Promise


@dataclass(frozen=True)
class InHand:
    """One thing that a person has in hand. ``title`` holds no personal data: it is kept in the list."""

    subject_id: int
    title: str
    due_at: datetime | None = None


class Hand(Protocol):
    """Moves one thing from ``giver`` to ``to`` by the floor's own service, in the caller's transaction. Raises
    RuleBroken in words where that cannot be; nothing is changed then."""

    def __call__(
        self, subject_id: int, *, giver: Any, to: Any, note: str, at: datetime
    ) -> None: ...


@dataclass(frozen=True)
class HandedOver:
    """``kind`` is stored with the list ("phone_task"), ``model`` is what its page is found by
    ("notifications.phonetask"). ``of`` reads what a user (by number) has in hand, in one query."""

    kind: str
    label: Promise
    model: str
    of: Callable[[int], Sequence[InHand]]
    hand: Hand
