"""The queue of late and stuck shipments, and the page of one of them (TRK-7)."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, Doing
from apps.backoffice.records import PanelAdmin
from apps.core.times import human
from apps.tracking.enums import LateCause, LateKind, LateState, Party, Status
from apps.tracking.forms import late as forms
from apps.tracking.models import LateShipment
from apps.tracking.numbers import group_number
from apps.tracking.queries.late import queue
from apps.tracking.services import cases

HANDLE = "tracking.handle_lateshipment"


def _cause(doing: Doing) -> None:
    values = {**doing.typed, "cause": LateCause(doing.typed["cause"])}
    cases.state_cause(case_id=doing.record.pk, **values, **doing.who)


def _contact(doing: Doing) -> None:
    values = {**doing.typed, "party": Party(doing.typed["party"])}
    cases.record_contact(case_id=doing.record.pk, **values, **doing.who)


def _simple(service: Any) -> Any:
    """A service that takes the case and what was typed, under the same names."""

    def run(doing: Doing) -> None:
        service(case_id=doing.record.pk, **doing.typed, **doing.who)

    return run


def _said_before(doing: Doing) -> dict[str, Any]:
    case = doing.record
    return {"cause": case.cause, "note": case.cause_note, "expected_at": case.expected_at}


def _who_has_it(doing: Doing) -> dict[str, Any]:
    waybill = doing.record.waybill
    return {"unit": waybill.responsible_unit_id, "carrier": waybill.carrier_id}


def _is_open(case: LateShipment) -> bool:
    return case.state != LateState.CLOSED


def _act(name: str, label: Any, run: Any, done: Any, **more: Any) -> Act:
    given = {"permission": HANDLE, "may": _is_open, "is_panel": True, **more}
    return Act(name, label, run=run, done=done, **given)


ACTS = (
    _act("take", _("Take this case"), _simple(cases.take_case), _("You have it now.")),
    _act(
        "contact", _("Tell the customer or the consignee"), _contact,
        _("The contact is on record."), form=forms.ContactForm,
        initial=lambda doing: forms.contact_initial(doing.record),
    ),
    _act(
        "cause", _("State the cause and a new expected time"), _cause,
        _("The cause is on record."), form=forms.CauseForm, initial=_said_before,
    ),
    _act(
        "chase", _("Chase the freight centre or the partner"), _simple(cases.record_chase),
        _("The chase is on record."), form=forms.ChaseForm, initial=_who_has_it,
    ),
    _act(
        "replace", _("Link the waybill under which it goes again"), _simple(cases.link_replacement),
        _("The new waybill is followed in its place."), form=forms.ReplacementForm,
    ),
    _act(
        "close", _("Close the case"), _simple(cases.close_case), _("The case is closed."),
        form=forms.CloseForm, permission="tracking.close_lateshipment", danger=True,
    ),
)  # fmt: skip


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
class LateShipmentAdmin(PanelAdmin):
    acts = ACTS
    list_display = ["number", "why", "stands", "overdue", "customer", "cause_tag", "taken_by"]
    list_filter = [StateFilter, "kind", "cause"]
    search_fields = ["waybill__number__iexact"]
    search_help_text = _("whole waybill number")
    ordering = [F("promised_at").asc(nulls_last=True), "pk"]
    page_template = "tracking/late_case.html"

    class Media:
        css = {"all": ["tracking/desk.css"]}

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
