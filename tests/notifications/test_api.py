"""Merchants manage endpoints, read the log and replay it, each for its own customers only."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import ApiKey
from apps.accounts.queries import system_user
from apps.core.opaque import Id, hide
from apps.events.services import relay_batch
from apps.notifications import services
from apps.notifications.enums import DeliveryState as S
from apps.notifications.models import Delivery, WebhookEndpoint, WebhookEvent
from tests.doubles.merchant import Merchant
from tests.factories.accounts import ServiceUserFactory, api_key
from tests.factories.customers import CustomerFactory
from tests.factories.notifications import endpoint, no_policies, send_all
from tests.factories.tracking import report, waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("NTF-4")]
ENDPOINTS = "/api/v1/webhook-endpoints"
EVENTS = "/api/v1/webhook-events"


def key_for(
    *customers: Any, scopes: tuple[str, ...] = ("webhooks:read", "webhooks:write")
) -> dict[str, str]:
    from apps.customers.models import CustomerScope

    user = ServiceUserFactory(scope="customers")
    for customer in customers:
        CustomerScope.objects.create(user=user, customer=customer, created_by=user)
    key, text = api_key("waybills:read", user=user)
    ApiKey.objects.filter(pk=key.pk).update(scopes=list(scopes))
    return {"Authorization": f"Bearer {text}"}


def post(client: Client, path: str, body: Any, key: dict[str, str]) -> Any:
    return client.post(path, body, content_type="application/json", headers=key)


def endpoint_id(of: WebhookEndpoint) -> str:
    """Its id as merchants know it."""
    return hide(Id.ENDPOINT, of.pk)


def test_an_endpoint_is_made_and_its_secret_shown_once(client: Client) -> None:
    customer = CustomerFactory()
    key = key_for(customer)
    made = post(client, ENDPOINTS, {"url": "https://hooks.example.com/a"}, key)
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    again = client.get(f"{ENDPOINTS}/{made.json()['id']}", headers=key).json()
    assert "secret" not in again and again["state"] == "active"
    assert (
        client.get(ENDPOINTS, headers=key).json()["results"][0]["url"]
        == "https://hooks.example.com/a"
    )


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hooks.example.com/", "https_only"),
        ("https://127.0.0.1/", "private_address"),
        ("https://localhost/x", "private_address"),
        ("https://[::1]/", "private_address"),
        ("https://169.254.169.254/latest", "private_address"),
        ("https://user:pw@example.com/", "bad_url"),
        ("ftp://example.com/", "https_only"),
        ("nonsense", "bad_url"),
        (" https://hooks.example.com/", "bad_url"),
        ("https://hooks.example.com/a b", "bad_url"),
        ("https://hooks.example.com/“", "bad_url"),
        ("https://hooks.example.com:65536/", "bad_url"),
        ("https://8.8.8.8/", "bad_url"),
    ],
)
def test_an_address_that_may_never_be_called_is_refused(
    client: Client, url: str, code: str
) -> None:
    refused = post(client, ENDPOINTS, {"url": url}, key_for(CustomerFactory()))
    assert (refused.status_code, refused.json()["code"]) == (400, code)


def test_no_key_and_no_scope_do_not_pass(client: Client) -> None:
    customer = CustomerFactory()
    reader = key_for(customer, scopes=("webhooks:read",))
    stranger = key_for(customer, scopes=("waybills:read",))
    for path in (ENDPOINTS, EVENTS):
        assert client.get(path).status_code == 401
        assert client.get(path, headers=stranger).status_code == 403
        assert client.get(path, headers=reader).status_code == 200
    assert post(client, ENDPOINTS, {"url": "https://a.example.com"}, reader).status_code == 403
    assert post(client, f"{EVENTS}/replay", {"endpoint": 1}, reader).status_code == 403


def test_another_merchants_endpoint_and_events_are_not_found(client: Client) -> None:
    mine, theirs = CustomerFactory(), CustomerFactory()
    other = endpoint(theirs)
    entry = WebhookEvent.objects.create(customer=theirs, type="ping", at=timezone.now(), payload={})
    key = key_for(mine)
    for path in (
        f"{ENDPOINTS}/{endpoint_id(other)}",
        f"{EVENTS}/{entry.message_id}",
        f"{EVENTS}/msg_zz",
    ):
        assert client.get(path, headers=key).status_code == 404
    assert (
        post(client, f"{ENDPOINTS}/{endpoint_id(other)}/rotate-secret", {}, key).status_code == 404
    )
    assert client.delete(f"{ENDPOINTS}/{endpoint_id(other)}", headers=key).status_code == 404
    ours = endpoint(mine)
    refused = post(
        client, f"{EVENTS}/replay", {"endpoint": endpoint_id(ours), "ids": [entry.message_id]}, key
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "unknown_event")


def test_a_key_of_several_customers_names_the_one(client: Client) -> None:
    first, second = CustomerFactory(), CustomerFactory()
    key = key_for(first, second)
    refused = post(client, ENDPOINTS, {"url": "https://a.example.com"}, key)
    assert (refused.status_code, refused.json()["code"]) == (409, "customer_needed")
    named = {"url": "https://a.example.com", "customer": second.code}
    assert post(client, ENDPOINTS, named, key).json()["customer"] == second.code


def test_the_same_request_twice_makes_one_endpoint(client: Client) -> None:
    key = {**key_for(CustomerFactory()), "Idempotency-Key": "abc-1"}
    first = post(client, ENDPOINTS, {"url": "https://a.example.com"}, key)
    second = post(client, ENDPOINTS, {"url": "https://a.example.com"}, key)
    assert first.json() == second.json()
    assert WebhookEndpoint.objects.count() == 1


def test_a_merchants_journey(client: Client, open_network: None) -> None:
    """Endpoint → events arrive signed → secret renewed → its server is down → replay."""
    customer = CustomerFactory()
    key = key_for(customer)
    no_policies()
    with Merchant() as merchant:
        made = post(client, ENDPOINTS, {"url": merchant.url}, key).json()
        merchant.secrets = [made["secret"]]
        shipment = waybill(customer=customer)
        report(shipment, "picked_up")
        while relay_batch():
            pass
        send_all("webhook")
        (heard,) = merchant.heard.values()
        assert heard["type"] == "waybill.status_changed"
        assert heard["data"]["status"] == "picked_up"

        renewed = post(client, f"{ENDPOINTS}/{made['id']}/rotate-secret", {}, key).json()
        for secret in (made["secret"], renewed["secret"]):
            merchant.secrets = [secret]
            post(client, f"{ENDPOINTS}/{made['id']}/ping", {}, key)
            send_all("webhook")
        assert (len(merchant.heard), merchant.forged) == (3, 0)

        merchant.status = 503
        report(shipment, "delivered")
        while relay_batch():
            pass
        send_all("webhook")
        down = Delivery.objects.filter(data__type="waybill.status_changed").latest("id")
        assert down.state == S.QUEUED and down.due_at > timezone.now()

        merchant.status = 200
        log = client.get(EVENTS, {"type": "waybill.status_changed"}, headers=key).json()["results"]
        assert [e["data"]["status"] for e in log] == ["delivered", "picked_up"]
        since = (timezone.now() - timedelta(hours=1)).isoformat()
        body = {"endpoint": made["id"], "since": since, "types": ["waybill.status_changed"]}
        assert post(client, f"{EVENTS}/replay", body, key).json() == {"queued": 2}
        send_all("webhook")
        assert len(merchant.heard) == 4, "the one it had keeps its id, the one it missed is new"
        detail = client.get(f"{EVENTS}/{log[0]['id']}", headers=key).json()
        assert {d["state"] for d in detail["deliveries"]} == {"queued", "delivered"}


@pytest.mark.parametrize("status", [301, 302, 307, 400, 500])
def test_only_2xx_is_success_and_redirects_are_not_followed(
    open_network: None, status: int
) -> None:
    with Merchant() as there, Merchant() as elsewhere:
        made = endpoint(url=there.url)
        there.secrets = elsewhere.secrets = [made.secret]
        there.status, there.headers = status, {"location": elsewhere.url}
        services.ping(endpoint=made, by=system_user("tests"), at=timezone.now())
        send_all("webhook")
        assert Delivery.objects.get().state == S.QUEUED
        assert elsewhere.requests == []


def test_gone_switches_the_endpoint_off_at_once(open_network: None) -> None:
    with Merchant() as merchant:
        made = endpoint(url=merchant.url)
        merchant.secrets, merchant.status = [made.secret], 410
        services.ping(endpoint=made, by=system_user("tests"), at=timezone.now())
        send_all("webhook")
    made.refresh_from_db()
    assert (made.state, made.state_reason) == ("disabled", "gone")
    assert Delivery.objects.get().state == S.FAILED


def test_days_of_failure_switch_it_off_and_say_so(client: Client, open_network: None) -> None:
    agent_topic = "staff.endpoint_disabled"
    with Merchant() as merchant:
        made = endpoint(url=merchant.url)
        merchant.secrets, merchant.status = [made.secret], 500
        services.ping(endpoint=made, by=system_user("tests"), at=timezone.now())
        send_all("webhook")
        made.refresh_from_db()
        assert made.state == "active" and made.failing_since is not None
        WebhookEndpoint.objects.update(failing_since=timezone.now() - timedelta(days=5, minutes=1))
        Delivery.objects.update(due_at=timezone.now())
        send_all("webhook")
    made.refresh_from_db()
    assert (made.state, made.state_reason) == ("disabled", "failing")
    while relay_batch():
        pass
    answers = Delivery.objects.get(topic=agent_topic)
    assert answers.recipient == f"user:{made.customer.agent_id}"
    # The merchant switches it on again.
    key = key_for(made.customer)
    on = client.patch(
        f"{ENDPOINTS}/{endpoint_id(made)}",
        {"paused": False},
        content_type="application/json",
        headers=key,
    )
    assert on.json()["state"] == "active" and on.json()["failing_since"] is None


def test_a_paused_endpoint_logs_and_is_not_called(client: Client, open_network: None) -> None:
    no_policies()
    with Merchant() as merchant:
        made = endpoint(url=merchant.url)
        services.change_endpoint(
            endpoint_id=made.pk, paused=True, by=system_user("t"), at=timezone.now()
        )
        report(waybill(customer=made.customer), "picked_up")
        while relay_batch():
            pass
        send_all("webhook")
        assert merchant.requests == []
    assert WebhookEvent.objects.filter(customer=made.customer).count() == 1


def test_a_slow_merchant_holds_up_only_itself(open_network: None) -> None:
    with Merchant() as slow, Merchant() as quick:
        first, second = endpoint(url=slow.url), endpoint(url=quick.url)
        slow.secrets, quick.secrets = [first.secret], [second.secret]
        slow.slow = 2.0
        slow.plan("timeout", "timeout", "timeout")
        for made in (first, second, first, second, first, second):
            services.ping(endpoint=made, by=system_user("tests"), at=timezone.now())
        send_all("webhook")
        assert len(quick.heard) == 3
    states = {d.recipient: d.state for d in Delivery.objects.all()}
    assert states[f"endpoint:{first.pk}"] == S.QUEUED


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_cost_the_same_for_one_and_three(
    client: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    customer = CustomerFactory()
    for n in range(count):
        endpoint(customer, url=f"https://h{n}.example.com")
        WebhookEvent.objects.create(customer=customer, type="ping", at=timezone.now(), payload={})
    key = key_for(customer)
    client.get(ENDPOINTS, headers=key)
    for path in (ENDPOINTS, EVENTS):
        with django_assert_max_num_queries(4):
            assert len(client.get(path, headers=key).json()["results"]) == count


def test_what_is_not_understood_is_refused_and_named(client: Client) -> None:
    customer = CustomerFactory()
    key = key_for(customer)
    made = endpoint(customer)
    for body, field in [
        ({"endpoint": endpoint_id(made)}, ""),
        ({"endpoint": endpoint_id(made), "ids": []}, "ids"),
        ({"endpoint": endpoint_id(made), "ids": ["msg_1"]}, "ids.0"),
        ({"endpoint": endpoint_id(made), "since": "yesterday"}, "since"),
        ({"endpoint": endpoint_id(made), "since": "2026-03-01T00:00:00+08:00", "til": 1}, "til"),
    ]:
        refused = post(client, f"{EVENTS}/replay", body, key)
        assert refused.status_code == 400, body
        assert refused.json()["errors"][0]["field"] == field, refused.json()
    for query in ({"type": "nonsense"}, {"since": "2026-03-01"}, {"until": "2026-03-01T00:00:00"}):
        assert client.get(EVENTS, query, headers=key).status_code == 400, query
    where = f"{ENDPOINTS}/{endpoint_id(made)}"
    nothing = client.patch(where, {}, content_type="application/json", headers=key)
    assert nothing.status_code == 400


def test_a_replay_of_named_events_within_a_time(client: Client) -> None:
    customer = CustomerFactory()
    made, now = endpoint(customer), timezone.now()
    old, new = (
        WebhookEvent.objects.create(
            customer=customer, type="ping", at=now - timedelta(days=days), payload={}
        )
        for days in (3, 1)
    )
    body = {"endpoint": endpoint_id(made), "ids": [old.message_id, new.message_id]}
    key = key_for(customer)
    assert post(client, f"{EVENTS}/replay", body, key).json() == {"queued": 2}
    body["since"] = (now - timedelta(days=2)).isoformat()
    assert post(client, f"{EVENTS}/replay", body, key).json() == {"queued": 1}


@pytest.mark.parametrize(
    "moment",
    [
        "0824-08-09T12:36:29-20:51",
        "2026-03-01T00:00:00+23:59",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
    ],
)
def test_a_zone_that_no_place_has_is_an_instant_all_the_same(client: Client, moment: str) -> None:
    customer = CustomerFactory()
    made, key = endpoint(customer), key_for(customer)
    for name in ("since", "until"):
        assert client.get(EVENTS, {name: moment}, headers=key).status_code == 200
    body = {"endpoint": endpoint_id(made), "since": moment, "until": moment}
    assert post(client, f"{EVENTS}/replay", body, key).status_code == 202
