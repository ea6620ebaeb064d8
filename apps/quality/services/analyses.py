"""The quarterly analysis of surveys, suggestions and praise, and the actions it ends in."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.rules.cases import needed
from apps.core.errors import BadInput
from apps.events.services import record
from apps.quality.models import CorrectiveAction, QuarterlyAnalysis
from apps.quality.queries.opinions import opinions_of
from apps.quality.services.actions import create_action
from apps.surveys.rules import quarter_after, quarter_of

ONCE = "quality_quarterlyanalysis_quarter"


@transaction.atomic
def write_analysis(
    *,
    quarter: date,
    findings: str,
    what: str,
    owner: User,
    due_at: datetime,
    by: User,
    at: datetime,
) -> QuarterlyAnalysis:
    """What the quarter shows, with its figures as they stand, and the first action that follows from it.

    BadInput for a quarter that is not over, one that is analysed already, an action without owner or due time."""
    findings = needed(findings, "findings")
    if quarter != quarter_of(quarter):
        raise BadInput(_("A quarter begins in January, April, July or October."), code="bad_quarter", field="quarter")  # fmt: skip
    if timezone.localdate(at) < quarter_after(quarter):
        raise BadInput(_("This quarter is not over yet."), code="not_over", field="quarter")
    row = QuarterlyAnalysis(
        quarter=quarter,
        findings=findings,
        figures=opinions_of(quarter),
        written_at=at,
        written_by=by,
        created_by=by,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if ONCE not in str(error):
            raise
        raise BadInput(
            _("This quarter is analysed already."), code="analysed", field="quarter"
        ) from None
    record("analysis.written", row, by=by, at=at, data={"name": row.name})
    create_action(row, what=what, owner=owner, due_at=due_at, by=by, at=at)
    return row


@transaction.atomic
def add_analysis_action(
    *, analysis_id: int, what: str, owner: User, due_at: datetime, by: User, at: datetime
) -> CorrectiveAction:
    """A further action that follows from the analysis."""
    row = QuarterlyAnalysis.objects.select_for_update(no_key=True).get(pk=analysis_id)
    return create_action(row, what=what, owner=owner, due_at=due_at, by=by, at=at)
