"""The door for tracking events, single or up to 5,000 at a time (TRK-2)."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.idempotency import idempotent
from apps.core.api.views import ApiView
from apps.core.errors import BadInput, RuleBroken
from apps.tracking.api.shapes import EventBatchShape, EventInShape, EventResultShape
from apps.tracking.enums import Door
from apps.tracking.inputs import IngestResult, Refusal
from apps.tracking.reading import read_event
from apps.tracking.services import MAX_EVENTS, ingest

EVENT = {
    "waybill_number": "YP482915367204",
    "code": "arrived",
    "occurred_at": "2026-03-21T14:05:00+08:00",
    "place": "北京转运中心",
    "city": "北京市",
    "source_id": "scan-77120",
}


class TrackingEventsView(ApiView):
    required_scopes = {"POST": "events:write"}

    @extend_schema(
        operation_id="tracking_events_send",
        summary="Send tracking events",
        description='One event, or `{"events": […]}` with up to 5,000. Each item is answered on '
        "its own: what cannot be taken is refused with its reason and the rest is kept. Repeats "
        "change nothing, and order does not matter. A single event that is refused answers 400 "
        "when this description forbids it and 409 when it cannot be taken as things stand. To put "
        "right what you sent, send it again under the same `source_id`, or name it in `supersedes`.",
        examples=[OpenApiExample("One event", EVENT, request_only=True)],
        request=PolymorphicProxySerializer(
            "EventOrEvents", [EventInShape, EventBatchShape], resource_type_field_name=None
        ),
        responses={200: EventResultShape},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        items, single = _items(request.data)
        result = ingest(
            [read_event(item) for item in items],
            source=f"api:{request.user.get_username()}",
            by=request.user,  # type: ignore[arg-type]  # a key's service user
            at=timezone.now(),
            door=Door.API,
            save_refusals=not single,
        )
        if single and result.refused:
            raise _problem(result.refused[0])
        return Response(_answer(result))


# What the description of an event already forbids; the rest only the company can know.
_SHAPELESS = frozenset(
    {"bad_type", "missing", "unknown_field", "unknown_code", "bad_text", "too_long", "bad_time"}
) | {"time_without_zone"}


def _problem(refusal: Refusal) -> RuleBroken:
    pairs = refusal.field == "supersedes" and refusal.code == "missing"
    kind = BadInput if refusal.code in _SHAPELESS and not pairs else RuleBroken
    return kind(refusal.message, code=refusal.code, field=refusal.field or None)


def _items(data: Any) -> tuple[list[Any], bool]:
    if isinstance(data, dict) and "events" not in data:
        return [data], True
    events = data.get("events") if isinstance(data, dict) else None
    if not isinstance(events, list) or len(data) > 1:
        raise BadInput(
            _("Send one event, or an object with a list under “events” and nothing else."),
            code="bad_shape",
            field="events",
        )
    if len(events) > MAX_EVENTS:
        raise BadInput(
            _("At most %(n)d events at a time; send the rest in another request.")
            % {"n": MAX_EVENTS},
            code="too_many_events",
            field="events",
        )
    return events, False


def _answer(result: IngestResult) -> dict[str, Any]:
    results: list[dict[str, Any]] = [
        {"index": index, "result": outcome} for index, outcome in enumerate(result.outcomes)
    ]
    for refusal in result.refused:
        results[refusal.index] |= {
            "code": refusal.code,
            "message": refusal.message,
            "field": refusal.field,
        }
    return {
        "accepted": result.accepted,
        "repeated": result.repeated,
        "refused": len(result.refused),
        "results": results,
    }
