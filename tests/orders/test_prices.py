"""Orders and their prices: insured amounts, what an order would cost, at every door (BIL-1)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from apps.accounts.enums import ObjectScope, Role
from apps.core.areas import area_in
from apps.orders.cleaning import clean_order
from apps.orders.models import WorkOrder
from apps.orders.pages import spoken
from apps.orders.queries.prices import confirmed_shipments, questions_of, rate_order, total_fen
from apps.pricing.queries.effects import effects_of
from apps.pricing.services import approve_quote, make_quote
from apps.tracking.models import Waybill
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.customers import ready_customer
from tests.factories.orders import confirmed_order, order
from tests.factories.pricing import draft, flat_price, published, says
from tests.orders.test_api import BODY, key_of, send
from tests.orders.test_intake import HEAD, outcomes, row, take

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-1")]


# --- insured is not declared -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "insured", "stored"),
    [
        ("1000", "800", ("1000", "800")),
        ("1000", "1000", ("1000", "1000")),
        (None, "800", ("800", "800")),  # whoever insures has declared that much
        ("1000", None, ("1000", None)),
        ("1000", "0", ("1000", None)),
    ],
)
def test_insured_is_up_to_what_is_declared(
    declared: str | None, insured: str | None, stored: tuple[str, str | None]
) -> None:
    content, errors = clean_order({"declared_value": declared, "insured_amount": insured})
    assert not errors
    found = (content.declared_value, content.insured_amount)
    assert found == tuple(None if k is None else Decimal(k) for k in stored)


def test_insured_above_declared_is_refused_by_form_sheet_api_and_database(client: Client) -> None:
    _content, errors = clean_order({"declared_value": "100", "insured_amount": "100.01"})
    assert errors["insured_amount"].code == "above_declared"
    customer = ready_customer()
    head = [*HEAD, "声明价值", "保价金额"]
    rows = [[*row(), "100", "500"], [*row(客户单号="PO-2"), "500", "100"]]
    intake = take(customer, rows, head)
    assert outcomes(intake) == [("refused", "above_declared"), ("taken", "")]
    assert WorkOrder.objects.get().insured_amount == 100
    wrong = {**BODY, "declared_value": "100.00", "insured_amount": "100.01"}
    answer = send(client, key_of(customer), wrong)
    assert answer.status_code == 409  # each is well formed; together they cannot be
    assert "insured_amount" in answer.content.decode()
    made = confirmed_order(declared_value="100")
    for rows_of in (
        WorkOrder.objects.filter(pk=made.pk),
        Waybill.objects.filter(pk=made.waybills.get().pk),
    ):
        for values in (
            {"insured_amount": Decimal("100.01")},
            {"insured_amount": 0},
            {"insured_amount": 1, "declared_value": None},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows_of.update(**values)


def test_what_is_insured_reaches_waybill_and_api_and_is_read_out(client: Client) -> None:
    customer = ready_customer()
    answer = send(client, key_of(customer), {**BODY, "insured_amount": "600.00"})
    assert (answer.json()["insured_amount"], answer.json()["declared_value"]) == (
        "600.00",
        "600.00",
    )
    made = confirmed_order(customer, declared_value="900", insured_amount="600")
    assert made.waybills.get().insured_amount == 600
    with translation.override("zh-hans"):
        sentences = str(spoken(made)), str(spoken(confirmed_order(customer)))
    assert "600.00" in sentences[0]
    assert "最高不超过" in sentences[0]
    assert "未保价" in sentences[1]


# --- what an order costs ---------------------------------------------------------------------------


def test_the_area_is_the_district_that_the_address_names_in_the_city() -> None:
    assert area_in("上海市", "上海市浦东新区世纪大道1号") == "310115"
    assert area_in("杭州", "西湖区文三路 1 号") == "330106"
    assert area_in("杭州", "朝阳区建国路 1 号") == "330100"  # of another city
    assert area_in("深圳市", "") == "440300"
    assert area_in("火星", "浦东新区") == ""


def test_an_order_is_rated_by_its_own_facts() -> None:
    made = order(
        destination_city="拉萨市",
        delivery_address="拉萨市城关区一路 1 号",
        weight_kg="2.3",
        insured_amount="2000",
        return_document_required="是",
    )
    published()
    [asked] = questions_of(made)
    assert asked.shipment.destination == "540102"
    assert dict(asked.shipment.extras) == {"sign_back": 1}
    # 24 + 2 × 6, 10 % fuel, 10 of insurance.
    assert total_fen(rate_order(made)) == 3600 + 360 + 1000


def test_an_order_s_own_quote_comes_before_a_tariff_and_a_customer_s_after_it() -> None:
    made = order()
    published(flat_price(1500))

    def quoted(fen: int, number: str) -> None:
        quote = make_quote(
            customer=made.customer, service="standard", what="专车", amount_fen=fen, order_number=number,
            valid_until=timezone.localdate() + timedelta(days=9), by=UserFactory(), at=timezone.now(),
        )  # fmt: skip
        approve_quote(quote=quote, by=UserFactory(), at=timezone.now())

    quoted(9900, "")
    assert total_fen(rate_order(made)) == 1500
    light = order(made.customer, weight_kg=None)
    assert total_fen(rate_order(light)) == 9900
    quoted(8800, made.number)
    assert total_fen(rate_order(made)) == 8800


def test_pages_of_an_order_show_its_price_or_what_is_missing(client: Client) -> None:
    user = UserFactory(roles=[Role.AGENT], scope=ObjectScope.ALL)
    sign_in(client, user)
    made = order()
    for name in ("change", "confirm"):
        shown = client.get(
            reverse(f"admin:orders_workorder_{name}", args=[made.pk])
        ).content.decode()
        assert "尚未计价" in shown
    published(flat_price(1234))
    for name in ("change", "confirm"):
        where = reverse(f"admin:orders_workorder_{name}", args=[made.pk])
        assert "¥12.34" in client.get(where).content.decode()
    with CaptureQueriesContext(connection) as queries:
        client.get(where)
    assert sum("pricing_" in query["sql"] for query in queries) <= 2
    sign_in(client, UserFactory(roles=[Role.FREIGHT_CLERK], scope=ObjectScope.ALL))
    where = reverse("admin:orders_workorder_change", args=[made.pk])
    assert "¥12.34" not in client.get(where).content.decode()


def test_the_order_form_says_what_it_would_cost_while_typing(client: Client) -> None:
    user = UserFactory(roles=[Role.AGENT], scope=ObjectScope.ALL)
    sign_in(client, user)
    customer = ready_customer()
    published()
    where = reverse("admin:orders_workorder_price")
    asked: dict[str, Any] = {
        "customer": customer.pk,
        "origin_city": "上海",
        "destination_city": "拉萨",
        "weight_kg": "1",
    }
    assert "¥26.40" in client.get(where, asked).json()["text"]
    assert client.get(where, {**asked, "weight_kg": "x"}).json() == {"text": ""}
    assert client.get(where, {**asked, "customer": "0"}).json() == {"text": ""}
    assert "¥" not in client.get(where, {**asked, "service_level": "economy"}).json()["text"]
    assert client.post(where).status_code == 405
    sign_in(client, UserFactory(roles=[Role.WAREHOUSE_MANAGER]))
    assert client.get(where, asked).status_code == 403


def test_what_would_it_cost_through_the_api(client: Client) -> None:
    customer = ready_customer()
    headers = key_of(customer)
    asked = {"destination_city": "拉萨市", "weight_g": 2300, "insured_amount": "2000.00"}
    url = "/api/v1/prices"
    refused = send(client, headers, asked, url)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_tariff")
    published()
    body = send(client, headers, asked, url).json()
    assert (body["total"], body["currency"]) == ("49.60", "CNY")
    assert sum(Decimal(line["amount"]) for line in body["lines"]) == Decimal("49.60")
    assert sum(Decimal(step["amount"] or 0) for step in body["steps"]) == Decimal("49.60")
    assert not WorkOrder.objects.exists()
    for wrong in (
        {"weight_g": 0},
        {"weight_g": -1},
        {"weight_g": 4.2},
        {"insured_amount": "1.234"},
        {"destination_city": ""},
    ):
        assert send(client, headers, {**asked, **wrong}, url).status_code == 400
    assert send(client, key_of(customer, scopes=("waybills:read",)), asked, url).status_code == 403


def test_last_month_s_orders_show_what_a_version_changes() -> None:
    list_version = published(says())
    own, other = ready_customer(), ready_customer()
    published(flat_price(900), customer=own)
    for customer in (own, other, other):
        confirmed_order(customer, weight_kg="1")
    today = timezone.localdate()
    new = draft(says(1300), since=today)
    effects = effects_of(new, confirmed_shipments(list_version.tariff, today, today))
    assert effects.shipments == 2  # not those of who has a tariff of their own
    assert effects.dearer == 2
    assert {change.key for change in effects.changes} == set(
        WorkOrder.objects.filter(customer=other).values_list("number", flat=True)
    )
    before = today - timedelta(days=1)
    assert list(confirmed_shipments(list_version.tariff, before, before)) == []
