"""What was put right on the spot, one line each, of one day (CMP-5)."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.reports import DayReportForm
from apps.backoffice.lists import Column
from apps.backoffice.reports import Report, ReportQuery, Table
from apps.core.times import human
from apps.quality.queries.exceptions import minor_lines


class PutRight(Report):
    where, name = "minor/", "minor"
    title = _("Put right on the spot")
    permission = "quality.view_exceptionreport"
    form = DayReportForm

    def parts(self, query: ReportQuery) -> list[Table]:
        return [
            Table(
                (
                    Column("closed_at", _("When"), lambda report: human(report.closed_at)),
                    Column("number", _("Number"), is_link=True),
                    Column("waybill", _("Waybill"), lambda one: one.waybill and one.waybill.number),
                    Column("put_right_line", _("What was put right")),
                    Column("unit", _("Unit")),
                    Column("reported_by", _("Reported by")),
                ),
                minor_lines(query.values["day"], query.user),
                address=lambda report: reverse(
                    "admin:quality_exceptionreport_change", args=[report.pk]
                ),
                empty=_(
                    "Nothing was put right on the spot that day. Minor exceptions that are ended with one"
                    " line appear here."
                ),
            )
        ]
