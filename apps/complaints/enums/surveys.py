"""Choices of the satisfaction surveys on a schedule."""

from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices


class SurveyAudience(ColourChoices):
    CONTACT = "contact", _("Contacts of customers"), "blue"
    CONSIGNEE = "consignee", _("Consignees"), "teal"


class SurveyState(ColourChoices):
    """``CHOSEN``: no message has gone out, perhaps since they want none; ``UNSENT``: none could be brought to them."""

    CHOSEN = "chosen", _("Chosen"), "grey"
    SENT = "sent", _("Question sent"), "blue"
    UNSENT = "unsent", _("Not sent"), "amber"
    ANSWERED = "answered", _("Answered"), "green"
