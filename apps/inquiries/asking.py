"""Who asks, and what the answer is: the same facts by every way (TRK-8)."""

from dataclasses import dataclass
from datetime import datetime

from apps.inquiries.enums import Outcome, Way
from apps.tracking.queries.party import PartyView
from apps.tracking.queries.public import PublicShipment


@dataclass(frozen=True, slots=True)
class Asker:
    """``name`` is whatever tells one asker of this way from another; only a keyed fingerprint of
    it is kept. ``phone_index`` is given for somebody who proved to hold that phone, and opens the
    half of a shipment that phone stands for (TRK-10)."""

    way: Way
    name: str
    language: str = ""
    phone_index: str = ""
    # A machine behind which many people stand is limited as such.
    speaks_for_many: bool = False
    # The machine that says who asks: it is counted as well, or it could make up as many as it likes.
    through: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """``shipment`` is masked; ``party`` is there only for a proven party. ``problem`` is a
    translated sentence for a person who cannot be told anything else."""

    outcome: Outcome
    at: datetime
    number: str = ""
    shipment: PublicShipment | None = None
    party: PartyView | None = None
    problem: str = ""
