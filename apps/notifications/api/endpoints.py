"""Where a merchant's webhooks go (NTF-4)."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from apps.accounts.idempotency import idempotent
from apps.core.api.exact import taken
from apps.core.api.pagination import ApiCursorPagination
from apps.core.api.views import ApiView
from apps.core.opaque import Id, hide, unhide
from apps.notifications import services
from apps.notifications.api.shapes import (
    EndpointChangeShape,
    EndpointInShape,
    EndpointSecretShape,
    EndpointShape,
    WebhookEventShape,
)
from apps.notifications.models import WebhookEndpoint
from apps.notifications.queries import webhooks

READ_WRITE = {
    "GET": "webhooks:read",
    "POST": "webhooks:write",
    "PATCH": "webhooks:write",
    "DELETE": "webhooks:write",
}


def who(request: Request) -> dict[str, Any]:
    return {"by": request.user, "at": timezone.now()}


ENDPOINT = {"url": "https://hooks.example.com/yipiao", "event_types": []}
ONE = ("read", "change", "remove", "rotate", "ping")


class EndpointsView(ApiView):
    required_scopes = READ_WRITE
    links = {
        "POST": {f"webhook_endpoints_{name}": {"endpoint_id": "/id"} for name in ONE},
        "GET": {f"webhook_endpoints_{name}": {"endpoint_id": "/results/0/id"} for name in ONE},
    }
    pagination_class = ApiCursorPagination
    paged = True

    @extend_schema(
        operation_id="webhook_endpoints_list",
        summary="List webhook endpoints",
        description="Where your webhooks go, and how they fare: `state`, `failing_since`, `last_success`.",
        responses=EndpointShape(many=True),
    )
    def get(self, request: Request) -> Response:
        rows = webhooks.endpoints(request.user)  # type: ignore[arg-type]  # a key's service user
        return self.page_of(rows, lambda found: EndpointShape(found, many=True).data)

    @extend_schema(
        operation_id="webhook_endpoints_create",
        summary="Add a webhook endpoint",
        description="The answer holds the secret, once. Messages are signed after Standard "
        "Webhooks; only 2xx within 15 seconds is success; redirects are not followed. What fails is "
        "sent again for four days and a half; an endpoint that fails for five days, or answers 410, is "
        "switched off. Each message has an id that stays the same when it is sent again: keep it, "
        "and leave out what you have.",
        examples=[OpenApiExample("All events", ENDPOINT, request_only=True)],
        request=EndpointInShape,
        responses={201: EndpointSecretShape},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        values = dict(taken(EndpointInShape, request.data))
        customer = webhooks.only_customer(request.user, values.pop("customer", None))  # type: ignore[arg-type]  # a key's service user
        endpoint = services.create_endpoint(customer=customer, **values, **who(request))
        where = reverse("webhook_endpoint", args=[hide(Id.ENDPOINT, endpoint.pk)], request=request)
        answer = EndpointSecretShape(endpoint).data
        return Response(answer, status=201, headers={"Location": where})


def endpoint_for(request: Request, public_id: str) -> WebhookEndpoint:
    """The endpoint that an id names, if this key sees it; Http404 otherwise."""
    row = unhide(Id.ENDPOINT, public_id)
    if row is None:
        raise Http404
    return get_object_or_404(webhooks.endpoints(request.user), pk=row)  # type: ignore[arg-type]  # a key's service user


class EndpointView(ApiView):
    required_scopes = READ_WRITE

    @extend_schema(
        operation_id="webhook_endpoints_read",
        summary="Read a webhook endpoint",
        description="One endpoint, without its secret.",
        responses=EndpointShape,
    )
    def get(self, request: Request, endpoint_id: str) -> Response:
        return Response(EndpointShape(endpoint_for(request, endpoint_id)).data)

    @extend_schema(
        operation_id="webhook_endpoints_change",
        summary="Change, pause or switch on a webhook endpoint",
        description="What is not named stays. While it is paused the event log goes on, for a replay.",
        request=EndpointChangeShape,
        responses=EndpointShape,
    )
    def patch(self, request: Request, endpoint_id: str) -> Response:
        endpoint = endpoint_for(request, endpoint_id)
        values = taken(EndpointChangeShape, request.data)
        services.change_endpoint(endpoint_id=endpoint.pk, **values, **who(request))
        return Response(EndpointShape(endpoint_for(request, endpoint_id)).data)

    @extend_schema(
        operation_id="webhook_endpoints_remove",
        summary="Remove a webhook endpoint",
        description="Nothing is sent there any more; messages under way may still arrive.",
        responses={204: None},
    )
    def delete(self, request: Request, endpoint_id: str) -> Response:
        endpoint = endpoint_for(request, endpoint_id)
        services.remove_endpoint(endpoint_id=endpoint.pk, **who(request))
        return Response(status=204)


class EndpointSecretView(EndpointView):
    required_scopes = {"POST": "webhooks:write"}
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="webhook_endpoints_rotate",
        summary="Renew the secret",
        description="For 24 hours messages carry two signatures, by the old and the new secret.",
        request=None,
        responses={200: EndpointSecretShape},
    )
    def post(self, request: Request, endpoint_id: str) -> Response:
        endpoint = endpoint_for(request, endpoint_id)
        renewed = services.rotate_secret(endpoint_id=endpoint.pk, **who(request))
        return Response(EndpointSecretShape(renewed).data)


class EndpointPingView(EndpointView):
    required_scopes = {"POST": "webhooks:write"}
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="webhook_endpoints_ping",
        summary="Send a ping",
        description="A message of type `ping` to try out address and signature. 409 for one that is off.",
        request=None,
        responses={202: WebhookEventShape},
    )
    def post(self, request: Request, endpoint_id: str) -> Response:
        endpoint = endpoint_for(request, endpoint_id)
        entry = services.ping(endpoint=endpoint, **who(request))
        return Response(WebhookEventShape(entry).data, status=202)
