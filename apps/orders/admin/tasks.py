"""Follow-up tasks and the steps they are made from (TRK-3)."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acting import ActAdmin
from apps.backoffice.acts import Act
from apps.core.typed import tidy_typed, typed_number
from apps.orders import services
from apps.orders.admin.goods import RecordedReferenceAdmin
from apps.orders.enums import TaskStatus
from apps.orders.forms import OutcomeForm, PostponeForm
from apps.orders.models import FollowUpTask, FollowUpTemplate, WorkOrder
from apps.sla.templatetags.clocks import why
from apps.tracking.enums import Status

TASK_ACTS = (
    Act(
        "complete",
        _("Tick off"),
        "orders.complete_followuptask",
        lambda d: services.complete_task(task_id=d.record.pk, outcome=d.typed["outcome"], **d.who),
        explains=_("The step is done; what came of it stays with the order."),
        done=_("The step is ticked off."),
        form=OutcomeForm,
    ),
    Act(
        "postpone",
        _("Postpone"),
        "orders.complete_followuptask",
        lambda d: services.postpone_task(task_id=d.record.pk, **d.typed, **d.who),
        explains=_("The step becomes due later; the reason is kept."),
        done=_("The step has a new time."),
        form=PostponeForm,
    ),
)


class OpenFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("mine", _("Mine, open")), ("overdue", _("Overdue")), ("all", _("All"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[FollowUpTask]
    ) -> QuerySet[FollowUpTask]:
        """Open ones unless all are asked for."""
        if self.value() == "all":
            return queryset
        waiting = queryset.filter(done_at__isnull=True, dropped_at__isnull=True)
        if self.value() == "mine":
            return waiting.filter(owner=request.user.pk)
        if self.value() == "overdue":
            return waiting.filter(due_at__lte=timezone.now())
        return waiting


@admin.register(FollowUpTask)
class FollowUpTaskAdmin(ActAdmin):
    acts = TASK_ACTS
    list_display = ("order_link", "step", "due", "state_tag", "owner", "tick")
    list_display_links = None
    list_filter = (OpenFilter, "template__follow_up_class")
    search_fields = ("work_order__number",)
    search_help_text = _("Order number")
    list_select_related = ("work_order", "template", "owner")
    ordering = ("due_at", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[FollowUpTask]:
        user = person(request)
        orders = WorkOrder.objects.visible_to(user)
        mine = Q(owner=user.pk) | Q(work_order__in=orders)
        tasks: QuerySet[FollowUpTask] = super().get_queryset(request)
        return tasks.filter(mine)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[FollowUpTask], search_term: str
    ) -> tuple[QuerySet[FollowUpTask], bool]:
        typed = tidy_typed(search_term, 20)
        if not typed:
            return queryset, False
        number = typed_number("WO", typed) or typed.upper()
        return queryset.filter(work_order__number__startswith=number), False

    def page_of(self, record: FollowUpTask) -> str:
        """A step stands on its order's page."""
        return reverse("admin:orders_workorder_change", args=[record.work_order_id])

    @admin.display(description=_("work order"))
    def order_link(self, task: FollowUpTask) -> SafeString:
        url = reverse("admin:orders_workorder_change", args=[task.work_order_id])
        return format_html('<a href="{}">{}</a>', url, task.work_order.number)

    @admin.display(description=_("step"))
    def step(self, task: FollowUpTask) -> str:
        return task.template.title

    @admin.display(description=_("due"), ordering="due_at")
    def due(self, task: FollowUpTask) -> SafeString:
        return format_html("{} {}", f"{timezone.localtime(task.due_at):%m-%d %H:%M}", why(task))

    @admin.display(description=_("status"))
    def state_tag(self, task: FollowUpTask) -> SafeString:
        return self.tag(task.state if task.state != TaskStatus.OPEN else task.urgency)

    @admin.display(description="")
    def tick(self, task: FollowUpTask) -> SafeString | str:
        if task.state != TaskStatus.OPEN:
            return task.outcome_text
        url = reverse("admin:orders_followuptask_act", args=[task.pk, "complete"])
        return format_html('<a href="{}">{}</a>', url, _("Tick off"))


@admin.register(FollowUpTemplate)
class FollowUpTemplateAdmin(RecordedReferenceAdmin):
    list_display = (
        "follow_up_class",
        "position",
        "name",
        "anchor",
        "minutes",
        "done_by",
        "active",
    )
    list_display_links = ("name",)
    list_filter = ("follow_up_class", "active")
    ordering = ("follow_up_class", "position")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # tasks refer to it; a step is taken out of use instead

    @admin.display(description=_("done by itself at status"), ordering="done_by_status")
    def done_by(self, template: FollowUpTemplate) -> str:
        return str(dict(Status.choices).get(template.done_by_status, template.done_by_status))
