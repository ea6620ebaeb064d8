"""Late and stuck shipments: why they are in the queue and what is being done (TRK-7)."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class LateKind(ColourChoices):
    MISSED = "missed", _("Past its promise"), "red"
    WILL_MISS = "will_miss", _("Will miss its promise"), "amber"
    STUCK = "stuck", _("No scan for too long"), "amber"
    MISROUTED = "misrouted", _("Misrouted"), "red"
    LOST = "lost", _("Missing"), "red"


class LateState(ColourChoices):
    OPEN = "open", _("Nobody on it yet"), "red"
    IN_HAND = "in_hand", _("In hand"), "amber"
    TOLD = "told", _("Both parties told"), "blue"
    ARRIVED = "arrived", _("Arrived, receipt to come"), "teal"
    CLOSED = "closed", _("Closed"), "green"


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


class ContactChannel(ColourChoices):
    PHONE = "phone", _("Phone"), "blue"
    SMS = "sms", _("SMS"), "blue"
    WECHAT = "wechat", _("WeChat"), "green"
    EMAIL = "email", _("E-mail"), "purple"


class LateOutcome(ColourChoices):
    """How the case of a late shipment ended."""

    DELIVERED = "delivered", _("Delivered"), "green"
    RETURNED = "returned", _("Returned to sender"), "grey"
    CANCELLED = "cancelled", _("Cancelled"), "grey"
    RESHIPPED = "reshipped", _("Sent again and delivered"), "teal"
    LOST = "lost", _("Lost for good"), "red"
