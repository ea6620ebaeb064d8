"""Which prices apply to a customer on a day (BIL-1)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import F, Q

from apps.pricing.enums import VersionState
from apps.pricing.models import MonthlyTier, TariffVersion

Key = tuple[int | None, str]  # customer, service


def version_in_force(*, customer_id: int | None, service: str, day: date) -> TariffVersion | None:
    """The newest version at or before ``day`` (a day in Asia/Shanghai) of the customer's own tariff,
    else of the list price; None where there is neither. One query."""
    return (
        TariffVersion.objects.filter(
            Q(tariff__customer=customer_id) | Q(tariff__customer__isnull=True)
            if customer_id is not None
            else Q(tariff__customer__isnull=True),
            tariff__service=service,
            state=VersionState.ACTIVE,
            since__lte=day,
        )
        .select_related("tariff")
        .order_by(F("tariff__customer").asc(nulls_last=True), "-since")
        .first()
    )


class Book:
    """All active versions of some services, for many shipments at once: two dictionaries."""

    def __init__(self, versions: Iterable[TariffVersion]) -> None:
        self._versions: dict[Key, list[TariffVersion]] = defaultdict(list)
        for version in versions:
            key = (version.tariff.customer_id, version.tariff.service)
            self._versions[key].append(version)
        for rows in self._versions.values():
            rows.sort(key=lambda version: version.since, reverse=True)

    def version_in_force(
        self, *, customer_id: int | None, service: str, day: date
    ) -> TariffVersion | None:
        """As the query of the same name."""
        for key in ((customer_id, service), (None, service)):
            for version in self._versions.get(key, ()):
                if version.since <= day:
                    return version
        return None


def read_book(services: Iterable[str]) -> Book:
    """One query."""
    return Book(
        TariffVersion.objects.filter(
            state=VersionState.ACTIVE, tariff__service__in=list(services)
        ).select_related("tariff")
    )


def tiered_versions() -> list[TariffVersion]:
    """The active versions of all tariffs that have, or once had, tiers of the month. One query."""
    with_tiers = MonthlyTier.objects.filter(version__state=VersionState.ACTIVE)
    return list(
        TariffVersion.objects.filter(
            state=VersionState.ACTIVE, tariff__in=with_tiers.values("version__tariff")
        )
    )
