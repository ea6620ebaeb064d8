"""The list of exception reports: its filters, and the list as a spreadsheet (CMP-4)."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acting import PageAdmin
from apps.backoffice.downloads import export_answer
from apps.quality.enums import ExceptionState
from apps.quality.jobs import EXCEPTIONS
from apps.quality.queries.exceptions import ExceptionFilter, exception_list

LIST = "admin:quality_exceptionreport_changelist"


class OpenFilter(admin.SimpleListFilter):
    """Open ones unless one asks for others."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", _("All")), *ExceptionState.choices]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Not closed")}
        yield from others

    def queryset(self, request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.value() == "all":
            return rows
        if self.value():
            return rows.filter(state=self.value())
        return rows.exclude(state=ExceptionState.CLOSED)


class StandsOutFilter(admin.SimpleListFilter):
    title = _("stands out")
    parameter_name = "stands_out"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("late", _("reported late")), ("changed", _("changed afterwards"))]

    def queryset(self, request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.value() == "changed":
            return rows.filter(was_changed=True)
        if self.value() == "late":
            late = ExceptionFilter(reported_late=True)
            return rows.filter(pk__in=exception_list(person(request), late).order_by().values("pk"))
        return rows


class MineFilter(admin.SimpleListFilter):
    title = _("followed by")
    parameter_name = "follower"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("me", _("Me")), ("nobody", _("Nobody"))]

    def queryset(self, request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.value() == "me":
            return rows.filter(owner=person(request))
        return rows.filter(owner__isnull=True) if self.value() == "nobody" else rows


class ReportedFilter(admin.SimpleListFilter):
    """Whole local days; a month is what is reported monthly."""

    title = _("reported")
    parameter_name = "reported"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            *(("today", _("Today")), ("week", _("Last 7 days"))),
            *(("month", _("This month")), ("last_month", _("Last month"))),
        ]

    def queryset(self, request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        today = timezone.localdate()
        first = today.replace(day=1)
        spans = {
            "today": (today, None),
            "week": (today - timedelta(days=6), None),
            "month": (first, None),
            "last_month": ((first - timedelta(days=1)).replace(day=1), first),
        }
        if self.value() not in spans:
            return rows
        since, until = (
            timezone.make_aware(datetime.combine(day, time.min)) if day else None
            for day in spans[str(self.value())]
        )
        rows = rows.filter(reported_at__gte=since)
        return rows.filter(reported_at__lt=until) if until else rows


class ExportExceptions(PageAdmin):
    """Adds ``export/``: what the list shows under its filters, masked, as xlsx or csv."""

    list_before_template: ClassVar[str] = "quality/exceptions_above.html"

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("export/", self.export_view, "export"), *super().own_pages()]

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """POST with the list's own query in the address."""
        if not (
            self.has_view_permission(request) and request.user.has_perm("complaints.export_case")
        ):
            raise PermissionDenied
        if request.method != "POST":
            return redirect(LIST)
        query = {name: str(value) for name, value in request.GET.items()}
        return export_answer(request, EXCEPTIONS, query)
