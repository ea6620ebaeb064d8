"""Sheets and columns: the Chinese heading first, the English one second, both are read."""

from typing import Any

from django.utils.translation import get_language

from apps.core.sheets import Column
from apps.pricing.rating.checking import (
    COMPONENTS,
    MONTHLY,
    RULES,
    SEGMENTS,
    STEPS,
    VERSION,
    ZONES,
)

TITLES = {
    VERSION: ("版本", "Version"),
    ZONES: ("区域", "Zones"),
    RULES: ("区域范围", "Areas"),
    SEGMENTS: ("价格", "Prices"),
    STEPS: ("重量取整", "Rounding of weights"),
    COMPONENTS: ("附加费", "Components"),
    MONTHLY: ("月度阶梯", "Monthly tiers"),
}
ZONE = Column("zone", ("区域代码", "Zone"), required=True)
UPTO, BASE = Column("upto", ("至", "Up to")), Column("base_fen", ("起价（元）", "Base (yuan)"))
BEYOND, STEP = Column("beyond", ("超过", "Above")), Column("step", ("每", "Step"))
INC = Column("inc_fen", ("加价（元）", "Per step (yuan)"))
COLUMNS: dict[str, tuple[Column, ...]] = {
    VERSION: (
        Column("field", ("项目", "What"), required=True),
        Column("value", ("值", "Value"), required=True),
    ),
    ZONES: (ZONE, Column("name", ("名称", "Name"))),
    RULES: (
        ZONE,
        Column("destination", ("目的地", "To"), required=True),
        Column("origin", ("始发地", "From")),
    ),
    SEGMENTS: (
        ZONE,
        Column("starts", ("从", "From")),
        UPTO,
        BASE,
        BEYOND,
        STEP,
        INC,
        Column("per", ("单价单位", "Price is per")),
    ),
    STEPS: (
        UPTO,
        Column("step", ("取整单位（kg）", "Step (kg)"), required=True),
        Column("threshold", ("满多少进位（kg）", "Up from (kg)")),
    ),
    COMPONENTS: (
        Column("code", ("代码", "Code"), required=True),
        Column("kind", ("类别", "Kind"), required=True),
        Column("name", ("名称", "Name")),
        Column("basis", ("计算基础", "Computed on"), required=True),
        Column("extra", ("附加项目", "Extra")),
        UPTO,
        BASE,
        Column("rate_ppm", ("比例（%）", "Rate (%)")),
        BEYOND,
        STEP,
        INC,
        Column("min_fen", ("最低（元）", "At least (yuan)")),
        Column("max_fen", ("最高（元）", "At most (yuan)")),
        Column("over_max", ("超过最高", "Above the maximum")),
        Column("areas", ("限目的地", "Only to")),
        Column("zones", ("限区域", "Only in zones")),
        Column("order", ("顺序", "Order")),
        Column("tax_class", ("税类", "Tax class")),
    ),
    MONTHLY: (UPTO, Column("discount_ppm", ("折扣（%）", "Discount (%)"), required=True)),
}
# What the sheet of the version itself says: its name there, and how it is read (sheets.cells).
TERMS: dict[str, tuple[tuple[str, str], str]] = {
    "since": (("生效日期", "Valid from"), "day"),
    "measure": (("计价方式", "Priced by"), "choice"),
    "priced_by": (("计重单位", "Weight of"), "choice"),
    "volumetric": (("体积重", "Volumetric weight"), "choice"),
    "divisor": (("体积系数（cm³/kg）", "Volumetric divisor (cm³/kg)"), "number"),
    "upper_bound": (("区间上限", "The end of a band"), "choice"),
    "min_weight_g": (("最低计费重量（kg）", "Least weight (kg)"), "kg"),
    "heaviest": (("最大重量", "Greatest weight"), "quantity"),
    "min_fen": (("最低运费（元）", "Least freight (yuan)"), "yuan"),
    "freight_step_fen": (("运费取整（元）", "Freight rounded to (yuan)"), "yuan"),
    "total_step_fen": (("合计取整（元）", "Total rounded to (yuan)"), "yuan"),
    "round_mode": (("金额取整方式", "Amounts are rounded"), "choice"),
    "may_fall": (("允许重货更便宜", "A heavier shipment may cost less"), "yes"),
    "next_break": (("靠级计费", "The next band's beginning if cheaper"), "yes"),
    "monthly_measure": (("月度阶梯依据", "Monthly tiers count"), "choice"),
    "tax_class": (("运费税类", "Tax class of freight"), "text"),
    "billing_event": (("计入账期", "Month of"), "choice"),
}


def in_words(both: tuple[str, ...]) -> str:
    """In the reader's language."""
    return both[0] if (get_language() or "zh").startswith("zh") or len(both) == 1 else both[1]


def headings(part: str) -> list[Any]:
    return [in_words(column.headings) for column in COLUMNS[part]]
