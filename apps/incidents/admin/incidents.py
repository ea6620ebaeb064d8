"""Incidents: the board, declaring with a count while one types, and the page of each (CMP-8)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.accounts.staff import person
from apps.backoffice.listing import ListAdmin
from apps.backoffice.records import PanelAdmin
from apps.backoffice.staff_admin import must
from apps.complaints.models import Case
from apps.core.downloads import private_file
from apps.incidents.admin.acts import ACTS, DECLARE, ENTER, RUN
from apps.incidents.admin.lists import IncidentList
from apps.incidents.enums import IncidentState, Level, Seat
from apps.incidents.forms import WhereForm
from apps.incidents.models import Incident
from apps.incidents.queries.announced import public_notices
from apps.incidents.queries.board import board, next_steps_first
from apps.incidents.queries.customers import customers_of, sums_of
from apps.incidents.queries.finding import count_concerned
from apps.incidents.queries.places import place_in_words, with_place
from apps.incidents.queries.sentences import incidents_of, sentence
from apps.incidents.queries.sheet import sheet_pdf
from apps.incidents.services import missing_before_closing
from apps.tracking.models import Waybill

VIEW = "incidents.view_incident"
ONLY = (("", _("All")), ("untold", _("Not told")), ("asked", _("Asked before told")), ("call", _("To be called")))  # fmt: skip


@admin.register(Incident)
class IncidentAdmin(ListAdmin, PanelAdmin):
    acts, entry = ACTS, ENTER
    listing = IncidentList()
    add_label = _("Declare an incident")
    page_template = "incidents/incident.html"
    timeline_without = ("incident.spread",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows = Incident.objects.visible_to(person(request))
        return rows.select_related("unit", "exception", "version__plan", "declared_by")

    def own_pages(self) -> list[tuple[str, Any, str]]:
        return [
            ("board/", require_safe(self.board_view), "board"),
            ("count/", require_safe(self.count_view), "count"),
            ("<int:key>/sheet/", require_safe(self.sheet_view), "sheet"),
            ("beside/<str:model>/<int:key>/", require_safe(self.panel_view), "beside"),
            *super().own_pages(),
        ]

    def board_view(self, request: HttpRequest) -> HttpResponseBase:
        must(request, VIEW)
        found = board(timezone.now())
        return self.page(
            request, "incidents/board.html", _("Incidents now"), board=found,
            may_declare=request.user.has_perm(DECLARE),
        )  # fmt: skip

    def count_view(self, request: HttpRequest) -> HttpResponseBase:
        """How much a scope concerns, while it is typed; a piece of the page."""
        must(request, DECLARE)
        form = WhereForm(request.GET)
        counted = count_concerned(form.where, at=timezone.now()) if form.is_valid() else None
        context = {"counted": counted, "errors": list(form.errors.get("cities", ()))}
        return TemplateResponse(request, "incidents/_count.html", context)

    def sheet_view(self, request: HttpRequest, key: int) -> HttpResponseBase:
        """The after-action sheet of one that is over, as a file."""
        must(request, VIEW)
        incident = self.seen(request, key)
        if incident.over_at is None:
            raise Http404
        content = sheet_pdf(incident)
        return private_file(content, name=f"{incident.number}.pdf", content_type="application/pdf")

    def facts(self, request: HttpRequest, record: Incident) -> dict[str, Any]:
        only = request.GET.get("customers", "")
        scopes = with_place(record.scopes.select_related("by"))
        seats = [(one, Seat(one.seat)) for one in record.seats.select_related("user")]
        is_over = record.state == IncidentState.OVER
        return {
            "title": f"{record.number} {record.shown_title}",
            "state": IncidentState(record.state),
            "level": Level(record.level),
            "acts": self.offered_as_buttons(request, record),
            "sums": sums_of([record.pk])[record.pk],
            "scopes": [(one, place_in_words(one.place_facts)) for one in scopes],
            "seats": [(one, seat) for one, seat in seats if one.until is None],
            "past_seats": [(one, seat) for one, seat in seats if one.until and one.user_id],
            "tasks": next_steps_first(record),
            "notices": record.notices.select_related("by"),
            "public_notices": public_notices(record, timezone.now()),
            "customers": customers_of(record, person(request), only=only),
            "only": [(key, label, key == only) for key, label in ONLY],
            "missing": missing_before_closing(record) if is_over else [],
            "may_run": request.user.has_perm(RUN),
        }

    def offered_as_buttons(self, request: HttpRequest, record: Incident) -> list[Any]:
        return [act for act in self.offered(request, record) if not act.is_panel]

    def panel_view(self, request: HttpRequest, model: str, key: int) -> HttpResponseBase:
        """The incidents of a shipment, for its page and those of its cases: what happened and the new time."""
        must(request, VIEW)
        user = person(request)
        found: list[int | None] = []
        if model == "complaints.case":
            cases = Case.objects.visible_to(user).filter(pk=key)
            found = list(cases.values_list("waybill", flat=True))
        elif model == "tracking.waybill":
            waybills = Waybill.objects.visible_to(user).filter(pk=key)
            found = list(waybills.values_list("pk", flat=True))
        if not found:
            raise Http404
        at = timezone.now()
        rows = incidents_of(found[0]) if found[0] else []
        explained = [(row, sentence(row.incident, row.waybill.promised_at, at)) for row in rows]
        return self.page(request, "incidents/beside.html", _("Incidents"), rows=explained)
