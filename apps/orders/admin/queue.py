"""The print queue of the centres (ORD-4)."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import ActContext, BulkAct
from apps.backoffice.bulk import BulkAdmin
from apps.core.times import human
from apps.orders import services
from apps.orders.admin.acts import PRINT, papers_address
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


def _print_all(name: str, label: Any, kind: PrintKind) -> BulkAct:
    """Each copy is counted on its own; then all of them open as one print."""

    def run(context: ActContext) -> None:
        services.print_order(
            order_id=context.record.work_order_id,
            kind=kind,
            reason=gettext("Printed together"),
            **context.who,
        )

    def papers(jobs: list[PrintJob], _typed: Mapping[str, Any]) -> str:
        return papers_address([job.work_order_id for job in jobs], kind)

    return BulkAct(name, label, PRINT, run, asks=False, leads_to=papers)


@admin.register(PrintJob)
class PrintJobAdmin(BulkAdmin):
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
    bulk_acts = (
        _print_all("print", _("Print work orders"), PrintKind.WORK_ORDER),
        _print_all("print-labels", _("Print labels"), PrintKind.LABEL),
    )

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
        url = reverse("admin:orders_workorder_act", args=[job.work_order_id, "print-work-order"])
        return format_html('<a href="{}">{}</a>', url, _("Print"))
