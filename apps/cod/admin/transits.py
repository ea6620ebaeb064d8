"""Money on its way to the bank: deposits of stations, settlements of payment providers (COD-7)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.forms import ReasonForm
from apps.backoffice.records import PanelAdmin
from apps.cod import services
from apps.cod.enums import TransitState
from apps.cod.forms.money import DepositForm, LineForm, SettlementForm
from apps.cod.models import CodDecision, Deposit, QrSettlement
from apps.cod.queries.cash_ups import is_undecided, to_deposit
from apps.cod.queries.seeing import lines_for
from apps.core.money import format_money
from apps.tracking.enums import CodMethod

DEPOSIT, SETTLE, ASK = "cod.make_deposit", "cod.enter_qrsettlement", "cod.ask_coddecision"


def _is_sent(row: Any) -> bool:
    return bool(row.state == TransitState.SENT)


def _waiting(context: ActContext) -> dict[str, Any]:
    return {"waiting": to_deposit(context.by)}


def _fitting(context: ActContext) -> dict[str, Any]:
    return {"fitting": lines_for(context.record)}


def _make(context: ActContext) -> Deposit:
    typed = dict(context.typed)
    ids = [row.pk for row in typed.pop("cash_ups")]
    return services.make_deposit(cash_up_ids=ids, **typed, **context.who)


def _void(context: ActContext) -> None:
    services.void_deposit(deposit_id=context.record.pk, **context.typed, **context.who)


def _see(context: ActContext) -> None:
    services.see_on_bank(context.record, context.typed["line"], **context.who)


def _settle(context: ActContext) -> QrSettlement:
    typed = dict(context.typed)
    provider = CodMethod(typed.pop("provider"))
    return services.enter_settlement(provider=provider, **typed, **context.who)


def _clear(context: ActContext) -> CodDecision:
    return services.clear_difference(
        settlement_id=context.record.pk, **context.typed, **context.who
    )


def _differs(row: QrSettlement) -> bool:
    return row.gross != row.expected and is_undecided(row)


def _see_act(permission: str) -> Act:
    return Act("see", _("It is this bank line"), permission, _see, form=LineForm, options=_fitting, may=_is_sent,
               is_panel=True, done=_("It is on the bank."),
               explains=_("A line that fits for certain is found by itself; say it where several fit."))  # fmt: skip


class _TransitAdmin(PanelAdmin):
    @admin.display(description=_("state"), ordering="state")
    def stands(self, row: Any) -> SafeString:
        return self.tag(TransitState(row.state))


@admin.register(Deposit)
class DepositAdmin(_TransitAdmin):
    list_display = ("slip", "day", "unit", "account", "shown_amount", "stands")
    list_filter = ("state", "account", "day")
    list_select_related = ("unit", "account")
    search_fields = ("slip",)
    search_help_text = _("slip number")
    ordering = ("-id",)
    page_template = "cod/deposit.html"
    entry = Act("enter", _("Enter a cash deposit"), DEPOSIT, _make, form=DepositForm, options=_waiting,
                explains=_("The bank's slip for the cash of whole cash-ups of one station."),
                done=_("Entered. It is on its way until the bank's line comes."))  # fmt: skip
    acts = (
        _see_act(DEPOSIT),
        Act("void", _("Take it back"), DEPOSIT, _void, form=ReasonForm, may=_is_sent, danger=True, is_panel=True,
            explains=_("Entered wrongly: the cash is still at the station."), done=_("Taken back.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Deposit]":
        found: QuerySet[Deposit] = Deposit.objects.visible_to(person(request))
        return found.select_related("unit", "account", "made_by", "line")

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, row: Deposit) -> str:
        return format_money(row.amount)

    def facts(self, request: HttpRequest, record: Deposit) -> dict[str, Any]:
        return {
            "title": str(record),
            "cash_ups": record.cash_ups.select_related("courier").order_by("day", "pk"),
        }


@admin.register(QrSettlement)
class QrSettlementAdmin(_TransitAdmin):
    list_display = ("provider", "day", "account", "shown_gross", "shown_net", "stands")
    list_filter = ("state", "provider", "day")
    list_select_related = ("account",)
    ordering = ("-day", "-id")
    page_template = "cod/settlement.html"
    entry = Act("enter", _("Enter a provider's settlement"), SETTLE, _settle, form=SettlementForm,
                explains=_("What the provider says it pays for a day: gross, its fee, net."),
                done=_("Entered. It is on its way until the bank's line comes."))  # fmt: skip
    acts = (
        _see_act(SETTLE),
        Act("clear", _("Clear the difference"), ASK, _clear, form=ReasonForm, may=_differs, is_panel=True,
            explains=_("The company's cost, or its income. Up to ¥50.00 by somebody who did not enter it; above that two people decide."),
            done=_("It is cleared, or waits for two approvals.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[QrSettlement]":
        return QrSettlement.objects.select_related("account", "entered_by", "line")

    @admin.display(description=_("gross"), ordering="gross")
    def shown_gross(self, row: QrSettlement) -> str:
        return format_money(row.gross)

    @admin.display(description=_("arrives net"), ordering="net")
    def shown_net(self, row: QrSettlement) -> str:
        return format_money(row.net)

    def facts(self, request: HttpRequest, record: QrSettlement) -> dict[str, Any]:
        return {
            "title": str(record),
            "difference": record.gross - record.expected,
            "decisions": record.decisions.order_by("pk"),
            "takings": record.takings.select_related("item", "courier")[:200],
        }
