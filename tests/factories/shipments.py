"""Shipments as the house makes them: issued, scanned, delivered through the services."""

import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from PIL import Image

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.core.files.pictures import CleanPhoto, clean_photo
from apps.customers.enums import JobType, SettlementMethod
from apps.tracking.enums import ConfirmedBy
from apps.tracking.inputs import IncomingEvent, NewWaybill
from apps.tracking.models import (
    AuthorisedSigner,
    PartnerAgreement,
    PartnerCarrier,
    ServiceLane,
    ServiceLevel,
    Waybill,
)
from apps.tracking.services import ingest, issue_waybills
from apps.tracking.services.signers import authorise_signer
from apps.tracking.signing import NewProof
from tests.factories.customers import CustomerFactory

CONSIGNEE = "李小红"


def ago(**span: float) -> datetime:
    return timezone.now() - timedelta(**span)


def level(code: str = "std", **lane: Any) -> ServiceLevel:
    """A level with one lane between any two cities: 48 hours promised, 44 of them used."""
    found, _made = ServiceLevel.objects.get_or_create(
        code=code, defaults={"name": f"标准 {code}", "job_type": JobType.DOOR_TO_DOOR}
    )
    values = {
        "scope": "inter_city",
        "promised_hours": Decimal(48),
        "opens": "00:00",
        "cut_off": "23:59:59",
        "pickup_hours": 4,
        "sort_hours": 4,
        "line_haul_hours": 24,
        "delivery_hours": 12,
        "receipt_return_hours": 72,
        "valid_from": "2020-01-01",
    }
    ServiceLane.objects.create(level=found, **{**values, **lane})
    return found


def shipment(*, at: datetime | None = None, by: User | None = None, **fields: Any) -> Waybill:
    """One waybill, promised by its level (none by default)."""
    by = by or system_user("tests")
    at = at or ago(hours=1)
    values: dict[str, Any] = {
        "job_type": JobType.DOOR_TO_DOOR,
        "settlement_method": SettlementMethod.MONTHLY,
        "origin_city": "上海",
        "destination_city": "北京",
        "consignee_name": CONSIGNEE,
        "consignee_phone": "13900139000",
        **fields,
    }
    if "customer" not in values:
        values["customer"] = CustomerFactory()
    [waybill] = issue_waybills(specs=[NewWaybill(**values)], by=by, at=at)
    return waybill


def scan(waybill: Waybill, code: str, at: datetime | None = None, **fields: Any) -> Waybill:
    """Report ``code``; the waybill comes back as it stands now."""
    carrier = fields.pop("carrier", None)
    source = fields.pop("source", "tests")
    event = IncomingEvent(
        waybill_number=waybill.number, code=code, occurred_at=at or timezone.now(), **fields
    )
    result = ingest(
        [event], source=source, by=system_user("tests"), at=timezone.now(), carrier=carrier
    )
    assert not result.refused, result.refused
    waybill.refresh_from_db()
    return waybill


def authorised(waybill: Waybill, name: str = "王大力", **fields: Any) -> AuthorisedSigner:
    return authorise_signer(
        **{
            "waybill_id": waybill.pk,
            "name": name,
            "given_by": "陈经理",
            "confirmed": ConfirmedBy.CALL_BACK,
            "by": system_user("tests"),
            "at": timezone.now(),
            **fields,
        }
    )


def proof(**fields: Any) -> NewProof:
    """Signed just now by the consignee, all well."""
    values: dict[str, Any] = {
        "signed_by": CONSIGNEE,
        "signed_at": timezone.now(),
        "packaging_intact": True,
        "was_opened": False,
        **fields,
    }
    return NewProof(**values)


def picture(size: tuple[int, int] = (60, 40), form: str = "JPEG", **options: Any) -> io.BytesIO:
    out = io.BytesIO()
    mode = options.pop("mode", "RGB")
    Image.new(mode, size, options.pop("colour", "red")).save(out, form, **options)
    out.seek(0)
    out.name = f"photo.{form.lower()}"
    return out


def photo() -> CleanPhoto:
    return clean_photo(picture())


def agreement(partner: PartnerCarrier, **fields: Any) -> PartnerAgreement:
    values = {
        "carrier": partner,
        "area": "华北",
        "liability": "丢失按声明价值赔偿。",
        "valid_from": date(2020, 1, 1),
        "recorded_at": timezone.now(),
        "recorded_by": system_user("tests"),
        **fields,
    }
    return PartnerAgreement.objects.create(**values)
