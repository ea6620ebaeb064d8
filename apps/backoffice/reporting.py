"""The pages of declared reports, and the reports as files."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from apps.backoffice.acting import PageAdmin
from apps.backoffice.downloads import export_answer
from apps.backoffice.reports import Report, ReportQuery

LONGEST_KEY = 80


class ReportAdmin(PageAdmin):
    """``reports`` stand beside the pages of the model; ``list_report`` instead of its list,
    ``record_report`` instead of a record's page."""

    reports: tuple[Report, ...] = ()
    list_report: Report | None = None
    record_report: Report | None = None

    def own_pages(self) -> list[tuple[str, Any, str]]:
        own = [(one.where, self._view(one), one.name) for one in self.reports]
        return [*own, *super().own_pages()]

    def _view(self, report: Report) -> Any:
        def view(request: HttpRequest) -> HttpResponseBase:
            return self.report_page(request, report)

        return view

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        if self.list_report is None:
            return super().changelist_view(request, extra_context)
        return self.report_page(request, self.list_report)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if self.record_report is None:
            return super().change_view(request, object_id, form_url, extra_context)
        if (record := self.get_object(request, object_id)) is None:
            raise Http404
        return self.report_page(request, self.record_report, record)

    def report_page(
        self, request: HttpRequest, report: Report, subject: Any = None
    ) -> HttpResponseBase:
        """The report; with ``format`` posted it comes as a file. 422 where the form refuses what was
        asked for."""
        if not request.user.has_perm(report.permission):
            raise PermissionDenied
        at = timezone.now()
        form = report.form(request.GET, user=request.user, at=at)
        place = request.GET.get("after", "")[:LONGEST_KEY]
        query = ReportQuery(request.user, at, form, form.params, subject, place)
        may_export = report.export is not None and request.user.has_perm(report.export.permission)
        if "format" in request.POST:
            if not may_export:
                raise PermissionDenied
            if report.export is not None and not form.errors:
                return export_answer(request, report.export, query.params)
        context: dict[str, Any] = {"parts": (), "links": ()}
        if not form.errors:
            context = {"parts": report.parts(query), "links": report.links(query)}
            context |= report.more(query)
        answer = self.page(
            request,
            report.template,
            report.title if subject is None else str(subject),
            report=report,
            query=query,
            may_export=may_export,
            **context,
        )
        answer.status_code = 422 if form.errors else 200
        return answer
