"""Daily reports: yesterday's to be closed with remarks, those that are fixed, and today as it goes (REP-2)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.accounts.models import Unit
from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.forms.filters import FilterForm
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import must
from apps.complaints.enums import CaseClass
from apps.core.templatetags.formatting import status_tag
from apps.core.times import human
from apps.reports import forms, services
from apps.reports.enums import DailyState
from apps.reports.models import DailyReport
from apps.reports.queries.daily import REPORTING, content_of, lines_of
from apps.reports.rules.daily import LineKey, card, words
from apps.reports.services.summary_clocks import close_by
from apps.sla.enums import Metric

VIEW, CLOSE = "reports.view_dailyreport", "reports.close_dailyreport"


class DailyList(StaffList):
    title = _("Daily reports")
    columns = (
        Column("day", _("day"), lambda row: f"{row.day:%Y-%m-%d}", is_link=True),
        Column("unit", _("unit"), lambda row: row.unit.name),
        Column("state", _("state"), lambda row: status_tag(row, "state")),
        Column("by", _("report closed by"), lambda row: str(row.closed_by or "")),
        Column("at", _("closed"), lambda row: human(row.closed_at) if row.closed_at else ""),
    )
    views = (View("open", _("Remarks missing")), View("all", _("All")))
    sorts = (Sort("newest", _("Newest first"), ("-day", "unit_id", "pk")),)
    filters = FilterForm
    empty = _("Every daily report is closed. Yesterday's are prepared at 00:10.")

    def rows(self, query: ListQuery) -> "QuerySet[Any]":
        rows = DailyReport.objects.visible_to(query.user).select_related("unit", "closed_by")
        return rows.filter(state=DailyState.OPEN) if query.view == "open" else rows


def _close(context: ActContext) -> None:
    services.close_report(report_id=context.record.pk, **context.typed, **context.who)


@admin.register(DailyReport)
class DailyReportAdmin(ListAdmin, PanelAdmin):
    listing = DailyList()
    page_template = "reports/daily.html"
    acts = (
        Act("close", _("Close with remarks"), CLOSE, _close, form=forms.RemarksForm, is_panel=True,
            may=lambda row: row.state == DailyState.OPEN,
            explains=_("The report is fixed as it stands now. What is learned later stands in the next one."),
            done=_("Closed.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[DailyReport]":
        rows = DailyReport.objects.visible_to(person(request))
        return rows.select_related("unit", "closed_by")

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("today/", require_safe(self.today_view), "today"), *super().own_pages()]

    def facts(self, request: HttpRequest, record: DailyReport) -> dict[str, Any]:
        content = record.content or content_of(record)
        return {
            "title": str(record),
            "state": DailyState(record.state),
            "due": close_by(record),
            "card": card(content["lines"]),
            "lines": [shown(one) for one in content["lines"]],
            "later": [
                (
                    one["day"],
                    words(one["before"]),
                    words(one["line"]),
                    _rows(one["key"], one["rows"]),
                )
                for one in content["later"]
            ],
        }

    def today_view(self, request: HttpRequest) -> HttpResponseBase:
        """The day as it goes, of one unit: nothing is saved."""
        must(request, VIEW)
        seen = person(request).visible_unit_ids()
        units = Unit.objects.filter(is_active=True, kind__in=REPORTING).order_by("path")
        if seen is not None:
            units = units.filter(pk__in=seen)
        found = {unit.code: unit for unit in units}
        unit = found.get(request.GET.get("unit", "")) or next(iter(found.values()), None)
        at = timezone.now()
        lines = lines_of(unit, timezone.localdate(at)) if unit else []
        return self.page(
            request, "reports/today.html", _("Today as it goes"), units=list(found.values()),
            unit=unit, day=timezone.localdate(at), at=at, card=card(lines),
            lines=[shown(one) for one in lines],
        )  # fmt: skip


def shown(one: dict[str, Any]) -> dict[str, Any]:
    """A line as a page shows it."""
    key = LineKey(one["key"])
    return {
        "label": key.label,
        "text": words(one).partition(": ")[2],
        "red": one["red"],
        "parts": [_part(key, code, n) for code, n in one["parts"]],
        "rows": _rows(one["key"], one["rows"]),
    }


def _part(key: LineKey, code: str, n: int) -> str:
    return f"{CaseClass(code).label} {n}" if key == LineKey.CASES else code


def _rows(key: str, rows: list[list[Any]]) -> list[tuple[str, str]]:
    """(what it says, address)."""
    found = []
    for label, kind, pk in rows:
        metric, _colon, title = label.partition(":")
        if metric in Metric.values and key in (
            LineKey.CLOCKS,
            LineKey.PROMISES,
            LineKey.FOLLOW_UPS,
        ):
            label = f"{title} · {Metric(metric).label}"
        found.append((label, reverse("desk:open", args=[kind, pk])))
    return found
