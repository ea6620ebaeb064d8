"""Orders from spreadsheets: how a row is read, and how good rows become orders, set-based (ORD-1)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.backoffice.enums import RowOutcome
from apps.backoffice.imports import Intake, Item, Outcome, RowRefused
from apps.backoffice.services import reserve_rows
from apps.core.errors import BadInput, RuleBroken
from apps.core.sheets import SheetRow
from apps.customers.models import Customer
from apps.customers.queries import OrderDefaults, contracts_in_force, order_defaults
from apps.events.services import NewEvent, record_many
from apps.orders.cleaning import clean_order
from apps.orders.columns import COLUMNS
from apps.orders.enums import Channel, OrderStatus
from apps.orders.inputs import Arrival, OrderInput
from apps.orders.models import WorkOrder
from apps.orders.queries import first_order_of, goods_book
from apps.orders.queries.confirmation import finding_text
from apps.orders.rules import GoodsBook, check_goods
from apps.orders.services import clocks
from apps.orders.services.entry import build_order, lock_customer, owner_of

BATCH = 1_000
# Without these there is nothing to deliver; what else is missing can be asked for later.
LEAST = ("delivery_contact", "delivery_phone", "destination_city", "delivery_address", "goods_name")


@dataclass(frozen=True, slots=True)
class OrderContext:
    """What all rows of a file are read by."""

    customer: Customer
    usual: OrderDefaults
    book: GoodsBook


def prepare_orders(intake: Intake) -> OrderContext:
    """Raises RuleBroken when the customer is none that the uploader sees."""
    seen = Customer.objects.visible_to(intake.by)
    customer = seen.filter(pk=intake.parameters["customer"]).first()
    if customer is None:
        raise RuleBroken(
            _("This customer is not among yours."), code="unknown_customer", field="customer"
        )
    book = goods_book(timezone.localdate(intake.at))
    return OrderContext(customer, order_defaults(customer), book)


def read_order(row: SheetRow, context: OrderContext) -> OrderInput:
    """Pickup place and settlement come from the customer's usual ones where the row is silent."""
    content, errors = clean_order(_with_defaults(row.values, context.usual))
    if errors:
        raise RowRefused(*errors.values())
    missing = {name for name in LEAST if not getattr(content, name)}
    if missing:
        names = "、".join(column.heading for column in COLUMNS if column.key in missing)
        raise BadInput(_("Missing: %(columns)s.") % {"columns": names}, code="incomplete")
    found = check_goods(context.book, content.goods_name, content.transport_mode)
    blocking = next((finding for finding in found if finding.blocks), None)
    if blocking is not None:
        raise BadInput(finding_text(blocking), code="prohibited_goods")
    return content


def _with_defaults(values: Mapping[str, str], usual: OrderDefaults) -> dict[str, str]:
    filled = {key: value for key, value in values.items() if value}
    at_door = ("pickup_contact", "pickup_phone", "pickup_address", "origin_city", "pickup_company")
    if not any(filled.get(name) for name in at_door):
        filled |= {
            "pickup_company": usual.company,
            "pickup_contact": usual.contact_name,
            "pickup_phone": usual.phone,
            "origin_city": usual.city,
            "pickup_address": usual.address,
        }
    if not filled.get("settlement_method"):
        filled["settlement_method"] = "cod" if filled.get("cod_amount") else usual.settlement_method
    return filled


def take_orders(intake: Intake, items: Sequence[Item]) -> list[Outcome]:
    """Good rows become orders; a row whose reference is known, from wherever, is not taken twice."""
    context: OrderContext = intake.context
    lock_customer(context.customer)
    known = _known_references(context.customer, items)
    fresh = [item for item in _first_of_each(items) if item.content.customer_reference not in known]
    orders = _enter(intake, context.customer, fresh)
    by_reference = known | {
        order.customer_reference: order for order in orders.values() if order.customer_reference
    }
    return [_outcome(item, orders.get(item.number), by_reference) for item in items]


def _known_references(customer: Customer, items: Sequence[Item]) -> dict[str, WorkOrder]:
    references = {item.content.customer_reference for item in items} - {""}
    live = customer.work_orders.exclude(status=OrderStatus.CANCELLED)
    found = live.filter(customer_reference__in=references)
    return {order.customer_reference: order for order in found}


def _first_of_each(items: Sequence[Item]) -> Iterator[Item]:
    """Of those with one reference only the first."""
    seen: set[str] = set()
    for item in items:
        reference = item.content.customer_reference
        if reference and reference in seen:
            continue
        seen.add(reference)
        yield item


def _enter(intake: Intake, customer: Customer, items: Sequence[Item]) -> dict[int, WorkOrder]:
    """The new orders by row."""
    if not items:
        return {}
    by, at = intake.by, intake.at
    orders = _built(customer, items, intake)
    reserved = reserve_rows(WorkOrder, WorkOrder.PREFIX, timezone.localdate(at), len(orders))
    for order, (pk, number) in zip(orders, reserved, strict=True):
        order.pk, order.number = pk, number
    clocks.start(orders, contracts_in_force([customer.pk], at), by=by, at=at)
    WorkOrder.objects.bulk_create(orders, batch_size=BATCH)
    record_many(
        NewEvent(
            "workorder.received",
            WorkOrder._meta.label_lower,
            str(order.pk),
            by.pk,
            at,
            {"number": order.number, "channel": order.channel, "customer": customer.pk},
        )
        for order in orders
    )
    return {item.number: order for item, order in zip(items, orders, strict=True)}


def _built(customer: Customer, items: Sequence[Item], intake: Intake) -> list[WorkOrder]:
    owner = owner_of(customer, intake.at) or intake.by
    first = first_order_of(customer)
    arrival = Arrival(channel=Channel.SPREADSHEET, received_at=intake.at)
    return [
        build_order(
            customer=customer,
            content=item.content,
            arrival=arrival,
            owner=owner,
            by=intake.by,
            first_order=first,
            intake=intake.file,
        )
        for item in items
    ]


def _outcome(item: Item, order: WorkOrder | None, by_reference: dict[str, WorkOrder]) -> Outcome:
    reference = item.content.customer_reference
    if order is None:
        known = by_reference[reference]
        message = _("Already entered as %(number)s.") % {"number": known.number}
        return Outcome(
            item.number, RowOutcome.KNOWN, reference, known.pk, "reference_known", message
        )
    about = f"{order.number} {reference}".strip()
    if order.status == OrderStatus.DRAFT:
        message = _("Taken in as a draft: something is still missing.")
        return Outcome(item.number, RowOutcome.TAKEN, about, order.pk, "draft", message)
    return Outcome(item.number, RowOutcome.TAKEN, about, order.pk)
