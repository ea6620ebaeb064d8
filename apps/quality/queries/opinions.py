"""What customers thought of us in a quarter: surveys, suggestions, praise."""

from dataclasses import asdict
from datetime import date
from typing import Any

from django.db.models import Count

from apps.complaints.enums import OPINIONS, CaseState
from apps.complaints.models import Case, Praise
from apps.core.times import day_start
from apps.quality.models import QuarterlyAnalysis
from apps.surveys.queries import SurveyFigures, survey_figures
from apps.surveys.rules import quarter_after, quarter_of

MOST_PRAISED = 20
OFFERED = 4  # quarters back


def opinions_of(quarter: date) -> dict[str, Any]:
    """Surveys by audience; suggestions and praise by outcome ("" while they are open), by when they came; who
    was praised most. Plain values, so that they can be kept. Three queries."""
    first, before = day_start(quarter), day_start(quarter_after(quarter))
    cases = Case.objects.filter(
        case_class__in=OPINIONS, created_at__gte=first, created_at__lt=before
    ).exclude(state__in=[CaseState.MERGED, CaseState.CANCELLED])
    counted = cases.order_by().values_list("case_class", "outcome").annotate(n=Count("pk"))
    praised = (
        Praise.objects.filter(named_at__gte=first, named_at__lt=before)
        .order_by()
        .values("colleague__display_name")
        .annotate(n=Count("pk"))
        .order_by("-n", "colleague__display_name")[:MOST_PRAISED]
    )
    return {
        "surveys": [_plain(row) for row in survey_figures(first, before)],
        "cases": [[kind, outcome, n] for kind, outcome, n in sorted(counted)],
        "praised": [[row["colleague__display_name"], row["n"]] for row in praised],
    }


def _plain(row: SurveyFigures) -> dict[str, Any]:
    mean = None if row.mean is None else round(float(row.mean), 4)
    return {**asdict(row), "mean": mean}


def to_analyse(today: date) -> list[date]:
    """The quarters that are over and have no analysis yet, newest first."""
    found, quarter = [], quarter_of(today)
    for _back in range(OFFERED):
        quarter = quarter_of(date.fromordinal(quarter.toordinal() - 1))
        found.append(quarter)
    known = set(
        QuarterlyAnalysis.objects.filter(quarter__in=found).values_list("quarter", flat=True)
    )
    return [one for one in found if one not in known]
