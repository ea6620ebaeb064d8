"""Orders as prices are asked for them (BIL-1): which service, taken on which day, what is carried."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext

from apps.core.areas import Level, areas_named
from apps.core.money import format_money
from apps.customers.enums import JobType
from apps.orders.enums import ServiceLevel
from apps.orders.models import WorkOrder
from apps.orders.models.content import OrderContent
from apps.pricing.models import Tariff
from apps.pricing.queries.effects import MOST
from apps.pricing.queries.papers import quote_for
from apps.pricing.queries.pricing import Asked, Price, explain_price, rate_shipment
from apps.pricing.rating import Shipment, Unrated, yuan

LONGEST_DISTRICT = 11  # characters


def level_names() -> Mapping[str, Any]:
    return {level.value: level.label for level in ServiceLevel}


def service_of(order: OrderContent) -> str:
    """The service that a tariff prices: a dedicated vehicle is one whatever its level."""
    if order.job_type == JobType.DEDICATED:
        return JobType.DEDICATED.value
    return order.service_level


def question_of(order: WorkOrder) -> Asked:
    """``day`` is the day the order came in; a draft may lack nearly everything and is then refused by
    name when it is rated."""
    return Asked(
        order.customer_id, service_of(order), order.received_on, shipment_of(order), order.number
    )


def rate_order(order: WorkOrder) -> tuple[Shipment, Price]:
    """What the order costs by the prices of its day, and what it was asked with; raises Unrated. A
    quote made for this very order comes before any tariff, one for the customer where no tariff has a
    price. Two queries once the version is known to the process."""
    asked = question_of(order)
    quote = quote_for(
        customer_id=order.customer_id,
        service=asked.service,
        day=asked.day,
        order_number=order.number,
    )
    quoted = quote and replace(asked, shipment=asked.shipment._replace(quoted_fen=quote.amount_fen))
    if quote and quoted and quote.order_number:
        return quoted.shipment, rate_shipment(quoted)
    try:
        return asked.shipment, rate_shipment(asked)
    except Unrated:
        if not quoted:
            raise
        return quoted.shipment, rate_shipment(quoted)


def price_for(user: Any, order: WorkOrder) -> dict[str, Any]:
    """``price_shown`` for whoever may ask what things cost; nothing for others."""
    return price_shown(order) if user.has_perm("pricing.try_tariff") else {}


def price_shown(order: WorkOrder) -> dict[str, Any]:
    """For a page: the total and steps in yuan, or why there is no price yet."""
    try:
        shipment, price = rate_order(order)
    except Unrated as refusal:
        return {"refusal": refusal}
    rated, steps = explain_price(price.version, shipment)
    told = [(step.what, step.how, None if step.fen is None else yuan(step.fen)) for step in steps]
    return {"total": yuan(rated.gross_fen), "steps": told, "version": price.version}


def price_sentence(order: WorkOrder) -> str:
    """“By tariff ¥30.50: freight ¥19.00, …”, or what is missing."""
    try:
        _shipment, price = rate_order(order)
    except Unrated as refusal:
        return gettext("No price yet: %(why)s") % {"why": refusal.message}
    lines = gettext(", ").join(
        f"{line.kind.label} {format_money(yuan(line.fen))}" for line in price.rated.lines
    )
    total = format_money(yuan(price.rated.gross_fen))
    return gettext("By tariff %(total)s: %(lines)s") % {"total": total, "lines": lines}


def shipment_of(order: OrderContent) -> Shipment:
    """A dedicated vehicle's distance is not known here: that is a quote's."""
    return Shipment(
        origin=area_in(order.origin_city, order.pickup_address),
        destination=area_in(order.destination_city, order.delivery_address),
        weight_g=order.weight_g or 0,
        volume_mm3=(order.volume_cm3 or 0) * 1000,
        pieces=order.pieces or 1,
        insured_fen=fen_of(order.insured_amount),
        cod_fen=fen_of(order.cod_amount),
        extras={"sign_back": 1} if order.return_document_required else {},
        vehicle=order.vehicle_type,
    )


def fen_of(amount: Decimal | None) -> int:
    return 0 if amount is None else int(amount * 100)


def area_in(city: str, address: str) -> str:
    """The code of GB/T 2260 of the district that the address names within the city, else of the city;
    "" for a city that is none."""
    code = city_code(city)
    if not code:
        return ""
    within = code[:2] if code.endswith("0000") else code[:4]
    for start in range(min(len(address), 24)):
        for length in range(LONGEST_DISTRICT, 1, -1):
            for area in areas_named(address[start : start + length]):
                is_inside = area.level == Level.DISTRICT and area.code.startswith(within)
                if is_inside and address.startswith(area.name, start):
                    return area.code
    return code


@lru_cache(maxsize=2048)
def city_code(name: str) -> str:
    return next((area.code for area in areas_named(name.strip()) if area.is_city), "")


def confirmed_shipments(tariff: Tariff, first: date, last: date) -> Iterator[Asked]:
    """Orders confirmed from the first to the last day (Asia/Shanghai) that the tariff is for: those of
    its customer; of a list price those of everybody without a tariff of their own."""
    begins = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    ends = timezone.make_aware(datetime.combine(last + timedelta(days=1), datetime.min.time()))
    orders = WorkOrder.objects.filter(confirmed_at__gte=begins, confirmed_at__lt=ends)
    if tariff.service == JobType.DEDICATED:
        orders = orders.filter(job_type=JobType.DEDICATED)
    else:
        orders = orders.filter(service_level=tariff.service).exclude(job_type=JobType.DEDICATED)
    if tariff.customer_id is None:
        own = Tariff.objects.filter(customer=OuterRef("customer"), service=tariff.service)
        orders = orders.filter(~Q(Exists(own)))
    else:
        orders = orders.filter(customer=tariff.customer_id)
    for order in orders.order_by("-confirmed_at", "-id")[: MOST + 1].iterator(chunk_size=2000):
        yield question_of(order)
