"""Tariffs with versions in force, and what they say."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.models import User
from apps.pricing import services
from apps.pricing.enums import Basis, ComponentKind, Volumetric
from apps.pricing.models import Tariff, TariffVersion
from apps.pricing.rating import (
    SAME_CITY,
    SAME_PROVINCE,
    Band,
    Component,
    Segment,
    WeightStep,
    ZoneRule,
    first_additional,
    ppm,
)
from apps.pricing.rating import Tariff as Says
from tests.factories.accounts import UserFactory

STANDARD = "standard"


def fuel(percent: str) -> Component:
    rate = Band(rate_ppm=ppm(percent))
    return Component("fuel", ComponentKind.FUEL, Basis.FREIGHT, (rate,), name="燃油附加费", order=1)


INSURANCE = Component(
    "insurance",
    ComponentKind.INSURANCE,
    Basis.INSURED,
    (Band(50_000, 100), Band(None, rate_ppm=5_000)),
    name="保价费",
    order=2,
)


def says(first_fen: int = 1200, additional_fen: int = 300, **more: Any) -> Says:
    """Three zones: the same city, the same province, everywhere else at twice the price."""
    zones = {"city": "同城", "province": "省内", "far": "跨省"}
    rates = {"city": 1, "province": 1, "far": 2}
    segments = [
        first_additional(
            zone,
            first_g=1000,
            first_fen=first_fen * times,
            step_g=1000,
            step_fen=additional_fen * times,
        )
        for zone, times in rates.items()
    ]
    rules = (ZoneRule("city", SAME_CITY), ZoneRule("province", SAME_PROVINCE), ZoneRule("far"))
    more.setdefault("components", (fuel("10"), INSURANCE))
    return Says(
        segments=tuple(segments),
        rules=rules,
        zones=zones,
        weight_steps=(WeightStep(None, 1000),),
        volumetric=Volumetric.FULL,
        **more,
    )


def flat_price(fen: int) -> Says:
    return Says((Segment("all", None, fen),), (ZoneRule("all"),), {"all": "全国"})


def tariff(customer: Any = None, service: str = STANDARD, by: User | None = None) -> Tariff:
    who = by or UserFactory()
    found = Tariff.objects.filter(customer=customer, service=service).first()
    return found or services.create_tariff(
        customer=customer, service=service, name="标准快递", by=who, at=timezone.now()
    )


def draft(
    what: Says | None = None, since: date | None = None, by: User | None = None, **of: Any
) -> TariffVersion:
    who, now = by or UserFactory(), timezone.now()
    version = services.draft_version(
        tariff=tariff(by=who, **of),
        since=since or timezone.localdate(now) - timedelta(days=60),
        by=who,
        at=now,
    )
    return services.fill_draft(version=version, says=what or says(), by=who, at=now)


def published(
    what: Says | None = None, since: date | None = None, at: datetime | None = None, **of: Any
) -> TariffVersion:
    """In force since two months unless said otherwise."""
    version = draft(what, since, **of)
    return services.publish_version(
        version=version, by=version.created_by, at=at or timezone.now(), note="合同价"
    )
