"""Work orders in the back office: the list and the page of one order."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from apps.accounts.staff import person
from apps.backoffice.bulk import BulkAdmin
from apps.backoffice.records import RecordPageAdmin
from apps.backoffice.staff_admin import must, timeline_rows
from apps.customers.enums import FollowUpClass
from apps.orders import queries
from apps.orders.admin.acts import ACTS, BULK_ACTS
from apps.orders.admin.entry import EntryPages
from apps.orders.admin.filters import ClockFilter, OwnedFilter
from apps.orders.admin.papers import sheet_of
from apps.orders.admin.stages import StagePages
from apps.orders.enums import OrderStatus, PrintKind
from apps.orders.models import WorkOrder
from apps.orders.pages import spoken
from apps.orders.queries.prices import price_for
from apps.orders.rules import read_clock
from apps.sla.templatetags.clocks import why

MOST_PAPERS = 100


@admin.register(WorkOrder)
class WorkOrderAdmin(EntryPages, StagePages, RecordPageAdmin, BulkAdmin):
    acts, bulk_acts = ACTS, BULK_ACTS

    class Media:
        css = {"all": ["orders/list.css"]}

    list_display = (
        "number",
        "customer_name",
        "status_tag",
        "clock",
        "route",
        "goods",
        "class_tag",
        "waybill_numbers",
        "owner",
        "received",
    )
    list_display_links = ("number",)
    list_filter = (
        "status",
        ClockFilter,
        OwnedFilter,
        "channel",
        "job_type",
        "follow_up_class",
        "received_at",
    )
    search_fields = ("number",)
    search_help_text = gettext_lazy(
        "Order or waybill number, phone, customer or the customer's reference"
    )
    ordering = ("-received_at", "-id")

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("enter/", self.enter_view, "enter"),
            ("enter/draft/", self.draft_view, "draft"),
            ("enter/goods/", require_GET(self.goods_view), "goods"),
            ("enter/price/", require_GET(self.price_view), "price"),
            ("papers/", require_GET(self.papers_view), "papers"),
            ("<int:order_id>/edit/", self.edit_view, "edit"),
            ("<int:order_id>/read-back/", self.read_back_view, "read_back"),
            ("<int:order_id>/confirm/", self.confirm_view, "confirm"),
            ("<int:order_id>/original/", require_GET(self.original_view), "original"),
            ("<int:order_id>/paper/<int:print_id>/", require_GET(self.paper_view), "paper"),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkOrder]:
        return queries.detailed(WorkOrder.objects.visible_to(person(request)))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[WorkOrder], search_term: str
    ) -> tuple[QuerySet[WorkOrder], bool]:
        return queries.orders_found(queryset, search_term, user=person(request)), False  # type: ignore[arg-type]  # our own QuerySet

    def seen(self, request: HttpRequest, key: Any) -> WorkOrder:
        if not self.has_view_permission(request):
            raise PermissionDenied
        order: WorkOrder = super().seen(request, key)
        return order

    def about_chosen(self, record: WorkOrder) -> SafeString:
        return format_html(
            "{} {} · {}", self.tag(record.state), record.customer.display_name, record.goods_name
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("orders.add_workorder"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("admin:orders_workorder_enter")

    def show_record(self, request: HttpRequest, order: WorkOrder) -> HttpResponseBase:
        return self.page(
            request,
            "orders/work_order.html",
            order.number,
            order=order,
            class_colour=FollowUpClass(order.follow_up_class).colour,
            clock=clock_of(order) if order.is_unconfirmed else "",
            sections=spoken(
                order, masked=True, cod_account=queries.cod_account(order, timezone.now())
            ),
            price=price_for(request.user, order),
            acts=self.offered(request, order),
            tasks=order.tasks.select_related("template", "owner", "done_by"),
            prints=order.prints.select_related("printed_by"),
            arrangement=getattr(order, "arrangement", None),
            job=getattr(order, "print_job", None),
            timeline=timeline_rows(order, self.timeline_limit),
            may={
                name: request.user.has_perm(f"orders.{name}_workorder")
                for name in ("change", "confirm", "print", "reveal")
            },
        )

    def papers_view(self, request: HttpRequest) -> HttpResponse:
        """Several work orders or the labels of several, whose copies this person just recorded."""
        must(request, "orders.print_workorder")
        ids = [
            int(i) for i in request.GET.get("ids", "").split(",") if i.isdecimal() and len(i) < 18
        ]
        kind = PrintKind.LABEL if request.GET.get("kind") == PrintKind.LABEL else None
        kind = kind or PrintKind.WORK_ORDER
        orders = self.get_queryset(request).filter(
            pk__in=ids[:MOST_PAPERS], prints__printed_by=request.user.pk
        )
        sheets = []
        for order in orders.distinct():
            made = order.prints.filter(kind=kind, printed_by=request.user.pk).first()
            if made is not None:
                sheets.append(sheet_of(request, order, made))
        if not sheets:
            messages.warning(request, _("Nothing was printed."))
            return redirect("admin:orders_workorder_changelist")
        title = _("Labels") if kind == PrintKind.LABEL else _("Work orders")
        return self.page(request, f"orders/papers_{kind}.html", title, sheets=sheets)

    @admin.display(description=gettext_lazy("customer"))
    def customer_name(self, order: WorkOrder) -> str:
        return order.customer.display_name

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_tag(self, order: WorkOrder) -> SafeString:
        return self.tag(order.state)

    @admin.display(description=gettext_lazy("clock"), ordering="due_at")
    def clock(self, order: WorkOrder) -> SafeString | str:
        return clock_of(order) if order.is_unconfirmed else "—"

    def get_ordering(self, request: HttpRequest) -> Sequence[str]:
        """Who asks for the clock sees first what runs out first (ORD-5)."""
        return ("due_at", "id") if request.GET.get(ClockFilter.parameter_name) else self.ordering

    @admin.display(description=gettext_lazy("route"))
    def route(self, order: WorkOrder) -> str:
        return f"{order.origin_city or '?'} → {order.destination_city or '?'}"

    @admin.display(description=gettext_lazy("goods"))
    def goods(self, order: WorkOrder) -> str:
        return f"{order.goods_name or '—'} × {order.pieces or '?'}"

    @admin.display(description=gettext_lazy("class"), ordering="follow_up_class")
    def class_tag(self, order: WorkOrder) -> SafeString:
        found = FollowUpClass(order.follow_up_class)
        return format_html(
            '<span class="tag tag-{}" title="{}">{}</span>',
            found.colour,
            order.get_follow_up_reason_display(),
            found.value,
        )

    @admin.display(description=gettext_lazy("waybills"))
    def waybill_numbers(self, order: WorkOrder) -> SafeString | str:
        links = list(order.issued.all())
        if not links:
            return "—"
        shown = format_html_join(" ", "<code>{}</code>", ((n.waybill.number,) for n in links[:2]))
        return format_html("{} +{}", shown, len(links) - 2) if len(links) > 2 else shown

    @admin.display(description=gettext_lazy("received"), ordering="received_at")
    def received(self, order: WorkOrder) -> SafeString:
        moment = timezone.localtime(order.received_at)
        return format_html(
            '<time datetime="{}">{}</time>', moment.isoformat(), f"{moment:%m-%d %H:%M}"
        )


def clock_of(order: WorkOrder) -> SafeString:
    """The countdown in words and colour, and why it is so; a script, where there is one, keeps it
    running."""
    if order.due_at is None:
        words = _("waits") if order.status == OrderStatus.HELD else _("no limit")
        return format_html('<span class="tag tag-grey">{}</span> {}', words, why(order))
    clock = read_clock(order.due_at, timezone.now())
    colour = {"running": "green", "due_soon": "amber", "overdue": "red"}[clock.stage]
    left, over = _("◔ %s left"), _("⚠ %s overdue")
    words = over if clock.stage == "overdue" else left
    return format_html(
        '<time class="tag tag-{}" datetime="{}" data-due="{}" data-left="{}" data-over="{}" data-warn="14400">{}</time> {}',
        colour,
        order.due_at.isoformat(),
        order.due_at.isoformat(),
        left,
        over,
        words.replace("%s", clock.hours_minutes),
        why(order),
    )
