"""List prices, the contract prices of three customers, quotes for single jobs: a part of the
demonstration. The figures are of the size that couriers publish, and nobody's."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.areas import areas_named
from apps.customers.models import Customer
from apps.pricing import services
from apps.pricing.enums import Basis, ComponentKind, Measure, RoundMode, Volumetric
from apps.pricing.rating import (
    SAME_CITY,
    Band,
    Component,
    MonthlyTier,
    Segment,
    Tariff,
    WeightStep,
    ZoneRule,
    fen,
    first_additional,
    marginal,
    ppm,
)

# zone → name, (first kilogram, each further one) in yuan, provinces
ZONES: dict[str, tuple[str, tuple[str, str], str]] = {
    "city": ("同城", ("10", "2"), ""),
    "near": ("江浙沪皖", ("12", "2"), "上海市 江苏省 浙江省 安徽省"),
    "middle": (
        "华北华中华南",
        ("15", "6"),
        "北京市 天津市 河北省 山东省 河南省 湖北省 湖南省 江西省 福建省 广东省",
    ),
    "west": (
        "东北西南西北",
        ("18", "10"),
        "辽宁省 吉林省 黑龙江省 山西省 陕西省 重庆市 四川省 贵州省 云南省 广西壮族自治区 海南省 甘肃省 宁夏回族自治区 内蒙古自治区 青海省",
    ),
    "remote": ("新疆西藏", ("24", "18"), "新疆维吾尔自治区 西藏自治区"),
}
HALF_KILO = (WeightStep(None, 500),)


def _rules() -> tuple[ZoneRule, ...]:
    rules = [ZoneRule("city", SAME_CITY)]
    for zone, (_name, _price, provinces) in ZONES.items():
        rules += [ZoneRule(zone, areas_named(name)[0].code) for name in provinces.split()]
    return tuple(rules)


def _segments(share: int = 100) -> tuple[Segment, ...]:
    """``share`` per cent of the list price."""
    found = []
    for zone, (_name, (first, more), _provinces) in ZONES.items():
        found.append(
            first_additional(
                zone,
                first_g=1000,
                first_fen=fen(first) * share // 100,
                step_g=500,
                step_fen=fen(more) * share // 100,
                per_g=1000,
            )
        )
    return tuple(found)


def _components(fuel: str) -> tuple[Component, ...]:
    def one(code: str, name: str, kind: ComponentKind, basis: Basis, *bands: Band, **more: Any) -> Component:  # fmt: skip
        return Component(code, kind, basis, bands, name=name, tax_class="delivery", **more)

    return (
        one("fuel", "燃油附加费", ComponentKind.FUEL, Basis.FREIGHT, Band(rate_ppm=ppm(fuel)), order=1),
        one(
            "insurance", "保价费", ComponentKind.INSURANCE, Basis.INSURED,
            Band(fen("500"), fen("1")), Band(fen("1000"), fen("2")), Band(rate_ppm=ppm("0.5")),
            order=2,
        ),
        one(
            "cod", "代收货款手续费", ComponentKind.COD, Basis.COD, Band(rate_ppm=ppm("1")),
            min_fen=fen("3"), max_fen=fen("100"), order=3,
        ),
        one("sign-back", "签单返还", ComponentKind.SIGN_BACK, Basis.EXTRA, Band(inc_fen=fen("5")), extra="sign_back", order=4),
        one(
            "waiting", "等候费（每 15 分钟，30 分钟内免费）", ComponentKind.WAITING, Basis.EXTRA,
            Band(beyond=30, step=15, inc_fen=fen("10")), extra="waiting_minutes", order=5,
        ),
        one("packaging", "木架包装", ComponentKind.PACKAGING, Basis.EXTRA, Band(inc_fen=fen("30")), extra="wooden_frame", order=6),
    )  # fmt: skip


def list_price(fuel: str) -> Tariff:
    return Tariff(
        segments=_segments(),
        rules=_rules(),
        zones={zone: name for zone, (name, _price, _provinces) in ZONES.items()},
        components=_components(fuel),
        weight_steps=HALF_KILO,
        min_weight_g=1000,
        volumetric=Volumetric.FULL,
        divisor=6000,
        total_step_fen=10,
        round_mode=RoundMode.HALF_UP,
        tax_class="delivery",
    )


def vehicle_prices() -> Tariff:
    """起步价 with 10 km, then by the kilometre; a stop more costs 50."""
    vans = {"van": ("小面", "80", "3.5"), "truck_4m2": ("4.2 米厢车", "220", "5"), "truck_6m8": ("6.8 米厢车", "420", "7")}  # fmt: skip
    stop = Band(inc_fen=fen("50"))
    return Tariff(
        segments=tuple(
            Segment(code, None, fen(base), 10_000, 1000, fen(more))
            for code, (_name, base, more) in vans.items()
        ),
        zones={code: name for code, (name, _base, _more) in vans.items()},
        components=(Component("stop", ComponentKind.STOP, Basis.EXTRA, (stop,), name="多点提派", extra="stops", tax_class="linehaul"),),
        measure=Measure.DISTANCE,
        heaviest=500_000,
        tax_class="linehaul",
    )  # fmt: skip


def _contracts(base: Tariff) -> dict[str, Tariff]:
    """By the customer's code."""
    # Fen per kilogram in the city; each zone further out costs half as much again.
    heavy = ((3_000, 600), (10_000, 360), (50_000, 280), (None, 220))
    bands = [
        band
        for far, zone in enumerate(base.zones, start=2)
        for band in marginal(zone, [(upto, price * far // 2) for upto, price in heavy], 500)
    ]
    return {
        # Much, every day: 85 % of the list price, and more off a month's freight.
        "YUNSHANG": replace(
            base,
            segments=_segments(85),
            monthly=(MonthlyTier(10, 0), MonthlyTier(100, ppm("3")), MonthlyTier(None, ppm("5"))),
        ),
        "CHAYU": replace(base, segments=tuple(bands), min_fen=fen("8")),
        # Light and bulky instruments: half of the difference, no fuel surcharge.
        "JINGMI": replace(
            base, segments=_segments(95), volumetric=Volumetric.HALF, components=base.components[1:]
        ),
    }


@transaction.atomic
def make_prices(*, seed: int, now: datetime) -> None:
    """All or nothing; the same prices whatever the seed."""
    finance, leader = (User.objects.get(username=name) for name in ("caiwu", "zongjingli"))
    today = timezone.localdate(now)
    month = today.replace(day=1)
    year = date(month.year - 1, month.month, 1)
    _tax_classes(finance, now)
    by_vehicle = {"customer": None, "service": "dedicated", "name": "专车直送公布价"}
    _tariff(by_vehicle, {year: vehicle_prices()}, finance, now)
    standard = {"customer": None, "service": "standard", "name": "标准快递公布价"}
    _tariff(standard, {year: list_price("6"), month: list_price("8")}, finance, now)
    same_day = replace(list_price("8"), segments=_segments(200), rules=_rules()[:5])
    _tariff(
        {**standard, "service": "same_day", "name": "当日达公布价"}, {year: same_day}, finance, now
    )
    for code, says in _contracts(list_price("6")).items():
        customer = Customer.objects.get(code=code)
        whose = {
            "customer": customer,
            "service": "standard",
            "name": f"{customer.display_name}合同价",
        }
        tariff = _tariff(whose, {year: says}, finance, now)
    # The next step of the fuel surcharge waits for somebody to look at it and publish it.
    waits = services.draft_version(
        tariff=tariff, since=(month + timedelta(days=32)).replace(day=1), by=finance, at=now
    )
    services.fill_draft(
        version=waits, says=_contracts(list_price("9"))["JINGMI"], by=finance, at=now
    )
    _quotes(finance, leader, now)


def _tax_classes(by: User, at: datetime) -> None:
    # Item codes for show: a company enters those that its accountant uses.
    for code, name, rate, item_code in (
        ("delivery", "收派服务", "6", "3040409020000000000"),
        ("linehaul", "货物运输服务", "9", "3010102020100000000"),
        ("storage", "仓储服务", "6", "3040407020000000000"),
    ):
        services.add_tax_class(
            code=code,
            name=name,
            since=date(2019, 4, 1),
            rate_ppm=ppm(rate),
            item_code=item_code,
            by=by,
            at=at,
        )


def _tariff(whose: dict[str, Any], versions: dict[date, Tariff], by: User, at: datetime) -> Any:
    tariff = services.create_tariff(**whose, by=by, at=at)
    for since, says in versions.items():
        version = services.draft_version(tariff=tariff, since=since, by=by, at=at)
        services.fill_draft(version=version, says=says, by=by, at=at)
        services.publish_version(version=version, note="年度价格", by=by, at=at)
    return tariff


def _quotes(by: User, leader: User, now: datetime) -> None:
    until = timezone.localdate(now) + timedelta(days=14)
    values: dict[str, Any] = {
        "service": "dedicated",
        "valid_until": until,
        "by": by,
        "at": now,
    }
    expo = Customer.objects.get(code="HUIZHAN")
    first = services.make_quote(
        customer=expo,
        what="9.6 米厢车 上海—广州 展品专车，含装卸",
        amount_fen=fen("9800"),
        **values,
    )
    services.approve_quote(quote=first, by=leader, at=now)
    lab = Customer.objects.get(code="JINGMI")
    services.make_quote(
        customer=lab, what="冷藏车 上海—苏州 恒温仪器，当日往返", amount_fen=fen("2600"), **values
    )


# The demonstration makes it after its week.
PARTS = ((5, make_prices),)
