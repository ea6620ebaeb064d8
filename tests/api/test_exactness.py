"""The API takes exactly what it describes, says what a key has left, and leaves nothing lying about."""

from typing import Any

import pytest
import redis
from django.conf import settings as installation
from django.test import Client

from apps.accounts import throttling
from apps.core.valkey import ValkeyStore
from tests.factories.accounts import bearer, superuser
from tests.factories.tracking import waybill

pytestmark = pytest.mark.django_db
LISTS = {
    "/api/v1/waybills": "waybills:read",
    "/api/v1/orders": "orders:read",
    "/api/v1/cases": "cases:read",
    "/api/v1/webhook-endpoints": "webhooks:read",
    "/api/v1/webhook-events": "webhooks:read",
}


@pytest.mark.parametrize("url", LISTS)
def test_a_misspelt_filter_is_refused_and_named(client: Client, url: str) -> None:
    headers = bearer(LISTS[url])
    assert client.get(url, {"limit": "5"}, headers=headers).status_code == 200
    for query, code, named in (
        ("statsu=delivered", "unknown_parameter", "statsu"),
        ("limit=5&limit=6", "given_twice", "limit"),
        ("%00x=1", "unknown_parameter", "x"),
    ):
        answer = client.get(f"{url}?{query}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(named, code)]


def test_a_door_without_parameters_takes_none(client: Client) -> None:
    parcel, headers = waybill(), bearer("waybills:read")
    url = f"/api/v1/waybills/{parcel.number}"
    assert client.get(url, headers=headers).status_code == 200
    assert client.get(f"{url}?lang=en", headers=headers).status_code == 400
    # Phone systems send whatever they like.
    assert client.get("/voice/track?digits=1&line=7", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ('{"reason": "a", "reason": "b"}', "reason"),
        ('{"reason": "a", "deep": {"x": 1, "x": 1}}', "x"),
        ('{"events": [{"code": "arrived", "code": "departed"}]}', "code"),
    ],
)
def test_a_field_given_twice_is_refused_and_named(client: Client, body: str, named: str) -> None:
    for url, scope in (
        ("/api/v1/tracking/events", "events:write"),
        ("/api/v1/orders/WO20261122-00001/cancel", "orders:write"),
    ):
        answer = client.post(url, body, content_type="application/json", headers=bearer(scope))
        assert answer.status_code == 400
        assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [
            (named, "given_twice")
        ]


class TestLimits:
    def test_a_key_is_told_what_it_has_left(self, client: Client, settings: Any) -> None:
        settings.API_REQUESTS_PER_MINUTE = 2
        headers, other = bearer("waybills:read"), bearer("waybills:read")
        answers = [client.get("/api/v1/waybills", headers=headers) for _n in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[0]["RateLimit-Policy"] == '"minute";q=2;w=60'
        assert [answer["RateLimit"].split(";")[1] for answer in answers] == ["r=1", "r=0", "r=0"]
        assert 1 <= int(answers[2]["Retry-After"]) <= 60
        assert answers[2].json()["code"] == "throttled"
        # Somebody else's key has its own.
        assert client.get("/api/v1/waybills", headers=other).status_code == 200

    def test_without_the_counter_nobody_is_stopped(
        self, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.API_REQUESTS_PER_MINUTE = 1
        settings.REDIS_URL = "redis://127.0.0.1:9/0"
        monkeypatch.setattr(throttling, "_counter", ValkeyStore())
        headers = bearer("waybills:read")
        for _n in range(3):
            answer = client.get("/api/v1/waybills", headers=headers)
            assert answer.status_code == 200 and "RateLimit" not in answer

    def test_what_was_counted_is_forgotten(self, client: Client) -> None:
        client.get("/api/v1/waybills", headers=bearer("waybills:read"))
        with redis.Redis.from_url(installation.REDIS_URL) as store:
            kept = list(store.scan_iter("api:requests:*", count=1000))
            assert kept and all(0 < int(store.ttl(name)) <= 60 for name in kept)


def test_nothing_private_is_kept_on_the_way(client: Client) -> None:
    parcel = waybill()
    headers = bearer("waybills:read")
    for url in (f"/api/v1/waybills/{parcel.number}", "/api/v1/waybills", "/api/v1/nothing"):
        assert "no-store" in client.get(url, headers=headers)["Cache-Control"]
    client.force_login(superuser())
    for url in ("/admin/", "/admin/login/", "/case/x", "/rate/x", "/chat", "/report"):
        assert "no-store" in client.get(url)["Cache-Control"], url
    details = client.get(f"/track/{parcel.number}/details")
    assert "no-store" in details["Cache-Control"]
    # What anybody may see may be kept.
    assert "no-store" not in client.get("/robots.txt").get("Cache-Control", "")
