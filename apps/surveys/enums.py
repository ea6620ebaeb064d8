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


# --- events -------------------------------------------------------------------------------------
EVENT_KINDS = {
    "survey.asked": _("Satisfaction survey sent"),
    "survey.answered": _("Satisfaction survey answered"),
    "survey_plan.changed": _("Survey plan changed"),
}
EVENT_VALUES: dict[str, type[ColourChoices]] = {}
EVENT_DETAILS = {"survey.answered/score": _("Satisfaction, 1–5")}
EVENT_ROWS = ()
