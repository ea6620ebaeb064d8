"""What holds for every tariff and every shipment."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.pricing.enums import (
    Basis,
    ComponentKind,
    PricedBy,
    RoundMode,
    UpperBound,
    Volumetric,
)
from apps.pricing.rating import (
    Band,
    Compiled,
    Component,
    Segment,
    Shipment,
    Tariff,
    Unrated,
    WeightStep,
    ZoneRule,
    compile_tariff,
    explain,
    inputs_of,
    rate,
    round_weight,
    shares,
    shipment_from,
    split_gross,
)

pytestmark = pytest.mark.requirement("BIL-1")

COMPONENTS = (
    Component("fuel", ComponentKind.FUEL, Basis.FREIGHT, (Band(rate_ppm=125_000),), order=1),
    Component(
        "insurance",
        ComponentKind.INSURANCE,
        Basis.INSURED,
        (Band(50_000, 100), Band(100_000, 200), Band(None, rate_ppm=5_000)),
        order=2,
    ),
    Component("cod", ComponentKind.COD, Basis.COD, (Band(rate_ppm=10_000),), min_fen=500, order=3),
    Component("stops", ComponentKind.STOP, Basis.EXTRA, (Band(beyond=1, inc_fen=800),), extra="stops", order=4),
    Component("off", ComponentKind.DISCOUNT, Basis.SO_FAR, (Band(rate_ppm=-50_000),), order=5),
)  # fmt: skip


@st.composite
def rising(draw: st.DrawFn) -> list[Segment]:
    """Bands of one zone that never fall: each begins where the one before it ended."""
    ends = draw(st.lists(st.integers(1, 60_000), max_size=4, unique=True).map(sorted))
    base, begins, found = draw(st.integers(0, 3_000)), draw(st.integers(0, 3_000)), []
    for upto in [*ends, None]:
        step, inc = draw(st.sampled_from([1, 100, 500, 1000])), draw(st.integers(0, 900))
        per = draw(st.sampled_from([None, 1000]))
        segment = Segment("z", upto, base, begins, step, inc, per)
        found.append(segment)
        if upto is not None:
            steps = max(0, -(-(upto - begins) // step))
            base += (steps * inc if per is None else -(-steps * step * inc // 1000)) + 1
            begins = max(begins, upto)
    return found


@st.composite
def tariffs(draw: st.DrawFn) -> Compiled:
    step = draw(st.sampled_from([1, 100, 500, 1000]))
    return compile_tariff(
        Tariff(
            segments=tuple(draw(rising())),
            rules=(ZoneRule("z"),),
            zones={"z": "Z"},
            components=draw(st.sampled_from([(), COMPONENTS[:3], COMPONENTS])),
            weight_steps=(WeightStep(None, step, draw(st.integers(1, step))),),
            priced_by=draw(st.sampled_from(PricedBy)),
            volumetric=draw(st.sampled_from(Volumetric)),
            divisor=draw(st.sampled_from([5000, 6000, 8000, 12000])),
            upper_bound=draw(st.sampled_from(UpperBound)) if step == 1 else UpperBound.INCLUDED,
            min_weight_g=draw(st.sampled_from([0, 1000])),
            min_fen=draw(st.sampled_from([0, 1500])),
            freight_step_fen=draw(st.sampled_from([1, 10, 100])),
            total_step_fen=draw(st.sampled_from([1, 10, 50])),
            round_mode=draw(st.sampled_from(RoundMode)),
            may_fall=True,
        )
    )


def asked(**facts: Any) -> Shipment:
    return Shipment(**facts)


shipments = st.builds(
    asked,
    weight_g=st.integers(1, 100_000),
    volume_mm3=st.integers(0, 500_000_000),
    pieces=st.integers(1, 5),
    insured_fen=st.integers(0, 10_000_000),
    cod_fen=st.integers(0, 1_000_000),
    extras=st.dictionaries(st.just("stops"), st.integers(0, 5)),
)


def sensible(shipment: Shipment) -> Shipment:
    return shipment._replace(weight_g=max(shipment.weight_g, shipment.pieces))


@given(tariffs(), shipments)
def test_the_steps_sum_to_the_price(tariff: Compiled, shipment: Shipment) -> None:
    shipment = sensible(shipment)
    rated, steps = explain(tariff, shipment)
    assert rated == rate(tariff, shipment)
    stored = json.loads(json.dumps(inputs_of(shipment)))
    assert rate(tariff, shipment_from(stored)) == rated
    assert sum(step.fen or 0 for step in steps) == rated.gross_fen
    assert sum(line.fen for line in rated.lines) == rated.gross_fen
    assert rated.gross_fen >= 0
    assert all(type(line.fen) is int for line in rated.lines)
    assert all(step.what and step.how for step in steps)


@given(tariffs(), shipments, st.integers(1, 50_000))
def test_a_heavier_shipment_never_costs_less(
    tariff: Compiled, shipment: Shipment, more: int
) -> None:
    """Where the tariff itself does not fall (pieces by the same division of the whole)."""
    light = sensible(shipment)
    heavy = light._replace(weight_g=light.weight_g + more)
    assert rate(tariff, light).gross_fen <= rate(tariff, heavy).gross_fen


@given(
    st.integers(1, 10**9), st.sampled_from([1, 10, 100, 500, 1000]), st.integers(1, 7), st.data()
)
def test_rounding_gives_the_multiple_that_the_threshold_says(
    weight: int, step: int, parts: int, data: st.DataObject
) -> None:
    threshold = data.draw(st.integers(1, step))
    got = round_weight(weight, (WeightStep(None, step, threshold),), parts)
    exact = Decimal(weight) / parts
    below = exact // step * step
    rest = exact - below
    up = rest > 0 if threshold == 1 else rest >= threshold
    assert got == below + (step if up else 0)


@given(st.integers(1, 10**7), st.integers(1, 200))
def test_shares_add_up_to_the_whole(total: int, parts: int) -> None:
    found = shares(total, parts)
    assert sum(share * n for share, n in found) == total
    assert sum(n for _share, n in found) == parts
    assert max(found)[0] - min(found)[0] <= 1


@given(st.integers(0, 10**9), st.sampled_from([0, 30_000, 60_000, 90_000, 130_000]))
def test_tax_and_net_are_the_gross_amount(gross: int, ppm: int) -> None:
    split = split_gross(gross, ppm)
    assert split.net_fen + split.tax_fen == gross
    exact = Decimal(gross) * ppm / (1_000_000 + ppm)
    assert abs(split.tax_fen - exact) <= Decimal("0.5")


@given(tariffs(), shipments, st.sampled_from(["310115", "650100", "", "999999"]))
def test_without_a_zone_there_is_no_price_and_never_0(
    tariff: Compiled, shipment: Shipment, destination: str
) -> None:
    only = replace(tariff.tariff, rules=(ZoneRule("z", "330000"),))
    with pytest.raises(Unrated) as refused:
        rate(compile_tariff(only), sensible(shipment)._replace(destination=destination))
    assert refused.value.code == "no_zone"
