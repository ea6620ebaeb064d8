"""The stages of a shipment's way and the scopes of its service (TRK-5)."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class Stage(ColourChoices):
    PICKUP = "pickup", _("Pickup"), "blue"
    SORT = "sort", _("Sorting"), "blue"
    LINE_HAUL = "line_haul", _("Line-haul"), "purple"
    DELIVERY = "delivery", _("Delivery"), "teal"
    RECEIPT_RETURN = "receipt_return", _("Receipt return"), "grey"


class LaneScope(ColourChoices):
    """Which shipments a set of standard times is for; the narrowest that fits counts."""

    LANE = "lane", _("From one city to another"), "purple"
    SAME_CITY = "same_city", _("Within one city"), "teal"
    INTER_CITY = "inter_city", _("Between any two cities"), "blue"
