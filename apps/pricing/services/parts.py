"""The rows of a draft: written all together, as they were given."""

from apps.pricing.models import (
    Component,
    ComponentBand,
    MonthlyTier,
    Segment,
    TariffVersion,
    WeightStep,
    Zone,
    ZoneRule,
)
from apps.pricing.queries.reading import read_tariff
from apps.pricing.rating import Tariff as RatingTariff


def write_parts(version: TariffVersion, says: RatingTariff) -> None:
    """Replaces all rows of a draft; about a dozen statements, however many rows."""
    for model in (ZoneRule, Segment, Zone, WeightStep, MonthlyTier, Component):
        model._default_manager.filter(version=version).delete()
    zones = _zones(version, says)
    ZoneRule.objects.bulk_create(
        ZoneRule(
            version=version,
            position=n,
            zone=zones[rule.zone],
            destination=rule.destination,
            origin=rule.origin,
        )
        for n, rule in enumerate(says.rules, start=1)
    )
    Segment.objects.bulk_create(
        Segment(
            version=version,
            position=n,
            zone=zones[one.zone],
            upto=one.upto,
            base_fen=one.base_fen,
            beyond=one.beyond,
            step=one.step,
            inc_fen=one.inc_fen,
            per=one.per,
        )
        for n, one in enumerate(says.segments, start=1)
    )
    WeightStep.objects.bulk_create(
        WeightStep(
            version=version, position=n, upto=one.upto, step=one.step, threshold=one.threshold
        )
        for n, one in enumerate(says.weight_steps, start=1)
    )
    MonthlyTier.objects.bulk_create(
        MonthlyTier(version=version, position=n, upto=one.upto, discount_ppm=one.discount_ppm)
        for n, one in enumerate(says.monthly, start=1)
    )
    _components(version, says)


def copy_parts(source: TariffVersion, target: TariffVersion) -> None:
    write_parts(target, read_tariff(source))


def _zones(version: TariffVersion, says: RatingTariff) -> dict[str, Zone]:
    rows = Zone.objects.bulk_create(
        Zone(version=version, position=n, code=code, name="" if name == code else name)
        for n, (code, name) in enumerate(says.zones.items(), start=1)
    )
    return {zone.code: zone for zone in rows}


def _components(version: TariffVersion, says: RatingTariff) -> None:
    rows = Component.objects.bulk_create(
        Component(
            version=version,
            position=n,
            code=one.code,
            kind=str(one.kind),
            name=one.name,
            basis=str(one.basis),
            extra=one.extra,
            min_fen=one.min_fen,
            max_fen=one.max_fen,
            over_max=str(one.over_max),
            areas=sorted(one.areas),
            in_zones=sorted(one.zones),
            order=one.order,
            tax_class=one.tax_class,
        )
        for n, one in enumerate(says.components, start=1)
    )
    ComponentBand.objects.bulk_create(
        ComponentBand(
            component=row,
            position=n,
            upto=band.upto,
            base_fen=band.base_fen,
            rate_ppm=band.rate_ppm,
            beyond=band.beyond,
            step=band.step,
            inc_fen=band.inc_fen,
        )
        for row, one in zip(rows, says.components, strict=True)
        for n, band in enumerate(one.bands, start=1)
    )
