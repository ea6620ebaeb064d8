"""Papers that are carried to customers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class PaperState(ColourChoices):
    PLANNED = "planned", _("On the round"), "blue"
    TAKEN = "taken", _("Taken along"), "purple"
    DELIVERED = "delivered", _("Delivered, signed for"), "green"
    RETURNED = "returned", _("Came back"), "red"
    CALLED_OFF = "called_off", _("Called off"), "grey"


class PaperKind(models.TextChoices):
    INVOICE = "invoice", _("Invoice")
    STATEMENT = "statement", _("Statement")
    LETTER = "letter", _("Dunning letter")
