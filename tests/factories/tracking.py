"""Waybills with and without history. Everything goes through the services, as in the house."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.customers.enums import JobType, SettlementMethod
from apps.customers.models import Customer
from apps.tracking.inputs import IncomingEvent, NewWaybill
from apps.tracking.models import PartnerCarrier, PartnerNumber, TrackingEvent, Waybill
from apps.tracking.services import ingest, issue_waybills
from tests.factories.customers import CustomerFactory

SENDER_PHONE = "13800138001"
CONSIGNEE_PHONE = "13900139002"


def new_waybill(customer: Customer | None = None, **fields: Any) -> NewWaybill:
    return NewWaybill(
        **{
            "customer": customer or CustomerFactory(),
            "job_type": JobType.DOOR_TO_DOOR,
            "settlement_method": SettlementMethod.MONTHLY,
            "origin_city": "上海市",
            "destination_city": "北京市",
            "sender_name": "王小明",
            "sender_phone": SENDER_PHONE,
            "sender_address": "上海市徐汇区漕溪北路 1 号 2 楼",
            "consignee_name": "李小红",
            "consignee_phone": CONSIGNEE_PHONE,
            "consignee_address": "北京市朝阳区建国路 88 号 1001 室",
            "goods_name": "服装",
            "pieces": 1,
            "weight_g": 1200,
            **fields,
        }
    )


def waybills(
    count: int, *, customer: Customer | None = None, at: datetime | None = None, **fields: Any
) -> list[Waybill]:
    customer = customer or CustomerFactory()
    return issue_waybills(
        specs=[new_waybill(customer, **fields) for _ in range(count)],
        by=system_user("tests"),
        at=at or timezone.now() - timedelta(days=3),
    )


def waybill(**fields: Any) -> Waybill:
    return waybills(1, **fields)[0]


def event(to: Waybill | str, code: str, hours_ago: float = 1, **fields: Any) -> IncomingEvent:
    return IncomingEvent(
        waybill_number=to if isinstance(to, str) else to.number,
        code=code,
        occurred_at=fields.pop("occurred_at", None) or timezone.now() - timedelta(hours=hours_ago),
        **fields,
    )


def report(to: Waybill, *codes: str, by: User | None = None, source: str = "tests") -> Waybill:
    """Report ``codes`` an hour apart, the last one an hour ago, and give the waybill back fresh."""
    ingest(
        [event(to, code, hours_ago=len(codes) - n) for n, code in enumerate(codes)],
        source=source,
        by=by or system_user("tests"),
        at=timezone.now(),
    )
    to.refresh_from_db()
    return to


def events_of(of: Waybill) -> list[TrackingEvent]:
    return list(TrackingEvent.objects.filter(waybill=of).order_by("occurred_at", "rank", "id"))


def carrier(code: str = "yunda", salt: str = "s3cret-salt", **fields: Any) -> PartnerCarrier:
    made: PartnerCarrier = PartnerCarrier.objects.create(
        **{"code": code, "name": "韵达", "feed_code": code, "salt": salt, **fields}
    )
    return made


def partner_number(of: Waybill, by_carrier: PartnerCarrier, number: str) -> PartnerNumber:
    made: PartnerNumber = PartnerNumber.objects.create(
        waybill=of,
        carrier=by_carrier,
        number=number,
        attached_at=timezone.now(),
        attached_by=system_user("tests"),
    )
    return made
