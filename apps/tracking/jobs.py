"""Files of scans (TRK-2), and reports as spreadsheets (TRK-4, TRK-5): apps/backoffice/imports.py and
exports.py say what becomes of these."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.backoffice.exports import Export, ExportColumn, Query, attribute
from apps.backoffice.forms.reports import PeriodReportForm
from apps.backoffice.imports import Import, one_by_one
from apps.tracking import services
from apps.tracking.forms.feedback import SheetForm
from apps.tracking.models import Waybill
from apps.tracking.queries.feedback import shape_rows, sheet_queryset
from apps.tracking.queries.stage_report import StageRow, stage_rows
from apps.tracking.services.imports import COLUMNS, EXAMPLE
from apps.tracking.services.weighing import COLUMNS as COLUMNS_OF_WEIGHTS
from apps.tracking.services.weighing import EXAMPLE as EXAMPLE_OF_WEIGHTS


def _seen_by(user: Any) -> Q:
    """Everybody's for those who see everything, one's own otherwise."""
    return Q() if user.visible_unit_ids() is None else Q(uploaded_by=user)


SCANS = Import(
    name="tracking.trackingevent",
    label=_("Tracking events"),
    permission="tracking.import_trackingevent",
    columns=COLUMNS,
    example=EXAMPLE,
    explains=_(
        "Each row is one event. Rows that cannot be taken are listed with the reason, and the rest is kept."
    ),
    read=services.read_scan,
    take=services.take_scans,
    seen_by=_seen_by,
    batch=1_000,
)
WEIGHTS = Import(
    name="tracking.weight",
    label=_("Weights"),
    permission="tracking.weigh_waybill",
    columns=COLUMNS_OF_WEIGHTS,
    example=EXAMPLE_OF_WEIGHTS,
    explains=_(
        "Each row is a shipment as the scale has it. What changes in its price is charged as a correction."
    ),
    read=services.read_measured,
    take=one_by_one(services.take_measured, COLUMNS_OF_WEIGHTS),
    seen_by=_seen_by,
    subject="tracking.waybill",
)
IMPORTS = (SCANS, WEIGHTS)


def _feedback_rows(by: Any, query: Query) -> QuerySet[Waybill]:
    wanted = SheetForm(query, user=by, at=timezone.now()).wanted()
    return sheet_queryset(wanted, user=by) if wanted else Waybill.objects.none()


def _on_time(row: Any) -> str:
    return {True: _now("Yes"), False: _now("No"), None: ""}[row.on_time]


FEEDBACK = Export(
    name="tracking.feedbacksheet",
    label=_("Feedback sheet"),
    file_name=lambda query: (
        f"feedback-{query['customer']}-{query['first_day']}-{query['last_day']}"
    ),
    permission="tracking.view_feedbacksheet",
    rows=_feedback_rows,
    prepare=shape_rows,
    columns=(
        attribute(_("Accepted on"), "accepted"),
        attribute(_("Work order"), "work_order"),
        attribute(_("Customer's reference"), "reference"),
        attribute(_("Waybill number"), "number"),
        attribute(_("Coming from"), "origin"),
        attribute(_("Going to"), "destination"),
        attribute(_("Expected arrival"), "expected"),
        attribute(_("Actual arrival"), "arrived"),
        attribute(_("Status"), "status.label"),
        ExportColumn(_("On time?"), _on_time),
        attribute(_("Satisfied?"), "satisfaction.label"),
        attribute(_("Comment"), "comment"),
    ),
)


def _stage_rows(by: Any, query: Query) -> Iterable[StageRow]:
    form = PeriodReportForm(query, user=by, at=timezone.now())
    if form.errors:
        return ()
    return stage_rows(**form.cleaned_data, user=by, now=timezone.now())


STAGES = Export(
    name="tracking.stageoverrun",
    label=_("Stages and overruns"),
    file_name=lambda query: f"stages-{query['first_day']}-{query['last_day']}",
    permission="tracking.view_stageoverrun",
    rows=_stage_rows,
    columns=(
        attribute(_("Stage"), "stage.label"),
        ExportColumn(_("Unit or partner"), lambda row: row.unit or row.carrier or ""),
        attribute(_("Ended"), "ended"),
        attribute(_("Still running"), "running"),
        attribute(_("Over standard"), "over"),
        attribute(_("Share over"), "over_share"),
        attribute(_("Average hours"), "average"),
        attribute(_("Average over (h)"), "average_over"),
        attribute(_("Longest over (h)"), "longest_over"),
    ),
)
EXPORTS = (FEEDBACK, STAGES)
