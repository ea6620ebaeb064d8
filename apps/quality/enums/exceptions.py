"""Operational exceptions 运作异常: found, investigated, decided, put right (CMP-4, CMP-5)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.core.choices import ColourChoices
from apps.sla.kinds import Timed


class FoundBy(ColourChoices):
    DIRECT_COMPLAINT = "direct_complaint", _("Direct complaint"), "red"
    OWN_CHECK = "own_check", _("Own check"), "blue"
    BREACH = "breach", _("Breach of rules"), "amber"


class ExceptionKind(ColourChoices):
    LATE = "late", _("Late"), "amber"
    STUCK = "stuck", _("No scan for too long"), "amber"
    MISROUTED = "misrouted", _("Misrouted"), "amber"
    REFUSED = "refused", _("Refused by the consignee"), "amber"
    DAMAGED = "damaged", _("Damaged"), "red"
    LOST = "lost", _("Lost"), "red"
    BREACH = "breach", _("Breach of rules"), "purple"
    OTHER = "other", _("Other"), "grey"


class ExceptionState(ColourChoices):
    OPEN = "open", _("Open"), "red"
    INVESTIGATING = "investigating", _("Under investigation"), "amber"
    DECIDED = "decided", _("Decided"), "blue"
    ACTING = "acting", _("Corrective actions under way"), "blue"
    CHECKED = "checked", _("Checked: it worked"), "teal"
    CLOSED = "closed", _("Closed"), "green"


class MeetingState(ColourChoices):
    PLANNED = "planned", _("Planned"), "blue"
    HELD = "held", _("Took place"), "green"
    DROPPED = "dropped", _("Dropped"), "grey"


class WhatStandsOut(TextChoices):
    """What an exception report makes a reader look twice at (CMP-4)."""

    REPORTED_LATE = "reported_late", _("reported late")
    COMPLAINT_FIRST = "complaint_first", _("a complaint came before our own report")
    TIMES_CHANGED = "times_changed", _("its times were changed afterwards")
    FACTS_CHANGED = "facts_changed", _("what happened was changed afterwards")


class ExceptionMatter(ColourChoices):
    """What has clocks here."""

    EXCEPTION = "exception", _("Exception"), "red"
    CORRECTIVE_ACTION = "corrective_action", _("Corrective action"), "amber"
    CHASE = "chase", _("Chase"), "amber"


EXCEPTION_MATTER_KINDS: dict[str, Timed] = {
    ExceptionMatter.EXCEPTION: Timed(seen_with="quality.view_exceptionreport"),
    ExceptionMatter.CORRECTIVE_ACTION: Timed(seen_with="quality.view_correctiveaction"),
    ExceptionMatter.CHASE: Timed(seen_with="quality.view_chasetask"),
}
