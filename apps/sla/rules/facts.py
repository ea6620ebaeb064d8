"""The facts that a clock is read from, as plain values."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


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
    said: tuple[DoneFact, ...] = ()

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
