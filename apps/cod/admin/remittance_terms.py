"""When merchants are remitted to: a row for each time it was agreed anew (COD-7)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext
from apps.backoffice.records import RecordAdmin
from apps.cod import services
from apps.cod.enums import Cycle
from apps.cod.forms.remittances import TermsForm
from apps.cod.models import RemittanceTerms
from apps.cod.queries.remitting import terms_of
from apps.cod.rules.remitting import next_due
from apps.customers.models import Customer

SET = "cod.set_remittanceterms"


def _set(context: ActContext) -> RemittanceTerms:
    return services.set_remittance_terms(**_typed(context), **context.who)


def _typed(context: ActContext) -> dict[str, Any]:
    return {**context.typed, "cycle": Cycle(context.typed["cycle"])}


def _as_it_is(context: ActContext) -> dict[str, Any]:
    row: RemittanceTerms = context.record
    names = ("cycle", "delay_days", "minimum", "fee_deducted", "offset_agreed", "is_held", "note")
    values = {name: getattr(row, name) for name in names}
    days = ", ".join(str(day) for day in row.days)
    return {**values, "customer": row.customer.code, "days": days, "account": row.account_id}


@admin.register(RemittanceTerms)
class RemittanceTermsAdmin(RecordAdmin):
    list_display = (
        "customer", "since", "cycle", "shown_days", "delay_days", "minimum", "fee_deducted",
        "offset_agreed", "is_held", "next",
    )  # fmt: skip
    list_filter = ("cycle", "is_held", "fee_deducted")
    list_select_related = ("customer",)
    search_fields = ("customer__search_text",)
    search_help_text = _("merchant")
    ordering = ("-id",)
    entry = Act("set", _("Set when a merchant is remitted to"), SET, _set, form=TermsForm,
                done=_("Saved."))  # fmt: skip
    acts = (
        Act("change", _("Agree on something else"), SET, _set, form=TermsForm, initial=_as_it_is,
            done=_("Saved. What was before stays on record."), in_list=True),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[RemittanceTerms]":
        mine = Customer.objects.visible_to(person(request))
        return RemittanceTerms.objects.filter(customer__in=mine).select_related("customer")

    @admin.display(description=_("days"))
    def shown_days(self, row: RemittanceTerms) -> str:
        return ", ".join(str(day) for day in row.days)

    @admin.display(description=_("next"))
    def next(self, row: RemittanceTerms) -> str:
        return next_due(terms_of(row), timezone.localdate()).isoformat()
