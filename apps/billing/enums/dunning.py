"""How far the payment of what is overdue has been asked for."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class DunningStatus(ColourChoices):
    """What comes next for a payer, read from rows on each look and never kept."""

    DUE = "due", _("Letter due"), "red"
    WAITS = "waits", _("Next letter later"), "amber"
    PROMISED = "promised", _("Payment promised"), "blue"
    COVERED = "covered", _("Disputed, or paid in advance"), "grey"
    LAST_SENT = "last_sent", _("Last letter sent"), "purple"
