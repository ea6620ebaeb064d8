"""A shipment is priced when its event comes, again when the scale says otherwise, and never for nothing
(BIL-1)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.enums import Role
from apps.billing import services
from apps.billing.enums import BillingMatter, ChargeKind
from apps.billing.models import Charge, ShipmentRating
from apps.billing.queries.steps import steps_of
from apps.billing.services.shipment_charges import charged_in_all
from apps.core.errors import RuleBroken
from apps.customers.enums import SettlementMethod
from apps.customers.models import Customer
from apps.events.services import relay_due
from apps.pricing import services as pricing
from apps.pricing.demo import list_price
from apps.pricing.enums import BillingEvent
from apps.sla.models import Matter, Step
from apps.tracking.models import Waybill
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.billing import payer, tax_class
from tests.factories.tracking import report, waybill

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-1")]
D = Decimal
SINCE = date(2026, 1, 1)


def who(**more: Any) -> dict[str, Any]:
    return {"by": UserFactory(), "at": timezone.now(), **more}


def tariff(
    fuel: str = "6",
    *,
    since: date = SINCE,
    event: BillingEvent = BillingEvent.PICKED_UP,
    of: Any = None,
) -> Any:
    """The demonstration's list prices: 1 kg to the neighbours 12.00, each further half kilogram 1.00."""
    tax_class("delivery")
    made = of or pricing.create_tariff(customer=None, service="standard", name="公布价", **who())
    version = pricing.draft_version(tariff=made, since=since, **who())
    pricing.fill_draft(version=version, says=list_price(fuel), **who())
    if event != BillingEvent.PICKED_UP:
        pricing.change_terms(version=version, values={"billing_event": event}, **who())
    pricing.publish_version(version=version, note="补录", **who())
    return made


def shipment(customer: Customer | None = None, **more: Any) -> Waybill:
    """Two kilograms from Shanghai to Hangzhou, picked up just now."""
    made = waybill(customer=customer or payer(), origin_city="上海", destination_city="杭州")
    now = timezone.now()
    values = {
        "service_level": "standard",
        "weight_g": 2_000,
        "volume_cm3": None,
        "cod_amount": None,
        "return_document_required": False,
        "issued_at": now,
        "picked_up_at": now,
        **more,
    }
    Waybill.objects.filter(pk=made.pk).update(**values)
    made.refresh_from_db()
    return made


def charge(*waybills: Waybill) -> int:
    return services.charge_shipments(waybill_ids=[w.pk for w in waybills], **who())


def test_it_is_charged_line_by_line_once() -> None:
    tariff()
    made = shipment()
    assert charge(made) == 1
    lines = dict(Charge.objects.values_list("kind", "gross"))
    # 12.00 + 2 × 1.00, and 6 % fuel, rounded to 0.10 in all.
    assert lines[ChargeKind.FREIGHT] == D("14.00")
    assert lines[ChargeKind.FUEL] == D("0.84")
    assert sum(lines.values()) == D("14.80")
    assert charge(made) == 0, "again changes nothing"
    assert charged_in_all(made.number) == D("14.80")


def test_a_scan_that_picks_it_up_charges_it() -> None:
    tariff()
    made = shipment(picked_up_at=None)
    assert charge(made) == 0, "its event has not come"
    report(made, "picked_up")
    relay_due()
    assert charged_in_all(made.number) == D("14.80")


def test_which_event_counts_is_the_tariff_s() -> None:
    tariff(event=BillingEvent.DELIVERED)
    made = shipment()
    assert charge(made) == 0
    report(made, "picked_up", "out_for_delivery", "delivered")
    assert charge(made) == 1
    assert made.delivered_at is not None
    assert Charge.objects.first().service_day == timezone.localdate(made.delivered_at)  # type: ignore[union-attr]


def test_a_missing_price_is_noted_and_filled_later() -> None:
    made = shipment(service_level="standard")
    assert charge(made) == 0
    row = ShipmentRating.objects.get()
    assert (row.gross, row.refusal_code) == (None, "no_tariff")
    tariff()
    assert services.rate_again(waybill_ids=[made.pk], reason="补录价目", **who()) == 1
    row.refresh_from_db()
    assert (row.gross, row.refusal) == (D("14.80"), "")
    assert charged_in_all(made.number) == D("14.80")


def test_what_has_no_price_is_on_finance_s_clock_until_it_has_one() -> None:
    first, second, third = (shipment() for _n in range(3))
    charge(first, second, third)
    rows = {row.waybill_id: row for row in ShipmentRating.objects.all()}
    matters = Matter.objects.filter(kind=BillingMatter.UNRATED)
    assert {m.subject_id for m in matters} == {str(row.pk) for row in rows.values()}
    charge(first, second, third)
    assert matters.count() == 3, "once for each"
    steps = Step.objects.filter(target__version__policy__kind=BillingMatter.UNRATED)
    answers = steps.filter(offset_seconds=0).values_list("role", flat=True)
    assert {Role.FINANCE, Role.DEPARTMENT_MANAGER} == set(answers)
    tariff()
    services.set_price(rating_id=rows[third.pk].pk, gross=D("9.00"), reason="一票一议", **who())
    services.rate_again(waybill_ids=[first.pk], reason="补录价目", **who())
    left = matters.filter(closed_at=None)
    assert [m.subject_id for m in left] == [str(rows[second.pk].pk)]
    assert left.get().clocks.get().due_at is not None


@pytest.mark.parametrize("turn", [1, 2])
def test_what_has_a_price_at_once_has_no_clock(turn: int) -> None:
    tariff()
    charge(*(shipment() for _n in range(turn)))
    assert not Matter.objects.filter(kind=BillingMatter.UNRATED).exists()


def test_the_clocks_of_many_cost_as_many_statements_as_of_few(
    django_assert_max_num_queries: Any,
) -> None:
    few = [shipment() for _n in range(2)]
    with CaptureQueriesContext(connection) as asked:
        charge(*few)
    many = [shipment() for _n in range(6)]
    with django_assert_max_num_queries(len(asked)):
        charge(*many)
    assert Matter.objects.filter(kind=BillingMatter.UNRATED).count() == 8


def test_the_scale_corrects_the_price() -> None:
    tariff()
    made = shipment()
    charge(made)
    Waybill.objects.filter(pk=made.pk).update(weight_g=3_000)
    assert services.rate_again(waybill_ids=[made.pk], reason="复重 3 公斤", **who()) == 1
    # 12.00 + 4 × 1.00 = 16.00, fuel 0.96, together 17.00.
    assert charged_in_all(made.number) == D("17.00")
    assert {c.reason for c in Charge.objects.filter(corrects__isnull=False)} == {"复重 3 公斤"}
    assert services.rate_again(waybill_ids=[made.pk], reason="再称", **who()) == 0


def test_prices_of_the_day_it_was_taken_count() -> None:
    """Fault M02 of other systems: re-rating took today's fuel surcharge."""
    prices = tariff("12")
    tariff("14.5", since=date(2026, 11, 15), of=prices)
    taken = datetime(2026, 11, 14, 15, 50, tzinfo=UTC)  # 23:50 in Shanghai
    made = shipment(issued_at=taken, picked_up_at=taken)
    charge(made)
    services.rate_again(waybill_ids=[made.pk], reason="复核", **who())
    fuel = Charge.objects.get(kind=ChargeKind.FUEL)
    assert fuel.gross == D("1.68"), "12 % of 14.00, however late it is rated"
    assert Charge.objects.filter(corrects__isnull=False).count() == 0


def test_what_a_person_set_survives_until_it_is_lifted() -> None:
    tariff()
    made = shipment()
    charge(made)
    row = ShipmentRating.objects.get()
    services.set_price(rating_id=row.pk, gross=D("9.90"), reason="经理特批", **who())
    assert charged_in_all(made.number) == D("9.90")
    assert services.rate_again(waybill_ids=[made.pk], reason="复核", **who()) == 0
    assert charged_in_all(made.number) == D("9.90")
    services.lift_price(rating_id=row.pk, reason="特批到期", **who())
    assert charged_in_all(made.number) == D("14.80")
    with pytest.raises(RuleBroken) as refusal:
        services.lift_price(rating_id=row.pk, reason="再来", **who())
    assert refusal.value.code == "not_set"


def test_a_shipment_without_a_tariff_can_be_priced_by_hand() -> None:
    tax_class("delivery")
    made = shipment()
    charge(made)
    row = ShipmentRating.objects.get()
    services.set_price(rating_id=row.pk, gross=D("88.00"), reason="一事一议", **who())
    assert charged_in_all(made.number) == D("88.00")


def test_what_is_collected_at_the_door_is_the_station_s() -> None:
    tariff()
    station = UnitFactory()
    made = shipment(settlement_method=SettlementMethod.FREIGHT_COLLECT, responsible_unit=station)
    charge(made)
    assert Charge.objects.first().statement.station == station  # type: ignore[union-attr]


def test_steps_are_computed_again_and_sum_to_the_charge() -> None:
    tariff()
    made = shipment()
    charge(made)
    row = ShipmentRating.objects.select_related("version").get()
    steps, agrees = steps_of(row)
    assert agrees and sum(step.fen or 0 for step in steps) == 1480


def test_many_take_as_many_statements_as_one(django_assert_max_num_queries: Any) -> None:
    tariff()
    customer = payer()
    charge(shipment(customer))
    many = [shipment(customer) for _n in range(30)]
    who_does = who()
    with django_assert_max_num_queries(25):
        services.charge_shipments(waybill_ids=[w.pk for w in many], **who_does)
    assert Charge.objects.filter(kind=ChargeKind.FREIGHT).count() == 31
