"""Calls: the board, the log, noting one, what a ringing number means (CMP-10)."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.forms import ReasonForm
from apps.backoffice.listing import ListAdmin
from apps.backoffice.records import PanelAdmin
from apps.backoffice.reporting import ReportAdmin
from apps.backoffice.staff_admin import must
from apps.complaints.models import Case
from apps.customers.models import Customer
from apps.hotline import forms, services
from apps.hotline.admin.call_list import CallList, span
from apps.hotline.admin.drawing import drawn
from apps.hotline.admin.rates import RatesByDay
from apps.hotline.enums import CallOutcome
from apps.hotline.models import Call
from apps.hotline.queries.board import board, last_day_with_calls
from apps.hotline.queries.calls import BESIDE, calls_of_record, ringing
from apps.tracking.models import Waybill

VIEW, LINK = "hotline.view_call", "hotline.link_call"


def _reveal(context: ActContext) -> str:
    return services.reveal_number(call=context.record, **context.typed, **context.who)


def _link(context: ActContext) -> None:
    services.link_call(call_id=context.record.pk, **context.typed, **context.who)


def _note(context: ActContext) -> Call:
    return services.note_call(**context.typed, **context.who)


def _user(context: ActContext) -> dict[str, Any]:
    return {"user": context.by}


def _as_it_is(context: ActContext) -> dict[str, Any]:
    call: Call = context.record
    return {
        "waybill": call.waybill.number if call.waybill else "",
        "case": call.case.number if call.case else "",
        "customer": call.customer.code if call.customer else "",
        "note": call.note,
    }


def _now_and_here(context: ActContext) -> dict[str, Any]:
    """The present, and what the page was about from which the call is noted."""
    given = {
        name: context.query[name]
        for name in ("number", "case", "waybill")
        if context.query.get(name)
    }
    try:
        page = resolve(urlsplit(context.query.get("from", "")).path)
    except Resolver404:
        page = None
    kwargs = page.kwargs if page else {}
    if page and page.url_name == "complaints_case_page":
        given["case"] = kwargs["number"]
    elif page and page.url_name == "shipment":
        given["waybill"] = kwargs["number"]
    elif page and page.url_name == "customers_customer_change":
        row = Customer.objects.visible_to(context.by).filter(pk=kwargs["object_id"]).first()
        given["customer"] = row.code if row else ""
    return {"offered_at": timezone.localtime(context.at).replace(second=0, microsecond=0), **given}


@admin.register(Call)
class CallAdmin(ListAdmin, ReportAdmin, PanelAdmin):
    listing = CallList()
    reports = (RatesByDay(),)
    page_template = "hotline/call.html"
    entry = Act("note", _("Note a call"), "hotline.add_call", _note, form=forms.NoteForm, options=_user,
                initial=_now_and_here, done=_("The call is noted."),
                explains=_("For calls that no phone system records. They stand in the log and count in no rate."))  # fmt: skip
    acts = (
        Act("reveal", _("Show the number"), "hotline.reveal_call", _reveal, form=ReasonForm,
            may=lambda call: bool(call.caller), shows="backoffice/shown_once.html",
            explains=_("In clear, this once; your reason is on record.")),
        Act("link", _("Whose call it was"), LINK, _link, form=forms.AboutForm, options=_user, initial=_as_it_is,
            is_panel=True, done=_("Saved."), key="l"),
    )  # fmt: skip

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("board/", require_GET(self.board_view), "board"),
            ("popup/", require_GET(self.popup_view), "popup"),
            ("beside/<str:model>/<int:key>/", require_GET(self.panel_view), "beside"),
            *super().own_pages(),
        ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Call]":
        visible: QuerySet[Call] = Call.objects.visible_to(person(request))
        return visible.select_related("agent", "customer", "waybill", "case", "system", "call_back")

    def facts(self, request: HttpRequest, record: Call) -> dict[str, Any]:
        return {
            "title": record.masked,
            "acts": [act for act in self.offered(request, record) if not act.is_panel],
            "legs": record.legs.select_related("agent"),
            "waited": span(record.wait_s),
            "talked": span(record.talk_s),
            "is_answered": record.outcome == CallOutcome.ANSWERED,
        }

    def board_view(self, request: HttpRequest) -> HttpResponseBase:
        must(request, VIEW)
        try:
            day = date.fromisoformat(request.GET.get("day", ""))
        except ValueError:
            day = timezone.localdate()
        found = board(day, person(request))
        context = drawn(found)
        if not found.slots:
            context["last_day"] = last_day_with_calls(day, person(request))
        context["may_call_back"] = request.user.has_perm("hotline.make_callback")
        return self.page(request, "hotline/board.html", _("Hotline board"), **context)

    def popup_view(self, request: HttpRequest) -> HttpResponseBase:
        """For softphones: ``?number=13800138001`` opens what the call is about."""
        must(request, VIEW)
        number = request.GET.get("number", "")[:40].strip()
        found = ringing(
            number, person(request), may_open_cases=request.user.has_perm("complaints.view_case")
        )
        if found.leads_to and found.call_back is None:
            return redirect(found.leads_to)
        return self.page(
            request, "hotline/popup.html", _("Somebody is calling"), found=found, number=number
        )

    def panel_view(self, request: HttpRequest, model: str, key: int) -> HttpResponseBase:
        """The calls of a case, a customer or a shipment, for its page."""
        must(request, VIEW)
        models: dict[str, Any] = {
            "complaints.case": Case, "customers.customer": Customer, "tracking.waybill": Waybill,
        }  # fmt: skip
        user = person(request)
        if (
            model not in BESIDE
            or not models[model].objects.visible_to(user).filter(pk=key).exists()
        ):
            raise Http404
        rows = calls_of_record(model, key, user)
        return self.page(request, "hotline/beside.html", gettext("Calls"), calls=rows)
