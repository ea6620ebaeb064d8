"""Quotes and tax classes (BIL-1)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act
from apps.backoffice.forms import ReasonForm
from apps.backoffice.records import RecordAdmin
from apps.core.money import format_money
from apps.customers.models import Customer
from apps.pricing import services
from apps.pricing.admin.rights import APPROVE, QUOTE, TAX
from apps.pricing.enums import QuoteState
from apps.pricing.forms import QuoteForm, TaxClassForm
from apps.pricing.models import Quote, TaxClass
from apps.pricing.queries.service_names import service_name
from apps.pricing.rating import yuan
from apps.pricing.rating.explaining import percent


def _is_open(quote: Quote) -> bool:
    return quote.state == QuoteState.OPEN


@admin.register(Quote)
class QuoteAdmin(RecordAdmin):
    list_display = [
        "what",
        "customer",
        "service_called",
        "amount",
        "valid_until",
        "stands",
        "created_by",
    ]
    list_filter = ["state"]
    search_fields = ["what", "order_number", "customer__code", "customer__name"]
    search_help_text = _("for what, order, customer")
    ordering = ["-id"]
    fields = (
        "customer",
        "service_called",
        "what",
        "order_number",
        "vehicle",
        "distance_m",
        "amount",
        "valid_until",
        "stands",
        "created_by",
        "decided_by",
        "decided_at",
        "reason",
    )
    entry = Act(
        "enter",
        _("Make a quote"),
        QUOTE,
        lambda d: services.make_quote(**d.typed, **d.who),
        explains=_("It counts once somebody else has approved it."),
        done=_("The quote waits for approval."),
        form=QuoteForm,
        options=lambda d: {"user": d.by},
        fields={"amount": "amount_fen"},
    )
    acts = (
        Act(
            "approve",
            _("Approve"),
            APPROVE,
            lambda d: services.approve_quote(quote=d.record, **d.who),
            explains=_("The job is priced at this amount until its last day."),
            done=_("The quote is approved."),
            may=_is_open,
        ),
        Act(
            "turn-down",
            _("Turn down"),
            APPROVE,
            lambda d: services.turn_down_quote(quote=d.record, **d.typed, **d.who),
            done=_("The quote is turned down."),
            form=ReasonForm,
            may=_is_open,
            danger=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        seen = Customer.objects.visible_to(person(request))
        rows: QuerySet[Any] = super().get_queryset(request).filter(customer__in=seen)
        return rows.select_related("customer", "created_by", "decided_by")

    @admin.display(description=_("amount"), ordering="amount_fen")
    def amount(self, quote: Quote) -> str:
        return format_money(yuan(quote.amount_fen))

    @admin.display(description=_("service"), ordering="service")
    def service_called(self, quote: Quote) -> str:
        return service_name(quote.service)

    @admin.display(description=_("state"))
    def stands(self, quote: Quote) -> SafeString:
        return self.tag(QuoteState(quote.state))


@admin.register(TaxClass)
class TaxClassAdmin(RecordAdmin):
    list_display = ["name", "code", "since", "rate", "item_code"]
    ordering = ["code", "-since"]
    fields = ("code", "name", "since", "rate", "item_code", "created_by", "created_at")
    entry = Act(
        "enter",
        _("Enter a tax class"),
        TAX,
        lambda d: services.add_tax_class(**d.typed, **d.who),
        explains=_("A changed rate is another entry with its first day; none is ever changed."),
        done=_("The tax class is on file."),
        form=TaxClassForm,
    )

    @admin.display(description=_("rate"), ordering="rate_ppm")
    def rate(self, row: TaxClass) -> str:
        return f"{percent(row.rate_ppm)} %"
