"""The log of what a merchant was or would have been told, and its replay (NTF-4)."""

from typing import Any, cast

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.idempotency import idempotent
from apps.core.api.pagination import HouseCursorPagination
from apps.core.errors import BadInput
from apps.notifications import services
from apps.notifications.api.endpoints import clean, who
from apps.notifications.api.shapes import (
    ReplayedShape,
    ReplayShape,
    WebhookDeliveryShape,
    WebhookEventDetailShape,
    WebhookEventShape,
)
from apps.notifications.queries import webhooks

MOST = 1_000


class WebhookEventsView(APIView):
    required_scopes = {"GET": "webhooks:read"}
    pagination_class = HouseCursorPagination

    @extend_schema(
        operation_id="webhook_events_list",
        summary="Read the event log, newest first",
        parameters=[
            OpenApiParameter("type", str),
            OpenApiParameter("since", str, description="ISO 8601 with a zone, included."),
            OpenApiParameter("until", str, description="ISO 8601 with a zone, not included."),
        ],
        responses=WebhookEventShape(many=True),
    )
    def get(self, request: Request) -> Response:
        rows = webhooks.events(
            request.user,  # type: ignore[arg-type]  # a key's service user
            kind=request.query_params.get("type", "")[:60],
            since=_moment(request, "since"),
            until=_moment(request, "until"),
        )
        pages = self.pagination_class()
        page = pages.paginate_queryset(rows, request, self)
        return pages.get_paginated_response(WebhookEventShape(page or [], many=True).data)


class WebhookEventView(APIView):
    required_scopes = {"GET": "webhooks:read"}

    @extend_schema(
        operation_id="webhook_events_read",
        summary="Read one event and what became of it at each endpoint",
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


class ReplayView(APIView):
    required_scopes = {"POST": "webhooks:write"}

    @extend_schema(
        operation_id="webhook_events_replay",
        summary="Send events again",
        description="By `ids`, or by `since`/`until` and `types`; at most 1,000 at a time, in the "
        "order they happened. They keep their ids, so a receiver recognises what it has.",
        request=ReplayShape,
        responses={202: ReplayedShape},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        values = clean(ReplayShape, request)
        endpoint = get_object_or_404(webhooks.endpoints(request.user), pk=values["endpoint"])  # type: ignore[arg-type]  # a key's service user
        entries = self._chosen(request, values, endpoint.customer_id)
        queued = services.replay(entries=entries, endpoint=endpoint, **who(request))
        return Response({"queued": queued}, status=202)

    def _chosen(self, request: Request, values: dict[str, Any], customer_id: int) -> list[Any]:
        if values.get("ids"):
            return webhooks.events_by_id(request.user, values["ids"])  # type: ignore[arg-type]  # a key's service user
        if not values.get("since"):
            raise BadInput(
                _("Name the events by “ids”, or the time by “since”."),
                code="nothing_chosen",
                field="ids",
            )
        rows = webhooks.events(request.user, since=values["since"], until=values.get("until"))  # type: ignore[arg-type]  # a key's service user
        rows = rows.filter(customer=customer_id)
        if values.get("types"):
            rows = rows.filter(type__in=values["types"])
        return list(rows.order_by("id")[: MOST + 1])


def _moment(request: Request, name: str) -> Any:
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadInput(_("Write the time as ISO 8601 with a zone."), code="bad_time", field=name)
    return moment
