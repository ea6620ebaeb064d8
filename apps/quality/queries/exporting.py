"""The list of exceptions as rows of a spreadsheet, read in pieces, masked (CMP-4)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from apps.complaints.queries.exporting import MOST_ROWS, PIECE

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.quality.models import ExceptionReport

EXCEPTION_HEADINGS = (
    *(_("Number"), _("Kind"), _("State"), _("Serious"), _("Found by"), _("Subject")),
    *(_("Waybill"), _("Customer number"), _("Customer"), _("Case"), _("Unit"), _("Followed by")),
    *(_("Happened"), _("Known"), _("Reported"), _("Reported late"), _("Changed afterwards")),
    *(_("Harm done"), _("Cause"), _("Responsible"), _("Closed"), _("Line of the daily report")),
)


def exception_rows(reports: "QuerySet[ExceptionReport]") -> Iterator[list[Any]]:
    """Newest first, as ``export_rows``; what is written about it stays in the house."""
    last: int | None = None
    for _piece in range(MOST_ROWS // PIECE):
        found = list((reports.filter(pk__lt=last) if last else reports)[:PIECE])
        yield from (_exception_row(report) for report in found)
        if len(found) < PIECE:
            return
        last = found[-1].pk


def _exception_row(report: Any) -> list[Any]:
    """``report`` as ``exception_list`` found it."""
    return [
        report.number,
        report.get_kind_display(),
        report.get_state_display(),
        report.is_serious,
        report.get_found_by_display(),
        report.title,
        report.waybill.number if report.waybill else "",
        report.customer.code if report.customer else "",
        report.customer.name if report.customer else "",
        report.case.number if report.case else "",
        report.unit.name,
        str(report.owner or ""),
        report.happened_at,
        report.known_at,
        report.reported_at,
        report.was_reported_late,
        report.was_changed,
        report.harm,
        str(report.cause or ""),
        str(report.responsible_unit or report.responsible_carrier or ""),
        report.closed_at,
        report.put_right_line,
    ]
