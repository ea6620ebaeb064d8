"""The rows of a version: zones and their areas, weights, prices, components, monthly tiers."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.pricing.enums import OWN_KINDS, Basis, ComponentKind, OverMax
from apps.pricing.models.tariffs import TariffVersion, VersionPart

KINDS = [kind for kind in ComponentKind if kind not in OWN_KINDS]


class Zone(VersionPart):
    """Where prices are the same; the vehicle, where a version is priced by distance."""

    version = models.ForeignKey(TariffVersion, models.CASCADE, related_name="zones")
    code = models.CharField(_("zone"), max_length=30)
    name = models.CharField(_("name"), max_length=60, blank=True)

    class Meta(VersionPart.Meta):
        verbose_name = _("zone")
        verbose_name_plural = _("zones")
        constraints = [
            models.UniqueConstraint(name="zone_once", fields=["version", "code"]),
            models.CheckConstraint(name="zone_has_a_code", condition=~Q(code="")),
        ]

    def __str__(self) -> str:
        return self.name or self.code


class ZoneRule(VersionPart):
    """Which zone an area is in; see ``rating.tariff.ZoneRule``."""

    version = models.ForeignKey(TariffVersion, models.CASCADE, related_name="zone_rules")
    zone = models.ForeignKey(Zone, models.CASCADE, related_name="rules")
    destination = models.CharField(_("to"), max_length=20, blank=True)
    origin = models.CharField(_("from"), max_length=6, blank=True)

    class Meta(VersionPart.Meta):
        verbose_name = _("area of a zone")
        verbose_name_plural = _("areas of zones")
        constraints = [
            models.UniqueConstraint(
                name="area_in_one_zone", fields=["version", "destination", "origin"]
            ),
            models.CheckConstraint(
                name="area_code_shape",
                condition=Q(destination__regex=r"^(|[0-9]{6}|same_(district|city|province))$")
                & Q(origin__regex=r"^(|[0-9]{6})$"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.destination or '*'} → {self.zone_id}"


class Segment(VersionPart):
    """The freight of a zone up to a weight; see ``rating.tariff.Segment``."""

    version = models.ForeignKey(TariffVersion, models.CASCADE, related_name="segments")
    zone = models.ForeignKey(Zone, models.CASCADE, related_name="segments")
    upto = models.PositiveBigIntegerField(_("up to"), null=True)
    base_fen = models.PositiveBigIntegerField(_("base"))
    beyond = models.PositiveBigIntegerField(_("above"), default=0)
    step = models.PositiveIntegerField(_("step"), default=1000)
    inc_fen = models.PositiveBigIntegerField(_("per step"), default=0)
    per = models.PositiveIntegerField(_("price is per"), null=True)

    class Meta(VersionPart.Meta):
        verbose_name = _("price band")
        verbose_name_plural = _("price bands")
        constraints = [
            models.UniqueConstraint(
                name="segment_once", fields=["version", "zone", "upto"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="segment_figures_sane",
                condition=Q(step__gt=0)
                & (Q(upto__isnull=True) | Q(upto__gt=0))
                & (Q(per__isnull=True) | Q(per__gt=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"≤ {self.upto or '∞'}"


class WeightStep(VersionPart):
    """How weights are rounded; see ``rating.tariff.WeightStep``."""

    version = models.ForeignKey(TariffVersion, models.CASCADE, related_name="weight_steps")
    upto = models.PositiveBigIntegerField(_("up to"), null=True)
    step = models.PositiveIntegerField(_("step"))
    threshold = models.PositiveIntegerField(_("rounded up from"), default=1)

    class Meta(VersionPart.Meta):
        verbose_name = _("rounding of weights")
        verbose_name_plural = _("rounding of weights")
        constraints = [
            models.UniqueConstraint(
                name="weight_step_once", fields=["version", "upto"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="weight_step_sane",
                condition=Q(step__gt=0, threshold__gt=0, threshold__lte=models.F("step")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} g"


class Component(VersionPart):
    """A surcharge, fee or discount; see ``rating.tariff.Component``. ``position`` is its order."""

    version = models.ForeignKey(TariffVersion, models.CASCADE, related_name="components")
    code = models.SlugField(_("code"), max_length=30)
    kind = models.CharField(_("kind"), max_length=12, choices=ComponentKind.choices)
    name = models.CharField(_("name"), max_length=60, blank=True)
    basis = models.CharField(_("computed on"), max_length=10, choices=Basis.choices)
    extra = models.SlugField(_("extra"), max_length=30, blank=True)
    min_fen = models.BigIntegerField(_("at least"), null=True)
    max_fen = models.BigIntegerField(_("at most"), null=True)
    over_max = models.CharField(
        _("above the maximum"), max_length=10, choices=OverMax.choices, default=OverMax.CAP
    )
    areas = ArrayField(models.CharField(max_length=6), verbose_name=_("areas"), default=list)
    in_zones = ArrayField(models.CharField(max_length=30), verbose_name=_("zones"), default=list)
    order = models.SmallIntegerField(_("order"), default=0)
    tax_class = models.SlugField(_("tax class"), max_length=20, blank=True)

    class Meta(VersionPart.Meta):
        verbose_name = _("component")
        verbose_name_plural = _("components")
        constraints = [
            models.UniqueConstraint(name="component_once", fields=["version", "code"]),
            models.CheckConstraint(
                name="component_choices_known",
                condition=Q(kind__in=KINDS, basis__in=Basis.values, over_max__in=OverMax.values),
            ),
            models.CheckConstraint(
                name="component_extra_where_it_is_one",
                condition=(Q(basis=Basis.EXTRA) & ~Q(extra=""))
                | (~Q(basis=Basis.EXTRA) & Q(extra="")),
            ),
            models.CheckConstraint(
                name="component_minimum_below_maximum",
                condition=Q(min_fen__isnull=True)
                | Q(max_fen__isnull=True)
                | Q(min_fen__lte=models.F("max_fen")),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(ComponentKind(self.kind).label)


class ComponentBand(VersionPart):
    """A component's fee up to an amount or quantity; see ``rating.tariff.Band``."""

    component = models.ForeignKey(Component, models.CASCADE, related_name="bands")
    upto = models.PositiveBigIntegerField(_("up to"), null=True)
    base_fen = models.BigIntegerField(_("base"), default=0)
    rate_ppm = models.IntegerField(_("rate"), default=0)
    beyond = models.PositiveBigIntegerField(_("above"), default=0)
    step = models.PositiveIntegerField(_("step"), default=1)
    inc_fen = models.BigIntegerField(_("per step"), default=0)

    class Meta(VersionPart.Meta):
        verbose_name = _("band of a component")
        verbose_name_plural = _("bands of components")
        constraints = [
            models.UniqueConstraint(
                name="component_band_once", fields=["component", "upto"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="component_band_sane",
                condition=Q(step__gt=0, rate_ppm__gte=-1_000_000, rate_ppm__lte=1_000_000),
            ),
        ]

    def __str__(self) -> str:
        return f"≤ {self.upto or '∞'}"


class MonthlyTier(VersionPart):
    """See ``rating.tariff.MonthlyTier``."""

    version = models.ForeignKey(TariffVersion, models.CASCADE, related_name="monthly_tiers")
    upto = models.PositiveBigIntegerField(_("up to"), null=True)
    discount_ppm = models.PositiveIntegerField(_("discount"))

    class Meta(VersionPart.Meta):
        verbose_name = _("monthly tier")
        verbose_name_plural = _("monthly tiers")
        constraints = [
            models.UniqueConstraint(
                name="monthly_tier_once", fields=["version", "upto"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="monthly_tier_sane", condition=Q(discount_ppm__lte=1_000_000)
            ),
        ]

    def __str__(self) -> str:
        return f"≤ {self.upto or '∞'}"
