"""API keys: their life, and what they do not open."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.enums import ApiScope
from apps.accounts.models import ApiKey, User
from apps.accounts.queries import find_api_key
from apps.accounts.services import create_api_key, deactivate_user, revoke_api_key
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from tests.factories.accounts import ServiceUserFactory, UserFactory, api_key, bearer

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.core.api_doors"),
    pytest.mark.requirement("STF-3"),
]


def ask(client: Client, text: str, header: str = "Authorization") -> Any:
    value = f"Bearer {text}" if header == "Authorization" else text
    return client.get("/api/shipments", headers={header: value})


def test_a_key_is_shown_once_and_kept_as_a_hash(boss: User) -> None:
    service = ServiceUserFactory()
    key, text = create_api_key(user=service, name="ERP", scopes=["orders:read"], by=boss)
    assert text.startswith(f"ypk_{key.prefix}_")
    stored = ApiKey.objects.values().get(pk=key.pk)
    secret = text.split("_", 2)[2]
    assert all(secret not in str(value) for value in stored.values())
    event = Event.objects.get(kind="apikey.created")
    assert event.by_id == boss.pk and secret not in str(event.data)


@pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
def test_a_key_opens_by_either_header(client: Client, header: str) -> None:
    key, text = api_key("waybills:read")
    answer = ask(client, text, header)
    assert answer.status_code == 200
    assert answer.json() == {"user": key.user.username}


def test_authentication_is_one_query(client: Client, django_assert_num_queries: Any) -> None:
    _key, text = api_key("waybills:read")
    ask(client, text)
    with django_assert_num_queries(1):
        assert ask(client, text).status_code == 200


def test_last_use_is_written_at_most_once_a_minute(client: Client) -> None:
    key, text = api_key("waybills:read")
    ask(client, text)
    key.refresh_from_db()
    first = key.last_used_at
    assert first is not None
    ask(client, text)
    key.refresh_from_db()
    assert key.last_used_at == first
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=first - timedelta(seconds=61))
    ask(client, text)
    key.refresh_from_db()
    assert key.last_used_at is not None and key.last_used_at >= first


def test_without_a_key_one_is_asked_for(client: Client) -> None:
    answer = client.get("/api/shipments")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "ypk_",
        "ypk_bcdfghjk_short",
        "ypk_bcdfghjk_" + "a" * 43,
        "ypk_\x00",
        "é" * 50,
        "y" * 9000,
    ],
)
def test_what_is_not_a_key_is_refused_alike(client: Client, text: str) -> None:
    answer = client.get("/api/shipments", headers={"X-API-Key": text})
    assert answer.status_code == 401
    assert answer.json()["code"] == "bad_key"


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b"])
def test_a_malformed_header_says_how_to_write_it(client: Client, header: str) -> None:
    answer = client.get("/api/shipments", headers={"Authorization": header})
    assert answer.status_code == 401 and answer.json()["code"] == "bad_header"


def test_a_right_prefix_with_a_wrong_secret_opens_nothing(client: Client) -> None:
    _key, text = api_key("waybills:read")
    assert ask(client, text[:-1] + ("a" if text[-1] != "a" else "b")).status_code == 401


def test_revoked_expired_and_deactivated_keys_open_nothing(client: Client, boss: User) -> None:
    key, text = api_key("waybills:read")
    revoke_api_key(key=key, by=boss)
    revoke_api_key(key=key, by=boss)
    assert ask(client, text).status_code == 401
    assert Event.objects.filter(kind="apikey.revoked").count() == 1

    soon = timezone.now() + timedelta(minutes=1)
    _key, text = api_key("waybills:read", expires_at=soon)
    assert find_api_key(text, at=soon - timedelta(seconds=1)) is not None
    assert find_api_key(text, at=soon) is None

    key, text = api_key("waybills:read")
    deactivate_user(user=key.user, by=boss, reason="over")
    assert ask(client, text).status_code == 401


def test_a_scope_that_is_missing_is_refused(client: Client) -> None:
    answer = client.get("/api/shipments", headers=bearer(ApiScope.ORDERS_WRITE))
    assert answer.status_code == 403
    read = bearer(ApiScope.WAYBILLS_READ)
    assert client.post("/api/shipments", headers=read).status_code == 403
    assert client.head("/api/shipments", headers=read).status_code == 200
    assert client.options("/api/shipments", headers=read).status_code == 200


def test_a_view_that_forgot_its_scopes_is_closed(client: Client) -> None:
    every = bearer(*ApiScope.values)
    for method in (client.get, client.post, client.options, client.head):
        assert method("/api/forgetful", headers=every).status_code == 403


def test_a_staff_session_does_not_open_the_api(client: Client, boss: User) -> None:
    client.force_login(boss)
    assert client.get("/api/shipments").status_code == 401


@pytest.mark.parametrize(
    ("make", "scopes", "expires", "error"),
    [
        (UserFactory, ["orders:read"], None, RuleBroken),
        (lambda: ServiceUserFactory(is_active=False), ["orders:read"], None, RuleBroken),
        (ServiceUserFactory, [], None, BadInput),
        (ServiceUserFactory, ["everything"], None, BadInput),
        (ServiceUserFactory, ["orders:read"], timedelta(seconds=-1), BadInput),
    ],
)
def test_an_unfit_key_is_not_made(
    boss: User, make: Any, scopes: list[str], expires: timedelta | None, error: type[Exception]
) -> None:
    at = timezone.now() + expires if expires else None
    with pytest.raises(error):
        create_api_key(user=make(), name="x", scopes=scopes, expires_at=at, by=boss)
