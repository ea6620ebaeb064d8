"""The list of exception reports as a spreadsheet, masked; what is written about one stays in the company
(CMP-4; apps/backoffice/exports.py)."""

from django.utils.translation import gettext_lazy as _

from apps.backoffice.exports import Export, ExportColumn, attribute, choice, rows_of_list
from apps.quality.models import ExceptionReport

EXCEPTIONS = Export(
    name="quality.exceptionreport",
    label=_("Exceptions"),
    file_name="exceptions",
    permission="complaints.export_case",
    event="exception.exported",
    rows=rows_of_list(ExceptionReport),
    columns=(
        attribute(_("Number"), "number"),
        choice(_("Kind"), "kind"),
        choice(_("State"), "state"),
        attribute(_("Serious"), "is_serious"),
        choice(_("Found by"), "found_by"),
        attribute(_("Subject"), "title"),
        attribute(_("Waybill"), "waybill.number"),
        attribute(_("Customer number"), "customer.code"),
        attribute(_("Customer"), "customer.name"),
        attribute(_("Case"), "case.number"),
        attribute(_("Unit"), "unit.name"),
        ExportColumn(_("Followed by"), lambda report: str(report.owner or "")),
        attribute(_("Happened"), "happened_at"),
        attribute(_("Known"), "known_at"),
        attribute(_("Reported"), "reported_at"),
        attribute(_("Reported late"), "was_reported_late"),
        attribute(_("Changed afterwards"), "was_changed"),
        attribute(_("Harm done"), "harm"),
        ExportColumn(_("Cause"), lambda report: str(report.cause or "")),
        ExportColumn(
            _("Responsible"),
            lambda report: str(report.responsible_unit or report.responsible_carrier or ""),
        ),
        attribute(_("Closed"), "closed_at"),
        attribute(_("Line of the daily report"), "put_right_line"),
    ),
)
EXPORTS = (EXCEPTIONS,)
