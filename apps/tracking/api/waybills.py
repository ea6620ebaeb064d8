"""Reading waybills through the API; no personal data comes out of it."""

import json
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from apps.core.api.asked import REFERENCE, day_start, reference_asked
from apps.core.api.views import ApiView
from apps.core.errors import BadInput
from apps.core.times import WireEncoder
from apps.tracking.api.asking import number_in_address
from apps.tracking.api.shapes import EventListShape, WaybillListShape, WaybillWithEventsShape
from apps.tracking.enums import Status
from apps.tracking.queries.waybill import api_waybill, listed_waybills, shown_in_list

NUMBER = OpenApiParameter("number", str, OpenApiParameter.PATH, description="Waybill number")


class WaybillView(ApiView):
    required_scopes = {"GET": "waybills:read"}

    @extend_schema(
        operation_id="waybill_read",
        summary="One waybill with its events",
        description="Where a shipment stands, by when it is promised and expected, and what happened "
        "to it, newest first: what was corrected or reported twice is left out. No names, phones or "
        "addresses. 404 for a number that is not yours to see; `code` says whether it is mistyped. To "
        "be told instead of asking, take webhooks or `waybill_stream`.",
        parameters=[NUMBER],
        responses={200: WaybillWithEventsShape},
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        return _json(_found(request, number))


class WaybillEventsView(ApiView):
    required_scopes = {"GET": "events:read"}

    @extend_schema(
        operation_id="waybill_events",
        summary="The events of a waybill, newest first",
        description="The `events` of the waybill alone, for a key without `waybills:read`. `id` names an "
        "event in `supersedes`, when you correct what you sent.",
        parameters=[NUMBER],
        responses={200: EventListShape},
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        return _json({"results": _found(request, number)["events"]})


class WaybillsView(ApiView):
    required_scopes = {"GET": "waybills:read"}
    links = {
        "GET": {
            "waybill_read": {"number": "/results/0/number"},
            "waybill_events": {"number": "/results/0/number"},
        }
    }
    paged = True
    asks = {
        "GET": (
            OpenApiParameter("status", str, enum=[s.value for s in Status]),
            REFERENCE,
            OpenApiParameter("issued_from", OpenApiTypes.DATE, description="First day, local."),
            OpenApiParameter("issued_to", OpenApiTypes.DATE, description="Last day, local."),
        )
    }

    @extend_schema(
        operation_id="waybills_list",
        summary="Waybills, newest first",
        description="To compare your books with ours, or to find the waybill of your own reference. For "
        "news of single shipments webhooks are cheaper and faster than reading this list.",
        responses={200: WaybillListShape},
    )
    def get(self, request: Request) -> HttpResponse:
        asked = request.query_params
        rows = listed_waybills(
            user=request.user,  # type: ignore[arg-type]  # a key's service user
            status=_status(asked.get("status")),
            customer_reference=reference_asked(asked),
            issued_from=day_start(asked.get("issued_from"), "issued_from"),
            issued_before=day_start(asked.get("issued_to"), "issued_to", days=1),
        )
        page = self.page_of(rows, lambda found: [shown_in_list(row) for row in found])
        return _json(page.data)


def _found(request: Request, number: str) -> dict[str, Any]:
    found = api_waybill(number_in_address(number), user=request.user)  # type: ignore[arg-type]  # a key's service user
    if found is None:
        raise Http404
    return found


def _json(data: dict[str, Any]) -> HttpResponse:
    return HttpResponse(
        json.dumps(data, cls=WireEncoder, ensure_ascii=False),
        content_type="application/json",
    )


def _status(value: str | None) -> str:
    if value is not None and value not in Status.values:
        raise BadInput(_("There is no such status."), code="bad_status", field="status")
    return value or ""
