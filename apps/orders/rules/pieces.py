"""Sharing an order's figures among its waybills, and who executes it."""

from decimal import Decimal

from apps.customers.enums import JobType
from apps.orders.enums import CentreKind

CENT = Decimal("0.01")


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
