"""The clocks of cases and exceptions, for lists and pages."""

from collections.abc import Collection, Iterable

from django.db.models import F

from apps.complaints.models import Case
from apps.sla.enums import Metric
from apps.sla.models import Clock

CASE = Case._meta.label_lower
# By when the customer hears from us.
ANSWERS = (Metric.RESPONSE, Metric.PLAN_REPLY, Metric.FEEDBACK, Metric.FIRST_WORD)

# What lists and pages say of a clock.
SHOWN = (
    *("metric", "label", "state", "due_at", "met_at", "paused_since", "schedule"),
    *("breached_at", "missed_before"),
)


def next_clocks(case_ids: Collection[int]) -> dict[int, Clock]:
    """Per case the open clock that runs out next, paused ones last; one query for a whole page."""
    rows = (
        Clock.objects.open()
        .filter(matter__subject_type=CASE, matter__subject_id__in=[str(pk) for pk in case_ids])
        .annotate(case_id=F("matter__subject_id"))
        .only(*SHOWN)
        .order_by("matter__subject_id", F("due_at").asc(nulls_last=True), "pk")
        .distinct("matter__subject_id")
    )
    return {int(clock.case_id): clock for clock in rows}  # type: ignore[attr-defined]  # annotated


def clocks_of(case: Case) -> list[Clock]:
    """All clocks of a case, the open ones first, each as they run out; one query."""
    rows = (
        Clock.objects.filter(matter__subject_type=CASE, matter__subject_id=str(case.pk))
        .select_related("owner")
        .order_by("due_at", "pk")
    )
    return sorted(rows, key=lambda clock: not clock.is_open)


def answer_due(clocks: Iterable[Clock]) -> Clock | None:
    """Of a case's clocks the open one by which the customer is to hear from us next."""
    open_ones = (clock for clock in clocks if clock.is_open and clock.due_at)
    return next((clock for clock in open_ones if clock.metric in ANSWERS), None)
