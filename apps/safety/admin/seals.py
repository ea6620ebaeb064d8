"""Seals, and tampering that they found."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, Sort, StaffList, View
from apps.backoffice.records import PanelAdmin
from apps.core.templatetags.formatting import human, status_tag
from apps.safety import services
from apps.safety.enums import FindingState, SealKind, Tampering
from apps.safety.forms import ExplainForm
from apps.safety.models import Seal, SealFinding

NEWEST = (Sort("newest", _("Newest first"), ("-pk",)),)


class FindingList(StaffList):
    title = _("Tampering with the record")
    columns = (
        Column("what", _("what was done"), lambda row: status_tag(row, "tampering"), is_link=True),
        Column("table", _("table")),
        Column("rows", _("rows"), lambda row: row.count or ""),
        Column("seals", _("seals"), lambda row: f"{row.first_seal}–{row.last_seal}"),
        Column("found", _("found"), lambda row: human(row.found_at)),
        Column("state", _("state"), lambda row: status_tag(row, "state")),
    )
    views = (View("open", _("Open")), View("all", _("All")))
    sorts = NEWEST
    empty = _("Every seal holds: nothing that was written once has been changed.")

    def rows(self, query: ListQuery) -> "QuerySet[SealFinding]":
        rows = SealFinding.objects.all()
        return rows.filter(state=FindingState.OPEN) if query.view == "open" else rows


def _explain(context: ActContext) -> None:
    services.explain_finding(
        context.record, explanation=context.typed["explanation"], **context.who
    )


@admin.register(SealFinding)
class SealFindingAdmin(ListAdmin, PanelAdmin):
    listing = FindingList()
    page_template = "safety/finding.html"
    acts = (
        Act("explain", _("Explain"), "safety.explain_sealfinding", _explain, form=ExplainForm,
            may=lambda row: row.state == FindingState.OPEN,
            explains=_("The finding stays for good, with your explanation beside it."),
            done=_("Explained.")),
    )  # fmt: skip

    def facts(self, request: HttpRequest, record: SealFinding) -> dict[str, Any]:
        span = Seal.objects.filter(number__range=(record.first_seal, record.last_seal))
        return {
            "title": str(record),
            "acts": self.offered(request, record),
            "tampering": Tampering(record.tampering),
            "state": FindingState(record.state),
            "seals": span.defer("marks").order_by("number")[:20],
        }


class SealList(StaffList):
    title = _("Seals")
    columns = (
        Column("number", _("number"), is_link=True),
        Column("kind", _("kind"), lambda row: status_tag(row, "kind")),
        Column("table", _("table")),
        Column("to", _("to row"), lambda row: row.to_id),
        Column("count", _("rows")),
        Column("at", _("when"), lambda row: human(row.at)),
    )
    views = (View("all", _("All")), View("released", _("Rows released")))
    sorts = (Sort("newest", _("Newest first"), ("-number",)),)
    empty = _("The first seals are made within five minutes.")

    def rows(self, query: ListQuery) -> "QuerySet[Seal]":
        rows = Seal.objects.defer("marks")
        return rows.filter(kind=SealKind.RELEASE) if query.view == "released" else rows


@admin.register(Seal)
class SealAdmin(ListAdmin, PanelAdmin):
    listing = SealList()
    page_template = "safety/seal.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Seal]":
        found: QuerySet[Seal] = super().get_queryset(request)
        return found.select_related("by").defer("marks")

    def facts(self, request: HttpRequest, record: Seal) -> dict[str, Any]:
        return {"title": str(record), "kind": SealKind(record.kind)}
