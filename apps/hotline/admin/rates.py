"""The answer rate by days: each day by the policy of that day (CMP-10)."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.reports import PeriodReportForm
from apps.backoffice.lists import Column
from apps.backoffice.reports import Report, ReportQuery, Table, number
from apps.core.templatetags.formatting import drawn_tag
from apps.hotline.admin.call_list import span
from apps.hotline.jobs import RATES
from apps.hotline.queries.board import DayRate, day_rates
from apps.hotline.rules.rate import Counts, percent

MET, MISSED = _("goal met"), _("below the goal")


def _goal_tag(row: DayRate) -> Any:
    if row.counts.rate is None:
        return ""
    meets = row.counts.meets(row.goal)
    return drawn_tag("green" if meets else "red", MET if meets else MISSED)


COLUMNS = (
    Column("day", _("Day"), lambda row: f"{row.day:%Y-%m-%d}", is_link=True),
    number("offered", _("calls offered"), lambda row: row.counts.offered),
    number("excluded", _("Not counted"), lambda row: row.counts.excluded),
    number("counted", _("calls counted"), lambda row: row.counts.counted),
    number("answered", _("answered by a person"), lambda row: row.counts.answered),
    number("missed", _("Not answered"), lambda row: row.counts.missed),
    number("rate", _("Answer rate"), lambda row: percent(row.counts.rate)),
    number("level", _("Service level"), lambda row: percent(row.counts.level)),
    number("wait", _("Mean wait"), lambda row: span(row.counts.mean_wait)),
    Column("goal", _("goal"), _goal_tag),
)


class RateForm(PeriodReportForm):
    """Two weeks, unless chosen."""

    longest = 92

    def usual(self) -> dict[str, str]:
        first = self.today - timedelta(days=13)
        return {"first_day": first.isoformat(), "last_day": self.today.isoformat()}


class RatesByDay(Report):
    where, name = "rates/", "rates"
    title = _("Answer rate by day")
    permission = "hotline.view_call"
    about = _(
        "Answered by a person, of the calls offered to the hotline without those hung up at once, served by the"
        " menu or not ended yet. Each day counts by the policy of that day."
    )
    form = RateForm
    export = RATES

    def parts(self, query: ReportQuery) -> list[Table]:
        rows = day_rates(**query.values, user=query.user)
        total = sum((row.counts for row in rows), Counts())
        board = reverse("admin:hotline_call_board")
        foot = (
            _("Together"), total.offered, total.excluded, total.counted, total.answered,
            total.missed, percent(total.rate), percent(total.level), span(total.mean_wait), "",
        )  # fmt: skip
        empty = _("No call was offered in these days. Choose others.")
        return [Table(COLUMNS, rows, address=lambda row: f"{board}?day={row.day}", foot=foot, empty=empty)]  # fmt: skip
