"""How events came in and what became of those refused."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class Door(ColourChoices):
    API = "api", _("API"), "blue"
    SHEET = "sheet", _("Spreadsheet"), "purple"
    FEED = "feed", _("Partner feed"), "teal"
    SCAN = "scan", _("Scan form"), "grey"
    HAND = "hand", _("By hand"), "grey"
    SYSTEM = "system", _("System"), "grey"


class RefusedState(ColourChoices):
    OPEN = "open", _("Refused"), "red"
    ACCEPTED = "accepted", _("Accepted on retry"), "green"
    DROPPED = "dropped", _("Dropped"), "grey"
