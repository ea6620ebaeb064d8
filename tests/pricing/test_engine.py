"""The rating engine on small tariffs (BIL-1)."""

from dataclasses import replace
from typing import Any

import pytest
from django.utils import translation

from apps.core.errors import BadInput
from apps.pricing.enums import (
    Basis,
    ComponentKind,
    Measure,
    OverMax,
    PricedBy,
    TierMeasure,
    UpperBound,
    Volumetric,
)
from apps.pricing.rating import (
    SAME_CITY,
    SAME_PROVINCE,
    Band,
    Component,
    Month,
    MonthlyTier,
    Parcel,
    Segment,
    Shipment,
    Tariff,
    TariffRefused,
    Unrated,
    WeightStep,
    ZoneRule,
    adjust_month,
    compile_tariff,
    explain,
    fen,
    fingerprint,
    first_additional,
    flat,
    grams,
    high_rates,
    marginal,
    ppm,
    rate,
    rate_many,
    shares,
    split_gross,
    volume,
)
from apps.pricing.rating.weights import weigh

pytestmark = pytest.mark.requirement("BIL-1")

PUDONG, SHANGHAI, HANGZHOU, ZHEJIANG = "310115", "310000", "330100", "330000"
XIHU, LHASA, TIBET = "330106", "540100", "540000"
FIRST = first_additional("all", first_g=1000, first_fen=1200, step_g=1000, step_fen=300)


def everywhere(*segments: Segment, **more: Any) -> Tariff:
    return Tariff(segments, rules=(ZoneRule("all"),), zones={"all": "全国"}, **more)


def price(tariff: Tariff, **facts: Any) -> int:
    facts.setdefault("weight_g", 1000)
    return rate(compile_tariff(tariff), Shipment(**facts)).gross_fen


def codes(tariff: Tariff) -> list[tuple[str, int | None]]:
    with pytest.raises(TariffRefused) as refused:
        compile_tariff(tariff)
    return [(row.code, row.row) for row in refused.value.rows]


# --- weights ---------------------------------------------------------------------------------------


def test_weight_spread_over_pieces_loses_and_gains_nothing() -> None:
    """M01: 24 kg in 7 pieces are 24 kg, not 25."""
    assert shares(24_000, 7) == [(3428, 3), (3429, 4)]
    by_kilo = everywhere(FIRST, weight_steps=(WeightStep(None, 1000),))
    rated = rate(compile_tariff(by_kilo), Shipment(weight_g=24_000, pieces=7))
    assert (rated.quantity, rated.gross_fen) == (24_000, 1200 + 23 * 300)
    each = replace(by_kilo, priced_by=PricedBy.PIECE)
    rated = rate(compile_tariff(each), Shipment(weight_g=24_000, pieces=7))
    assert (rated.quantity, rated.gross_fen) == (28_000, 7 * (1200 + 3 * 300))


def test_light_goods_are_charged_full_half_or_not_by_volume() -> None:
    size = volume(60, 40, 35)
    for how, expected in (
        (Volumetric.FULL, 14_000),
        (Volumetric.HALF, 9_000),
        (Volumetric.OFF, 4_000),
    ):
        tariff = everywhere(FIRST, volumetric=how, divisor=6000)
        assert weigh(tariff, 4000, size).chargeable_g == expected
        assert weigh(tariff, 20_000, size).chargeable_g == 20_000  # heavier than it is large


def test_a_volume_a_hair_above_a_step_is_above_it() -> None:
    up = everywhere(
        FIRST, volumetric=Volumetric.FULL, divisor=6000, weight_steps=(WeightStep(None, 1000),)
    )
    assert weigh(up, 1, 6_000 * 10_000).chargeable_g == 10_000
    assert weigh(up, 1, 6_000 * 10_000 + 1).chargeable_g == 11_000


def test_pieces_weighed_one_by_one_count_as_they_are() -> None:
    tariff = everywhere(FIRST, weight_steps=(WeightStep(None, 1000),), priced_by=PricedBy.PIECE)
    pieces = (Parcel(900), Parcel(2100))
    assert price(tariff, weight_g=0, parcels=pieces) == 1200 + 1200 + 2 * 300
    assert price(replace(tariff, priced_by=PricedBy.SHIPMENT), parcels=pieces) == 1200 + 2 * 300


# --- bands -----------------------------------------------------------------------------------------


def test_the_edge_of_a_band_belongs_to_exactly_one() -> None:
    """M03: 5 costs 30.00, 6 costs 50.00, whether the end is included or not."""
    by_piece = everywhere(*flat("all", [(5, 3000), (None, 5000)]))
    assert [price(by_piece, weight_g=w) for w in (1, 5, 6)] == [3000, 3000, 5000]
    before = replace(by_piece, upper_bound=UpperBound.EXCLUDED)
    assert [price(before, weight_g=w) for w in (4, 5)] == [3000, 5000]


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ([Segment("all", None, 1, row=2), Segment("all", 20, 2, row=3)], [("after_open_end", 3), ("no_open_end", 3)]),
        ([Segment("all", 9000, 1, row=2), Segment("all", 8000, 2, row=3), Segment("all", None, 3)], [("overlap", 3)]),
        ([Segment("all", 9000, 1, row=2)], [("no_open_end", 2)]),
        ([Segment("all", None, -1, row=2)], [("negative", 2)]),
        ([Segment("all", -5, 1, row=2), Segment("all", None, 3)], [("negative", 2)]),
        ([], [("zone_without_price", None)]),
        ([Segment("all", 1000, 900), Segment("all", None, 800, row=3)], [("falls", 3)]),
        ([Segment("far", None, 9, row=2), Segment("all", None, 1)], [("zone_unknown", 2)]),
    ],
)  # fmt: skip
def test_bands_with_a_hole_an_overlap_or_no_end_are_refused_with_their_row(
    segments: list[Segment], expected: list[tuple[str, int | None]]
) -> None:
    assert codes(everywhere(*segments)) == expected


def test_bands_that_say_where_they_begin_leave_no_gap() -> None:
    """M03: what is saved with a gap or behind an open end is refused with its row."""
    good = [Segment("all", 5, 3000, row=2, starts=1), Segment("all", None, 5000, row=3, starts=6)]
    assert price(everywhere(*good), weight_g=6) == 5000
    behind = [Segment("all", None, 1, row=2, starts=0), Segment("all", 20, 1, row=3, starts=10)]
    assert ("after_open_end", 3) in codes(everywhere(*behind))
    holes = [
        Segment("all", 9000, 1, row=2, starts=8000),
        Segment("all", 11_000, 1, row=3, starts=10_000),
    ]
    assert codes(everywhere(*holes)) == [("no_open_end", 3), ("gap", 2), ("gap", 3)]


def test_the_three_ways_of_bands() -> None:
    prices: list[tuple[int | None, int]] = [(10_000, 500), (50_000, 400), (None, 300)]
    heavier = [Segment("all", upto, 0, 0, 1000, fen, 1000) for upto, fen in prices]
    whole = everywhere(*heavier, may_fall=True)
    assert [price(whole, weight_g=w * 1000) for w in (10, 11, 51)] == [5000, 4400, 15_300]
    parts = everywhere(*marginal("all", prices, 1000))
    assert [price(parts, weight_g=w * 1000) for w in (10, 11, 51)] == [5000, 5400, 21_300]
    # Whoever would pay less at the beginning of a heavier band pays that.
    cheaper = replace(whole, may_fall=False, next_break=True)
    assert [price(cheaper, weight_g=w * 1000) for w in (8, 9, 10)] == [4000, 4400, 4400]


def test_a_price_per_kilogram_is_exact_for_tenths() -> None:
    tariff = everywhere(
        first_additional("all", first_g=1000, first_fen=1800, step_g=100, step_fen=555, per_g=1000)
    )
    assert price(tariff, weight_g=1100) == 1800 + 56  # 0.1 kg at 5.55: 55.5 fen, once rounded


def test_what_is_heavier_than_the_tariff_takes_has_no_price() -> None:
    tariff = everywhere(FIRST, heaviest=30_000)
    assert price(tariff, weight_g=30_000) == 1200 + 29 * 300
    with pytest.raises(Unrated) as refused:
        price(tariff, weight_g=30_001)
    assert refused.value.code == "too_heavy"


# --- zones -----------------------------------------------------------------------------------------

NEAR = Tariff(
    segments=tuple(Segment(zone, None, base) for zone, base in (("a", 800), ("b", 1000), ("c", 1200), ("d", 2000), ("e", 900))),
    rules=(
        ZoneRule("a", SAME_CITY),
        ZoneRule("b", SAME_PROVINCE),
        ZoneRule("c", ZHEJIANG),
        ZoneRule("c", SHANGHAI),
        ZoneRule("d"),
        ZoneRule("e", XIHU, SHANGHAI),
    ),
    zones={zone: zone for zone in "abcde"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("origin", "destination", "zone"),
    [
        (PUDONG, "310101", "a"),  # Shanghai to Shanghai, though its province is named too
        (HANGZHOU, XIHU, "a"),
        (HANGZHOU, "330200", "c"),  # the province by name before “the same province”
        (PUDONG, XIHU, "e"),  # the district, from Shanghai
        ("320100", XIHU, "c"),  # the district from elsewhere: its province
        ("440100", "440300", "b"),
        (HANGZHOU, PUDONG, "c"),
        (PUDONG, LHASA, "d"),
        ("", LHASA, "d"),
        (PUDONG, "", "d"),
    ],
)
def test_the_most_specific_rule_decides(origin: str, destination: str, zone: str) -> None:
    shipment = Shipment(origin=origin, destination=destination, weight_g=500)
    assert rate(compile_tariff(NEAR), shipment).zone == zone


def test_a_missing_zone_is_named() -> None:
    only = replace(NEAR, rules=NEAR.rules[:4])
    with pytest.raises(Unrated) as refused, translation.override("zh-hans"):
        rate(compile_tariff(only), Shipment(origin=PUDONG, destination=LHASA, weight_g=500))
    assert refused.value.code == "no_zone"
    assert "拉萨" in str(refused.value)


def test_a_zone_twice_and_an_unknown_area_are_refused_with_their_row() -> None:
    rules = (
        ZoneRule("a", ZHEJIANG, row=2),
        ZoneRule("d", ZHEJIANG, row=3),
        ZoneRule("d", "339999", row=4),
    )
    found = codes(replace(NEAR, rules=rules))
    assert found == [("zone_twice", 3), ("area_unknown", 4)]


# --- components ------------------------------------------------------------------------------------


def one(kind: ComponentKind, basis: Basis, *bands: Band, **more: Any) -> Component:
    return Component(more.pop("code", kind.value), kind, basis, bands, **more)


def test_percentages_compound_only_where_they_say_so() -> None:
    """100 + 10 % + 3.50 + 5 %: 118.50 on the freight, 119.175 → 119.18 on all before."""
    simple = (
        one(ComponentKind.FUEL, Basis.FREIGHT, Band(rate_ppm=100_000)),
        one(ComponentKind.OTHER, Basis.SHIPMENT, Band(base_fen=350)),
        one(ComponentKind.HANDLING, Basis.FREIGHT, Band(rate_ppm=50_000)),
    )
    base = Segment("all", None, 10_000)
    assert price(everywhere(base, components=simple)) == 11_850
    last = replace(simple[2], basis=Basis.SO_FAR)
    assert price(everywhere(base, components=(*simple[:2], last))) == 11_918
    # The order is that of the numbers, not of the list.
    first = replace(last, order=-1)
    assert price(everywhere(base, components=(*simple[:2], first))) == 11_850


def test_insurance_is_of_the_insured_amount_by_tiers() -> None:
    tiers = (Band(50_000, 100), Band(100_000, 200), Band(None, rate_ppm=5_000))
    tariff = everywhere(FIRST, components=(one(ComponentKind.INSURANCE, Basis.INSURED, *tiers),))
    fees = [
        price(tariff, insured_fen=fen(v)) - 1200 for v in ("0", "500", "500.01", "1000", "2000")
    ]
    assert fees == [0, 100, 200, 200, 1000]


def test_a_fee_above_its_maximum_is_capped_or_refused() -> None:
    fee = one(
        ComponentKind.INSURANCE, Basis.INSURED, Band(rate_ppm=3_000), min_fen=100, max_fen=800_000
    )
    assert price(everywhere(FIRST, components=(fee,)), insured_fen=100) == 1200 + 100
    assert price(everywhere(FIRST, components=(fee,)), insured_fen=fen("2700000")) == 1200 + 800_000
    strict = everywhere(FIRST, components=(replace(fee, over_max=OverMax.REFUSE),))
    with pytest.raises(Unrated) as refused:
        price(strict, insured_fen=fen("2700000"))
    assert refused.value.code == "above_maximum"


def test_extras_areas_and_zones() -> None:
    tariff = replace(
        NEAR,
        components=(
            one(ComponentKind.WAITING, Basis.EXTRA, Band(beyond=30, step=15, inc_fen=1000), extra="waiting_minutes"),
            one(ComponentKind.REMOTE, Basis.PIECES, Band(inc_fen=500), areas=frozenset({TIBET})),
            one(ComponentKind.PACKAGING, Basis.SHIPMENT, Band(base_fen=300), zones=frozenset({"a"})),
            one(ComponentKind.HANDLING, Basis.WEIGHT, Band(beyond=20_000, step=1000, inc_fen=50)),
        ),
    )  # fmt: skip
    here = {"origin": PUDONG, "destination": PUDONG}
    assert price(tariff, **here, extras={"waiting_minutes": 30}) == 800 + 300
    assert price(tariff, **here, extras={"waiting_minutes": 46}) == 800 + 300 + 2000
    assert price(tariff, origin=PUDONG, destination=LHASA, pieces=3) == 2000 + 1500
    assert price(tariff, **here, weight_g=22_500) == 800 + 300 + 150


def test_least_freight_rounding_and_discount_are_lines_of_their_own() -> None:
    off = one(ComponentKind.DISCOUNT, Basis.SO_FAR, Band(rate_ppm=-100_000))
    tariff = everywhere(FIRST, components=(off,), min_fen=1555, total_step_fen=100)
    rated, steps = explain(compile_tariff(tariff), Shipment(weight_g=1000))
    assert [(line.kind.value, line.fen) for line in rated.lines] == [
        ("freight", 1200), ("minimum", 355), ("discount", -156), ("rounding", 1),
    ]  # fmt: skip
    assert sum(step.fen or 0 for step in steps) == rated.gross_fen == 1400
    too_much = one(ComponentKind.DISCOUNT, Basis.SHIPMENT, Band(base_fen=-5000))
    with pytest.raises(Unrated) as refused:
        price(everywhere(FIRST, components=(too_much,)))
    assert refused.value.code == "below_zero"


def test_components_that_cannot_be_are_refused() -> None:
    wrong = (
        one(ComponentKind.FUEL, Basis.FREIGHT, Band(rate_ppm=1_000_001), row=2),
        one(ComponentKind.OTHER, Basis.SHIPMENT, Band(base_fen=-1), row=3),
        one(ComponentKind.COD, Basis.COD, Band(inc_fen=1), row=4),
        one(ComponentKind.WAITING, Basis.EXTRA, Band(inc_fen=1), row=5),
        one(ComponentKind.STOP, Basis.PIECES, Band(9, 1), row=6),
        one(ComponentKind.FREIGHT, Basis.SHIPMENT, Band(), row=7),
        one(ComponentKind.FUEL, Basis.FREIGHT, Band(), row=8),
        one(ComponentKind.INSURANCE, Basis.INSURED, Band(), min_fen=2, max_fen=1, row=9),
    )
    with pytest.raises(TariffRefused) as refused:
        compile_tariff(everywhere(FIRST, components=wrong))
    fields = [(row.row, row.field) for row in refused.value.rows]
    assert fields == [
        (None, "rate_ppm"), (None, "base_fen"), (None, "inc_fen"), (5, "extra"), (None, "upto"),
        (7, "kind"), (8, "code"), (9, "min_fen"),
    ]  # fmt: skip


def test_a_rate_of_sixty_per_cent_is_asked_about() -> None:
    fuel = one(ComponentKind.FUEL, Basis.FREIGHT, Band(rate_ppm=ppm("60")), name="燃油")
    assert high_rates(everywhere(FIRST, components=(fuel,))) == [("燃油", 600_000)]
    assert (
        high_rates(
            everywhere(FIRST, components=(replace(fuel, bands=(Band(rate_ppm=ppm("12.5")),)),))
        )
        == []
    )


# --- by vehicle, storage, quote, month -------------------------------------------------------------


def test_by_vehicle_and_distance_by_pallet_days_and_by_quote() -> None:
    van = Tariff(
        segments=(Segment("van", None, 8000, 5000, 1000, 400), Segment("truck", None, 15_000, 5000, 1000, 600)),
        zones={"van": "小面", "truck": "4.2 米"},
        measure=Measure.DISTANCE,
        components=(one(ComponentKind.STOP, Basis.EXTRA, Band(inc_fen=2000), extra="stops"),),
    )  # fmt: skip
    assert (
        price(van, vehicle="van", distance_m=12_300, extras={"stops": 2}) == 8000 + 8 * 400 + 4000
    )
    for facts, code in (
        ({"vehicle": "crane", "distance_m": 1}, "no_vehicle"),
        ({"vehicle": "van"}, "no_quantity"),
    ):
        with pytest.raises(Unrated) as refused:
            price(van, **facts)
        assert refused.value.code == code
    store = replace(everywhere(Segment("all", None, 0, 0, 1, 350)), measure=Measure.STORAGE)
    assert price(store, pallet_days=31) == 31 * 350
    quoted = everywhere(
        FIRST, components=(one(ComponentKind.INSURANCE, Basis.INSURED, Band(rate_ppm=5_000)),)
    )
    rated, steps = explain(
        compile_tariff(quoted), Shipment(quoted_fen=123_400, insured_fen=100_000)
    )
    assert rated.gross_fen == 123_400 + 500 == sum(step.fen or 0 for step in steps)


def test_a_month_s_tier_is_one_adjustment() -> None:
    tiers = (MonthlyTier(500, 0), MonthlyTier(2000, 30_000), MonthlyTier(None, 50_000))
    tariff = everywhere(FIRST, monthly=tiers)
    assert adjust_month(tariff, Month(500, 9, 1_000_001)).fen == 0
    assert adjust_month(tariff, Month(501, 9, 1_000_001)).fen == -30_000
    by_amount = replace(tariff, monthly_measure=TierMeasure.AMOUNT)
    assert adjust_month(by_amount, Month(1, 9, 1_000_001)) == (-50_000, 2, 50_000)
    assert adjust_month(everywhere(FIRST), Month(1, 9, 100)).fen == 0


def test_tax_is_of_the_sum_not_of_each_charge() -> None:
    assert split_gross(1000, 60_000).tax_fen * 1000 == 57_000
    assert split_gross(1000 * 1000, 60_000).tax_fen == 56_604


# --- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"weight_g": 0}, "no_weight"),
        ({"weight_g": -1000}, "negative"),
        ({"pieces": 0}, "no_pieces"),
        ({"insured_fen": -1}, "negative"),
        ({"parcels": (Parcel(0),)}, "no_weight"),
        ({"extras": {"stops": -1}}, "negative"),
        ({"weight_g": 2, "pieces": 3}, "no_weight"),
    ],
)
def test_facts_that_cannot_be_have_no_price(facts: dict[str, Any], code: str) -> None:
    with pytest.raises(Unrated) as refused:
        price(everywhere(FIRST, priced_by=PricedBy.PIECE), **facts)
    assert refused.value.code == code


def test_floats_are_refused_and_text_is_exact() -> None:
    for read in (grams, fen, ppm):
        with pytest.raises(TypeError):
            read(4.2)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        price(everywhere(FIRST), weight_g=4200.0)
    assert (grams("4.2"), fen("12.5"), ppm("0.3")) == (4200, 1250, 3000)
    for read, text in (
        (fen, "1.234"),
        (ppm, "0.12345"),
        (fen, "十"),
        (grams, ""),
        (fen, "NaN"),
        (fen, "1e30"),
    ):
        with pytest.raises(BadInput):
            read(text)


def test_many_at_once_keep_the_good_and_name_the_bad() -> None:
    tariff = compile_tariff(everywhere(FIRST))
    answers = list(rate_many((tariff, Shipment(weight_g=w)) for w in (1000, 0, 2000)))
    assert [getattr(a, "gross_fen", None) or a.code for a in answers] == [1200, "no_weight", 1500]  # type: ignore[union-attr]


def test_the_fingerprint_is_of_what_is_said_not_of_where() -> None:
    tariff = everywhere(FIRST)
    assert fingerprint(tariff) == fingerprint(everywhere(replace(FIRST, row=7)))
    assert fingerprint(tariff) != fingerprint(everywhere(replace(FIRST, inc_fen=301)))
