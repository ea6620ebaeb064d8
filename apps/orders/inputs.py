"""What an order says, as clean values; every door turns what it was given into this."""

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.customers.enums import JobType, SettlementMethod
from apps.orders.enums import ServiceLevel, TransportMode


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderInput:
    """Phones in E.164, weight in grams, volume in cm³, distance in metres, times aware. Empty text for “not said”."""

    job_type: str = JobType.DOOR_TO_DOOR
    service_level: str = ServiceLevel.STANDARD
    transport_mode: str = TransportMode.ROAD
    vehicle_type: str = ""
    distance_m: int | None = None
    requested_delivery: datetime | None = None
    pickup_company: str = ""
    pickup_contact: str = ""
    pickup_phone: str = ""
    origin_city: str = ""
    pickup_address: str = ""
    delivery_company: str = ""
    delivery_contact: str = ""
    delivery_phone: str = ""
    destination_city: str = ""
    delivery_address: str = ""
    goods_name: str = ""
    pieces: int | None = None
    weight_g: int | None = None
    volume_cm3: int | None = None
    waybill_per_piece: bool = False
    packaging_wishes: str = ""
    declared_value: Decimal | None = None
    insured_amount: Decimal | None = None
    estimated_fee: Decimal | None = None
    settlement_method: str = SettlementMethod.MONTHLY
    cod_amount: Decimal | None = None
    return_document_required: bool = False
    sign_off_instructions: str = ""
    important_notes: str = ""
    customer_reference: str = ""

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in INPUT_FIELDS}


INPUT_FIELDS = tuple(field.name for field in fields(OrderInput))


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """How an order came in. ``file`` is a Django file; text and file are kept as they came."""

    channel: str
    received_at: datetime
    original_text: str = ""
    file: Any = None
    filename: str = ""
    entry_key: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrangementInput:
    """Vehicle, driver and times as dispatch gave them (TRK-3)."""

    vehicle: str
    driver_name: str
    driver_phone: str
    expected_pickup: datetime
    expected_delivery: datetime
