"""Confirming an order: the one moment at which it becomes work for others (ORD-4)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.core import cached_tables
from apps.core.errors import RuleBroken
from apps.events.services import NewEvent, record_many
from apps.orders.enums import OrderStatus
from apps.orders.models import PrintJob, WorkOrder, WorkOrderWaybill
from apps.orders.queries import confirmation_refusals, find_centre
from apps.orders.queries.confirmation import centre_units
from apps.orders.queries.customers import confirmation_customer
from apps.orders.queries.goods import goods_lists
from apps.orders.queries.steps import steps_in_use
from apps.orders.rules import GoodsBook, centre_kind, parts_of
from apps.orders.services import clocks
from apps.orders.services.entry import classify, lock_order, move
from apps.orders.services.tasks import generate_tasks
from apps.tracking.inputs import NewWaybill
from apps.tracking.models import Waybill
from apps.tracking.queries.standards import service_times
from apps.tracking.services.issue import issue_events, issue_within


@dataclass(frozen=True, slots=True)
class Confirmation:
    order: WorkOrder
    waybills: list[Waybill]


@transaction.atomic
def confirm_order(
    *, order_id: int, by: User, at: datetime, book: GoodsBook | None = None
) -> Confirmation:
    """Issue the waybills, send the order to its centre and plan the follow-up, all or nothing.

    Of two people who confirm at once the second waits for the row and is then told who was
    first. Raises RuleBroken with the first reason's code; ``params["refusals"]`` has them all.
    The estimated fee stays the agent's: rating comes with the tariff.
    """
    order = lock_order(order_id)
    with cached_tables.checked_together(goods_lists, centre_units, steps_in_use, service_times):
        return _confirm(order, by=by, at=at, book=book)


def _confirm(order: WorkOrder, *, by: User, at: datetime, book: GoodsBook | None) -> Confirmation:
    checked = confirmation_customer(order.customer, at)
    order.customer = checked.customer
    refusals = confirmation_refusals(order, at, book)
    if refusals:
        first = refusals[0]
        raise RuleBroken(
            " ".join(refusal.message for refusal in refusals),
            code=first.code,
            field=first.field,
            rule=first.rule,
            refusals=refusals,
        )
    classify(order, first_order=checked.first_order)
    move(order, OrderStatus.CONFIRMED)
    order.confirmed_at, order.confirmed_by = at, by
    kind = centre_kind(order.job_type, order.origin_city, order.destination_city)
    order.centre_kind, order.centre = kind, find_centre(order, kind)
    order.save()
    waybills = issue_within(specs=waybill_specs(order), at=at)
    WorkOrderWaybill.objects.bulk_create(
        WorkOrderWaybill(work_order=order, waybill=waybill, piece=piece)
        for piece, waybill in enumerate(waybills, start=1)
    )
    PrintJob.objects.create(work_order=order, centre_kind=kind, centre=order.centre, created_by=by)
    clocks.processed(order, by=by, at=at)
    contracts = {order.customer_id: checked.contract_id}
    generate_tasks(order, waybills, contracts, by=by, at=at)
    numbers = ", ".join(waybill.number for waybill in waybills[:10])
    data = {"waybills": numbers, "count": len(waybills), "class": order.follow_up_class}
    centre = {"centre_kind": str(kind), "centre": order.centre_id or ""}
    about = (WorkOrder._meta.label_lower, str(order.pk), by.pk, at)
    record_many(
        [
            *issue_events(waybills, by=by, at=at),
            NewEvent("workorder.confirmed", *about, data),
            NewEvent("workorder.sent_to_centre", *about, centre),
        ]
    )
    return Confirmation(order, waybills)


def waybill_specs(order: WorkOrder) -> list[NewWaybill]:
    """One waybill for the order, or one per piece."""
    return [
        NewWaybill(
            customer=order.customer,
            job_type=order.job_type,
            settlement_method=order.settlement_method,
            service_level=order.service_level,
            customer_reference=order.customer_reference,
            origin_city=order.origin_city,
            destination_city=order.destination_city,
            sender_name=order.pickup_contact,
            sender_phone=order.pickup_phone,
            sender_address=order.pickup_address,
            consignee_name=order.delivery_contact,
            consignee_phone=order.delivery_phone,
            consignee_address=order.delivery_address,
            goods_name=order.goods_name,
            pieces=part.pieces,
            weight_g=part.weight_g,
            volume_cm3=part.volume_cm3,
            declared_value=part.declared_value,
            insured_amount=part.insured_amount,
            cod_amount=part.cod_amount,
            return_document_required=order.return_document_required,
            responsible_unit=order.centre,
            promised_at=order.requested_delivery,
        )
        for part in parts_of(order)
    ]
