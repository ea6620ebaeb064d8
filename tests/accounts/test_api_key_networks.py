"""Keys tied to addresses, and the customers that they see."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.enums import ApiScope, ObjectScope, Role
from apps.accounts.models import ApiKey
from apps.accounts.queries import system_user
from apps.accounts.services import change_networks, create_api_key, read_networks
from apps.core.errors import BadInput
from apps.customers.models import CustomerScope
from apps.events.models import Event
from tests.factories.accounts import ServiceUserFactory, UserFactory, api_key, sign_in
from tests.factories.customers import CustomerFactory
from tests.factories.tracking import waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("STF-3")]
LIST = "/api/v1/waybills"


def key_from(networks: str) -> tuple[ApiKey, dict[str, str]]:
    key, text = create_api_key(
        user=ServiceUserFactory(),
        name="店铺",
        scopes=[ApiScope.WAYBILLS_READ],
        networks=networks,
        by=system_user("tests"),
    )
    return key, {"Authorization": f"Bearer {text}"}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("", []),
        ("203.0.113.7", ["203.0.113.7/32"]),
        ("203.0.113.0/24, 2001:DB8::/32；203.0.113.0/24", ["203.0.113.0/24", "2001:db8::/32"]),
    ],
)
def test_ranges_are_kept_in_one_spelling(typed: str, stored: list[str]) -> None:
    assert read_networks(typed) == stored


@pytest.mark.parametrize(
    "typed",
    ["203.0.113.1/24", "203.0.113", "shop.example", "::1/129", " ".join(map(str, range(21)))],
)
def test_what_is_no_range_is_refused(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_networks(typed)
    assert refused.value.field == "networks"


def test_a_key_works_from_its_addresses_only(client: Client) -> None:
    key, headers = key_from("203.0.113.0/24, 2001:db8::/64")
    for address, status in (
        ("203.0.113.200", 200),
        ("::ffff:203.0.113.9", 200),
        ("2001:db8::77", 200),
        ("203.0.114.1", 403),
        ("2001:db8:0:1::1", 403),
        ("127.0.0.1", 403),
    ):
        answer = client.get(LIST, headers=headers, REMOTE_ADDR=address)
        assert answer.status_code == status, address
    assert answer.json()["code"] == "address_not_allowed"
    assert "127.0.0.1" in answer.json()["detail"]
    # On record, but not each time: whoever has the key could fill the trail with it.
    (noted,) = Event.objects.filter(kind="apikey.address_refused", subject_id=str(key.pk))
    assert noted.data == {"prefix": key.prefix, "address": "203.0.114.1"}


def test_the_address_is_seen_through_our_own_proxies(client: Client, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    _key, headers = key_from("203.0.113.0/24")
    for forwarded, status in (("203.0.113.5", 200), ("203.0.113.5, 198.51.100.1", 403)):
        answer = client.get(LIST, headers={**headers, "X-Forwarded-For": forwarded})
        assert answer.status_code == status


def test_a_key_without_ranges_works_from_anywhere(client: Client) -> None:
    _key, headers = key_from("")
    assert client.get(LIST, headers=headers, REMOTE_ADDR="198.51.100.1").status_code == 200


def test_a_change_works_at_once_and_is_on_record(client: Client) -> None:
    key, headers = key_from("")
    change_networks(key=key, networks="203.0.113.0/24", by=system_user("tests"))
    assert client.get(LIST, headers=headers).status_code == 403
    answers = Event.objects.get(kind="apikey.networks_changed")
    assert answers.data["to"] == ["203.0.113.0/24"]


def test_an_administrator_sets_the_addresses_on_the_page(client: Client, role_groups: None) -> None:
    key, headers = key_from("")
    sign_in(client, UserFactory(roles=[Role.IT_ADMIN]))
    page = reverse("admin:accounts_apikey_act", args=[key.pk, "networks"])
    assert client.get(page).status_code == 200
    wrong = client.post(page, {"networks": "the office"})
    key.refresh_from_db()
    assert "the office" in wrong.content.decode() and key.networks == []
    assert client.post(page, {"networks": "203.0.113.7"}).status_code == 302
    key.refresh_from_db()
    assert key.networks == ["203.0.113.7/32"]
    assert Client().get(LIST, headers=headers).status_code == 403


def test_a_key_is_made_with_its_addresses(client: Client, role_groups: None) -> None:
    sign_in(client, UserFactory(roles=[Role.IT_ADMIN]))
    sent = {"user": ServiceUserFactory().pk, "name": "ERP", "scopes": ["orders:read"]}
    page = reverse("admin:accounts_apikey_add")
    client.post(page, {**sent, "networks": "203.0.113.0/24"})
    assert ApiKey.objects.get().networks == ["203.0.113.0/24"]


class TestCustomersOfKeys:
    def test_an_administrator_lets_a_service_user_see_a_customer(
        self, client: Client, role_groups: None
    ) -> None:
        user = ServiceUserFactory(scope=ObjectScope.CUSTOMERS)
        customer = CustomerFactory()
        parcel = waybill(customer=customer)
        _key, text = api_key("waybills:read", user=user)
        seen = {"Authorization": f"Bearer {text}"}
        assert client.get(LIST, headers=seen).json()["results"] == []

        sign_in(client, UserFactory(roles=[Role.IT_ADMIN]))
        add = reverse("admin:customers_customerscope_add")
        assert client.get(add).status_code == 200
        wrong = client.post(add, {"user": user.pk, "code": "NOBODY"})
        assert wrong.status_code == 200 and not CustomerScope.objects.exists()
        done = client.post(add, {"user": user.pk, "code": f" {customer.code.lower()} "})
        assert done.status_code == 302
        assert Event.objects.filter(kind="customer.user_admitted").exists()
        numbers = [row["number"] for row in client.get(LIST, headers=seen).json()["results"]]
        assert numbers == [parcel.number]

        row = CustomerScope.objects.get()
        assert client.get(reverse("admin:customers_customerscope_changelist")).status_code == 200
        remove = reverse("admin:customers_customerscope_delete", args=[row.pk])
        assert client.post(remove, {"post": "yes"}).status_code == 302
        assert Event.objects.filter(kind="customer.user_removed").exists()
        assert client.get(LIST, headers=seen).json()["results"] == []

    def test_the_role_of_the_administrator_allows_it(self, role_groups: None) -> None:
        admin = UserFactory(roles=[Role.IT_ADMIN])
        for verb in ("view", "add", "delete"):
            assert admin.has_perm(f"customers.{verb}_customerscope")
        agent = UserFactory(roles=[Role.AGENT])
        assert not agent.has_perm("customers.add_customerscope")
