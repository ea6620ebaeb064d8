"""Shipments as prices are asked for them (BIL-1): what a waybill says, and what only its order knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Window

from apps.billing.rules.shipments import shipment_of, taken_on
from apps.orders.models import WorkOrderWaybill
from apps.orders.queries.prices import service_of
from apps.pricing.queries.pricing import Asked
from apps.tracking.models import ProofOfDelivery, Waybill


@dataclass(frozen=True, slots=True)
class _FromOrder:
    number: str = ""
    vehicle: str = ""
    distance_m: int = 0
    part: int = 0
    parts: int = 1


_NONE = _FromOrder()


def questions_of(waybills: Sequence[Waybill]) -> list[Asked]:
    """One for each waybill, by its service and the day it was taken; ``key`` is the waybill. Two queries."""
    orders, collected = _orders_of(waybills), _collected(waybills)
    return [
        _question(waybill, orders.get(waybill.pk, _NONE), collected.get(waybill.pk))
        for waybill in waybills
    ]


def _collected(waybills: Sequence[Waybill]) -> dict[int, Decimal]:
    """What was paid at the door, as the proofs of delivery say."""
    asked = [waybill.pk for waybill in waybills if waybill.cod_amount is not None]
    if not asked:
        return {}
    proofs = ProofOfDelivery.objects.standing().filter(waybill__in=asked, cod_paid__gt=0)
    return {pk: paid for pk, paid in proofs.values_list("waybill_id", "cod_paid") if paid}


def _question(waybill: Waybill, order: _FromOrder, collected: Decimal | None) -> Asked:
    shipment = shipment_of(waybill, collected)._replace(
        vehicle=order.vehicle, distance_m=order.distance_m
    )
    return Asked(
        waybill.customer_id,
        service_of(waybill.job_type, waybill.service_level),
        taken_on(waybill),
        shipment,
        key=waybill,
        order_number=order.number,
        part=order.part,
        parts=order.parts,
    )


def _orders_of(waybills: Sequence[Waybill]) -> dict[int, _FromOrder]:
    orders = WorkOrderWaybill.objects.filter(waybill__in=[one.pk for one in waybills])
    rows: Any = (
        WorkOrderWaybill.objects.filter(work_order__in=orders.values("work_order"))
        .annotate(of=Window(Count("pk"), partition_by=F("work_order")))
        .values_list(
            "waybill_id",
            "work_order__number",
            "work_order__vehicle_type",
            "work_order__distance_m",
            "piece",
            "of",
        )
    )
    return {
        pk: _FromOrder(number, vehicle, distance or 0, piece - 1, of)
        for pk, number, vehicle, distance, piece, of in rows
    }
