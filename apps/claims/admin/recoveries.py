"""What is recovered for claims: the list, and the sums by partner (CMP-6)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.accounts.staff import person
from apps.backoffice.listing import ListAdmin
from apps.backoffice.lists import Column, ListQuery, StaffList, View
from apps.backoffice.records import RecordPageAdmin
from apps.backoffice.staff_admin import must
from apps.claims.models import Recovery
from apps.claims.queries.lists import recovery_list
from apps.claims.queries.money import recovered_by_partner
from apps.core.money import format_money
from apps.core.templatetags.formatting import status_tag
from apps.core.times import human

VIEW = "claims.view_recovery"


class RecoveryList(StaffList):
    title = _("Recoveries of claims")
    columns = (
        Column("claim", _("claim"), lambda row: row.claim.number, is_link=True),
        Column("against", _("recovered from"), lambda row: status_tag(row, "against")),
        Column("whom", _("from whom"), lambda row: row.whom),
        Column("basis", _("clause or decision")),
        Column("asked", _("sum asked"), lambda row: format_money(row.asked), is_number=True),
        Column("agreed", _("agreed"), lambda row: "" if row.agreed is None else format_money(row.agreed), is_number=True),
        Column("received", _("received"), lambda row: "" if row.received is None else format_money(row.received), is_number=True),
        Column("state", _("state"), lambda row: status_tag(row, "state")),
        Column("when", _("asked on"), lambda row: human(row.asked_at)),
    )  # fmt: skip
    views = (
        View("asked", _("Recovery asked for")),
        View("agreed", _("Agreed, to come in")),
        View("received", _("Money received")),
        View("all", _("All")),
    )
    empty = _("Nothing is recovered here. It is asked for on the page of a claim.")

    def rows(self, query: ListQuery) -> "QuerySet[Recovery]":
        return recovery_list(query.user, view=query.view)


@admin.register(Recovery)
class RecoveryAdmin(ListAdmin, RecordPageAdmin):
    listing = RecoveryList()

    def own_pages(self) -> Any:
        return [
            ("partners/", require_GET(self.partners_view), "partners"),
            *super().own_pages(),
        ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Recovery]":
        return Recovery.objects.visible_to(person(request)).select_related("claim")

    def show_record(self, request: HttpRequest, record: Recovery) -> HttpResponseBase:
        """It is worked on where the claim is."""
        return HttpResponseRedirect(reverse("admin:claims_claim_change", args=[record.claim_id]))

    def partners_view(self, request: HttpRequest) -> HttpResponseBase:
        """What each partner was asked, has agreed to and has paid."""
        must(request, VIEW)
        rows = recovered_by_partner(Recovery.objects.visible_to(person(request)))
        return self.page(request, "claims/partners.html", _("Recoveries by partner"), rows=rows)
