"""Calls pushed by a phone system: the same one is one call, however often it is sent (CMP-10)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.hotline.models import Call, CallBack
from tests.factories import hotline as f
from tests.factories.accounts import ServiceUserFactory, bearer

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-10")]
AT = timezone.now().replace(microsecond=0) - timedelta(minutes=20)


def body(**more: Any) -> dict[str, Any]:
    given = {
        "system": "热线1", "call_id": "77", "direction": "in", "caller": "13800138001", "queue": "hotline",
        "offered_at": AT.isoformat(), "ended_at": (AT + timedelta(seconds=40)).isoformat(), "outcome": "abandoned",
    }  # fmt: skip
    return {**given, **more}


def send(client: Client, given: dict[str, Any], *scopes: str) -> Any:
    f.PhoneSystem.objects.exists() or f.system()
    return client.post(
        "/api/v1/calls", given, "application/json", headers=bearer(*(scopes or ("calls:write",)))
    )


def test_a_call_is_sent_as_it_goes_on(client: Client) -> None:
    first = send(client, {**body(outcome="open"), "ended_at": None})
    assert first.status_code == 201 and first.json()["wait_s"] is None
    answered = AT + timedelta(seconds=9)
    again = body(outcome="answered", answered_at=answered.isoformat())
    for _time in range(2):
        answer = send(client, again)
        assert answer.status_code == 200
        assert (answer.json()["outcome"], answer.json()["wait_s"], answer.json()["talk_s"]) == (
            "answered",
            9,
            31,
        )
    assert Call.objects.count() == 1 and not CallBack.objects.exists()


def test_one_in_vain_is_called_back_once(client: Client) -> None:
    assert [send(client, body()).status_code for _time in range(3)] == [201, 200, 200]
    assert CallBack.objects.get().calls == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"system": "没有"}, "system"),
        (
            {"answered_at": (AT - timedelta(seconds=9)).isoformat(), "outcome": "answered"},
            "answered_at",
        ),
        ({"outcome": "answered"}, "outcome"),
        ({"ended_at": None}, "ended_at"),
        ({"offered_at": (AT + timedelta(days=1)).isoformat()}, "offered_at"),
        ({"direction": "sideways"}, "direction"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(
    client: Client, change: dict[str, Any], field: str
) -> None:
    answer = send(client, body(**change))
    assert answer.status_code in (400, 409, 422), answer.content
    assert field in {row["field"] for row in answer.json()["errors"]}
    assert not Call.objects.exists()


def test_an_unknown_extension_is_refused_once_any_is_set_up(client: Client) -> None:
    f.seat(f.system(), "801")
    answer = send(client, body(extension="802"))
    assert answer.json()["errors"][0]["code"] == "unknown_extension"


def test_who_may_not_send(client: Client) -> None:
    assert send(client, body(), "orders:write").status_code == 403
    assert client.post("/api/v1/calls", body(), "application/json").status_code == 401
    f.PhoneSystem.objects.exists() or f.system()
    merchant = bearer("calls:write", user=ServiceUserFactory(scope="customers"))
    answer = client.post("/api/v1/calls", body(), "application/json", headers=merchant)
    assert answer.status_code in (400, 409, 422) and not Call.objects.exists()
