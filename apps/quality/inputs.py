"""What doors hand to the services: clean values, no database rows but those looked up already."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from apps.quality.enums import ExceptionKind, FoundBy

if TYPE_CHECKING:
    from apps.accounts.models import Unit, User
    from apps.complaints.models import Case
    from apps.customers.models import Customer
    from apps.tracking.models import LateShipment, PartnerCarrier, Waybill


@dataclass(frozen=True, slots=True)
class NewException:
    """An operational exception (CMP-4): the three times in order, aware."""

    found_by: FoundBy
    kind: ExceptionKind
    what: str
    happened_at: datetime
    known_at: datetime
    known_by: "User | None" = None  # None: whoever reports it
    title: str = ""
    who: str = ""
    first_measures: str = ""
    harm: str = ""
    waybill: "Waybill | None" = None
    case: "Case | None" = None
    late: "LateShipment | None" = None
    customer: "Customer | None" = None
    unit: "Unit | None" = None
    owner: "User | None" = None
    is_serious: bool | None = None
    put_right_line: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the quality control decides on an exception (CMP-4)."""

    cause_id: int
    decision: str
    unit: "Unit | None" = None
    carrier: "PartnerCarrier | None" = None
