"""The list of exception reports (CMP-4)."""

from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.forms.filters import FilterForm, one_of
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.core.addresses import address_of
from apps.core.templatetags.formatting import drawn_tag, status_tag
from apps.core.times import day_start, local
from apps.quality.enums import ExceptionKind, ExceptionState, FoundBy
from apps.quality.jobs import EXCEPTIONS
from apps.quality.models import ExceptionReport
from apps.quality.queries.exceptions import ExceptionFilter, exception_list


class ExceptionFilters(FilterForm):
    state = one_of(ExceptionState, _("state"))
    follower = one_of([("me", _("Me")), ("nobody", _("Nobody"))], _("followed by"))
    reported = one_of(
        [
            *(("today", _("Today")), ("week", _("Last 7 days"))),
            *(("month", _("This month")), ("last_month", _("Last month"))),
        ],
        _("reported"),
    )
    kind = one_of(ExceptionKind, _("kind"))
    found_by = one_of(FoundBy, _("found by"))
    serious = one_of([("yes", _("serious")), ("no", _("minor"))], _("serious"))
    stands_out = one_of(
        [("late", _("reported late")), ("changed", _("changed afterwards"))], _("stands out")
    )


def _exception(report: ExceptionReport) -> SafeString:
    address = address_of("admin:quality_exceptionreport_change", report.pk)
    words = '<a data-open href="{}">{}</a><br>{}'
    return format_html(words, address, report.number, report.title)


def _kind(report: ExceptionReport) -> SafeString:
    serious = drawn_tag("red", _("serious")) if report.is_serious else ""
    kind, state = status_tag(report, "kind"), status_tag(report, "state")
    return format_html("{} {}<br>{}", kind, serious, state)


def _waybill(report: ExceptionReport) -> str:
    return report.waybill.number if report.waybill else ""


def _owner(report: ExceptionReport) -> SafeString:
    return format_html("{}<br><small>{}</small>", report.owner or "—", report.unit)


def _stands_out(report: Any) -> str:
    warnings = [_("reported late")] if report.was_reported_late else []
    warnings += [_("changed afterwards")] if report.was_changed else []
    return " · ".join(f"⚠ {one}" for one in warnings)


DAYS = ("newest", "oldest")


class ExceptionList(StaffList):
    title = _("Exception reports")
    columns = (
        Column("exception", _("Exception"), _exception),
        Column("kind", _("kind"), _kind),
        Column("waybill", _("waybill"), _waybill),
        Column("stands_out", _("stands out"), _stands_out),
        Column("owner", _("followed by"), _owner),
        Column("reported", _("reported"), lambda report: local(report.reported_at), sorts=DAYS),
    )
    views = (
        View("open", _("Not closed")),
        View("mine", _("Mine")),
        View("nobody", _("Nobody's")),
        View("serious", _("Serious")),
        View("closed", _("Closed")),
        View("all", _("All")),
    )
    sorts = (
        Sort("newest", _("Newest first"), ("-reported_at", "-pk")),
        Sort("oldest", _("Oldest first"), ("reported_at", "pk")),
    )
    filters = ExceptionFilters
    search = _("number, waybill number or words")
    export = EXCEPTIONS
    empty = _("Nothing is open. Whoever sees damage, loss or delay reports it here.")

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
                reported_from=day_start(since) if since else None,
                reported_before=day_start(until) if until else None,
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
