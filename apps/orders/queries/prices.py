"""Orders as prices are asked for them (BIL-1): which service, taken on which day, what is carried."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from apps.core.areas import area_in
from apps.core.money import format_money
from apps.customers.enums import JobType
from apps.orders.enums import ServiceLevel
from apps.orders.models import WorkOrder
from apps.orders.models.content import OrderContent
from apps.orders.rules import Part, parts_of
from apps.pricing.models import Tariff
from apps.pricing.queries.effects import MOST
from apps.pricing.queries.pricing import Asked, Price, explain_price, rate_shipments
from apps.pricing.rating import Shipment, Step, Unrated, yuan

Priced = list[tuple[Shipment, Price]]


def level_names() -> Mapping[str, Any]:
    return {level.value: level.label for level in ServiceLevel}


def service_of(job_type: str, service_level: str) -> str:
    """The service that a tariff prices: a dedicated vehicle is one whatever its level."""
    return JobType.DEDICATED.value if job_type == JobType.DEDICATED else service_level


def questions_of(order: WorkOrder) -> list[Asked]:
    """One for each waybill that the order has or will have. The day is that of its confirming, on which
    they are issued; before, today. A draft may lack nearly everything and is then refused by name."""
    parts = parts_of(order)
    day = timezone.localdate(order.confirmed_at or timezone.now())
    return [
        Asked(
            order.customer_id,
            service_of(order.job_type, order.service_level),
            day,
            shipment_of(order, part),
            key=order.number,
            order_number=order.number,
            part=nth,
            parts=len(parts),
        )
        for nth, part in enumerate(parts)
    ]


def rate_order(order: WorkOrder) -> Priced:
    """What the order costs by the prices of its day, waybill by waybill, each with what it was priced
    by; raises Unrated. Two queries once the version is known to the process."""
    found: Priced = []
    for asked, price in rate_shipments(questions_of(order)):
        if isinstance(price, Unrated):
            raise price
        found.append((asked.shipment, price))
    return found


def total_fen(priced: Priced) -> int:
    return sum(price.rated.gross_fen for _shipment, price in priced)


def explain_order(priced: Priced) -> list[Step]:
    """The steps of every waybill; where several cost the same by the same facts, once with their number.
    They sum to the total."""
    counts: dict[Any, int] = {}
    first: dict[Any, tuple[Shipment, Price]] = {}
    for shipment, price in priced:
        key = repr(shipment)
        counts[key] = counts.get(key, 0) + 1
        first.setdefault(key, (shipment, price))
    steps: list[Step] = []
    for key, (shipment, price) in first.items():
        _rated, mine = explain_price(price.version, shipment)
        n = counts[key]
        if len(priced) > 1:
            label = ngettext("%(n)d waybill", "%(n)d waybills, each", n) % {"n": n}
            steps.append(Step(label, _weight(shipment), None))
        steps += mine
        if n > 1:
            label = gettext("%(n)d waybills more") % {"n": n - 1}
            steps.append(Step(label, "", price.rated.gross_fen * (n - 1)))
    return steps


def _weight(shipment: Shipment) -> str:
    return f"{Decimal(shipment.weight_g) / 1000:f} kg" if shipment.weight_g else ""


def price_for(user: Any, order: WorkOrder) -> dict[str, Any]:
    """``price_shown`` for whoever may ask what things cost; nothing for others."""
    return price_shown(order) if user.has_perm("pricing.try_tariff") else {}


def price_shown(order: WorkOrder) -> dict[str, Any]:
    """For a page: the total and steps in yuan, or why there is no price yet."""
    try:
        priced = rate_order(order)
    except Unrated as refusal:
        return {"refusal": refusal}
    steps = explain_order(priced)
    explained = [
        (step.what, step.how, None if step.fen is None else yuan(step.fen)) for step in steps
    ]
    return {"total": yuan(total_fen(priced)), "steps": explained, "version": priced[0][1].version}


def price_sentence(order: WorkOrder) -> str:
    """“By tariff ¥30.50: freight ¥19.00, …”, or what is missing."""
    try:
        priced = rate_order(order)
    except Unrated as refusal:
        return gettext("No price yet: %(why)s") % {"why": refusal.message}
    lines = gettext(", ").join(
        f"{kind.label} {format_money(yuan(fen))}" for kind, fen in lines_of(priced).items()
    )
    total = format_money(yuan(total_fen(priced)))
    return gettext("By tariff %(total)s: %(lines)s") % {"total": total, "lines": lines}


def lines_of(priced: Priced) -> dict[Any, int]:
    """Kind of component → fen, of all waybills together."""
    sums: dict[Any, int] = {}
    for _shipment, price in priced:
        for line in price.rated.lines:
            sums[line.kind] = sums.get(line.kind, 0) + line.fen
    return sums


def shipment_of(order: OrderContent, part: Part) -> Shipment:
    return Shipment(
        origin=area_in(order.origin_city, order.pickup_address),
        destination=area_in(order.destination_city, order.delivery_address),
        weight_g=part.weight_g or 0,
        volume_mm3=(part.volume_cm3 or 0) * 1000,
        pieces=part.pieces,
        insured_fen=fen_of(part.insured_amount),
        cod_fen=fen_of(part.cod_amount),
        extras={"sign_back": 1} if order.return_document_required else {},
        vehicle=order.vehicle_type,
        distance_m=order.distance_m or 0,
    )


def fen_of(amount: Decimal | None) -> int:
    return 0 if amount is None else int(amount * 100)


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
        yield from questions_of(order)
