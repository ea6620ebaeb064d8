"""Bank lines: whose payment each is, named or undone by a person."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.backoffice.acts import Act, ActContext, on_subject
from apps.backoffice.records import PanelAdmin
from apps.banking import forms, queries, services
from apps.banking.enums import LineStatus, Use
from apps.banking.models import BankLine, LineUse
from apps.core.money import format_money

SAY = "banking.identify_bankline"


def _likely(context: ActContext) -> dict[str, Any]:
    return {"likely": queries.likely_customers(context.record)}


def _is_free(line: BankLine) -> bool:
    return line.use is None or line.use.use == Use.UNKNOWN


def _may_undo(line: BankLine) -> bool:
    return not _is_free(line) and line.use is not None and line.use.use != Use.PAYOUT


def line_status(line: BankLine) -> LineStatus:
    use = line.use
    if use is None:
        return LineStatus.OPEN
    known = {
        Use.UNKNOWN: LineStatus.UNIDENTIFIED,
        Use.CUSTOMER: LineStatus.IDENTIFIED,
        Use.TRANSIT: LineStatus.TRANSIT,
        Use.CHARGE: LineStatus.CHARGE,
        Use.PAYOUT: LineStatus.PAYOUT,
    }
    return known[Use(use.use)]


class LineStatusFilter(admin.SimpleListFilter):
    title = _("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(LineStatus.choices)

    def queryset(self, request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        uses = LineUse.objects.filter(line=OuterRef("pk"), undone_at=None)
        if self.value() == LineStatus.OPEN:
            return rows.filter(~Exists(uses))
        wanted = {
            LineStatus.UNIDENTIFIED: Use.UNKNOWN,
            LineStatus.IDENTIFIED: Use.CUSTOMER,
            LineStatus.TRANSIT: Use.TRANSIT,
            LineStatus.CHARGE: Use.CHARGE,
            LineStatus.PAYOUT: Use.PAYOUT,
        }
        chosen = next((one for one in wanted if one == self.value()), None)
        use = wanted[chosen] if chosen else None
        return rows.filter(Exists(uses.filter(use=use))) if use else rows


@admin.register(BankLine)
class BankLineAdmin(PanelAdmin):
    page_template = "banking/line.html"
    acts = (
        Act("identify", _("Say whose payment it is"), SAY, on_subject(services.identify_line), form=forms.IdentifyForm, is_panel=True,
            may=lambda line: line.amount > 0 and _is_free(line), options=_likely,
            explains=_("It goes to the customer's advance; from there it is set off against what they owe."),
            done=_("The payer is known.")),
        Act("transit", _("Money in transit"), SAY, on_subject(services.clear_transit), is_panel=True, may=_is_free,
            explains=_("For a cheque that was noted as paid before its line came, or whose amount the bank took back."),
            done=_("It is in transit no more.")),
        Act("charge", _("Bank charge or interest"), SAY, on_subject(services.charge_line), is_panel=True, may=_is_free,
            done=_("Posted to finance cost.")),
        Act("undo", _("Undo"), SAY, on_subject(services.undo_line), is_panel=True, danger=True, may=_may_undo,
            explains=_("A reversing entry takes it back; what came in is unidentified again."),
            done=_("Taken back.")),
    )  # fmt: skip
    list_display = (
        "day",
        "account",
        "shown_amount",
        "shown_name",
        "shown_text",
        "status",
        "whose",
    )
    list_display_links = ("day", "shown_amount")
    list_filter = (LineStatusFilter, "account", "day")
    list_select_related = ("account",)
    search_fields = ("ref",)
    search_help_text = _("bank's reference")
    ordering = ("-day", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BankLine]:
        return BankLine.objects.select_related("account", "file").with_use()

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, line: BankLine) -> str:
        return format_money(line.amount)

    @admin.display(description=_("payer or payee"))
    def shown_name(self, line: BankLine) -> str:
        return line.shown_name or "—"

    @admin.display(description=_("bank's text"))
    def shown_text(self, line: BankLine) -> str:
        return line.shown_text or "—"

    @admin.display(description=_("standing"))
    def status(self, line: BankLine) -> SafeString:
        return self.tag(line_status(line))

    @admin.display(description=_("customer"))
    def whose(self, line: BankLine) -> str:
        return str(line.use.customer) if line.use and line.use.customer else "—"

    def facts(self, request: HttpRequest, record: BankLine) -> dict[str, Any]:
        uses = record.uses.select_related("customer", "entry", "by", "undone_by").order_by("-id")
        return {
            "title": f"{record.day:%Y-%m-%d} {format_money(record.amount)}",
            "status": line_status(record),
            "uses": uses,
        }
