"""Orders through the API (ORD-1, ORD-4)."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from apps.accounts.idempotency import idempotent
from apps.core.api.asked import REFERENCE, day_start, reference_asked
from apps.core.api.exact import as_shown, taken
from apps.core.api.problems import RulesBroken
from apps.core.api.views import ApiView
from apps.core.errors import BadInput
from apps.customers.queries import order_defaults
from apps.orders import queries, services
from apps.orders.api.asking import caller, customer_for, order_for
from apps.orders.api.shapes import CancelShape, OrderInShape, OrderListShape, OrderShape
from apps.orders.cleaning import clean_order
from apps.orders.enums import Channel, OrderStatus
from apps.orders.inputs import Arrival
from apps.orders.models import WorkOrder

NUMBER = OpenApiParameter("number", str, OpenApiParameter.PATH, description="WO20261122-48391527")
ORDER = {
    "customer_reference": "SO-2026-0417",
    "delivery_contact": "李小红",
    "delivery_phone": "13900139002",
    "destination_city": "北京市",
    "delivery_address": "朝阳区建国路 88 号 1001 室",
    "goods_name": "服装",
    "pieces": 2,
    "weight_g": 3500,
    "cod_amount": "128.00",
}
AT_DOOR = ("pickup_contact", "pickup_phone", "pickup_address", "origin_city", "pickup_company")


class OrdersView(ApiView):
    required_scopes = {"GET": "orders:read", "POST": "orders:write"}
    links = {
        "POST": {"order_read": {"number": "/number"}, "order_cancel": {"number": "/number"}},
        "GET": {"order_read": {"number": "/results/0/number"}},
    }
    paged = True
    asks = {
        "GET": (
            OpenApiParameter("status", str, enum=[state.value for state in OrderStatus]),
            REFERENCE,
            OpenApiParameter("received_from", OpenApiTypes.DATE, description="First day, local."),
            OpenApiParameter("received_to", OpenApiTypes.DATE, description="Last day, local."),
        )
    }

    @extend_schema(
        operation_id="order_create",
        summary="Send an order",
        description="It is confirmed by customer service, which issues the waybills. Without any "
        "pickup field the customer's usual pickup place is taken. Unknown fields are refused. "
        "The same `customer_reference` is taken once.",
        examples=[OpenApiExample("A parcel with cash on delivery", ORDER, request_only=True)],
        request=OrderInShape,
        responses={201: OrderShape},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given = dict(taken(OrderInShape, request.data))
        customer = customer_for(request, given.pop("customer", ""))
        given = {name: value for name, value in given.items() if value not in (None, "")}
        if not any(name in given for name in AT_DOOR):
            usual = order_defaults(customer)
            given |= {
                "pickup_company": usual.company,
                "pickup_contact": usual.contact_name,
                "pickup_phone": usual.phone,
                "origin_city": usual.city,
                "pickup_address": usual.address,
            }
        if "settlement_method" not in given:
            given["settlement_method"] = (
                "cod" if given.get("cod_amount") else customer.settlement_method
            )
        content, errors = clean_order(given)
        if errors:
            # The shape has judged all that the description can say.
            raise RulesBroken(list(errors.values()))
        at = timezone.now()
        order = services.receive_order(
            customer=customer,
            content=content,
            arrival=Arrival(channel=Channel.API, received_at=at),
            by=caller(request),
            at=at,
        )
        answer = as_shown(OrderShape, order)
        where = reverse("order", args=[order.number], request=request)
        return Response(answer, status=201, headers={"Location": where})

    @extend_schema(
        operation_id="orders_list",
        summary="Orders, newest first",
        description="To compare your books with ours, or to find the order of your own reference.",
        responses={200: OrderListShape},
    )
    def get(self, request: Request) -> Response:
        orders = queries.detailed(WorkOrder.objects.visible_to(caller(request)))
        return self.page_of(
            orders.filter(**_filters(request.query_params)),
            lambda rows: OrderShape(rows, many=True).data,
        )


def _filters(asked: Any) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if (status := asked.get("status")) is not None:
        if status not in OrderStatus.values:
            raise BadInput(_("There is no such status."), code="bad_status", field="status")
        wanted["status"] = status
    if reference := reference_asked(asked):
        wanted["customer_reference"] = reference
    if since := day_start(asked.get("received_from"), "received_from"):
        wanted["received_at__gte"] = since
    if before := day_start(asked.get("received_to"), "received_to", days=1):
        wanted["received_at__lt"] = before
    return wanted


class OrderView(ApiView):
    required_scopes = {"GET": "orders:read"}
    links = {"GET": {"waybill_read": {"number": "/waybills/0"}}}

    @extend_schema(
        operation_id="order_read",
        summary="One order with its waybill numbers",
        description="`waybills` is empty until customer service has confirmed the order; the webhook "
        "`order.confirmed` tells you when.",
        parameters=[NUMBER],
        responses={200: OrderShape},
    )
    def get(self, request: Request, number: str) -> Response:
        return Response(OrderShape(order_for(request, number)).data)


class CancelOrderView(ApiView):
    required_scopes = {"POST": "orders:write"}
    links = {"POST": {"order_read": {"number": "/number"}}}

    @extend_schema(
        operation_id="order_cancel",
        summary="Cancel an order before pickup",
        description="Issued waybills are cancelled with it. 409 once a courier has picked anything up.",
        parameters=[NUMBER],
        request=CancelShape,
        responses={200: OrderShape},
    )
    @idempotent
    def post(self, request: Request, number: str) -> Response:
        given = taken(CancelShape, request.data)
        order = order_for(request, number)
        services.cancel_order(
            order_id=order.pk,
            reason=given["reason"],
            by=caller(request),
            at=timezone.now(),
        )
        return Response(OrderShape(order_for(request, number)).data)
