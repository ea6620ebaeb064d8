"""Statements, their charges and a shipment's fee by API and on the shipment's page (BIL-1, BIL-2)."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import ApiScope
from apps.billing import services
from apps.billing.enums import ChargeKind
from apps.billing.models import Charge
from apps.customers.enums import SettlementMethod
from apps.customers.models import Customer, CustomerScope
from apps.tracking.models import Waybill
from tests.factories.accounts import ServiceUserFactory, UserFactory, bearer
from tests.factories.billing import DECEMBER_FIRST, OCTOBER, charged, frozen, payer, sent
from tests.factories.customers import ready_customer
from tests.factories.orders import confirmed_order

pytestmark = pytest.mark.django_db
READ = ApiScope.BILLING_READ


def key_of(*customers: Customer, scope: ApiScope = READ) -> dict[str, str]:
    user = ServiceUserFactory(scope="customers")
    for customer in customers:
        CustomerScope.objects.create(user=user, customer=customer, created_by=UserFactory())
    return bearer(scope, user=user)


def ask(client: Client, where: str, key: dict[str, str]) -> Any:
    answer = client.get(f"/api/v1/{where}", headers=key)
    assert answer.status_code == 200, answer.content
    return answer.json()


def shipment(**more: Any) -> Waybill:
    waybill: Waybill = confirmed_order(ready_customer()).issued.get().waybill
    if more:
        Waybill.objects.filter(pk=waybill.pk).update(**more)
        waybill.refresh_from_db()
    return waybill


@pytest.mark.requirement("BIL-2")
def test_a_key_reads_the_statements_that_were_sent(client: Client) -> None:
    customer = payer()
    older = sent(customer, "10.00", month=OCTOBER)
    statement = sent(customer, "60.00", "40.00")
    key = key_of(customer)
    found = ask(client, "statements", key)
    assert [one["number"] for one in found["results"]] == [statement.number, older.number]
    assert found["next"] is None
    newest = found["results"][0]
    assert (newest["month"], newest["opening"], newest["charged"], newest["closing"]) == (
        "2026-11", "10.00", "100.00", "110.00",
    )  # fmt: skip
    one = ask(client, f"statements/{statement.number}", key)
    assert one["totals"] == [{"kind": "freight", "lines": 2, "amount": "100.00"}]
    assert one["customer"] == customer.code
    [october] = ask(client, "statements?month=2026-10", key)["results"]
    assert october["number"] == older.number
    for bad in ("2026-13", "2026-1", "0000-01", "x"):
        answer = client.get(f"/api/v1/statements?month={bad}", headers=key)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "bad_month"), bad


@pytest.mark.requirement("BIL-2")
def test_what_was_not_sent_or_is_another_s_is_not_there(client: Client) -> None:
    mine, other = payer(), payer()
    not_sent, theirs = frozen(mine, "10.00"), sent(other, "10.00")
    key = key_of(mine)
    assert ask(client, "statements", key)["results"] == []
    for number in (not_sent.number, theirs.number, "ST20261101-1", "ST٢0261101-12345678", "x"):
        for way in ("", "/charges"):
            answer = client.get(f"/api/v1/statements/{number}{way}", headers=key)
            assert answer.status_code == 404, number


@pytest.mark.requirement("BIL-2")
@pytest.mark.parametrize(
    "where", ["statements", "statements/ST20261101-1234567", "waybills/YP1/fee"]
)
def test_another_scope_does_not_open_them(client: Client, where: str) -> None:
    key = key_of(payer(), scope=ApiScope.WAYBILLS_READ)
    assert client.get(f"/api/v1/{where}", headers=key).status_code == 403
    assert client.get(f"/api/v1/{where}").status_code == 401


@pytest.mark.requirement("BIL-2")
def test_charges_come_in_pages_that_sum_to_the_statement_and_count_nothing(client: Client) -> None:
    customer = payer()
    amounts = [f"{n}.50" for n in range(1, 8)]
    first = charged(customer, *amounts)[0]
    services.correct_charge(
        charge_id=first.pk,
        gross=Decimal("0.50"),
        reason="复重",
        by=UserFactory(),
        at=DECEMBER_FIRST,
    )
    statement = sent(customer, "1.00")
    key = key_of(customer)
    where, seen = f"/api/v1/statements/{statement.number}/charges?limit=3", []
    while where:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = client.get(where, headers=key)
        assert answer.status_code == 200, answer.content
        assert not any("COUNT(" in query["sql"].upper() for query in asked)
        page = answer.json()
        assert len(page["results"]) <= 3
        seen += page["results"]
        where = page["next"]
    assert len(seen) == 9 and len({one["id"] for one in seen}) == 9
    assert sum(Decimal(one["amount"]) for one in seen) == statement.charged
    [correction] = [one for one in seen if one["corrects"]]
    assert (correction["corrects"], correction["note"]) == (seen[0]["id"], "复重")
    assert (seen[0]["day"], seen[0]["kind"], seen[0]["customer"]) == (
        "2026-11-10", "freight", customer.code,
    )  # fmt: skip


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_takes_as_many_statements_however_many_rows(client: Client, rows: int) -> None:
    customer = payer()
    statement = sent(customer, *["10.00"] * rows)
    key = key_of(customer)
    ask(client, f"statements/{statement.number}/charges", key)
    with CaptureQueriesContext(connection) as asked:
        ask(client, f"statements/{statement.number}/charges", key)
    assert len(asked) <= 8, [query["sql"] for query in asked]


@pytest.mark.requirement("BIL-1")
def test_the_payer_s_key_reads_what_a_shipment_costs(client: Client) -> None:
    waybill = shipment()
    key = key_of(waybill.customer)
    where = f"waybills/{waybill.number}/fee"
    empty = ask(client, where, key)
    assert (empty["total"], empty["lines"], empty["paid_by"]) == (None, [], "customer")
    [freight] = charged(waybill.customer, "20.00", waybill=waybill.number)
    charged(waybill.customer, "2.00", kind=ChargeKind.FUEL, waybill=waybill.number)
    services.correct_charge(
        charge_id=freight.pk,
        gross=Decimal("18.00"),
        reason="复重",
        by=UserFactory(),
        at=DECEMBER_FIRST,
    )
    answers = ask(client, where, key)
    assert (answers["total"], answers["currency"]) == ("20.00", "CNY")
    assert answers["lines"] == [
        {"kind": "freight", "amount": "18.00"},
        {"kind": "fuel", "amount": "2.00"},
    ]
    assert Charge.objects.filter(waybill=waybill.number).count() == 3
    stranger = key_of(payer())
    assert client.get(f"/api/v1/{where}", headers=stranger).status_code == 404
    assert client.get("/api/v1/waybills/x/fee", headers=key).status_code == 404


@pytest.mark.requirement("BIL-1")
@pytest.mark.parametrize(
    ("method", "sender_sees"),
    [(SettlementMethod.MONTHLY, True), (SettlementMethod.FREIGHT_COLLECT, False)],
)
def test_on_the_shipment_s_page_the_paying_party_sees_the_fee(
    client: Client, method: SettlementMethod, sender_sees: bool
) -> None:
    waybill = shipment(settlement_method=method)
    charged(waybill.customer, "20.37", waybill=waybill.number)
    where = f"/track/{waybill.number}/details"
    phones = {True: waybill.sender_phone, False: waybill.consignee_phone}
    for is_sender, phone in phones.items():
        client.cookies.clear()
        client.post(where, {"digits": str(phone)[-4:]})
        shown = client.get(where).content.decode()
        assert "date" in shown or "<dl" in shown, "the details are open"
        assert ("20.37" in shown) == (is_sender == sender_sees), (method, is_sender)
    if not sender_sees:
        answers = ask(client, f"waybills/{waybill.number}/fee", key_of(waybill.customer))
        assert (answers["paid_by"], answers["total"]) == ("consignee", None)
