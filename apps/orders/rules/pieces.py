"""Sharing an order's figures among its waybills, and who executes it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from apps.customers.enums import JobType
from apps.orders.enums import CentreKind

if TYPE_CHECKING:
    from apps.orders.models.content import OrderContent

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Part:
    """What of an order's figures one waybill of it has."""

    pieces: int
    weight_g: int | None
    volume_cm3: int | None
    declared_value: Decimal | None
    insured_amount: Decimal | None
    cod_amount: Decimal | None


def parts_of(order: "OrderContent") -> list[Part]:
    """One for the order, or one per piece: weight, volume and values are shared out; COD is collected
    once, with the first piece."""
    n = (order.pieces or 1) if order.waybill_per_piece else 1
    none: list[None] = [None] * n
    value, insured = order.declared_value, order.insured_amount
    columns = zip(
        share(order.pieces or 1, n),
        share(order.weight_g, n) if order.weight_g else none,
        share(order.volume_cm3, n) if order.volume_cm3 else none,
        share_money(value, n) if value is not None else none,
        share_money(insured, n) if insured is not None else none,
        [order.cod_amount, *none[1:]],
        strict=True,
    )
    return [
        Part(pieces, weight or None, volume or None, worth, cover or None, cod)
        for pieces, weight, volume, worth, cover, cod in columns
    ]


def share(total: int, parts: int) -> list[int]:
    """Whole numbers that add up to ``total``; the first ones take the remainder."""
    each, rest = divmod(total, parts)
    return [each + (at < rest) for at in range(parts)]


def share_money(total: Decimal, parts: int) -> list[Decimal]:
    return [cents * CENT for cents in share(int(total / CENT), parts)]


def city_name(city: str) -> str:
    """北京市 and 北京 are one city."""
    name = city.strip().casefold()
    return name[:-1] if len(name) > 2 and name.endswith("市") else name


def is_intra_city(job_type: str, origin: str, destination: str) -> bool:
    return job_type == JobType.INTRA_CITY or city_name(origin) == city_name(destination)


def centre_kind(job_type: str, origin: str, destination: str) -> CentreKind:
    """Intra-city work goes to the dispatch centre, outbound work to the freight centre (ORD-4)."""
    same = is_intra_city(job_type, origin, destination)
    return CentreKind.DISPATCH if same else CentreKind.FREIGHT
