"""Orders through the API: what is taken, what is refused, and who sees what (ORD-1, ORD-4)."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.customers.models import Customer, CustomerScope
from apps.orders.enums import OrderStatus
from apps.orders.models import DeclaredCount, WorkOrder
from tests.factories.accounts import ServiceUserFactory, UserFactory, bearer
from tests.factories.customers import ready_customer
from tests.factories.orders import confirmed_order, order

pytestmark = pytest.mark.django_db
URL = "/api/v1/orders"
BODY: dict[str, Any] = {
    "delivery_contact": "张三",
    "delivery_phone": "13800000002",
    "destination_city": "北京市",
    "delivery_address": "北京市朝阳区建国路1号301室",
    "goods_name": "服装",
    "pieces": 2,
    "weight_g": 3500,
}


def key_of(
    *customers: Customer, scopes: tuple[str, ...] = ("orders:read", "orders:write")
) -> dict[str, str]:
    user: User = ServiceUserFactory(scope="customers")
    for customer in customers:
        CustomerScope.objects.create(user=user, customer=customer, created_by=UserFactory())
    return bearer(*scopes, user=user)


def send(
    client: Client, headers: dict[str, str], body: Any = None, url: str = URL, **more: str
) -> Any:
    payload = BODY if body is None else body
    return client.post(url, payload, content_type="application/json", headers={**headers, **more})


@pytest.mark.requirement("ORD-1")
def test_an_order_is_taken_with_the_usual_pickup_place(client: Client) -> None:
    customer = ready_customer()
    answer = send(client, key_of(customer), {**BODY, "customer_reference": "PO-9"})
    assert answer.status_code == 201, answer.content
    made = WorkOrder.objects.get()
    assert (made.customer, made.channel, made.status) == (customer, "api", OrderStatus.READY)
    assert made.pickup_address and answer["Location"].endswith(f"/orders/{made.number}")
    body = answer.json()
    assert body["delivery_phone"] == "138********" and body["delivery_contact"] == "张*"


@pytest.mark.requirement("ORD-1")
def test_the_same_request_again_makes_no_second_order(client: Client) -> None:
    headers = key_of(ready_customer())
    first = send(client, headers, **{"Idempotency-Key": "k1"})
    again = send(client, headers, **{"Idempotency-Key": "k1"})
    assert first.content == again.content and WorkOrder.objects.count() == 1
    other = send(client, headers, {**BODY, "pieces": 3}, **{"Idempotency-Key": "k1"})
    assert other.status_code == 422


@pytest.mark.requirement("ORD-1")
def test_a_key_for_several_customers_must_say_which(client: Client) -> None:
    one, two, foreign = ready_customer(), ready_customer(), ready_customer()
    headers = key_of(one, two)
    assert send(client, headers).json()["code"] == "customer_needed"
    assert (
        send(client, headers, {**BODY, "customer": foreign.code}).json()["code"]
        == "unknown_customer"
    )
    assert send(client, headers, {**BODY, "customer": two.code}).json()["customer"] == two.code


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"pieces": 0}, "pieces", "min_value"),
        ({"pieces": 10**30}, "pieces", "max_value"),
        ({"pieces": "many"}, "pieces", "invalid"),
        ({"goods_name": "a\x00b"}, "goods_name", "null_characters_not_allowed"),
        ({"goods_name": ""}, "goods_name", "blank"),
        ({"goods_name": "a\u0007b"}, "goods_name", "bad_text"),
        ({"goods_name": ["x"]}, "goods_name", "invalid"),
        ({"delivery_phone": "12"}, "delivery_phone", "invalid"),
        ({"declared_value": "NaN"}, "declared_value", "invalid"),
        ({"declared_value": 1e300}, "declared_value", "invalid"),
        ({"declared_value": 5}, "declared_value", "invalid"),
        ({"goods_name": 5}, "goods_name", "invalid"),
        ({"pieces": "2"}, "pieces", "invalid"),
        ({"pieces": True}, "pieces", "invalid"),
        ({"waybill_per_piece": "yes"}, "waybill_per_piece", "invalid"),
        ({"delivery_phone": "13800000002\n"}, "delivery_phone", "invalid"),
        ({"requested_delivery": "2026-11-22 18:00"}, "requested_delivery", "invalid"),
        ({"cod_ammount": "5"}, "cod_ammount", "unknown_field"),
        ({"job_type": "rocket"}, "job_type", "invalid_choice"),
    ],
)
def test_a_mistake_is_answered_with_its_field(
    client: Client, change: dict[str, Any], field: str, code: str
) -> None:
    answer = send(client, key_of(ready_customer()), {**BODY, **change})
    assert answer.status_code == 400, answer.content
    found = {(e["field"], e["code"]) for e in answer.json()["errors"]}
    assert (field, code) in found, found
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"delivery_phone": "99999999999999999999"}, "delivery_phone", "bad_phone"),
        ({"settlement_method": "cod"}, "cod_amount", "required"),
        ({"cod_amount": "5.00", "settlement_method": "cash"}, "cod_amount", "not_cod"),
        ({"requested_delivery": "9999-12-31T23:59:59Z"}, "requested_delivery", "out_of_range"),
        ({"customer": "NOBODY"}, "customer", "unknown_customer"),
    ],
)
def test_what_the_description_cannot_say_is_a_409(
    client: Client, change: dict[str, Any], field: str, code: str
) -> None:
    answer = send(client, key_of(ready_customer()), {**BODY, **change})
    assert answer.status_code == 409, answer.content
    assert (field, code) in {(e["field"], e["code"]) for e in answer.json()["errors"]}
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize(
    "body",
    [b"[]", b"{", b'"x"', b"null", b'{"goods_name": "\\ud800"}', b'{"pieces": NaN}', b"\xff"],
)
def test_no_body_whatever_makes_the_house_fall(client: Client, body: bytes) -> None:
    answer = client.post(
        URL, body, content_type="application/json", headers=key_of(ready_customer())
    )
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.requirement("ORD-1")
def test_a_reference_is_taken_once(client: Client) -> None:
    headers = key_of(ready_customer())
    body = {**BODY, "customer_reference": "PO-1"}
    assert send(client, headers, body).status_code == 201
    again = send(client, headers, body)
    assert (again.status_code, again.json()["code"]) == (409, "reference_known")


@pytest.mark.requirement("ORD-4")
def test_reading_lists_and_filters_stay_within_the_key_and_ask_evenly(client: Client) -> None:
    mine, foreign = order(), order()
    headers = key_of(mine.customer)

    def numbers(query: str = "") -> list[str]:
        answer = client.get(f"{URL}{query}", headers=headers)
        assert answer.status_code == 200, answer.content
        return [row["number"] for row in answer.json()["results"]]

    assert numbers() == [mine.number]
    assert client.get(f"{URL}/{foreign.number}", headers=headers).status_code == 404
    assert client.get(f"{URL}/nonsense", headers=headers).status_code == 404
    assert client.get(f"{URL}/{mine.number}", headers=headers).json()["status"] == "ready"
    assert numbers("?status=confirmed") == [] and numbers("?status=ready") == [mine.number]
    today = timezone.localdate().isoformat()
    assert numbers(f"?received_from={today}&received_to={today}") == [mine.number]
    for bad in (
        "?status=x",
        "?status=",
        "?received_to=",
        "?received_from=2026-02-30",
        "?limit=0",
        "?cursor=zzz",
        "?customer_reference=%00",
        "?cursor=",
    ):
        assert client.get(URL + bad, headers=headers).status_code == 400, bad
    with CaptureQueriesContext(connection) as one:
        numbers()
    confirmed_order(mine.customer)
    confirmed_order(mine.customer)
    with CaptureQueriesContext(connection) as three:
        assert len(numbers()) == 3
    assert len(three) == len(one)


@pytest.mark.requirement("ORD-4")
def test_an_order_is_cancelled_before_pickup_with_a_reason(client: Client) -> None:
    made = confirmed_order()
    headers = key_of(made.customer)
    url = f"{URL}/{made.number}/cancel"
    assert send(client, headers, {}, url).status_code == 400
    done = send(client, headers, {"reason": "买家退款"}, url)
    assert (done.status_code, done.json()["status"]) == (200, "cancelled")
    assert send(client, headers, {"reason": "again"}, url).status_code == 409
    assert send(client, key_of(ready_customer()), {"reason": "x"}, url).status_code == 404


@pytest.mark.requirement("ORD-1")
def test_the_customer_declares_its_count(client: Client) -> None:
    made = order()
    headers = key_of(made.customer)
    body = {"day": timezone.localdate().isoformat(), "declared": 2}
    answer = send(client, headers, body, f"{URL}/declared-counts")
    assert answer.status_code == 200, answer.content
    assert (answer.json()["received"], answer.json()["status"]) == (1, "mismatch")
    assert DeclaredCount.objects.get().declared == 2
    for bad in ({"declared": -1}, {"declared": 10**12}, {"day": "2020-02-30"}, {"day": "x"}):
        assert send(client, headers, {**body, **bad}, f"{URL}/declared-counts").status_code == 400
    past = send(client, headers, {**body, "day": "2020-01-01"}, f"{URL}/declared-counts")
    assert (past.status_code, past.json()["code"]) == (409, "out_of_range")


@pytest.mark.requirement("STF-3")
def test_a_key_without_the_scope_is_turned_away(client: Client) -> None:
    made = order()
    reader = key_of(made.customer, scopes=("orders:read",))
    writer = key_of(made.customer, scopes=("orders:write",))
    assert send(client, reader).status_code == 403
    assert send(client, reader, {"reason": "x"}, f"{URL}/{made.number}/cancel").status_code == 403
    assert client.get(URL, headers=writer).status_code == 403
    assert client.get(URL).status_code == 401
