"""Callers to be called back (CMP-10)."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.forms import ReasonForm
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.backoffice.records import PanelAdmin
from apps.core.templatetags.formatting import status_tag
from apps.core.times import human
from apps.hotline import services
from apps.hotline.enums import CallBackState
from apps.hotline.forms import ResultForm
from apps.hotline.models import CallBack
from apps.hotline.queries.calls import call_back_list

MAKE = "hotline.make_callback"
S = CallBackState


class CallBackList(StaffList):
    title = _("Callers to call back")
    columns = (
        Column("since", _("since"), lambda row: human(row.opened_at), is_link=True, sorts=("waiting", "newest")),
        Column("number", _("phone number"), lambda row: row.masked),
        Column("calls", _("calls in vain"), is_number=True),
        Column("last", _("last call"), lambda row: human(row.last_at)),
        Column("customer", _("customer"), lambda row: row.customer and row.customer.display_name),
        Column("stand", _("state"), lambda row: status_tag(row, "state")),
        Column("taken", _("taken by"), lambda row: row.taken_by),
        Column("ended", _("ended"), lambda row: human(row.ended_at) if row.ended_at else ""),
        Column("by", _("by"), lambda row: row.ended_by),
    )  # fmt: skip
    views = (
        View("open", _("To call back")),
        View("done", _("Done"), sort="newest"),
        View("all", _("All"), sort="newest"),
    )
    sorts = (
        Sort("waiting", _("Who waits longest"), ("opened_at", "pk")),
        Sort("newest", _("Newest first"), ("-opened_at", "-pk")),
    )
    search = _("phone number, whole")
    empty = _("Nobody waits to be called back.")

    def rows(self, query: ListQuery) -> "QuerySet[CallBack]":
        return call_back_list(query.user, view=query.view, number=query.text)


def _end(state: CallBackState, context: ActContext) -> None:
    services.end_call_back(
        call_back_id=context.record.pk, state=state, **context.typed, **context.who
    )


def _take(context: ActContext) -> None:
    services.take_call_back(call_back_id=context.record.pk, **context.who)


def _reveal(context: ActContext) -> str:
    return services.reveal_number(call=context.record, **context.typed, **context.who)


def _is_open(row: CallBack) -> bool:
    return row.state == S.OPEN


def _act(state: CallBackState, label: Any, key: str, **more: Any) -> Act:
    return Act(state.value, label, MAKE, partial(_end, state), form=ResultForm, may=_is_open, is_panel=True,
               done=_("Saved."), key=key, **more)  # fmt: skip


@admin.register(CallBack)
class CallBackAdmin(ListAdmin, PanelAdmin):
    listing = CallBackList()
    page_template = "hotline/call_back.html"
    acts = (
        Act("reveal", _("Show the number"), MAKE, _reveal, form=ReasonForm, shows="backoffice/shown_once.html",
            initial=lambda _context: {"reason": _("Calling back")},
            explains=_("In clear, this once; your reason is on record.")),
        Act("take", _("I will call back"), MAKE, _take, may=lambda row: _is_open(row) and row.taken_by_id is None,
            explains=_("Colleagues see that you will call, and the deadline is yours."), done=_("It is yours: please call back.")),
        _act(S.DONE, _("Spoken with"), "d"),
        _act(S.UNREACHABLE, _("Could not be reached"), "u"),
        _act(S.NEEDLESS, _("Needless"), "n", danger=True,
             explains=_("A wrong number, or settled in another way: say which.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[CallBack]":
        visible: QuerySet[CallBack] = CallBack.objects.visible_to(person(request))
        return visible.select_related(
            "customer", "case", "ended_by", "taken_by", "unit", "answered_by__agent"
        )

    def facts(self, request: HttpRequest, record: CallBack) -> dict[str, Any]:
        return {
            "title": record.masked,
            "acts": [act for act in self.offered(request, record) if not act.is_panel],
            "missed": record.missed.order_by("-offered_at")[:20],
        }
