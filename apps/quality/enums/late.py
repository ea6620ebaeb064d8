"""Following a late shipment: how far one has come, and by what means the parties are told (TRK-7)."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class LateState(ColourChoices):
    """Read from the facts by ``queries.late``, never stored."""

    OPEN = "open", _("Nobody on it yet"), "red"
    IN_HAND = "in_hand", _("In hand"), "amber"
    TOLD = "told", _("Both parties told"), "blue"
    ARRIVED = "arrived", _("Arrived, receipt to come"), "teal"
    CLOSED = "closed", _("Closed"), "green"


class ContactChannel(ColourChoices):
    PHONE = "phone", _("Phone"), "blue"
    SMS = "sms", _("SMS"), "blue"
    WECHAT = "wechat", _("WeChat"), "green"
    EMAIL = "email", _("E-mail"), "purple"
