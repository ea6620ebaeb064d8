"""The list of late and stuck shipments, longest past their promise first; each leads to its exception,
where it is followed (TRK-7)."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.records import RecordPageAdmin
from apps.core.times import human
from apps.quality.enums import LateState
from apps.quality.models import ExceptionReport
from apps.quality.queries.late import late_list
from apps.tracking.enums import LateCause, LateKind
from apps.tracking.models import LateShipment
from apps.tracking.numbers import group_number


class StateFilter(admin.SimpleListFilter):
    """Open ones unless one asks for the closed ones; what is held is not late (CMP-8)."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("mine", _("Mine")), ("held", _("Held by an incident")), *LateState.choices]

    def queryset(self, request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.value() == "mine":
            return rows.filter(exception__owner=person(request), closed_at__isnull=True)
        if self.value() == "held":
            return rows.filter(closed_at__isnull=True, held_by__isnull=False)
        if self.value():
            return rows.filter(state=self.value())
        return rows.filter(closed_at__isnull=True, held_by__isnull=True)


@admin.register(LateShipment)
class LateShipmentAdmin(RecordPageAdmin):
    list_display = ["number", "why", "stands", "overdue", "customer", "cause_tag", "follower"]
    list_filter = [StateFilter, "kind", "cause"]
    search_fields = ["waybill__number__iexact"]
    search_help_text = _("whole waybill number")
    ordering = [F("promised_at").asc(nulls_last=True), "pk"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[LateShipment]":
        return late_list(person(request))

    @admin.display(description=_("waybill"))
    def number(self, late: LateShipment) -> str:
        return group_number(late.waybill.number)

    @admin.display(description=_("found because"))
    def why(self, late: LateShipment) -> SafeString:
        return self.tag(LateKind(late.kind))

    @admin.display(description=_("state"))
    def stands(self, late: Any) -> SafeString:
        if late.held_by and late.closed_at is None:
            text = _("Held by %(number)s") % {"number": late.held_by}
            return format_html('<span class="tag tag-purple">{}</span>', text)
        return self.tag(late.state)

    @admin.display(description=_("cause"))
    def cause_tag(self, late: LateShipment) -> SafeString:
        return self.tag(LateCause(late.cause))

    @admin.display(description=_("promised by"))
    def overdue(self, late: LateShipment) -> SafeString | str:
        if late.promised_at is None:
            return "—"
        if late.promised_at < timezone.now() and late.closed_at is None:
            return format_html('<span class="trk-overdue">⚠ {}</span>', human(late.promised_at))
        return human(late.promised_at)

    @admin.display(description=_("customer"))
    def customer(self, late: LateShipment) -> str:
        return late.waybill.customer.display_name

    @admin.display(description=_("followed by"))
    def follower(self, late: LateShipment) -> str:
        report = getattr(late, "exception", None)
        return str(report.owner) if report and report.owner else "—"

    def show_record(self, request: HttpRequest, late: LateShipment) -> HttpResponseBase:
        """Its exception's page; for whoever may not see that, the shipment's."""
        report = ExceptionReport.objects.visible_to(person(request)).filter(late=late).first()
        if report is not None and request.user.has_perm("quality.view_exceptionreport"):
            return redirect("admin:quality_exceptionreport_change", report.pk)
        return redirect("desk:shipment", late.waybill.number)
