"""Why a promise was moved, which decides whether punctuality moves with it (REP-2)."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class PromiseCause(ColourChoices):
    CUSTOMER = "customer", _("The customer asked for it"), "blue"
    INCIDENT = "incident", _("An incident"), "amber"
    OWN = "own", _("Our own doing"), "red"
