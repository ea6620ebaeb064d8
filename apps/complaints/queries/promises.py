"""By when the customer hears from us next, as far as our own clocks say."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from apps.complaints.models import Case
from apps.sla.enums import ClockState, Metric
from apps.sla.models import Clock
from apps.tracking.days import by_when

# What they are told by; the first word within minutes is our own haste, not a promise.
ANSWERS = (Metric.RESPONSE, Metric.PLAN_REPLY, Metric.SOLUTION, Metric.FEEDBACK)


def answer_due(case: Case) -> datetime | None:
    return answers_due([case]).get(case.pk)


def answers_due(cases: Sequence[Case]) -> dict[int, datetime]:
    """Per case the earliest instant by which an answer is due; none while nothing is, or while we
    wait for them. One query."""
    rows = (
        Clock.objects.filter(
            matter__subject_type=Case._meta.label_lower,
            matter__subject_id__in=[str(case.pk) for case in cases],
            metric__in=ANSWERS,
            state=ClockState.RUNNING,
            due_at__isnull=False,
        )
        .order_by("-due_at")
        .values_list("matter__subject_id", "due_at")
    )
    return {int(subject): due for subject, due in rows if due is not None}


def answer_sentence(due: datetime | None, at: datetime, *, is_late: bool = False) -> str:
    """``We answer today by 18:00.``"""
    if is_late:
        return _("You should have heard from us by now. We are sorry, and on it.")
    if due is None:
        return _("We answer as soon as we can.")
    return _("We answer %(when)s.") % {"when": by_when(due, at)}
