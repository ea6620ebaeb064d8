"""What shipments cost: the steps of each price, and those that have none (BIL-1)."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts.staff import person
from apps.backoffice.acts import Act, ActContext, BulkAct
from apps.backoffice.bulk import BulkAdmin
from apps.backoffice.forms import ReasonForm
from apps.backoffice.records import PanelAdmin
from apps.billing import services
from apps.billing.forms import CorrectForm
from apps.billing.models import Charge, ShipmentRating
from apps.billing.queries.steps import steps_of
from apps.core.templatetags.formatting import yuan
from apps.customers.models import Customer
from apps.pricing.queries.service_names import service_name
from apps.pricing.rating import Unrated

RATE = "billing.rate_shipment"


class PricedFilter(SimpleListFilter):
    title = _("has a price")
    parameter_name = "priced"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Without a price")), ("yes", _("With a price"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[ShipmentRating]") -> Any:
        if self.value() in ("no", "yes"):
            return queryset.filter(gross__isnull=self.value() == "no")
        return queryset


def _again(context: ActContext) -> None:
    ids = [context.record.waybill_id]
    services.rate_again(waybill_ids=ids, reason=context.typed["reason"], **context.who)


def _set(context: ActContext) -> None:
    services.set_price(rating_id=context.record.pk, **context.typed, **context.who)


def _lift(context: ActContext) -> None:
    services.lift_price(rating_id=context.record.pk, **context.typed, **context.who)


@admin.register(ShipmentRating)
class ShipmentRatingAdmin(BulkAdmin, PanelAdmin):
    list_display = ("waybill", "customer", "month", "service_called", "price", "refusal", "is_set")
    list_filter = (PricedFilter, "is_set", "service")
    list_select_related = ("customer",)
    search_fields = ("waybill", "customer__search_text")
    search_help_text = _("waybill or customer")
    ordering = ("-rated_at", "-id")
    page_template = "billing/rating.html"
    acts = (
        Act("again", _("Rate it again"), RATE, _again, form=ReasonForm, is_panel=True,
            may=lambda row: not row.is_set, done=_("Rated again."),
            explains=_("By the rules of the day it was taken; what changes is charged as a correction.")),
        Act("set", _("Set the price by hand"), RATE, _set, form=CorrectForm, is_panel=True,
            done=_("The price is set."),
            explains=_("It stays until somebody lifts it, however often it is rated again.")),
        Act("lift", _("By the tariff again"), RATE, _lift, form=ReasonForm, is_panel=True,
            may=lambda row: row.is_set, done=_("The tariff's price counts again.")),
    )  # fmt: skip
    bulk_acts = (BulkAct("again", _("Rate again"), RATE, _again, form=ReasonForm),)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ShipmentRating]":
        mine = Customer.objects.visible_to(person(request))
        return ShipmentRating.objects.filter(customer__in=mine).select_related(
            "customer", "version__tariff"
        )

    @admin.display(description=_("service"), ordering="service")
    def service_called(self, row: ShipmentRating) -> str:
        return service_name(row.service)

    @admin.display(description=_("price"), ordering="gross")
    def price(self, row: ShipmentRating) -> str:
        return yuan(row.gross)

    def facts(self, request: HttpRequest, row: ShipmentRating) -> dict[str, Any]:
        charges = Charge.objects.filter(waybill=row.waybill).select_related("statement")
        return {"title": row.waybill, "charges": charges.order_by("pk"), **dict(_steps(row))}


def _steps(row: ShipmentRating) -> Iterator[tuple[str, Any]]:
    """The steps of a price, unless it is by hand or there is none."""
    if row.gross is None or row.is_set:
        return
    try:
        steps, agrees = steps_of(row)
    except Unrated:
        steps, agrees = [], False
    yield (
        "steps",
        [
            (step.what, step.how, None if step.fen is None else f"¥{step.fen / 100:.2f}")
            for step in steps
        ],
    )
    yield "agrees", agrees
