"""Calls to make, because no message reached somebody."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acting import ActAdmin
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import RecordPageAdmin
from apps.backoffice.staff_admin import timeline_rows
from apps.core import times
from apps.notifications import services
from apps.notifications.enums import TaskReason, TaskState
from apps.notifications.forms import CallForm
from apps.notifications.models import PhoneTask
from apps.notifications.queries import desk
from apps.notifications.queries.words import render_for_staff

WORK = "notifications.work_phonetask"


def _is_open(task: PhoneTask) -> bool:
    return task.state in (TaskState.OPEN, TaskState.TAKEN)


def _settle(context: ActContext) -> None:
    outcome, note = TaskState(context.typed["outcome"]), context.typed["note"]
    services.close_task(task_id=context.record.pk, outcome=outcome, note_text=note, **context.who)


class OpenFilter(admin.SimpleListFilter):
    """The queue is what one comes for; what is settled has to be asked for."""

    title = _("which")
    parameter_name = "which"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("mine", _("Taken by me")), ("settled", _("Settled"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "settled":
            return queryset.exclude(state__in=[TaskState.OPEN, TaskState.TAKEN]).order_by("-id")
        rows = queryset.filter(state__in=[TaskState.OPEN, TaskState.TAKEN])
        return rows.filter(taken_by=request.user.pk) if self.value() == "mine" else rows


@admin.register(PhoneTask)
class PhoneTaskAdmin(RecordPageAdmin, ActAdmin):
    acts = (
        Act(
            "take",
            _("Take"),
            WORK,
            lambda d: services.take_task(task_id=d.record.pk, **d.who),
            explains=_("The call is yours; colleagues see that you are on it."),
            done=_("The call is yours."),
            may=_is_open,
        ),
        Act(
            "reveal",
            _("Show the number"),
            WORK,
            lambda d: services.reveal_phone(task_id=d.record.pk, **d.who),
            explains=_("The full phone number is shown once, and it is recorded that you looked."),
            may=_is_open,
            shows="notifications/revealed.html",
        ),
        Act(
            "settle",
            _("Settle the call"),
            WORK,
            _settle,
            explains=_("How did it go? Whoever could not be reached stays on record as not told."),
            done=_("The call is settled."),
            form=CallForm,
            may=_is_open,
        ),
    )
    list_display = ("due", "whom", "about", "why", "state_tag", "taken_by")
    list_display_links = ("due", "whom")
    list_filter = (OpenFilter, "reason")
    ordering = ("due_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PhoneTask]:
        visible = PhoneTask.objects.visible_to(request.user)  # type: ignore[arg-type]  # staff pages know users only
        return visible.select_related("delivery__waybill", "taken_by", "closed_by")

    @admin.display(description=_("call by"), ordering="due_at")
    def due(self, task: PhoneTask) -> str:
        return times.human(task.due_at)

    @admin.display(description=_("whom"))
    def whom(self, task: PhoneTask) -> str:
        return task.delivery.recipient_label

    @admin.display(description=_("about"))
    def about(self, task: PhoneTask) -> str:
        number = task.delivery.waybill.number if task.delivery.waybill else ""
        return f"{desk.topic_label(task.delivery.topic)} {number}".strip()

    @admin.display(description=_("why by phone"))
    def why(self, task: PhoneTask) -> SafeString:
        return self.tag(TaskReason(task.reason))

    @admin.display(description=_("state"))
    def state_tag(self, task: PhoneTask) -> SafeString:
        return self.tag(TaskState(task.state))

    def show_record(self, request: HttpRequest, task: PhoneTask) -> HttpResponseBase:
        context = {
            "task": task,
            "state": TaskState(task.state),
            "reason": TaskReason(task.reason),
            "words": render_for_staff(task.delivery, frozenset({"name"})),
            "acts": self.offered(request, task),
            "timeline": timeline_rows(task, self.timeline_limit),
        }
        return self.page(request, "notifications/call.html", self.about(task), **context)
