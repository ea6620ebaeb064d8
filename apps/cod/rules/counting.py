"""What a count of a courier's cash means, taking by taking: pure (COD-7)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.core.money import CENT

ZERO = Decimal("0.00")
# Up to this sum one person clears what a provider settled differently; above it two decide.
CLEARED_BY_ONE = Decimal("50.00")
# Notes and coins in circulation, in yuan.
FACES = tuple(Decimal(face) for face in ("100", "50", "20", "10", "5", "1", "0.5", "0.1"))


def exact(value: Any, field: str) -> Decimal:
    """A sum of cash or of a slip: never below zero, and to the fen. It is refused, not rounded: whoever
    typed a third decimal meant something else."""
    amount = value if isinstance(value, Decimal) else Decimal(str(value))
    if not amount.is_finite() or amount < 0:
        raise BadInput(_("An amount of 0 or more."), code="bad_amount", field=field)
    if amount != amount.quantize(CENT):
        raise BadInput(_("An amount has at most two decimals."), code="bad_amount", field=field)
    return amount.quantize(CENT)


def counted_up(denominations: Mapping[str, int], counted: Decimal) -> dict[str, int]:
    """Notes and coins by their face, without those that there are none of. BadInput when they are not
    what was counted."""
    counts: dict[str, int] = {}
    total = ZERO
    for face in FACES:
        pieces = denominations.get(str(face)) or 0
        if pieces < 0:
            raise BadInput(_("An amount of 0 or more."), code="bad_amount", field="counted")
        if pieces:
            counts[str(face)] = pieces
            total += face * pieces
    if counts and total != counted:
        raise BadInput(
            _("Notes and coins make %(total)s, not %(counted)s.")
            % {"total": total, "counted": counted},
            code="notes_differ",
            field="counted",
        )
    return counts


def shared_out(amounts: Sequence[Decimal], counted: Decimal) -> list[tuple[Decimal, Decimal]]:
    """For each taking what of it was handed in and what is short, so that the parts sum to ``counted``
    and to what is missing. What is short is short of the last takings; whatever is over the sum of all is
    nobody's taking. A taking below zero, of a corrected proof, is handed in as it is."""
    missing = max(sum(amounts, ZERO) - counted, ZERO)
    parts: list[tuple[Decimal, Decimal]] = []
    for amount in reversed(amounts):
        short = min(missing, max(amount, ZERO))
        missing -= short
        parts.append((amount - short, short))
    return parts[::-1]
