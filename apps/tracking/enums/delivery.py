"""How a shipment was handed over, and where its signed document is (TRK-6)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class Signer(ColourChoices):
    """Who signed, as seen from the waybill."""

    CONSIGNEE = "consignee", _("The consignee"), "green"
    AUTHORISED = "authorised", _("A person authorised by the customer"), "teal"


class HandedOverAt(ColourChoices):
    DOOR = "door", _("At the door"), "green"
    STATION = "station", _("At a station"), "teal"
    LOCKER = "locker", _("From a locker"), "teal"


class CodMethod(TextChoices):
    CASH = "cash", _("Cash")
    CARD = "card", _("Bank card")
    WECHAT = "wechat", _("WeChat Pay")
    ALIPAY = "alipay", _("Alipay")
    TRANSFER = "transfer", _("Bank transfer")


class ConfirmedBy(TextChoices):
    """How customer service made sure that the word came from the party itself."""

    CALL_BACK = "call_back", _("Call back to the number on file")
    EMAIL = "email", _("E-mail from the address on file")
    LETTER = "letter", _("Signed letter")
    WECHAT = "wechat", _("WeChat account on file")
    PARTY_CALL = "party_call", _("Their own call, last digits checked")


class Party(TextChoices):
    CUSTOMER = "customer", _("Customer")
    CONSIGNEE = "consignee", _("Consignee")


class DocumentState(ColourChoices):
    EXPECTED = "expected", _("Expected"), "grey"
    COLLECTED = "collected", _("Collected"), "blue"
    IN_TRANSIT_BACK = "in_transit_back", _("On its way back"), "blue"
    RECEIVED_AT_ORIGIN = "received_at_origin", _("Back at origin"), "teal"
    FILED = "filed", _("Filed"), "green"
    MISSING = "missing", _("Missing"), "red"
    VOID = "void", _("No longer needed"), "grey"
    DESTROYED = "destroyed", _("Destroyed after its time"), "grey"


class FilingPlace(TextChoices):
    """At which end of the way a signed document is filed; it decides how long it is kept."""

    ORIGIN = "origin", _("Origin")
    DESTINATION = "destination", _("Destination")


class Satisfaction(ColourChoices):
    SATISFIED = "satisfied", _("Satisfied"), "green"
    NEUTRAL = "neutral", _("So-so"), "grey"
    DISSATISFIED = "dissatisfied", _("Dissatisfied"), "red"
    UNREACHED = "unreached", _("Not reached"), "amber"
