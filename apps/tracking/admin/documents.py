"""Return documents on their way back, filed, and due to be destroyed (TRK-6)."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.tracking.admin.acting import Act, ActingAdmin, person
from apps.tracking.enums import DocumentState, KeptAt
from apps.tracking.forms import documents as forms
from apps.tracking.models import ReturnDocument
from apps.tracking.numbers import group_number
from apps.tracking.queries.documents import days_owed, documents, releasable
from apps.tracking.services import documents as services
from apps.tracking.states import DOCUMENT_MOVES

if TYPE_CHECKING:
    from django.forms import Form

MOVE = "tracking.move_returndocument"
LONG = 14  # days after which an unfiled document stands out


def _move(document: ReturnDocument, form: "Form", **who: Any) -> None:
    values = {**form.cleaned_data, "to": DocumentState(form.cleaned_data["to"])}
    services.move_document(document_id=document.pk, **values, **who)


def _file(document: ReturnDocument, form: "Form", **who: Any) -> None:
    values = {**form.cleaned_data, "kept_where": KeptAt(form.cleaned_data["kept_where"])}
    services.file_document(document_id=document.pk, **values, **who)


def _destroy(document: ReturnDocument, form: "Form", **who: Any) -> None:
    services.destroy_document(document_id=document.pk, reason=form.cleaned_data["reason"], **who)


def _may_move(document: ReturnDocument) -> bool:
    return bool(DOCUMENT_MOVES.ends_of(DocumentState(document.state)) - set(forms.APART))


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
class ReturnDocumentAdmin(ActingAdmin):
    list_display = ["number", "customer", "stands", "owed", "place", "location"]
    list_filter = [WhereFilter, "kept_where"]
    search_fields = ["waybill__number__iexact", "location"]
    search_help_text = _("whole waybill number, or where it is filed")
    ordering = ["owed_since", "pk"]
    page_template = "tracking/return_document.html"

    class Media:
        css = {"all": ["tracking/desk.css"]}

    acts = (
        Act(
            "move", _("Record a step"), forms.MoveForm, MOVE, _move, _("The step is on record."),
            when=_may_move, about=lambda document: {"document": document},
        ),
        Act(
            "file", _("File it"), forms.FileForm, MOVE, _file, _("It is filed."),
            when=lambda d: DOCUMENT_MOVES.allows(d.state, DocumentState.FILED),
            initial=lambda d: {
                "kept_where": KeptAt.DESTINATION
                if d.state == DocumentState.COLLECTED
                else KeptAt.ORIGIN
            },
        ),
        Act(
            "destroy", _("Destroy it after its time"), forms.DestroyForm,
            "tracking.destroy_returndocument", _destroy, _("Its destruction is on record."),
            when=lambda d: d.state == DocumentState.FILED, danger=True,
        ),
    )  # fmt: skip

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
