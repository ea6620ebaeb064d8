"""Which party typed digits belong to (TRK-10). Pure."""

import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from apps.tracking.enums import PartyRole

# Four digits as a rule; eight where the last four stand for more than one phone.
SHORT, LONG = 4, 8
PLACES: Final = 6  # compared for every request: sender, consignee and up to four others


@dataclass(frozen=True, slots=True)
class Holder:
    """One phone of a shipment and what it is there for."""

    phone: str
    role: PartyRole


def fitting(holders: Sequence[Holder], typed: str) -> list[Holder]:
    """Those whose phone ends in ``typed``; the same work whichever fits, however many, or none."""
    length, found = len(typed), []
    for place in range(max(PLACES, len(holders))):
        holder = holders[place] if place < len(holders) else None
        digits = "".join(c for c in holder.phone if c.isdigit()) if holder else ""
        end = digits[-length:] if len(digits) >= length else "?" * length
        if hmac.compare_digest(end.encode(), typed.encode()) and holder:
            found.append(holder)
    return found


def role_of(roles: Collection[PartyRole]) -> PartyRole | None:
    """What one phone opens that has all these ``roles``; None when it has none."""
    if PartyRole.BOTH in roles:
        return PartyRole.BOTH
    sends = PartyRole.SENDER in roles
    receives = [r for r in (PartyRole.CONSIGNEE, PartyRole.SIGNER) if r in roles]
    if sends and receives:
        return PartyRole.BOTH
    if sends:
        return PartyRole.SENDER
    return receives[0] if receives else None
