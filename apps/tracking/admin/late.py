"""The queue of late and stuck shipments, and the page of one of them (TRK-7)."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.core.times import human
from apps.tracking.admin.acting import Act, ActingAdmin, person
from apps.tracking.enums import LateCause, LateKind, LateState, Party, Status
from apps.tracking.forms import late as forms
from apps.tracking.models import LateShipment
from apps.tracking.numbers import group_number
from apps.tracking.queries.late import queue
from apps.tracking.services import cases

if TYPE_CHECKING:
    from django.forms import Form

HANDLE = "tracking.handle_lateshipment"


def _take(case: LateShipment, form: "Form", **who: Any) -> None:
    cases.take_case(case_id=case.pk, **who)


def _cause(case: LateShipment, form: "Form", **who: Any) -> None:
    values = form.cleaned_data
    cases.state_cause(
        case_id=case.pk,
        cause=LateCause(values["cause"]),
        note=values["note"],
        expected_at=values["expected_at"],
        **who,
    )


def _contact(case: LateShipment, form: "Form", **who: Any) -> None:
    values = {**form.cleaned_data, "party": Party(form.cleaned_data["party"])}
    cases.record_contact(case_id=case.pk, **values, **who)


def _chase(case: LateShipment, form: "Form", **who: Any) -> None:
    cases.record_chase(case_id=case.pk, **form.cleaned_data, **who)


def _replace(case: LateShipment, form: "Form", **who: Any) -> None:
    cases.link_replacement(case_id=case.pk, number=form.cleaned_data["number"], **who)


def _close(case: LateShipment, form: "Form", **who: Any) -> None:
    cases.close_case(case_id=case.pk, note=form.cleaned_data["note"], **who)


def _is_open(case: LateShipment) -> bool:
    return case.state != LateState.CLOSED


class StateFilter(admin.SimpleListFilter):
    """Open cases unless one asks for the closed ones."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("mine", _("Mine")), *LateState.choices]

    def queryset(
        self, request: HttpRequest, rows: "QuerySet[LateShipment]"
    ) -> "QuerySet[LateShipment]":
        if self.value() == "mine":
            return rows.filter(taken_by=request.user.pk).exclude(state=LateState.CLOSED)
        if self.value():
            return rows.filter(state=self.value())
        return rows.exclude(state=LateState.CLOSED)


@admin.register(LateShipment)
class LateShipmentAdmin(ActingAdmin):
    list_display = ["number", "why", "stands", "overdue", "customer", "cause_tag", "taken_by"]
    list_filter = [StateFilter, "kind", "cause"]
    search_fields = ["waybill__number__iexact"]
    search_help_text = _("whole waybill number")
    ordering = [F("promised_at").asc(nulls_last=True), "pk"]
    page_template = "tracking/late_case.html"

    class Media:
        css = {"all": ["tracking/desk.css"]}

    acts = (
        Act("take", _("Take this case"), forms.TakeForm, HANDLE, _take, _("You have it now."),
            when=_is_open),
        Act(
            "contact", _("Tell the customer or the consignee"), forms.ContactForm, HANDLE, _contact,
            _("The contact is on record."), when=_is_open, initial=forms.contact_initial,
        ),
        Act(
            "cause", _("State the cause and a new expected time"), forms.CauseForm, HANDLE, _cause,
            _("The cause is on record."), when=_is_open,
            initial=lambda case: {
                "cause": case.cause, "note": case.cause_note, "expected_at": case.expected_at
            },
        ),
        Act(
            "chase", _("Chase the freight centre or the partner"), forms.ChaseForm, HANDLE, _chase,
            _("The chase is on record."), when=_is_open,
            initial=lambda case: {
                "unit": case.waybill.responsible_unit_id, "carrier": case.waybill.carrier_id
            },
        ),
        Act(
            "replace", _("Link the waybill under which it goes again"), forms.ReplacementForm,
            HANDLE, _replace, _("The new waybill is followed in its place."), when=_is_open,
        ),
        Act(
            "close", _("Close the case"), forms.CloseForm, "tracking.close_lateshipment", _close,
            _("The case is closed."), when=_is_open, danger=True,
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[LateShipment]":
        return queue(user=person(request))

    @admin.display(description=_("waybill"))
    def number(self, case: LateShipment) -> str:
        return group_number(case.waybill.number)

    @admin.display(description=_("found because"))
    def why(self, case: LateShipment) -> SafeString:
        return self.tag(LateKind(case.kind))

    @admin.display(description=_("state"))
    def stands(self, case: LateShipment) -> SafeString:
        return self.tag(LateState(case.state))

    @admin.display(description=_("cause"))
    def cause_tag(self, case: LateShipment) -> SafeString:
        return self.tag(LateCause(case.cause))

    @admin.display(description=_("promised by"))
    def overdue(self, case: LateShipment) -> SafeString | str:
        if case.promised_at is None:
            return "—"
        if case.promised_at < timezone.now() and _is_open(case):
            return format_html('<span class="trk-overdue">⚠ {}</span>', human(case.promised_at))
        return human(case.promised_at)

    @admin.display(description=_("customer"))
    def customer(self, case: LateShipment) -> str:
        return case.waybill.customer.display_name

    def facts(self, request: HttpRequest, case: LateShipment) -> dict[str, Any]:
        waybill = case.waybill
        return {
            "title": group_number(waybill.number),
            "kind": LateKind(case.kind),
            "state": LateState(case.state),
            "cause": LateCause(case.cause),
            "status": Status(waybill.status),
            "document": getattr(waybill, "return_document", None),
            "contacts": case.contacts.select_related("by"),
            "chases": case.chases.select_related("by", "unit", "carrier"),
        }
