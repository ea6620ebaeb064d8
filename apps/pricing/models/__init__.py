from apps.pricing.models.papers import Quote, TaxClass
from apps.pricing.models.parts import (
    Component,
    ComponentBand,
    MonthlyTier,
    Segment,
    WeightStep,
    Zone,
    ZoneRule,
)
from apps.pricing.models.tariffs import Tariff, TariffVersion

__all__ = [
    "Component",
    "ComponentBand",
    "MonthlyTier",
    "Quote",
    "Segment",
    "Tariff",
    "TariffVersion",
    "TaxClass",
    "WeightStep",
    "Zone",
    "ZoneRule",
]
