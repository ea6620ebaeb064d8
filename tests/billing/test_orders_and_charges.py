"""What was said when the order was confirmed is what is charged (BIL-1)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.enums import ObjectScope, Role
from apps.billing import services
from apps.billing.models import Charge, ShipmentRating
from apps.billing.queries.steps import steps_of
from apps.billing.services.shipment_charges import charged_in_all
from apps.core.sheets import write_xlsx
from apps.customers.models import Customer
from apps.events.services import relay_due
from apps.orders.cleaning import clean_order
from apps.orders.models import WorkOrder
from apps.orders.queries.prices import price_shown, rate_order, total_fen
from apps.pricing.demo import vehicle_prices
from apps.pricing.rating import SAME_CITY, ZoneRule, yuan
from apps.pricing.services import approve_quote, make_quote
from apps.tracking import services as tracking
from apps.tracking.models import Waybill
from tests.factories.accounts import UserFactory
from tests.factories.billing import tax_class
from tests.factories.customers import ready_customer
from tests.factories.imports import take_in
from tests.factories.orders import confirmed_order
from tests.factories.pricing import flat_price, published, says

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-1")]
D = Decimal


@pytest.fixture(autouse=True)
def _taxed(db: None) -> None:
    tax_class("delivery")
    tax_class("linehaul", 90_000)


def who() -> dict[str, Any]:
    return {"by": UserFactory(), "at": timezone.now()}


def charged(order: WorkOrder) -> Decimal:
    """What its waybills are charged once they are picked up."""
    Waybill.objects.filter(work_order_link__work_order=order).update(picked_up_at=timezone.now())
    ids = list(order.waybills.values_list("pk", flat=True))
    services.charge_shipments(waybill_ids=ids, **who())
    for rating in ShipmentRating.objects.filter(waybill_id__in=ids):
        assert rating.refusal == ""
        assert steps_of(rating)[1], "the steps give what was charged"
    return sum((charged_in_all(w.number) for w in order.waybills.all()), D(0))


def shown_price(order: WorkOrder) -> Decimal:
    shown = price_shown(order)
    assert sum(amount or 0 for _what, _how, amount in shown["steps"]) == shown["total"]
    return Decimal(shown["total"])


def quoted(customer: Customer, fen: int, *, order: WorkOrder | None = None, **more: Any) -> None:
    quote = make_quote(
        customer=customer,
        amount_fen=fen,
        order_number=order.number if order else "",
        valid_until=timezone.localdate() + timedelta(days=9),
        what="一次",
        **{"service": "standard", **more},
        **who(),
    )
    approve_quote(quote=quote, **who())


def test_a_district_has_its_own_price_in_both() -> None:
    by_district = replace(
        says(), rules=(ZoneRule("city", SAME_CITY), ZoneRule("province", "540102"), ZoneRule("far"))
    )
    published(by_district)
    near = confirmed_order(destination_city="拉萨市", delivery_address="拉萨市城关区一路 1 号")
    far = confirmed_order(destination_city="拉萨市", delivery_address="拉萨市堆龙德庆区二路 1 号")
    assert shown_price(near) == charged(near) < shown_price(far) == charged(far)


def test_a_dedicated_vehicle_is_priced_by_vehicle_and_distance() -> None:
    published(vehicle_prices(), service="dedicated")
    order = confirmed_order(job_type="dedicated", vehicle_type="truck_4m2", distance_km="103.5")
    assert order.distance_m == 103_500
    longer = confirmed_order(job_type="dedicated", vehicle_type="truck_4m2", distance_km="300")
    assert shown_price(order) == charged(order) < shown_price(longer) == charged(longer)
    assert ShipmentRating.objects.filter(service="dedicated").count() == 2


def test_one_without_its_distance_is_refused_by_name_in_both() -> None:
    published(vehicle_prices(), service="dedicated")
    order = confirmed_order(job_type="dedicated", vehicle_type="truck_4m2")
    refusal = price_shown(order)["refusal"]
    Waybill.objects.update(picked_up_at=timezone.now())
    services.charge_shipments(waybill_ids=[order.waybills.get().pk], **who())
    assert ShipmentRating.objects.get().refusal_code == refusal.code == "no_quantity"


def test_a_dedicated_vehicle_has_one_waybill() -> None:
    typed = {"job_type": "dedicated", "waybill_per_piece": "是", "pieces": "3"}
    _content, errors = clean_order(typed)
    assert errors["waybill_per_piece"].code == "dedicated"


def test_one_waybill_per_piece_costs_what_its_waybills_cost() -> None:
    published()
    whole = confirmed_order(pieces="3", weight_kg="7.1")
    apart = confirmed_order(
        pieces="3", weight_kg="7.1", waybill_per_piece="是", insured_amount="1000"
    )
    assert apart.waybills.count() == 3
    assert shown_price(whole) == charged(whole) < shown_price(apart) == charged(apart)


def test_a_quote_for_the_order_is_charged_and_shared_among_its_waybills() -> None:
    published(flat_price(1500))
    order = confirmed_order(pieces="3", waybill_per_piece="是")
    assert total_fen(rate_order(order)) == 4500
    quoted(order.customer, 10_000, order=order)
    assert shown_price(order) == charged(order) == D("100.00")
    each = sorted(charged_in_all(waybill.number) for waybill in order.waybills.all())
    assert each == [D("33.33"), D("33.33"), D("33.34")]


def test_a_customer_s_quote_counts_where_no_tariff_has_a_price() -> None:
    customer = ready_customer()
    order = confirmed_order(customer, job_type="dedicated", vehicle_type="refrigerated")
    quoted(customer, 88_000, service="dedicated")
    assert shown_price(order) == charged(order) == D("880.00")
    inputs = ShipmentRating.objects.get().inputs
    assert inputs["quoted_fen"] == 88_000


def weigh(waybill: Waybill, weight_g: int, **more: Any) -> None:
    tracking.weigh_waybill(waybill=waybill, weight_g=weight_g, **more, **who())
    relay_due()


def test_the_scale_prices_it_again_with_its_reason() -> None:
    published(says(components=()))
    order = confirmed_order(weight_kg="2", pieces="1")
    before = charged(order)
    waybill = order.waybills.get()
    weigh(waybill, 3_000)
    after = charged_in_all(waybill.number)
    assert after > before
    reasons = {charge.reason for charge in Charge.objects.filter(corrects__isnull=False)}
    assert len(reasons) == 1
    assert "3" in reasons.pop()
    weigh(waybill, 2_000)
    assert charged_in_all(waybill.number) == before


def test_one_that_is_not_charged_yet_is_charged_by_what_the_scale_said() -> None:
    published(says(components=()))
    order = confirmed_order(weight_kg="2", pieces="1")
    weigh(order.waybills.get(), 5_000)
    assert not Charge.objects.exists()
    twin = confirmed_order(weight_kg="5", pieces="1")
    assert charged(order) == charged(twin) == shown_price(twin)


def test_a_sheet_of_weights_prices_its_shipments_again() -> None:
    published(says(components=()))
    order = confirmed_order(weight_kg="2", pieces="1")
    before = charged(order)
    waybill = order.waybills.get()
    clerk = UserFactory(roles=[Role.FREIGHT_CLERK], scope=ObjectScope.ALL)
    sheet = write_xlsx(
        ["运单号", "重量(kg)", "体积(m³)"],
        [[waybill.number, "4", ""], [waybill.number, "-1", ""], ["YP000000000000", "2", ""]],
    )
    file = take_in("tracking.weight", sheet, by=clerk)
    relay_due()
    outcomes = [row.outcome for row in file.rows.order_by("number")]
    assert outcomes == ["taken", "refused", "refused"]
    assert charged_in_all(waybill.number) == before + yuan(2 * 600)
