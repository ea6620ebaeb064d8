"""The answer rate (接通率), and what is left out of it. Pure.

Rate = answered by a person ÷ (offered − hung up before ``short_seconds`` − served by the menu), of the incoming calls
of the hotline, on the local day each was offered. What is left out is counted and shown; internal and outgoing calls
are none of them.
"""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Counts:
    """``prompt`` are those answered within the policy's seconds, ``waited`` the seconds that answered callers
    waited, together; ``open`` are not ended yet and count neither way."""

    offered: int = 0
    answered: int = 0
    short: int = 0
    menu: int = 0
    open: int = 0
    prompt: int = 0
    waited: int = 0
    internal: int = 0
    outgoing: int = 0
    other: int = 0

    @property
    def excluded(self) -> int:
        return self.short + self.menu + self.open

    @property
    def counted(self) -> int:
        return self.offered - self.excluded

    @property
    def missed(self) -> int:
        return self.counted - self.answered

    @property
    def rate(self) -> Fraction | None:
        return Fraction(self.answered, self.counted) if self.counted else None

    @property
    def level(self) -> Fraction | None:
        """Service level: answered promptly, of those counted."""
        return Fraction(self.prompt, self.counted) if self.counted else None

    @property
    def mean_wait(self) -> int | None:
        return round(self.waited / self.answered) if self.answered else None

    def meets(self, goal: Decimal) -> bool:
        """By the exact figure, not by the one that is shown."""
        return self.rate is None or self.rate * 100 >= Fraction(goal)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, n) + getattr(other, n) for n in self.__slots__))

    def left_out(self) -> list[tuple[str, int]]:
        """What was offered and does not count, in words; together it is ``excluded``."""
        found = [
            (_("hung up at once"), self.short),
            (_("served by the menu"), self.menu),
            (_("not ended yet"), self.open),
        ]
        return [(label, count) for label, count in found if count]

    def elsewhere(self) -> list[tuple[str, int]]:
        """Calls that were not offered to the hotline, in words."""
        found = [
            (_("internal"), self.internal),
            (_("outgoing"), self.outgoing),
            (_("other queues"), self.other),
        ]
        return [(label, count) for label, count in found if count]


def percent(share: Fraction | None) -> str:
    """One place, rounded down, so that what misses a goal never looks as if it met it."""
    if share is None:
        return "—"
    exact = Decimal(share.numerator * 100) / Decimal(share.denominator)
    return f"{exact.quantize(Decimal('0.1'), ROUND_FLOOR)} %"
