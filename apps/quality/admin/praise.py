"""Whom customers praise: for the colleague, and for whoever leads them."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.reports import PeriodReportForm
from apps.backoffice.lists import Column
from apps.backoffice.reports import Report, ReportQuery, Table
from apps.complaints.models import Praise
from apps.complaints.rules.privacy import masked
from apps.core.times import day_start, human
from apps.quality.queries.praises import MOST, praises_for

LONGEST_SHOWN = 400


class QuarterForm(PeriodReportForm):
    longest = 800


class PraiseReport(Report):
    where, name = "praise/", "praise"
    title = _("Praise by customers")
    permission = "complaints.view_praise"
    about = _("Of you, and of those whom you lead; in the customers' own words.")
    form = QuarterForm

    def parts(self, query: ReportQuery) -> list[Any]:
        first, last = query.values["first_day"], query.values["last_day"]
        rows = praises_for(query.user, day_start(first), day_start(last, days=1))[:MOST]
        opens = query.user.has_perm("complaints.view_case")

        def address(row: Praise) -> str:
            return reverse("admin:complaints_case_page", args=[row.case.number]) if opens else ""

        return [
            Table(
                columns=(
                    Column("named", _("named"), lambda row: human(row.named_at), is_link=True),
                    Column("colleague", _("colleague")),
                    Column("words", _("in their words"), _words),
                    Column("case", _("case"), lambda row: row.case.number),
                ),
                rows=list(rows),
                address=address,
                empty=_("No praise in this time."),
            )
        ]


def _words(row: Praise) -> str:
    return masked(row.case.description, row.case)[:LONGEST_SHOWN]
