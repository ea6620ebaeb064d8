"""Stages and overruns by unit and partner, and partners' scorecards (TRK-5)."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acting import PageAdmin
from apps.backoffice.downloads import export_answer
from apps.tracking.forms.feedback import last_thirty_days
from apps.tracking.forms.fields import PeriodForm
from apps.tracking.jobs import STAGES
from apps.tracking.models import PartnerScore, StageOverrun
from apps.tracking.queries.scorecard import agreements_of, is_in_force, scorecard
from apps.tracking.queries.stage_report import StageRow, stage_rows


def _period(request: HttpRequest) -> PeriodForm:
    """The asked-for days; the last thirty when none were asked for."""
    asked = request.GET if "first_day" in request.GET else None
    usual = {name: day.isoformat() for name, day in last_thirty_days().items()}
    return PeriodForm(asked if asked is not None else usual)


@admin.register(StageOverrun)
class StageOverrunAdmin(PageAdmin):
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        """A stage is a line of the report; the shipment has a page of its own, masked."""
        return redirect("admin:tracking_waybill_change", object_id)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = _period(request)
        rows: list[StageRow] = []
        if form.is_valid():
            rows = stage_rows(**form.cleaned_data, user=person(request), now=timezone.now())
            if request.GET.get("as") == "xlsx":
                return export_answer(
                    request, STAGES, {name: str(form.data[name]) for name in form.fields}
                )
        query = request.GET.copy()
        query["as"] = "xlsx"
        title, xlsx = _("Stages and overruns"), query.urlencode()
        answer = self.page(request, "tracking/stages.html", title, form=form, rows=rows, xlsx=xlsx)
        answer.status_code = 422 if form.errors else 200
        return answer


@admin.register(PartnerScore)
class PartnerScoreAdmin(PageAdmin):
    list_display = ["code", "name", "is_active"]
    search_fields = ["code", "name"]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        carrier = self.get_object(request, object_id)
        if carrier is None:
            raise Http404
        if not self.has_view_permission(request, carrier):
            raise PermissionDenied
        form, now = _period(request), timezone.now()
        card = None
        if form.is_valid():
            card = scorecard(carrier, **form.cleaned_data, user=person(request), now=now)
        answer = self.page(
            request,
            "tracking/scorecard.html",
            carrier.name,
            carrier=carrier,
            form=form,
            card=card,
            agreements=[(a, is_in_force(a, now)) for a in agreements_of(carrier)],
        )
        answer.status_code = 422 if form.errors else 200
        return answer
