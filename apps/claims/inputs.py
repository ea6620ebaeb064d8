"""What the services of claims are given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from apps.claims.enums import ClaimKind, ExplainedHow
from apps.complaints.models import Case
from apps.customers.models import Customer
from apps.quality.models import ExceptionReport
from apps.tracking.models import Waybill


@dataclass(frozen=True, slots=True)
class NewItem:
    """``claimed`` and ``proved`` in yuan."""

    what: str
    claimed: Decimal
    quantity: int = 1
    proved: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """The text of the rules was explained: to whom, how and when (aware)."""

    to: str
    how: ExplainedHow
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClaim:
    """``customer``: the claimant, if it is the shipment's customer; else ``party_name`` and ``party_phone``."""

    waybill: Waybill | None
    kind: ClaimKind
    items: Sequence[NewItem]
    shown: Shown
    customer: Customer | None = None
    party_name: str = ""
    party_phone: str = ""
    case: Case | None = None
    exception: ExceptionReport | None = None
    what: str = ""
    fee: Decimal | None = None
    days_late: int | None = None
    source_key: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What an item is worth by the papers, and what is left of it, in yuan."""

    proved: Decimal
    salvage: Decimal = Decimal(0)
    why: str = ""
