"""Deliveries of events that left refusals behind."""

import io
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.backoffice.acts import Act, ActContext
from apps.backoffice.downloads import as_download
from apps.backoffice.records import PanelAdmin
from apps.core.sheets import write_xlsx
from apps.core.times import human
from apps.tracking import services
from apps.tracking.enums import Door, RefusedState
from apps.tracking.forms.waybills import DropForm
from apps.tracking.models import EventBatch, RefusedEvent
from apps.tracking.queries.refusals import (
    sheet_rows,
    shown_payload,
    visible_batches,
    visible_refusals,
)
from apps.tracking.services.imports import COLUMNS

RETRY = "tracking.retry_refusedevent"
IMPORT = "tracking.import_trackingevent"


@admin.register(EventBatch)
class EventBatchAdmin(PanelAdmin):
    list_display = [
        "received",
        "door_tag",
        "source",
        "filename",
        "accepted",
        "repeated",
        "refused",
    ]
    list_filter = ["door"]
    list_display_links = ["received", "source"]
    page_template = "tracking/batch.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventBatch]:
        return visible_batches(request.user)  # type: ignore[arg-type]  # signed in, or the site refuses

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [("<int:pk>/refused/", self.refused_view, "refused")]

    def facts(self, request: HttpRequest, subject: Any) -> dict[str, Any]:
        return {
            "title": str(subject),
            "door": Door(subject.door),
            "refusals": [
                (refused, RefusedState(refused.state))
                for refused in subject.refusals.order_by("index")[:500]
            ],
        }

    def refused_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The refused rows as they came: personal data, so only for who may import."""
        batch = self._batch(request, pk)
        headings = [column.heading for column in COLUMNS]
        rows = sheet_rows(batch.refusals.order_by("index"))
        content = write_xlsx([*headings, _("Row"), _("Why it was refused")], rows)
        return as_download(io.BytesIO(content), f"refused-{batch.pk}.xlsx")

    def _batch(self, request: HttpRequest, pk: int) -> EventBatch:
        if not request.user.has_perm(IMPORT):
            raise PermissionDenied
        batch = self.get_queryset(request).filter(pk=pk).first()
        if batch is None:
            raise Http404
        return batch

    @admin.display(description=gettext_lazy("received at"), ordering="id")
    def received(self, batch: EventBatch) -> str:
        return human(batch.received_at)

    @admin.display(description=gettext_lazy("door"))
    def door_tag(self, batch: EventBatch) -> SafeString:
        return self.tag(Door(batch.door))


def _retry(context: ActContext) -> None:
    services.retry_refused(refused_id=context.record.pk, **context.who)


def _drop(context: ActContext) -> None:
    services.drop_refused(refused_id=context.record.pk, **context.typed, **context.who)


def _is_open(refused: RefusedEvent) -> bool:
    return refused.state == RefusedState.OPEN


@admin.register(RefusedEvent)
class RefusedEventAdmin(PanelAdmin):
    list_display = ["recorded", "state_tag", "waybill_number", "message", "batch"]
    list_filter = ["state", "code"]
    list_display_links = ["recorded", "waybill_number"]
    list_select_related = ["batch"]
    search_fields = ["waybill_number"]
    page_template = "tracking/refused.html"
    acts = (
        Act(
            "retry", gettext_lazy("Try it again as it came"), RETRY, _retry,
            done=gettext_lazy("It is accepted now."), may=_is_open, is_panel=True,
        ),
        Act(
            "drop", gettext_lazy("Put it aside for good"), RETRY, _drop,
            done=gettext_lazy("It is dropped."), form=DropForm, may=_is_open, danger=True,
            is_panel=True,
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[RefusedEvent]:
        return visible_refusals(request.user)  # type: ignore[arg-type]  # signed in, or the site refuses

    def facts(self, request: HttpRequest, subject: Any) -> dict[str, Any]:
        return {"state": RefusedState(subject.state), "payload": shown_payload(subject)}

    @admin.display(description=gettext_lazy("recorded at"), ordering="id")
    def recorded(self, refused: RefusedEvent) -> str:
        return human(refused.recorded_at)

    @admin.display(description=gettext_lazy("state"))
    def state_tag(self, refused: RefusedEvent) -> SafeString:
        return self.tag(RefusedState(refused.state))
