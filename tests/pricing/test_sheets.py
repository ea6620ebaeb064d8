"""A version as a workbook and back: nothing is lost, what is wrong is named with sheet and row (BIL-1)."""

import io
from dataclasses import replace
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.utils import translation

from apps.core.errors import BadInput
from apps.pricing.enums import (
    Basis,
    BillingEvent,
    ComponentKind,
    Measure,
    OverMax,
    PricedBy,
    RoundMode,
    TierMeasure,
    UpperBound,
    Volumetric,
)
from apps.pricing.rating import (
    SAME_CITY,
    SAME_PROVINCE,
    Band,
    Component,
    MonthlyTier,
    Segment,
    Tariff,
    TariffRefused,
    WeightStep,
    ZoneRule,
    fingerprint,
)
from apps.pricing.sheets import read_tariff_book, write_tariff_book
from tests.factories.pricing import says

pytestmark = pytest.mark.requirement("BIL-1")
SINCE = date(2026, 12, 1)

EVERYTHING = Tariff(
    segments=(
        Segment("江浙沪", 3_000, 1_000),
        Segment("江浙沪", None, 1_000, 3_000, 500, 155, 1000),
        Segment("remote", None, 2_345, 1_001, 1_000, 899),
    ),
    rules=(
        ZoneRule("江浙沪", SAME_CITY),
        ZoneRule("江浙沪", SAME_PROVINCE),
        ZoneRule("江浙沪", "330106", "310000"),
        ZoneRule("remote"),
        ZoneRule("remote", "650100"),
    ),
    zones={"江浙沪": "江浙沪皖", "remote": "remote"},
    components=(
        Component("fuel", ComponentKind.FUEL, Basis.FREIGHT, (Band(rate_ppm=123_456),), "燃油", order=-1),
        Component(
            "ins",
            ComponentKind.INSURANCE,
            Basis.INSURED,
            (Band(50_000, 100), Band(None, 0, 5_000, 50_000)),
            min_fen=100,
            max_fen=800_000,
            over_max=OverMax.REFUSE,
            tax_class="service",
        ),
        Component("wait", ComponentKind.WAITING, Basis.EXTRA, (Band(beyond=30, step=15, inc_fen=1_000),), extra="waiting_minutes"),
        Component("heavy", ComponentKind.HANDLING, Basis.WEIGHT, (Band(beyond=20_500, step=1_000, inc_fen=50),)),
        Component("far", ComponentKind.REMOTE, Basis.PIECES, (Band(inc_fen=500),), areas=frozenset({"540000", "650000"}), zones=frozenset({"remote"})),
        Component("off", ComponentKind.DISCOUNT, Basis.SO_FAR, (Band(rate_ppm=-50_000),), order=9),
    ),
    weight_steps=(WeightStep(10_000, 100, 50), WeightStep(None, 500)),
    monthly=(MonthlyTier(500_000, 0), MonthlyTier(None, 30_000)),
    monthly_measure=TierMeasure.AMOUNT,
    priced_by=PricedBy.PIECE,
    volumetric=Volumetric.HALF,
    divisor=8_000,
    upper_bound=UpperBound.EXCLUDED,
    min_weight_g=500,
    heaviest=99_999,
    min_fen=850,
    freight_step_fen=10,
    total_step_fen=50,
    round_mode=RoundMode.UP,
    may_fall=True,
    tax_class="delivery",
)  # fmt: skip
VAN = Tariff(
    (Segment("van", 5_000, 8_000), Segment("van", None, 8_000, 5_000, 1_000, 350)),
    zones={"van": "小面"},
    measure=Measure.DISTANCE,
    heaviest=300_000,
)
STORE = Tariff(
    (Segment("all", None, 0, 0, 1, 350),),
    (ZoneRule("all"),),
    {"all": "全国"},
    measure=Measure.STORAGE,
)


def book(tariff: Tariff = EVERYTHING) -> bytes:
    return write_tariff_book(tariff, since=SINCE, billing_event=BillingEvent.DELIVERED)


@pytest.mark.parametrize(
    "tariff", [EVERYTHING, VAN, STORE, says()], ids=["everything", "van", "store", "usual"]
)
@pytest.mark.parametrize(
    ("written", "read"), [("zh-hans", "zh-hans"), ("zh-hans", "en"), ("en", "zh-hans")]
)
def test_nothing_is_lost_on_the_way_out_and_in(tariff: Tariff, written: str, read: str) -> None:
    with translation.override(written):
        data = book(tariff)
    with translation.override(read):
        found = read_tariff_book(io.BytesIO(data))
    assert fingerprint(found.says) == fingerprint(tariff)
    assert (found.since, found.billing_event) == (SINCE, BillingEvent.DELIVERED)


def changed(tariff: Tariff = EVERYTHING, **cells: Any) -> bytes:
    """The workbook with some cells changed: ``价格_D2=…``."""
    with translation.override("zh-hans"):
        opened = openpyxl.load_workbook(io.BytesIO(book(tariff)))
    for where, value in cells.items():
        title, cell = where.rsplit("_", 1)
        if value is DELETED:
            del opened[title]
        elif isinstance(value, tuple):
            opened[title][cell], opened[title][cell].number_format = value
        else:
            opened[title][cell] = value
    buffer = io.BytesIO()
    opened.save(buffer)
    return buffer.getvalue()


DELETED = object()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"价格_C3": 2}, [("segments", 3, "overlap"), ("segments", 3, "no_open_end")]),
        ({"价格_B3": 2}, [("segments", 3, "overlap")]),
        ({"价格_B3": 8}, [("segments", 3, "gap")]),
        ({"价格_D2": -1}, [("segments", 2, "negative")]),
        ({"价格_D2": "1.234"}, [("segments", 2, "too_fine")]),
        ({"价格_D2": "十元", "价格_A4": "nowhere"}, [("segments", 2, "bad_number")]),
        ({"价格_A4": "nowhere"}, [("segments", 4, "zone_unknown"), ("segments", None, "zone_without_price")]),
        ({"价格_D2": None}, [("segments", 2, "no_price")]),
        ({"价格_D2": "=1+1"}, [("segments", 2, "formula")]),
        ({"区域_A3": "江浙沪"}, [("zones", 3, "zone_twice")]),
        ({"区域范围_B6": "全国"}, [("zone_rules", 6, "zone_twice")]),
        ({"区域范围_B6": "火星"}, [("zone_rules", 6, "area_unknown")]),
        ({"区域范围_B6": "鼓楼区"}, [("zone_rules", 6, "area_unknown")]),
        ({"重量取整_B2": None}, [("weight_steps", 2, "step_wrong")]),
        ({"附加费_B2": "过路费"}, [("components", 2, "bad_choice")]),
        ({"附加费_H2": "160"}, [("components", 2, "band_wrong")]),
        ({"附加费_C4": "别的"}, [("components", 4, "component_differs")]),
        ({"版本_B2": "2026-02-30"}, [("version", 2, "bad_cell")]),
        ({"版本_A3": "口味"}, [("version", 3, "term_unknown")]),
        ({"月度阶梯_B3": 101}, [("monthly", 3, "figure_wrong")]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_sheet_and_row(
    cells: dict[str, Any], expected: list[tuple[str, int | None, str]]
) -> None:
    with pytest.raises(TariffRefused) as refused:
        read_tariff_book(io.BytesIO(changed(**cells)))
    assert [(row.part, row.row, row.code) for row in refused.value.rows] == expected


def test_a_refusal_says_the_sheet_in_words() -> None:
    with pytest.raises(TariffRefused) as refused, translation.override("zh-hans"):
        read_tariff_book(io.BytesIO(changed(价格_D2=-1)))
    assert "价格" in str(refused.value)
    assert refused.value.row == 2


def test_a_share_that_excel_shows_as_a_percentage_is_what_it_shows() -> None:
    found = read_tariff_book(io.BytesIO(changed(附加费_H2=(0.125, "0.0%"))))
    assert found.says.components[0].bands[0].rate_ppm == 125_000
    # What a spreadsheet's own arithmetic leaves behind is no third decimal.
    found = read_tariff_book(io.BytesIO(changed(价格_D2=0.1 + 0.2)))
    assert found.says.segments[0].base_fen == 30


def test_zones_may_be_left_out_and_prices_may_not() -> None:
    only = replace(STORE, zones={"all": "all"})
    assert read_tariff_book(io.BytesIO(changed(only, 区域_A1=DELETED))).says.zones == {"all": "all"}
    with pytest.raises(BadInput) as refused:
        read_tariff_book(io.BytesIO(changed(价格_A1=DELETED)))
    assert refused.value.code == "sheet_missing"


def test_a_file_cut_anywhere_is_refused_in_words() -> None:
    data = book()
    for cut in (0, 3, 100, len(data) // 2, len(data) - 1):
        with pytest.raises(BadInput) as refused:
            read_tariff_book(io.BytesIO(data[:cut]))
        assert refused.value.code in {"file_kind", "file_broken"}
    with pytest.raises(BadInput):
        read_tariff_book(io.BytesIO("区域,价格\n".encode("gb18030")))
