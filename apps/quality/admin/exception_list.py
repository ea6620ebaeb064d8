"""The list of exception reports (CMP-4)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.backoffice.forms.filters import FilterForm, one_of
from apps.backoffice.lists import Column, Export, ListQuery, Sort, StaffList, View
from apps.core.templatetags.house import status_tag
from apps.core.times import begin_of, local
from apps.quality.enums import ExceptionKind, ExceptionState, FoundBy
from apps.quality.models import ExceptionReport
from apps.quality.queries.exceptions import ExceptionFilter, exception_list


class ExceptionFilters(FilterForm):
    state = one_of(ExceptionState, gettext_lazy("state"))
    follower = one_of(
        [("me", gettext_lazy("Me")), ("nobody", gettext_lazy("Nobody"))],
        gettext_lazy("followed by"),
    )
    reported = one_of(
        [
            *(("today", gettext_lazy("Today")), ("week", gettext_lazy("Last 7 days"))),
            *(("month", gettext_lazy("This month")), ("last_month", gettext_lazy("Last month"))),
        ],
        gettext_lazy("reported"),
    )
    kind = one_of(ExceptionKind, gettext_lazy("kind"))
    found_by = one_of(FoundBy, gettext_lazy("found by"))
    serious = one_of(
        [("yes", gettext_lazy("serious")), ("no", gettext_lazy("minor"))], gettext_lazy("serious")
    )
    stands_out = one_of(
        [
            ("late", gettext_lazy("reported late")),
            ("changed", gettext_lazy("changed afterwards")),
        ],
        gettext_lazy("stands out"),
    )


def _number(report: ExceptionReport) -> SafeString:
    return format_html('<span class="house-whole">{}</span>', report.number)


def _reported(report: ExceptionReport) -> SafeString:
    return format_html('<span class="house-whole">{}</span>', local(report.reported_at))


def _stands_out(report: Any) -> str:
    told = [_("reported late")] if report.was_reported_late else []
    told += [_("changed afterwards")] if report.was_changed else []
    return " · ".join(f"⚠ {one}" for one in told) or "—"


HEADINGS = (
    *(gettext_lazy("Number"), gettext_lazy("Kind"), gettext_lazy("State")),
    *(gettext_lazy("Serious"), gettext_lazy("Found by"), gettext_lazy("Subject")),
    *(gettext_lazy("Waybill"), gettext_lazy("Customer number"), gettext_lazy("Customer")),
    *(gettext_lazy("Case"), gettext_lazy("Unit"), gettext_lazy("Followed by")),
    *(gettext_lazy("Happened"), gettext_lazy("Known"), gettext_lazy("Reported")),
    *(gettext_lazy("Reported late"), gettext_lazy("Changed afterwards")),
    *(gettext_lazy("Harm done"), gettext_lazy("Cause"), gettext_lazy("Responsible")),
    *(gettext_lazy("Closed"), gettext_lazy("Line of the daily report")),
)


def export_lines(reports: list[Any]) -> Iterator[list[Any]]:
    """Reports as ``exception_list`` found them; what is written about one stays in the house."""
    for report in reports:
        yield [
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


class ExceptionList(StaffList):
    title = gettext_lazy("Exception reports")
    columns = (
        Column("number", gettext_lazy("number"), _number, is_link=True),
        Column("kind", gettext_lazy("kind"), lambda report: status_tag(report, "kind")),
        Column(
            "waybill",
            gettext_lazy("waybill"),
            lambda report: report.waybill.number if report.waybill else "—",
        ),
        Column("title", gettext_lazy("subject in brief"), lambda report: report.title),
        Column("state", gettext_lazy("state"), lambda report: status_tag(report, "state")),
        Column(
            "serious",
            gettext_lazy("serious"),
            lambda report: _("serious") if report.is_serious else _("minor"),
        ),
        Column("stands_out", gettext_lazy("stands out"), _stands_out),
        Column("reported", gettext_lazy("reported"), _reported, sorts=("newest", "oldest")),
        Column("unit", gettext_lazy("unit"), lambda report: report.unit),
        Column("owner", gettext_lazy("followed by"), lambda report: report.owner or "—"),
    )
    views = (
        View("open", gettext_lazy("Not closed")),
        View("mine", gettext_lazy("Mine")),
        View("nobody", gettext_lazy("Nobody's")),
        View("serious", gettext_lazy("Serious")),
        View("closed", gettext_lazy("Closed")),
        View("all", gettext_lazy("All")),
    )
    sorts = (
        Sort("newest", gettext_lazy("Newest first"), ("-reported_at", "-pk")),
        Sort("oldest", gettext_lazy("Oldest first"), ("reported_at", "pk")),
    )
    filters = ExceptionFilters
    search = gettext_lazy("number, waybill number or words")
    export = Export(
        "exceptions", "complaints.export_case", "exception.exported", HEADINGS, export_lines
    )
    empty = gettext_lazy("Nothing is open. Whoever sees damage, loss or delay reports it here.")

    def rows(self, query: ListQuery) -> "QuerySet[Any]":
        typed, view, me = query.values, query.view, query.user.pk
        state = typed.get("state") or (view if view in ("closed", "all") else "")
        follower = typed.get("follower")
        serious = typed.get("serious") or ("yes" if view == "serious" else "")
        since, until = reported_in(typed.get("reported") or "", timezone.localdate())
        rows = exception_list(
            query.user,
            ExceptionFilter(
                text=query.text,
                states=_one(state if state != "all" else ""),
                open_only=not state,
                kinds=_one(typed.get("kind")),
                found_by=_one(typed.get("found_by")),
                serious=serious == "yes" if serious else None,
                owner_id=me if follower == "me" or view == "mine" else None,
                reported_late=typed.get("stands_out") == "late",
                changed_afterwards=typed.get("stands_out") == "changed",
                reported_from=begin_of(since),
                reported_before=begin_of(until),
            ),
        )
        return rows.filter(owner=None) if "nobody" in (follower, view) else rows


def reported_in(span: str, today: date) -> tuple[date | None, date | None]:
    """The first whole local day of the span, and the one behind its last; a month is what is
    reported monthly."""
    first = today.replace(day=1)
    spans = {
        "today": (today, None),
        "week": (today - timedelta(days=6), None),
        "month": (first, None),
        "last_month": ((first - timedelta(days=1)).replace(day=1), first),
    }
    return spans.get(span, (None, None))


def _one(value: Any) -> tuple[str, ...]:
    return (str(value),) if value else ()
