"""What a tariff is made of, in words (BIL-1)."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class Measure(ColourChoices):
    """What the freight is priced by."""

    WEIGHT = "weight", _("weight"), "blue"
    DISTANCE = "distance", _("vehicle and distance"), "teal"
    STORAGE = "storage", _("pallet-days"), "purple"


class PricedBy(ColourChoices):
    """What a weight is taken of before it is rounded and priced."""

    SHIPMENT = "shipment", _("the whole shipment"), "blue"
    PIECE = "piece", _("each piece"), "teal"


class Volumetric(ColourChoices):
    """What a light and large shipment weighs. Half: actual weight and half of what it lacks."""

    FULL = "full", _("the greater of actual and volumetric weight"), "blue"
    HALF = "half", _("actual weight and half of the difference"), "teal"
    OFF = "off", _("actual weight only"), "grey"


class UpperBound(ColourChoices):
    """Whether the weight that ends a band still belongs to it."""

    INCLUDED = "included", _("belongs to the band"), "blue"
    EXCLUDED = "excluded", _("belongs to the next band"), "teal"


class RoundMode(ColourChoices):
    HALF_UP = "half_up", _("to the nearest, half up"), "blue"
    UP = "up", _("up"), "teal"
    DOWN = "down", _("down"), "grey"


class ComponentKind(ColourChoices):
    """What a line of a charge is for. Freight and the three at the end are the engine's own."""

    FUEL = "fuel", _("fuel surcharge"), "amber"
    INSURANCE = "insurance", _("insurance"), "teal"
    COD = "cod", _("COD fee"), "purple"
    REMOTE = "remote", _("remote area"), "amber"
    RETURN = "return", _("return"), "amber"
    SIGN_BACK = "sign_back", _("signed paper back"), "blue"
    PACKAGING = "packaging", _("packaging"), "blue"
    WAITING = "waiting", _("waiting"), "amber"
    DISTANCE = "distance", _("distance"), "blue"
    STOP = "stop", _("further stops"), "blue"
    STORAGE = "storage", _("storage"), "blue"
    HANDLING = "handling", _("loading and carrying"), "blue"
    OTHER = "other", _("other surcharge"), "grey"
    DISCOUNT = "discount", _("discount"), "green"
    FREIGHT = "freight", _("freight"), "blue"
    MINIMUM = "minimum", _("up to the minimum"), "grey"
    ROUNDING = "rounding", _("rounding"), "grey"


OWN_KINDS = frozenset({ComponentKind.FREIGHT, ComponentKind.MINIMUM, ComponentKind.ROUNDING})


class Basis(ColourChoices):
    """What a component is computed on: an amount of money, or a quantity."""

    FREIGHT = "freight", _("freight"), "blue"
    SO_FAR = "so_far", _("freight and all components before it"), "blue"
    INSURED = "insured", _("insured amount"), "teal"
    COD = "cod", _("COD amount"), "purple"
    SHIPMENT = "shipment", _("once per shipment"), "grey"
    PIECES = "pieces", _("pieces"), "grey"
    WEIGHT = "weight", _("chargeable weight in grams"), "grey"
    EXTRA = "extra", _("an extra that was asked for"), "amber"


MONEY_BASES = frozenset({Basis.FREIGHT, Basis.SO_FAR, Basis.INSURED, Basis.COD})


class OverMax(ColourChoices):
    """What becomes of a fee above its maximum."""

    CAP = "cap", _("the maximum is charged"), "blue"
    REFUSE = "refuse", _("no price: ask finance"), "red"


class TierMeasure(ColourChoices):
    """What a month's tiers count."""

    SHIPMENTS = "shipments", _("shipments of the month"), "blue"
    WEIGHT = "weight", _("chargeable weight of the month"), "teal"
    AMOUNT = "amount", _("freight of the month"), "purple"


class VersionState(ColourChoices):
    """An active version is never changed again; the next one takes its place from its day on."""

    DRAFT = "draft", _("draft"), "amber"
    ACTIVE = "active", _("published for good"), "green"


class BillingEvent(ColourChoices):
    """Which event puts a shipment into its month."""

    PICKED_UP = "picked_up", _("picked up"), "blue"
    DELIVERED = "delivered", _("delivered"), "green"
    CONFIRMED = "confirmed", _("order confirmed"), "grey"


class QuoteState(ColourChoices):
    OPEN = "open", _("waiting for approval"), "amber"
    APPROVED = "approved", _("approved"), "green"
    TURNED_DOWN = "turned_down", _("turned down"), "red"


# What a timeline calls each kind of event; the events floor gathers these.
EVENT_KINDS = {
    "tariff.created": _("Tariff entered"),
    "tariff.version_drafted": _("Draft of a version begun"),
    "tariff.version_changed": _("Draft changed"),
    "tariff.version_imported": _("Draft filled from a sheet"),
    "tariff.version_discarded": _("Draft discarded"),
    "tariff.version_published": _("Version published"),
    "tax_class.added": _("Tax class entered"),
    "quote.made": _("Quote made"),
    "quote.approved": _("Quote approved"),
    "quote.turned_down": _("Quote turned down"),
}
EVENT_DETAILS = {
    "quote.made/amount": _("Amount"),
    "tariff.created/service": _("Service"),
    "tariff.version_published/rates": _("Rates asked about"),
    "tariff.version_published/sha256": _("Fingerprint"),
    "tariff.version_published/version": _("Version"),
    "tariff.version_changed/version": _("Version"),
    "tariff.version_imported/version": _("Version"),
    "tariff.version_imported/name": _("File"),
    "tariff.version_discarded/version": _("Version"),
    "tariff.version_drafted/version": _("Version"),
    "tariff.version_drafted/copied_from": _("Copied from"),
}
