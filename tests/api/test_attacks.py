"""What was found by attacking the doors by hand; each of these once brought the house to a 500."""

import json
from typing import Any

import pytest
from django.test import Client

from apps.tracking.models import TrackingEvent
from tests.factories.accounts import bearer
from tests.factories.tracking import report, waybill

pytestmark = pytest.mark.django_db
WRITING = ("orders", "orders/declared-counts", "orders/WO20261122-00001/cancel", "tracking/events")
BODIES = {
    "deep list": b"[" * 100_000 + b"]" * 100_000,
    "deep object": b'{"reason":' * 100_000 + b"1" + b"}" * 100_000,
    "surrogate name": b'{"\\ud800": 1}',
    "NUL name": b'{"\\u0000": 1}',
    "huge number": b'{"pieces": ' + b"9" * 5_000 + b"}",
    "not finite": b'{"pieces": 1e999, "declared": -Infinity}',
    "UTF-16": '{"reason": "买"}'.encode("utf-16"),
    "GB18030": '{"reason": "买"}'.encode("gb18030"),
}


@pytest.fixture
def headers() -> dict[str, str]:
    return bearer("orders:write", "events:write", "waybills:read")


@pytest.mark.parametrize("path", WRITING)
@pytest.mark.parametrize("name", BODIES)
def test_no_body_brings_a_door_down(
    client: Client, headers: dict[str, str], path: str, name: str
) -> None:
    answer = client.generic(
        "POST", f"/api/v1/{path}", BODIES[name], "application/json", headers=headers
    )
    assert answer.status_code in (400, 404), answer.content
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", WRITING)
@pytest.mark.parametrize("idempotent", [False, True])
def test_what_is_too_large_is_told_so(
    client: Client, headers: dict[str, str], path: str, idempotent: bool
) -> None:
    more = {"Idempotency-Key": "large"} if idempotent else {}
    body = b'{"reason": "' + b"x" * 50_000_000 + b'"}'
    answer = client.generic(
        "POST", f"/api/v1/{path}", body, "application/json", headers={**headers, **more}
    )
    assert answer.status_code == 413, answer.content


def test_a_charset_nobody_knows(client: Client, headers: dict[str, str]) -> None:
    answer = client.generic(
        "POST", "/api/v1/orders", b"{}", "application/json; charset=nonsense", headers=headers
    )
    assert answer.status_code == 400


def send(client: Client, headers: dict[str, str], **fields: Any) -> Any:
    body = {"code": "arrived", "occurred_at": "2026-03-01T14:00:00+08:00", **fields}
    return client.post(
        "/api/v1/tracking/events", json.dumps(body), "application/json", headers=headers
    )


@pytest.mark.parametrize("zone", ["+23:59:59.999999", "-23:59", "+15:59:59", "+08:00:00.000001"])
def test_a_zone_that_no_place_has(client: Client, headers: dict[str, str], zone: str) -> None:
    parcel = waybill()
    when = f"2026-03-01T14:00:00{zone}"
    answer = send(client, headers, waybill_number=parcel.number, occurred_at=when)
    assert answer.status_code == 200, answer.content
    assert TrackingEvent.objects.get(waybill=parcel, code__startswith="arrived")


@pytest.mark.parametrize("code", ["\x00", "a\x00b", "\ud800", "\ufffe"])
def test_a_unit_that_cannot_be_written(client: Client, headers: dict[str, str], code: str) -> None:
    answer = send(client, headers, waybill_number=waybill().number, unit_code=code)
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown_unit")


def test_an_event_of_another_waybill_cannot_be_taken_back(
    client: Client, headers: dict[str, str]
) -> None:
    foreign = report(waybill(), "picked_up")
    theirs = TrackingEvent.objects.filter(waybill=foreign).latest("id")
    answer = send(
        client, headers, waybill_number=waybill().number, supersedes=theirs.pk, withdraws=True
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown_event")
