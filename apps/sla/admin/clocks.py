"""Clocks: what is open and overdue, and why a due time is what it is (CMP-2)."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.listing import ListAdmin
from apps.backoffice.records import RecordPageAdmin
from apps.sla.admin.clock_list import ClockList
from apps.sla.enums import ClockState
from apps.sla.models import Clock
from apps.sla.models.clock import OPEN
from apps.sla.queries.explaining import explanation


@admin.register(Clock)
class ClockAdmin(ListAdmin, RecordPageAdmin):
    listing = ClockList()

    def own_pages(self) -> list[tuple[str, Any, str]]:
        of = "of/<slug:app>.<slug:model>/<int:subject_id>/"
        return [(of, self.of_view, "of"), *super().own_pages()]

    def of_view(self, request: HttpRequest, app: str, model: str, subject_id: int) -> HttpResponse:
        """From a thing to the clock of it that runs out next, or to the last one that ran."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        clocks = self.get_queryset(request).filter(
            matter__subject_type=f"{app}.{model}", matter__subject_id=str(subject_id)
        )
        ran_last = F("due_at").desc(nulls_last=True)
        found = clocks.filter(OPEN).order_by("due_at").first() or clocks.order_by(ran_last).first()
        if found is None:
            messages.info(request, _("No clock runs for this that you may look at."))
            return redirect("admin:sla_clock_changelist")
        return redirect("admin:sla_clock_change", found.pk)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        seen = Clock.objects.visible_to(person(request))
        return seen.select_related(
            "matter", "owner", "unit", "target__version__policy", "calendar", "met_by", "stopped_by"
        )

    def show_record(self, request: HttpRequest, clock: Clock) -> HttpResponseBase:
        return self.page(
            request,
            "sla/clock.html",
            _("Explain this due time"),
            clock=clock,
            why=explanation(clock),
            state=ClockState(clock.state),
        )
