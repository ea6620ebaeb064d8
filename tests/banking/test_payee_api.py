"""A merchant asks for a payout account by API: the same rules as on the page, and one request however often it is sent
(COD-6)."""

import threading
from base64 import b64encode
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.enums import ApiScope
from apps.banking import services
from apps.banking.enums import CallOutcome, PayeePaperKind, PayeeState
from apps.banking.models import PayeeAccount
from apps.banking.queries import payee_account_for
from apps.core.errors import RuleBroken
from apps.customers.models import Customer, CustomerScope
from tests.factories.accounts import ServiceUserFactory, UserFactory, bearer
from tests.factories.customers import PDF
from tests.factories.payees import ago, called_back, contact, merchant, requested
from tests.waiting import LIMIT

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-6")]
WHERE = "/api/v1/payout-accounts"
READ, WRITE = ApiScope.PAYEES_READ, ApiScope.PAYEES_WRITE


def key_of(*customers: Customer, scopes: tuple[ApiScope, ...] = (READ, WRITE)) -> dict[str, str]:
    user = ServiceUserFactory(scope="customers")
    for customer in customers:
        CustomerScope.objects.create(user=user, customer=customer, created_by=UserFactory())
    return bearer(*scopes, user=user)


def scan(kind: str = "request", content: bytes = PDF) -> dict[str, str]:
    return {"kind": kind, "name": "申请书.pdf", "content": b64encode(content).decode()}


def body(who: Customer, /, **more: Any) -> dict[str, Any]:
    return {
        "holder": who.name,
        "bank": "招商银行",
        "branch": "杭州分行营业部",
        "cnaps": "308331012089",
        "number": "5719 0000 0010 802",
        "reference": "PAYEE-1",
        "papers": [scan()],
        **more,
    }


def ask(client: Client, key: dict[str, str], asked: dict[str, Any], **headers: str) -> Any:
    return client.post(WHERE, asked, "application/json", headers={**key, **headers})


def test_it_is_asked_for_once_and_followed(client: Client) -> None:
    customer = merchant()
    key = key_of(customer)
    answer = ask(client, key, body(customer))
    assert answer.status_code == 201, answer.content
    found = answer.json()
    assert (found["state"], found["account"], found["purpose"]) == ("requested", "**** 0802", "cod")
    assert found["usable_from"] is None and found["reference"] == "PAYEE-1"
    assert "571900000010802" not in answer.content.decode()
    again = ask(client, key, body(customer))
    assert (again.status_code, again.json()["id"]) == (200, found["id"])
    read = client.get(answer.headers["Location"], headers=key).json()
    assert read == found
    row = PayeeAccount.objects.get()
    assert [paper.kind for paper in row.papers.all()] == [PayeePaperKind.REQUEST]
    assert client.get(f"{WHERE}?state=active", headers=key).json()["results"] == []
    assert client.get(WHERE, headers=key).json()["results"] == [found]


def test_nothing_is_paid_to_it_before_the_call_two_approvals_and_the_wait(client: Client) -> None:
    """And the one to call has had their number for long, whoever asks by API."""
    customer = merchant()
    ask(client, key_of(customer), body(customer))
    row, now = PayeeAccount.objects.get(), timezone.now()
    fresh = contact(customer, at=ago(days=1))
    with pytest.raises(RuleBroken) as refusal:
        services.record_call(
            row,
            contact=fresh,
            outcome=CallOutcome.CONFIRMED,
            remark="确认",
            by=UserFactory(),
            at=now,
        )
    assert refusal.value.rule == "COD-6"
    called = called_back(row)
    assert called.state == PayeeState.CALLED_BACK
    assert payee_account_for(customer, now, "cod") is None


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"holder": "别的公司"}, "holder_differs", "holder"),
        ({"cnaps": "999331012089"}, "cnaps_unknown", "cnaps"),
        ({"number": "- - - - - -"}, "bad_number", "number"),
        ({"papers": [scan("opening")]}, "paper_missing", "request"),
        ({"papers": [scan(content=b"MZ no scan")]}, "file_unknown", None),
        ({"customer": "KH999999"}, "unknown_customer", "customer"),
    ],
)
def test_what_the_page_refuses_is_refused_here(
    client: Client, change: dict[str, Any], code: str, field: str | None
) -> None:
    customer = merchant()
    answer = ask(client, key_of(customer), body(customer, **change))
    assert answer.status_code == 409, answer.content
    [problem] = answer.json()["errors"]
    assert problem["code"] == code or field is None
    assert field is None or problem["field"] == field
    assert not PayeeAccount.objects.exists()


def test_another_holder_needs_a_mandate(client: Client) -> None:
    customer = merchant()
    asked = body(customer, holder="周老板", papers=[scan(), scan("mandate")])
    assert ask(client, key_of(customer), asked).status_code == 201


def test_a_reference_is_one_account_and_one_request_is_on_its_way(client: Client) -> None:
    customer = merchant()
    key = key_of(customer)
    ask(client, key, body(customer))
    other = ask(client, key, body(customer, number="571900000010999"))
    assert (other.status_code, other.json()["code"]) == (409, "source_used")
    second = ask(client, key, body(customer, number="571900000010999", reference="PAYEE-2"))
    assert (second.status_code, second.json()["code"]) == (409, "payee_under_way")


def test_what_does_not_fit_the_description_is_a_bad_request(client: Client) -> None:
    customer = merchant()
    key = key_of(customer)
    for change in ({"cnaps": "12"}, {"papers": []}, {"purpose": "rent"}, {"meanwhile": "hold"}):
        assert ask(client, key, body(customer, **change)).status_code == 400, change
    assert client.get(f"{WHERE}?state=x", headers=key).status_code == 400


def test_the_idempotency_key_gives_the_same_answer(client: Client) -> None:
    customer = merchant()
    key = key_of(customer)
    first = ask(client, key, body(customer), **{"Idempotency-Key": "a-1"})
    again = ask(client, key, body(customer), **{"Idempotency-Key": "a-1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content and again.headers["Idempotent-Replayed"]


def test_who_may_not_finds_nothing(client: Client) -> None:
    customer, other = merchant(), merchant()
    ask(client, key_of(customer), body(customer))
    [row] = client.get(WHERE, headers=key_of(customer)).json()["results"]
    theirs = key_of(other)
    assert client.get(f"{WHERE}/{row['id']}", headers=theirs).status_code == 404
    assert client.get(f"{WHERE}/pa_1", headers=theirs).status_code == 404
    assert client.get(WHERE, headers=theirs).json()["results"] == []
    reads = key_of(customer, scopes=(READ,))
    assert ask(client, reads, body(customer)).status_code == 403
    bills = key_of(customer, scopes=(ApiScope.BILLING_READ,))
    assert client.get(WHERE, headers=bills).status_code == 403
    assert client.get(WHERE).status_code == 401


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_takes_as_many_statements_however_many_rows(client: Client, rows: int) -> None:
    customers = [merchant() for _n in range(rows)]
    for n, customer in enumerate(customers):
        requested(customer, number=f"57190000001080{n}")
    key = key_of(*customers)
    client.get(WHERE, headers=key)
    with CaptureQueriesContext(connection) as asked:
        assert len(client.get(WHERE, headers=key).json()["results"]) == rows
    assert len(asked) <= 6


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_one_request() -> None:
    customer = merchant()
    key, asked = key_of(customer), body(customer)
    gate, answers = threading.Barrier(20), []

    def go() -> None:
        try:
            gate.wait(LIMIT)
            answers.append(ask(Client(), key, asked).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _n in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(LIMIT)
    assert PayeeAccount.objects.count() == 1
    assert sorted(answers) == [200] * 19 + [201]
