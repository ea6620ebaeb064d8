"""Write-offs that wait for two people, and those that have ended (BIL-5)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.acts import approval_acts
from apps.accounts.staff import person
from apps.backoffice.queries.approvals import approval_part
from apps.backoffice.records import PanelAdmin
from apps.billing import services
from apps.billing.approvals import WRITE_OFF
from apps.billing.enums import WriteOffState
from apps.billing.models import WriteOff


@admin.register(WriteOff)
class WriteOffAdmin(PanelAdmin):
    list_display = ("number", "payer", "amount", "reason", "asked_at", "asked_by", "stands")
    list_filter = ("state",)
    list_select_related = ("statement__bill_to", "statement__station", "asked_by")
    search_fields = ("statement__number", "statement__bill_to__search_text")
    search_help_text = _("payer or statement number")
    ordering = ("-id",)
    page_template = "billing/write_off.html"
    acts = approval_acts(
        WRITE_OFF,
        "billing.write_off",
        approve=services.approve_write_off,
        refuse=services.refuse_write_off,
        may=lambda row: row.state == WriteOffState.ASKED,
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[WriteOff]":
        found: QuerySet[WriteOff] = WriteOff.objects.visible_to(person(request))
        return found.select_related("statement__bill_to", "statement__station", "asked_by")

    @admin.display(description=_("statement"))
    def number(self, row: WriteOff) -> str:
        return row.statement.number

    @admin.display(description=_("payer"))
    def payer(self, row: WriteOff) -> str:
        return row.statement.payer_name

    @admin.display(description=_("state"), ordering="state")
    def stands(self, row: WriteOff) -> SafeString:
        return self.tag(WriteOffState(row.state))

    def facts(self, request: HttpRequest, row: WriteOff) -> dict[str, Any]:
        return {
            "title": str(row),
            "state": WriteOffState(row.state),
            "approval": approval_part(WRITE_OFF, row),
            "acts": self.offered(request, row),
        }
