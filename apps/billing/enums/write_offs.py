"""What is given up as a loss, and who agrees to that."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class WriteOffState(ColourChoices):
    ASKED = "asked", _("Waits for approval"), "amber"
    DONE = "done", _("Written off"), "red"
    REFUSED = "refused", _("Refused"), "grey"
    VOID = "void", _("Void: something else is owed now"), "grey"


class WriteOffSeat(models.TextChoices):
    """Two people, of two levels."""

    MANAGER = "manager", _("Department or project manager")
    MANAGEMENT = "management", _("General manager or deputy")
