"""“What would it cost?” through the API (BIL-1)."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.exact import taken
from apps.core.api.problems import RulesBroken
from apps.core.api.views import ApiView
from apps.customers.queries import order_defaults
from apps.orders.api.asking import customer_for
from apps.orders.api.shapes import PriceInShape, PriceShape
from apps.orders.cleaning import clean_order
from apps.orders.models import WorkOrder
from apps.orders.queries.prices import explain_order, lines_of, rate_order, total_fen
from apps.pricing.rating import yuan

ASKED = {"destination_city": "北京市", "pieces": 1, "weight_g": 3500, "insured_amount": "2000.00"}


class PriceView(ApiView):
    required_scopes = {"POST": "orders:read"}

    @extend_schema(
        operation_id="price_ask",
        summary="What would it cost?",
        description="By the prices in force today for the customer: its own tariff, else the list "
        "price. Nothing is kept. Without `origin_city` the customer's usual pickup place is taken. "
        "409 where there is no price, with what is missing: `no_tariff`, `no_zone`, `too_heavy` …",
        examples=[OpenApiExample("An insured parcel", ASKED, request_only=True)],
        request=PriceInShape,
        responses={200: PriceShape},
    )
    def post(self, request: Request) -> Response:
        given = dict(taken(PriceInShape, request.data))
        customer = customer_for(request, given.pop("customer", ""))
        if not given.get("origin_city"):
            given["origin_city"] = order_defaults(customer).city
        if given.get("cod_amount"):
            given["settlement_method"] = "cod"
        content, errors = clean_order(given)
        if errors:
            raise RulesBroken(list(errors.values()))
        today = timezone.localdate()
        order = WorkOrder(customer=customer, received_on=today, **content.values())
        priced = rate_order(order)
        found: dict[str, Any] = {
            "total": yuan(total_fen(priced)),
            "currency": "CNY",
            "lines": [
                {"kind": kind, "amount": yuan(fen)} for kind, fen in lines_of(priced).items()
            ],
            "steps": [
                {
                    "what": step.what,
                    "how": step.how,
                    "amount": None if step.fen is None else yuan(step.fen),
                }
                for step in explain_order(priced)
            ],
        }
        return Response(PriceShape(found).data)
