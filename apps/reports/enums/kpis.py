"""Choices of the reports floor, and what its events are called."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class ScopeKind(ColourChoices):
    """Of whom a figure speaks."""

    ALL = "all", _("The whole company"), "purple"
    CUSTOMER = "customer", _("Customers"), "blue"
    UNIT = "unit", _("Units"), "teal"
    PARTNER = "partner", _("Partner carriers"), "amber"
    AGENT = "agent", _("Agents"), "green"
    LANE = "lane", _("Lanes"), "grey"


class Shows(ColourChoices):
    """What of a figure is its value."""

    RATE = "rate", _("share"), "blue"
    MEDIAN = "median", _("median"), "teal"
    MEAN = "mean", _("mean"), "teal"
    COUNT = "count", _("count"), "grey"
    MONEY = "money", _("amount"), "grey"
    MONEY_RATE = "money_rate", _("amount per shipments"), "grey"


EVENT_KINDS = {
    "figures.frozen": _("Figures frozen"),
    "goal.set": _("Goal set"),
}
EVENT_DETAILS = {
    "goal.set/value": _("goal"),
}
