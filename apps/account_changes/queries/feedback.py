"""What customers say to an account change: classed, answered, in how much time (COD-5)."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Count, DurationField, F, Q
from django.db.models.aggregates import Aggregate
from django.db.models.expressions import ExpressionWrapper

from apps.account_changes.enums import FeedbackClass
from apps.account_changes.models import ChangeProject, Feedback


class _Median(Aggregate):
    """The middle of a set, as PostgreSQL computes it; none of an empty one."""

    function = "percentile_cont"
    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class FeedbackFigures:
    """Of one account change: how many customers of each class, how many questions were answered, and the
    median time to the first answer (none before there was one)."""

    classes: dict[str, int] = field(default_factory=dict)
    to_answer: int = 0
    answered: int = 0
    median: timedelta | None = None

    @property
    def percent(self) -> int:
        """The share answered, rounded down: 100 only when all are."""
        return self.answered * 100 // self.to_answer if self.to_answer else 100

    @property
    def labelled(self) -> list[tuple[str, int]]:
        return [(str(one.label), self.classes.get(one, 0)) for one in FeedbackClass]


def feedback_figures(project: ChangeProject) -> FeedbackFigures:
    """Two statements, however much was said."""
    rows = Feedback.objects.filter(recipient__campaign__project=project).order_by()
    classes = dict(rows.values_list("kind").annotate(n=Count("pk")))
    took = ExpressionWrapper(F("answered_at") - F("given_at"), output_field=DurationField())
    sums = rows.filter(case__isnull=False).aggregate(
        n=Count("pk"),
        answered=Count("pk", filter=Q(answered_at__isnull=False)),
        median=_Median(took),
    )
    return FeedbackFigures(classes, sums["n"], sums["answered"], sums["median"])
