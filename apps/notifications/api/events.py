"""The log of what was sent to a merchant, or would have been, and its replay (NTF-4)."""

from typing import Any, cast

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.idempotency import idempotent
from apps.core.api.asked import moment_asked
from apps.core.api.exact import taken
from apps.core.api.pagination import ApiCursorPagination
from apps.core.api.views import ApiView
from apps.core.errors import BadInput
from apps.notifications import services
from apps.notifications.api.endpoints import endpoint_for, who
from apps.notifications.api.shapes import (
    ReplayedShape,
    ReplayShape,
    WebhookDeliveryShape,
    WebhookEventDetailShape,
    WebhookEventShape,
)
from apps.notifications.queries import webhooks
from apps.notifications.queries.notices import WEBHOOK_TYPES

TYPES = (*WEBHOOK_TYPES, "ping")
MESSAGE = OpenApiParameter(
    "message_id", {"type": "string", "pattern": webhooks.MESSAGE_ID}, OpenApiParameter.PATH
)


class WebhookEventsView(ApiView):
    required_scopes = {"GET": "webhooks:read"}
    links = {"GET": {"webhook_events_read": {"message_id": "/results/0/id"}}}
    pagination_class = ApiCursorPagination
    paged = True
    asks = {
        "GET": (
            OpenApiParameter("type", str, enum=TYPES),
            OpenApiParameter("since", OpenApiTypes.DATETIME, description="With a zone; included."),
            OpenApiParameter(
                "until", OpenApiTypes.DATETIME, description="With a zone; not included."
            ),
        )
    }

    @extend_schema(
        operation_id="webhook_events_list",
        summary="Read the event log, newest first",
        description="Everything that was or would have been sent to your endpoints, to find what you missed.",
        responses=WebhookEventShape(many=True),
    )
    def get(self, request: Request) -> Response:
        rows = webhooks.events(
            request.user,  # type: ignore[arg-type]  # a key's service user
            kind=_kind(request.query_params.get("type")),
            since=moment_asked(request.query_params, "since"),
            until=moment_asked(request.query_params, "until"),
        )
        return self.page_of(rows, lambda found: WebhookEventShape(found, many=True).data)


class WebhookEventView(ApiView):
    required_scopes = {"GET": "webhooks:read"}

    @extend_schema(
        operation_id="webhook_events_read",
        summary="Read one event and what became of it at each endpoint",
        description="With its newest 50 deliveries: how often it was tried and what your server answered.",
        parameters=[MESSAGE],
        responses=WebhookEventDetailShape,
    )
    def get(self, request: Request, message_id: str) -> Response:
        uid = webhooks.event_id(message_id)
        if uid is None:
            raise Http404
        entry = get_object_or_404(webhooks.events(request.user), uid=uid)  # type: ignore[arg-type]  # a key's service user
        body: dict[str, Any] = {**cast(dict[str, Any], WebhookEventShape(entry).data)}
        rows = webhooks.deliveries_of(entry).order_by("-id")[:50]
        body["deliveries"] = WebhookDeliveryShape(rows, many=True).data
        return Response(body)


class ReplayView(ApiView):
    required_scopes = {"POST": "webhooks:write"}

    @extend_schema(
        operation_id="webhook_events_replay",
        summary="Send events again",
        description="Those of `ids`, of the time from `since` to `until`, and of `types`; at most "
        "1,000 at a time, in the order they happened. They keep their ids, so a receiver "
        "recognises what it has.",
        request=ReplayShape,
        responses={202: ReplayedShape},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        values = taken(ReplayShape, request.data)
        endpoint = endpoint_for(request, values["endpoint"])
        entries = self._chosen(request, values, endpoint.customer_id)
        queued = services.replay(entries=entries, endpoint=endpoint, **who(request))
        return Response({"queued": queued}, status=202)

    def _chosen(self, request: Request, values: dict[str, Any], customer_id: int) -> list[Any]:
        rows = webhooks.events(
            request.user,  # type: ignore[arg-type]  # a key's service user
            since=values.get("since"),
            until=values.get("until"),
        )
        if values.get("types"):
            rows = rows.filter(type__in=values["types"])
        if "ids" in values:
            named = webhooks.events_by_id(request.user, values["ids"])  # type: ignore[arg-type]  # a key's service user
            # Foreign ones stay, for the service to refuse.
            return list(rows.filter(pk__in=[entry.pk for entry in named]).order_by("id"))
        return list(rows.filter(customer=customer_id).order_by("id")[: services.MAX_REPLAY + 1])


def _kind(asked: str | None) -> str:
    if asked is not None and asked not in TYPES:
        raise BadInput(
            _("There is no event type %(unknown)s. Known are: %(known)s.")
            % {"unknown": asked[:60], "known": ", ".join(TYPES)},
            code="unknown_event_type",
            field="type",
        )
    return asked or ""
