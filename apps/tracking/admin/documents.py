"""Return documents on their way back, filed, and due to be destroyed (TRK-6)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import PanelAdmin
from apps.tracking.enums import DocumentState, FilingPlace
from apps.tracking.forms import documents as forms
from apps.tracking.models import ReturnDocument
from apps.tracking.numbers import group_number
from apps.tracking.queries.documents import days_owed, documents, releasable
from apps.tracking.services import documents as services
from apps.tracking.states import DOCUMENT_MOVES

MOVE = "tracking.move_returndocument"
LONG = 14  # days after which an unfiled document stands out


def _move(context: ActContext) -> None:
    values = {**context.typed, "to": DocumentState(context.typed["to"])}
    services.move_document(document_id=context.record.pk, **values, **context.who)


def _file(context: ActContext) -> None:
    values = {**context.typed, "filing_place": FilingPlace(context.typed["filing_place"])}
    services.file_document(document_id=context.record.pk, **values, **context.who)


def _destroy(context: ActContext) -> None:
    services.destroy_document(document_id=context.record.pk, **context.typed, **context.who)


def _usual_filing_place(context: ActContext) -> dict[str, Any]:
    stays = context.record.state == DocumentState.COLLECTED
    return {"filing_place": FilingPlace.DESTINATION if stays else FilingPlace.ORIGIN}


def _may_move(document: ReturnDocument) -> bool:
    return bool(DOCUMENT_MOVES.ends_of(DocumentState(document.state)) - set(forms.APART))


ACTS = (
    Act(
        "move", _("Record a step"), MOVE, _move, done=_("The step is on record."),
        form=forms.MoveForm, options=lambda context: {"document": context.record}, may=_may_move,
        is_panel=True,
    ),
    Act(
        "file", _("File it"), MOVE, _file, done=_("It is filed."), form=forms.FileForm,
        initial=_usual_filing_place, may=lambda d: DOCUMENT_MOVES.allows(d.state, DocumentState.FILED),
        is_panel=True,
    ),
    Act(
        "destroy", _("Destroy it after its time"), "tracking.destroy_returndocument", _destroy,
        done=_("Its destruction is on record."), form=forms.DestroyForm,
        may=lambda d: d.state == DocumentState.FILED, danger=True, is_panel=True,
    ),
)  # fmt: skip


class WhereFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "where"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("releasable", _("May be destroyed")), ("all", _("All")), *DocumentState.choices]

    def queryset(
        self, request: HttpRequest, rows: "QuerySet[ReturnDocument]"
    ) -> "QuerySet[ReturnDocument]":
        if self.value() == "releasable":
            return rows.filter(pk__in=releasable(timezone.now()))
        if self.value() == "all":
            return rows
        if self.value():
            return rows.filter(state=self.value())
        return rows.filter(pk__in=ReturnDocument.objects.outstanding())


@admin.register(ReturnDocument)
class ReturnDocumentAdmin(PanelAdmin):
    acts = ACTS
    list_display = ["number", "customer", "stands", "owed", "place", "location"]
    list_filter = [WhereFilter, "filing_place"]
    search_fields = ["waybill__number__iexact", "location"]
    search_help_text = _("whole waybill number, or where it is filed")
    ordering = ["owed_since", "pk"]
    page_template = "tracking/return_document.html"

    class Media:
        css = {"all": ["tracking/desk.css"]}

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ReturnDocument]":
        return documents(user=person(request))

    @admin.display(description=_("waybill"))
    def number(self, document: ReturnDocument) -> str:
        return group_number(document.waybill.number)

    @admin.display(description=_("customer"))
    def customer(self, document: ReturnDocument) -> str:
        return document.waybill.customer.display_name

    @admin.display(description=_("state"))
    def stands(self, document: ReturnDocument) -> SafeString:
        return self.tag(DocumentState(document.state))

    @admin.display(description=_("days owed"))
    def owed(self, document: ReturnDocument) -> SafeString | str:
        days = days_owed(document, timezone.now())
        if days is None:
            return "—"
        mark = "trk-overdue" if days > LONG else ""
        sign = "⚠ " if days > LONG else ""
        return format_html('<span class="num {}">{}{}</span>', mark, sign, days)

    def facts(self, request: HttpRequest, document: ReturnDocument) -> dict[str, Any]:
        return {
            "title": group_number(document.waybill.number),
            "state": DocumentState(document.state),
            "days": days_owed(document, timezone.now()),
            "moves": document.moves.select_related("by", "unit"),
        }
