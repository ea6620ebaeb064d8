"""Clocks: what is open and overdue, and why a due time is what it is (CMP-2)."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acting import PageAdmin
from apps.core.templatetags.house import countdown
from apps.core.times import human
from apps.sla.enums import ClockState
from apps.sla.models import Clock
from apps.sla.models.clock import OPEN
from apps.sla.queries.explaining import explanation


class StandFilter(admin.SimpleListFilter):
    """What runs, soonest first, unless one asks for others; the overdue ones are its beginning."""

    title = _("stand")
    parameter_name = "stand"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("all", _("All")),
            ("overdue", _("Overdue")),
            ("missed", _("Missed")),
            ("late", _("Missed or overdue")),
        ]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Running")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        if self.value() in ("missed", "late"):
            missed = Q(breached_at__isnull=False) | Q(missed_before__isnull=False)
            overdue = Q(state=ClockState.RUNNING, due_at__lte=Now())
            return queryset.filter(missed if self.value() == "missed" else missed | overdue)
        queryset = queryset.filter(OPEN)
        return queryset.filter(due_at__lte=Now()) if self.value() == "overdue" else queryset


@admin.register(Clock)
class ClockAdmin(PageAdmin):
    list_display = ("about", "what", "owner", "unit", "due", "stand")
    list_display_links = ("about",)
    list_filter = (StandFilter, "kind", "metric", "state")
    list_select_related = ("matter", "owner", "unit")
    ordering = ("due_at", "id")

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("of/<slug:app>.<slug:model>/<int:subject_id>/", self.of_view, "of")]

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
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows & Clock.objects.visible_to(person(request))

    @admin.display(description=_("about"))
    def about(self, clock: Clock) -> str:
        return clock.matter.title

    @admin.display(description=_("clock"), ordering="metric")
    def what(self, clock: Clock) -> str:
        return str(clock)

    @admin.display(description=_("due"), ordering="due_at")
    def due(self, clock: Clock) -> SafeString | str:
        return countdown(clock.due_at) if clock.is_open else human(clock.due_at)

    @admin.display(description=_("state"), ordering="state")
    def stand(self, clock: Clock) -> SafeString:
        return self.tag(ClockState(clock.state))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Explain this due time."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not object_id.isdecimal() or len(object_id) > 18:
            raise Http404
        rows = self.get_queryset(request).select_related(
            "matter", "owner", "unit", "target__version__policy", "calendar", "met_by", "stopped_by"
        )
        clock = get_object_or_404(rows, pk=int(object_id))
        return self.page(
            request,
            "sla/clock.html",
            _("Explain this due time"),
            clock=clock,
            why=explanation(clock),
            state=ClockState(clock.state),
        )
