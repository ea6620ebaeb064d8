"""Exception reports 运作异常汇报表: the list, the report, its page."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.forms import put_refusal
from apps.backoffice.listing import ListAdmin
from apps.backoffice.records import PanelAdmin
from apps.backoffice.reporting import ReportAdmin
from apps.core.downloads import private_file
from apps.core.errors import RuleBroken
from apps.core.masking import mask_text
from apps.core.times import local
from apps.quality import services
from apps.quality.admin.exception_acts import ACTS, REVEAL
from apps.quality.admin.exception_list import ExceptionList
from apps.quality.admin.late_acts import LATE_ACTS
from apps.quality.admin.put_right import PutRight
from apps.quality.enums import ExceptionKind, ExceptionState, FoundBy
from apps.quality.forms.exceptions import ReportForm
from apps.quality.inputs import NewException
from apps.quality.models import Evidence, ExceptionReport, ReportChange
from apps.quality.queries.exceptions import evidence_of, exception_list, exception_page
from apps.tracking.models import Waybill


def _readable(change: ReportChange) -> dict[str, Any]:
    """A change with the field's name and its times as people read them."""
    return {
        "change": change,
        "field": _field_name(change.field),
        "old": _shown(change.old),
        "new": _shown(change.new),
    }


def _field_name(name: str) -> str:
    field = ExceptionReport._meta.get_field(name)
    return str(getattr(field, "verbose_name", name))


def _shown(text: str) -> str:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    return local(moment) if moment and timezone.is_aware(moment) else mask_text(text)


@admin.register(ExceptionReport)
class ExceptionReportAdmin(ListAdmin, PanelAdmin, ReportAdmin):
    listing = ExceptionList()
    reports = (PutRight(),)
    add_label = _("Report an exception")
    search_fields = ["number"]
    acts = (*LATE_ACTS, *ACTS)
    page_template = "quality/exception.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ExceptionReport]":
        return exception_list(person(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("quality.add_exceptionreport")

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("evidence/<uuid:key>/", self.evidence_view, "evidence"),
            *super().own_pages(),
        ]

    def facts(self, request: HttpRequest, report: ExceptionReport) -> dict[str, Any]:
        return {
            "title": report.number,
            "page": exception_page(report.number, person(request)),
            "kind": ExceptionKind(report.kind),
            "state": ExceptionState(report.state),
            "found_by": FoundBy(report.found_by),
            "changes": [_readable(change) for change in report.changes.select_related("by")],
            "may_reveal": REVEAL.allows(request.user),
        }

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Report an exception; what was typed is kept when something is wrong."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        asked = {"number": request.GET.get("waybill", "")}
        form = ReportForm(request.POST if request.method == "POST" else None, initial=asked)
        if request.method == "POST" and form.is_valid():
            try:
                report = self._report(request, form)
            except RuleBroken as refusal:
                put_refusal(form, refusal, {"waybill": "number"})
            else:
                messages.success(request, _("%(number)s is on record.") % {"number": report.number})
                return redirect("admin:quality_exceptionreport_change", report.pk)
        answer = self.page(
            request, "quality/exception_report.html", _("Report an exception"), form=form
        )
        answer.status_code = 422 if form.errors else 200
        return answer

    def _report(self, request: HttpRequest, form: ReportForm) -> ExceptionReport:
        values = dict(form.cleaned_data)
        number, line = values.pop("number"), values.pop("put_right_line").strip()
        who: dict[str, Any] = {"by": person(request), "at": timezone.now()}
        waybill = None
        if number:
            waybill = Waybill.objects.visible_to(person(request)).filter(number=number).first()
            if waybill is None:
                raise RuleBroken(
                    _("There is no waybill %(number)s.") % {"number": number},
                    code="unknown_waybill",
                    field="number",
                )
        values["kind"] = ExceptionKind(values["kind"])
        values["found_by"] = FoundBy(values["found_by"])
        report = services.open_exception(new=NewException(**values, waybill=waybill), **who)
        if line:
            try:
                return services.put_right(exception_id=report.pk, line=line, **who)
            except RuleBroken as refusal:
                # The report itself is kept; only its short ending is refused.
                messages.warning(request, str(refusal))
        return report

    def show_result(
        self, request: HttpRequest, act: Act, context: ActContext, result: Any
    ) -> HttpResponseBase:
        """What was told, in clear, with the names of its fields."""
        rows = [(_field_name(name), text) for name, text in result.items()]
        return super().show_result(request, act, context, rows)

    def evidence_view(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Always a download: nothing that came from outside is shown by the browser itself."""
        if not request.user.has_perm("quality.view_evidence"):
            raise PermissionDenied
        try:
            evidence = evidence_of(key, person(request))
            opened = services.open_evidence(
                evidence=evidence, by=person(request), at=timezone.now()
            )
        except (Evidence.DoesNotExist, FileNotFoundError):
            raise Http404 from None
        return private_file(opened, name=evidence.name, content_type=evidence.content_type)
