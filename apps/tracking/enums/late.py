"""Late and stuck shipments: why they are in the queue and how it ended (TRK-7)."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class LateKind(ColourChoices):
    MISSED = "missed", _("Past its promise"), "red"
    WILL_MISS = "will_miss", _("Will miss its promise"), "amber"
    STUCK = "stuck", _("No scan for too long"), "amber"
    MISROUTED = "misrouted", _("Misrouted"), "red"
    LOST = "lost", _("Missing"), "red"


class LateCause(ColourChoices):
    UNKNOWN = "unknown", _("Not known yet"), "grey"
    PICKUP_DELAY = "pickup_delay", _("Picked up late"), "amber"
    SORTING = "sorting", _("Held at sorting"), "amber"
    LINE_HAUL = "line_haul", _("Line-haul late"), "amber"
    PARTNER = "partner", _("Partner carrier late"), "amber"
    MISROUTED = "misrouted", _("Sent the wrong way"), "red"
    LOST = "lost", _("Cannot be found"), "red"
    DAMAGED = "damaged", _("Damaged on the way"), "red"
    ADDRESS = "address", _("Wrong or incomplete address"), "amber"
    CONSIGNEE = "consignee", _("Consignee absent or asked to wait"), "grey"
    WEATHER = "weather", _("Weather"), "grey"
    ROAD = "road", _("Road closure or traffic"), "grey"
    VOLUME = "volume", _("Too many shipments"), "amber"
    CUSTOMS = "customs", _("Customs or inspection"), "grey"
    OTHER = "other", _("Something else, see the note"), "grey"


class LateOutcome(ColourChoices):
    """How the case of a late shipment ended."""

    DELIVERED = "delivered", _("Delivered"), "green"
    RETURNED = "returned", _("Returned to sender"), "grey"
    CANCELLED = "cancelled", _("Cancelled"), "grey"
    RESHIPPED = "reshipped", _("Sent again and delivered"), "teal"
    LOST = "lost", _("Lost for good"), "red"
