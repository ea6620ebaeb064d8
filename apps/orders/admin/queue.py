"""The print queue of the centres (ORD-4)."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.backoffice.staff_admin import StaffAdmin
from apps.core.errors import RuleBroken
from apps.core.times import human
from apps.orders import services
from apps.orders.admin.bulk import MOST
from apps.orders.admin.pages import person
from apps.orders.enums import CentreKind, PrintKind
from apps.orders.models import PrintJob, WorkOrder


class WaitingFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("printed", _("Printed")), ("all", _("All"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PrintJob]) -> QuerySet[PrintJob]:
        """Those that wait, unless others are asked for."""
        if self.value() == "all":
            return queryset
        if self.value() == "printed":
            return queryset.filter(printed_at__isnull=False)
        return queryset.filter(printed_at__isnull=True, withdrawn_at__isnull=True)


@admin.register(PrintJob)
class PrintJobAdmin(StaffAdmin):
    list_display = (
        "order_link",
        "route",
        "kind_tag",
        "centre",
        "waiting_since",
        "printed",
        "print_link",
    )
    list_display_links = None
    list_filter = (WaitingFilter, "centre_kind")
    list_select_related = ("work_order", "centre", "printed_by")
    ordering = ("created_at", "id")
    actions = ("print_sheets", "print_labels")
    actions_selection_counter = True

    def has_print_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("orders.print_workorder"))

    @admin.action(description=_("Print work orders"), permissions=["print"])
    def print_sheets(self, request: HttpRequest, jobs: QuerySet[PrintJob]) -> HttpResponse | None:
        return self._print(request, jobs, PrintKind.WORK_ORDER)

    @admin.action(description=_("Print labels"), permissions=["print"])
    def print_labels(self, request: HttpRequest, jobs: QuerySet[PrintJob]) -> HttpResponse | None:
        return self._print(request, jobs, PrintKind.LABEL)

    def _print(
        self, request: HttpRequest, jobs: QuerySet[PrintJob], kind: PrintKind
    ) -> HttpResponse | None:
        """Each copy is counted on its own; then all of them open as one print."""
        ids = list(dict.fromkeys(jobs.order_by("pk").values_list("work_order_id", flat=True)))
        if len(ids) > MOST:
            messages.error(request, gettext("At most %(most)s orders at a time.") % {"most": MOST})
            return None
        done = []
        for order in WorkOrder.objects.filter(pk__in=ids).order_by("pk"):
            try:
                services.print_order(
                    order_id=order.pk,
                    kind=kind,
                    reason=gettext("Printed together"),
                    by=person(request),
                    at=timezone.now(),
                )
            except RuleBroken as refusal:
                messages.warning(request, f"{order.number}: {refusal}")
            else:
                done.append(str(order.pk))
        if not done:
            return None
        query = urlencode({"ids": ",".join(done), "kind": kind.value})
        return HttpResponseRedirect(f"{reverse('admin:orders_workorder_papers')}?{query}")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PrintJob]:
        user = person(request)
        units = user.visible_unit_ids()
        jobs: QuerySet[PrintJob] = super().get_queryset(request)
        if units is None:
            return jobs
        # Work that no centre was found for waits for whoever may print, so that it is not lost.
        theirs = Q(centre_id__in=units) | Q(work_order__in=WorkOrder.objects.visible_to(user))
        return jobs.filter(theirs)

    @admin.display(description=_("work order"))
    def order_link(self, job: PrintJob) -> SafeString:
        url = reverse("admin:orders_workorder_change", args=[job.work_order_id])
        return format_html('<a href="{}">{}</a>', url, job.work_order.number)

    @admin.display(description=_("route"))
    def route(self, job: PrintJob) -> str:
        return f"{job.work_order.origin_city} → {job.work_order.destination_city}"

    @admin.display(description=_("centre"))
    def kind_tag(self, job: PrintJob) -> SafeString:
        return self.tag(CentreKind(job.centre_kind))

    @admin.display(description=_("sent"), ordering="created_at")
    def waiting_since(self, job: PrintJob) -> str:
        return human(job.created_at)

    @admin.display(description=_("first printed"))
    def printed(self, job: PrintJob) -> str:
        return f"{human(job.printed_at)} · {job.printed_by}" if job.printed_at else "—"

    @admin.display(description="")
    def print_link(self, job: PrintJob) -> SafeString:
        url = reverse("admin:orders_workorder_print", args=[job.work_order_id, "work_order"])
        return format_html('<a href="{}">{}</a>', url, _("Print"))
