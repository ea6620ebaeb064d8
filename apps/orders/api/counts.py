"""The customer's own word on how many orders it sent (ORD-1)."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.idempotency import idempotent
from apps.core.api.exact import taken
from apps.core.api.views import ApiView
from apps.orders import services
from apps.orders.api.asking import caller, customer_for
from apps.orders.api.shapes import CountInShape, CountShape


class DeclaredCountsView(ApiView):
    required_scopes = {"POST": "orders:write"}

    @extend_schema(
        operation_id="order_count_declare",
        summary="Say how many orders you sent on a day",
        description="It is compared with what came in; a difference is looked into the same day. "
        "Sending it again for the same day replaces the number.",
        request=CountInShape,
        responses={200: CountShape},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given = taken(CountInShape, request.data)
        count = services.declare_count(
            customer=customer_for(request, given.get("customer", "")),
            day=given["day"],
            declared=given["declared"],
            by=caller(request),
            at=timezone.now(),
        )
        return Response(CountShape(count).data)
