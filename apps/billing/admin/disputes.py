"""Disputed charges: what was said, and how they end."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import PanelAdmin
from apps.billing import services
from apps.billing.enums import DisputeReason, DisputeState
from apps.billing.forms import AcceptForm, AnswerForm, SayForm
from apps.billing.models import Dispute, Statement, StatementPaper

DECIDE, SAY = "billing.decide_dispute", "billing.service_statement"


def _is_open(dispute: Dispute) -> bool:
    return dispute.state == DisputeState.OPEN


def _accept(context: ActContext) -> None:
    services.accept_dispute(dispute_id=context.record.pk, **context.typed, **context.who)


def _refuse(context: ActContext) -> None:
    services.refuse_dispute(dispute_id=context.record.pk, **context.typed, **context.who)


def _withdraw(context: ActContext) -> None:
    services.withdraw_dispute(dispute_id=context.record.pk, **context.typed, **context.who)


def _say(context: ActContext) -> None:
    services.say_in_dispute(dispute_id=context.record.pk, **context.typed, **context.who)


@admin.register(Dispute)
class DisputeAdmin(PanelAdmin):
    list_display = ("line", "of", "reason", "amount", "raised_at", "stands")
    list_filter = ("state", "why")
    list_select_related = ("charge", "statement__bill_to")
    search_fields = ("charge__waybill", "statement__number")
    search_help_text = _("waybill or statement number")
    ordering = ("-raised_at", "-id")
    page_template = "billing/dispute.html"
    acts = (
        Act("say", _("Something was said"), SAY, _say, done=_("On record."), form=SayForm,
            may=_is_open, is_panel=True),
        Act("accept", _("The customer is right"), DECIDE, _accept, form=AcceptForm, may=_is_open,
            is_panel=True, done=_("Accepted. The adjustment is in the payer's open month.")),
        Act("refuse", _("The charge is right"), DECIDE, _refuse, form=AnswerForm, may=_is_open,
            is_panel=True, danger=True, done=_("Refused, with your answer.")),
        Act("withdraw", _("The customer takes it back"), SAY, _withdraw, form=AnswerForm,
            may=_is_open, is_panel=True, done=_("Taken back.")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Dispute]":
        mine = Statement.objects.visible_to(person(request))
        return Dispute.objects.filter(statement__in=mine).select_related(
            "charge__tax_class", "statement__bill_to", "adjustment", "decided_by"
        )

    @admin.display(description=_("charge"))
    def line(self, dispute: Dispute) -> str:
        return dispute.charge.waybill or dispute.charge.get_kind_display()

    @admin.display(description=_("statement"))
    def of(self, dispute: Dispute) -> str:
        return f"{dispute.statement.number} {dispute.statement.payer_name}"

    @admin.display(description=_("why"), ordering="why")
    def reason(self, dispute: Dispute) -> SafeString:
        return self.tag(DisputeReason(dispute.why))

    @admin.display(description=_("state"), ordering="state")
    def stands(self, dispute: Dispute) -> SafeString:
        return self.tag(DisputeState(dispute.state))

    def facts(self, request: HttpRequest, dispute: Dispute) -> dict[str, Any]:
        return {
            "title": f"{self.line(dispute)} · {DisputeReason(dispute.why).label}",
            "state": DisputeState(dispute.state),
            "reason": DisputeReason(dispute.why),
            "entries": dispute.entries.select_related("by"),
            "papers": StatementPaper.objects.filter(dispute=dispute),
        }

    def history_of(self, record: Dispute) -> Any:
        return record.statement
