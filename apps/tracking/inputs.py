"""What other floors and the outside hand in."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apps.accounts.models import Unit
    from apps.customers.models import Customer
    from apps.tracking.models import PartnerCarrier


@dataclass(frozen=True, kw_only=True)
class NewWaybill:
    """A shipment to be given a number. Phones as typed or in E.164; weight in grams."""

    customer: "Customer"
    job_type: str
    settlement_method: str
    service_level: str = ""
    customer_reference: str = ""
    origin_city: str = ""
    destination_city: str = ""
    sender_name: str = ""
    sender_phone: str = ""
    sender_address: str = ""
    consignee_name: str = ""
    consignee_phone: str = ""
    consignee_address: str = ""
    goods_name: str = ""
    pieces: int = 1
    weight_g: int | None = None
    volume_cm3: int | None = None
    declared_value: Decimal | None = None
    insured_amount: Decimal | None = None
    cod_amount: Decimal | None = None
    return_document_required: bool = False
    responsible_unit: "Unit | None" = None
    carrier: "PartnerCarrier | None" = None
    promised_at: datetime | None = None
    expected_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class IncomingEvent:
    """One report about one waybill, not yet believed.

    ``code`` is a word of codes.CODES; ``occurred_at`` must be aware. ``source_id`` is the
    sender's own id of the event: the same id with another content is a correction.
    ``supersedes`` names the id of an earlier event of the same waybill that this one replaces,
    or takes back when ``withdraws``.
    """

    waybill_number: str
    code: str
    occurred_at: datetime
    place: str = ""
    city: str = ""
    text: str = ""
    source_id: str = ""
    revision: int = 0
    supersedes: int | None = None
    withdraws: bool = False
    unit_code: str = ""


@dataclass(slots=True)
class Refusal:
    """Why one item was not taken; ``payload`` is what came, kept for another try."""

    code: str
    message: str
    index: int = -1
    field: str = ""
    waybill_number: str = ""
    payload: Any = None

    def __iter__(self) -> Any:
        return iter((self.index, self.code, self.message))


ACCEPTED, REPEATED, CORRECTED, REFUSED = "accepted", "repeated", "corrected", "refused"


@dataclass(slots=True)
class IngestResult:
    """What became of a batch; ``outcomes`` has one word per item, in the order given.

    ``accepted`` counts corrections too.
    """

    outcomes: list[str]
    refused: list[Refusal] = field(default_factory=list)
    changed: int = 0

    @property
    def accepted(self) -> int:
        return self.outcomes.count(ACCEPTED) + self.outcomes.count(CORRECTED)

    @property
    def repeated(self) -> int:
        return self.outcomes.count(REPEATED)
