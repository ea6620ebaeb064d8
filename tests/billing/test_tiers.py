"""Volume tiers: at the freeze one adjustment, explained, once, whatever is killed or opened again (BIL-1)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from apps.billing import services
from apps.billing.enums import ChargeKind
from apps.billing.models import BillingTerms, Charge, Statement
from apps.billing.services import closing
from apps.pricing.enums import TierMeasure, Volumetric
from apps.pricing.models import TariffVersion
from apps.pricing.rating import (
    Month,
    MonthlyTier,
    Shipment,
    WeightStep,
    ZoneRule,
    adjust_month,
    compile_tariff,
    explain_month,
    first_additional,
    inputs_of,
    rate,
)
from apps.pricing.rating import Tariff as Says
from tests.factories.accounts import UserFactory
from tests.factories.billing import DECEMBER_FIRST, NOVEMBER, charged, payer, tax_class
from tests.factories.pricing import published

pytestmark = pytest.mark.requirement("BIL-1")
D = Decimal
SINCE = date(2026, 9, 1)
# From the third shipment on 5 %, from the fifth 10 %.
TIERS = (MonthlyTier(2, 0), MonthlyTier(4, 50_000), MonthlyTier(None, 100_000))


def says(
    tiers: tuple[MonthlyTier, ...] = TIERS,
    measure: TierMeasure = TierMeasure.SHIPMENTS,
    off: int = 0,
) -> Says:
    """First kilogram 8.00, each further one 2.00, ``off`` per cent less."""
    first, more = 800 * (100 - off) // 100, 200 * (100 - off) // 100
    line = first_additional("all", first_g=1000, first_fen=first, step_g=1000, step_fen=more)
    return Says(
        (line,),
        (ZoneRule("all"),),
        {"all": "全国"},
        weight_steps=(WeightStep(None, 1000),),
        monthly=tiers,
        monthly_measure=measure,
        volumetric=Volumetric.OFF,
    )


def tiered(customer: Any, what: Says | None = None, since: date = SINCE) -> TariffVersion:
    return published(what or says(), since, customer=customer)


def shipments(version: TariffVersion | None, customer: Any, *kilograms: int, **more: Any) -> None:
    """A freight charge for each, priced by ``says``, and a fuel surcharge that no tier touches."""
    for kg in kilograms:
        shipment = Shipment(weight_g=kg * 1000)
        priced = rate(compile_tariff(says()), shipment)
        [first] = charged(
            customer,
            str(D(priced.gross_fen) / 100),
            tariff_version_id=version.pk if version else None,
            inputs=inputs_of(shipment),
            **more,
        )
        charged(customer, "0.50", kind=ChargeKind.FUEL, tariff_version_id=first.tariff_version_id)


def freeze() -> list[int]:
    done = services.freeze_month(month=NOVEMBER, by=UserFactory(), at=DECEMBER_FIRST)
    return [pk for batch in done for pk in batch]


def tiers_of(customer: Any) -> list[Charge]:
    return list(
        Charge.objects.filter(statement__bill_to=customer, source__startswith="tier:").order_by(
            "nth"
        )
    )


@pytest.mark.django_db
def test_the_freeze_charges_the_tier_once_and_explains_it() -> None:
    customer, other = payer(), payer()
    version = tiered(customer)
    shipments(version, customer, 1, 2, 3)  # 8.00 + 10.00 + 12.00
    shipments(None, other, 1, 2, 3)
    assert len(freeze()) == 2
    assert freeze() == []
    [tier] = tiers_of(customer)
    assert (tier.kind, tier.gross, tier.service_day) == ("tier", D("-1.50"), date(2026, 11, 30))
    assert tiers_of(other) == []
    statement = tier.statement
    assert (statement.lines, statement.charged) == (7, D("30.00"))
    assert statement.totals.get(kind="tier").gross == D("-1.50")
    assert all(part in tier.reason for part in ("3", "30.00", "5")), "the steps in one line"


@pytest.mark.django_db
def test_below_the_first_tier_nothing_is_charged() -> None:
    customer = payer()
    shipments(tiered(customer), customer, 1, 2)
    freeze()
    assert tiers_of(customer) == []


@pytest.mark.django_db
def test_a_second_freeze_charges_the_difference_only() -> None:
    customer = payer()
    version = tiered(customer)
    shipments(version, customer, 1, 2, 3)
    [pk] = freeze()
    services.reopen_statement(statement_id=pk, reason="漏单", by=UserFactory(), at=DECEMBER_FIRST)
    freeze()
    assert len(tiers_of(customer)) == 1, "nothing is new"
    services.reopen_statement(statement_id=pk, reason="漏单", by=UserFactory(), at=DECEMBER_FIRST)
    shipments(version, customer, 1, 1)  # five now: 10 % of 46.00
    freeze()
    first, more = tiers_of(customer)
    assert (first.gross, more.gross) == (D("-1.50"), D("-3.10"))
    assert (more.kind, more.corrects_id) == ("adjustment", first.pk) and more.reason


@pytest.mark.django_db
def test_a_freeze_that_is_killed_leaves_no_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    customer = payer()
    shipments(tiered(customer), customer, 1, 2, 3)

    def die(*_args: Any, **_more: Any) -> None:
        assert tiers_of(customer), "it was written, and goes with the rest"
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(closing.books, "post_frozen", die)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            freeze()
    assert tiers_of(customer) == [] and Statement.objects.get(bill_to=customer).is_open
    freeze()
    assert [tier.gross for tier in tiers_of(customer)] == [D("-1.50")]


@pytest.mark.django_db
def test_corrected_freight_counts_and_each_version_takes_off_its_own() -> None:
    """Two versions in one month: three shipments and two make five, of which the first three are by
    the version that gives 10 % and the others by one that gives 20 %."""
    customer = payer()
    first = tiered(customer)
    shipments(first, customer, 1, 2, 3)
    corrected = Charge.objects.filter(kind="freight", gross=D("8.00")).get()
    services.correct_charge(
        charge_id=corrected.pk, gross=D("18.00"), reason="复重", by=UserFactory(), at=DECEMBER_FIRST
    )
    richer = tiered(
        customer, says((MonthlyTier(2, 0), MonthlyTier(None, 200_000))), date(2026, 11, 15)
    )
    shipments(richer, customer, 1, 1, service_day=date(2026, 11, 20))
    freeze()
    found = {tier.tariff_version_id: tier.gross for tier in tiers_of(customer)}
    assert found == {first.pk: D("-4.00"), richer.pk: D("-3.20")}


@pytest.mark.django_db
def test_by_weight_what_the_scale_said_last_counts() -> None:
    customer = payer()
    version = tiered(
        customer, says((MonthlyTier(5_000, 0), MonthlyTier(None, 50_000)), TierMeasure.WEIGHT)
    )
    shipments(version, customer, 1, 4)  # 8.00 + 14.00, five kilograms: not above the first tier
    first = Charge.objects.filter(kind="freight").earliest("pk")
    again = Shipment(weight_g=2_000)
    charged(
        customer,
        "2.00",
        kind=ChargeKind.ADJUSTMENT,
        corrects_id=first.pk,
        reason="复重",
        tariff_version_id=version.pk,
        inputs=inputs_of(again),
    )
    freeze()
    [tier] = tiers_of(customer)
    assert tier.gross == D("-1.20") and tier.inputs["weight_g"] == 6_000


@pytest.mark.django_db
def test_a_group_reaches_the_list_price_s_tier_together_and_tax_classes_stay_apart() -> None:
    mother, daughter = payer(), payer()
    BillingTerms.objects.create(customer=daughter, payer=mother, created_by=UserFactory())
    version = tiered(None)
    shipments(version, mother, 1, 2)
    shipments(version, daughter, 3, tax=tax_class("line_haul", 90_000).pk)
    freeze()
    found = {tier.tax_class.code: tier.gross for tier in tiers_of(mother)}
    assert found == {"courier": D("-0.90"), "line_haul": D("-0.60")}
    assert tiers_of(daughter) == []


@given(
    st.lists(st.integers(1, 40), max_size=12),
    st.integers(0, 19).map(lambda n: n * 5),
    st.integers(0, 6),
)
def test_the_adjustment_is_what_rating_again_at_the_tier_would_give(
    kilograms: list[int], off: int, until: int
) -> None:
    """Prices are such that the discount leaves whole fen of each, so that both ways are exact."""
    plain = says((MonthlyTier(until, 0), MonthlyTier(None, off * 10_000)))
    reached = off if len(kilograms) > until else 0
    cheaper = compile_tariff(replace(says(off=reached), monthly=()))
    full = [rate(compile_tariff(plain), Shipment(weight_g=kg * 1000)).gross_fen for kg in kilograms]
    at_tier = [rate(cheaper, Shipment(weight_g=kg * 1000)).gross_fen for kg in kilograms]
    month = Month(len(kilograms), sum(kilograms) * 1000, sum(full))
    made, steps = explain_month(plain, month)
    assert made == adjust_month(plain, month)
    assert sum(full) + made.fen == sum(at_tier)
    assert sum(step.fen or 0 for step in steps) == made.fen
