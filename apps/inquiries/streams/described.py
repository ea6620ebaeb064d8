"""The stream in the API's description: it runs in a process of its own, where the library that
describes the other doors does not see it."""

from typing import Any

PATH = "/api/v1/waybills/{number}/stream"
_TEXT = """Follow one waybill without asking again and again (Server-Sent Events).

Each event is named `shipment`; its `data` is one line of JSON with the whole state as in the example,
its `id` names that state. Connect again with the header `Last-Event-ID` and you get the newest
state at once, or nothing while you have it; states in between are left out. A comment line every
15 seconds keeps the line open. Close the connection when the shipment has arrived.

It is served under its own address where the operator says so. A key may hold 2,000 streams at a
time, if the operator sets nothing else; more are answered 429 `too_many_streams`. A key that is revoked
or tied to other addresses loses its streams within half a minute.

Scope: `waybills:read`."""
_EXAMPLE = """retry: 3000
: hello

id: 6f0c4be2d1a84f3a9b7c5e1d2f3a4b5c
event: shipment
data: {"number": "YP482915367204", "status": "in_transit", "status_reason": "", "status_at": "2026-03-21T06:05:00Z", "picked_up_at": "2026-03-20T09:12:41Z", "delivered_at": null, "promised_at": "2026-03-22T10:00:00Z", "expected_at": "2026-03-22T10:00:00Z", "origin_city": "上海市", "destination_city": "北京市", "sentence": {"zh-hans": "运输中", "en": "On its way"}, "events": []}
"""
_REFUSALS = {
    "400": "The query holds something; this address takes nothing",
    "401": "No API key, or one that is not valid",
    "403": "This key may not do that",
    "404": "No such waybill for this key",
    "405": "Only GET",
    "429": "Too many streams, or too many questions",
    "503": "Too busy just now",
}


def describe_stream(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: adds the operation to the document."""
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    events = {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}}
    responses: dict[str, Any] = {
        status: {"description": words, "content": problem} for status, words in _REFUSALS.items()
    }
    responses["200"] = {"description": "Events, until you hang up", "content": events}
    result["paths"][PATH] = {
        "get": {
            "operationId": "waybill_stream",
            "summary": "Live updates of a waybill",
            "description": _TEXT,
            "tags": ["waybills"],
            "security": [{"ApiKey": []}],
            "parameters": [
                {
                    "name": "number",
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string", "maxLength": 40},
                    "description": "Waybill number",
                },
                {
                    "name": "Last-Event-ID",
                    "in": "header",
                    "required": False,
                    "schema": {"type": "string", "maxLength": 64},
                    "description": "The `id` of the last event you have.",
                },
            ],
            "responses": dict(sorted(responses.items())),
        }
    }
    return result
