"""Deliveries of events that left a file or refusals behind, and the import page."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.backoffice.acts import Act, Doing
from apps.backoffice.records import PanelAdmin
from apps.core.downloads import private_file
from apps.core.sheets import write_xlsx
from apps.core.times import human
from apps.tracking import services
from apps.tracking.enums import Door, RefusedState
from apps.tracking.forms.waybills import DropForm, ImportForm
from apps.tracking.models import EventBatch, RefusedEvent
from apps.tracking.queries.refusals import (
    sheet_rows,
    shown_payload,
    visible_batches,
    visible_refusals,
)
from apps.tracking.services.imports import COLUMNS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RETRY = "tracking.retry_refusedevent"
IMPORT = "tracking.import_trackingevent"


def _import(doing: Doing) -> EventBatch:
    file = doing.typed["file"]
    batch, _outcomes = services.import_events(content=file.content, filename=file.name, **doing.who)
    return batch


def _counts(batch: EventBatch) -> str:
    told = _("%(accepted)d taken, %(repeated)d known already, %(refused)d refused.")
    return told % {
        "accepted": batch.accepted, "repeated": batch.repeated, "refused": batch.refused
    }  # fmt: skip


IMPORTING = Act(
    "import",
    gettext_lazy("Import tracking events"),
    IMPORT,
    _import,
    explains=gettext_lazy(
        "Each row is one event. Rows that cannot be taken are listed with the reason, and the rest is kept."
    ),
    done=_counts,
    form=ImportForm,
    button=gettext_lazy("Import"),
    page="tracking/import.html",
)


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
    change_list_template = "tracking/batches.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventBatch]:
        return visible_batches(request.user)  # type: ignore[arg-type]  # signed in, or the site refuses

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("import/", self.import_view, "import"),
            ("template/", self.template_view, "template"),
            ("<int:pk>/file/", self.file_view, "file"),
            ("<int:pk>/refused/", self.refused_view, "refused"),
        ]

    def facts(self, request: HttpRequest, subject: Any) -> dict[str, Any]:
        return {
            "title": str(subject),
            "door": Door(subject.door),
            "refusals": [
                (refused, RefusedState(refused.state))
                for refused in subject.refusals.order_by("index")[:500]
            ],
        }

    def import_view(self, request: HttpRequest) -> HttpResponseBase:
        """One file, then the page of what became of its rows."""
        if not IMPORTING.allows(request.user):
            raise PermissionDenied
        return self.answer(request, IMPORTING, self.doing(request, None))

    def template_view(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(IMPORT):
            raise PermissionDenied
        headings = [column.headings[0] for column in COLUMNS]
        example = [
            "YP123456789012",
            "到达",
            "2026-03-21 14:05",
            "上海转运中心",
            "上海市",
            "",
            "",
            "",
        ]
        return private_file(
            write_xlsx(headings, [example]), name="tracking-events.xlsx", content_type=XLSX
        )

    def refused_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The refused rows as they came: personal data, so only for who may import."""
        batch = self._batch(request, pk)
        headings = [column.headings[0] for column in COLUMNS]
        rows = sheet_rows(batch.refusals.order_by("index"))
        content = write_xlsx([*headings, _("Row"), _("Why it was refused")], rows)
        return private_file(content, name=f"refused-{batch.pk}.xlsx", content_type=XLSX)

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        batch = self._batch(request, pk)
        if not batch.file:
            raise Http404
        return private_file(default_storage.open(str(batch.file.name)), name=batch.filename)

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


def _retry(doing: Doing) -> None:
    services.retry_refused(refused_id=doing.record.pk, **doing.who)


def _drop(doing: Doing) -> None:
    services.drop_refused(refused_id=doing.record.pk, **doing.typed, **doing.who)


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
