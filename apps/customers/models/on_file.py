"""The papers of a customer as facts."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Papers:
    """What is on file for a customer at one instant: the facts ORD-2 and ORD-3 decide on."""

    handover_accepted: bool
    contract_valid: bool
    letter_valid: bool
    letter_expired: bool
    authorised_until: datetime | None
