"""Puts cases of other systems to the rating engine: their tariff in our terms, our answer in theirs.

A case is a dict with ``kind``, ``tariff`` and ``input``; ``answer(case)`` has the keys of its
``expected``. Weights are kg (or lb, or ``weight_g``), amounts yuan, all as text.
"""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from apps.core.areas import areas_named
from apps.pricing.enums import (
    Basis,
    ComponentKind,
    OverMax,
    PricedBy,
    UpperBound,
    Volumetric,
)
from apps.pricing.rating import (
    Band,
    Component,
    Parcel,
    Rated,
    Segment,
    Shipment,
    Tariff,
    Unrated,
    WeightStep,
    ZoneRule,
    add_tax,
    compile_tariff,
    fen,
    first_additional,
    flat,
    grams,
    ppm,
    rate,
    split_gross,
    volume,
    weigh,
    yuan,
)

Case = dict[str, Any]
POUND = Decimal("453.59237")  # grams
EVERYWHERE = {"rules": (ZoneRule("all"),), "zones": {"all": "all"}}


def answer(case: Case) -> dict[str, Any]:
    return KINDS[case["kind"]](case["tariff"], case["input"])


def same(got: Any, expected: Any) -> bool:
    """Amounts are compared as numbers, words (of a refusal) only by being one."""
    if isinstance(expected, dict):
        return all(same(got.get(key), value) for key, value in expected.items())
    if isinstance(expected, str) and expected.startswith("error"):
        return isinstance(got, Unrated)
    if isinstance(expected, str) and re.fullmatch(r"-?[\d.]+", expected):
        return got is not None and Decimal(got) == Decimal(expected)
    return bool(got == expected)


def _kg(weight_g: int) -> str:
    return f"{Decimal(weight_g) / 1000}"


def _money(amount: int) -> str:
    return str(yuan(amount))


def _weight_steps(rule: Any) -> tuple[tuple[WeightStep, ...], int]:
    """(steps, least weight) of a rule in their words."""
    if rule is None:
        return (WeightStep(None, 1),), 0
    if isinstance(rule, str) and "fraction <0.05 dropped" in rule:
        return (WeightStep(None, 500, 50),), 1000
    ladder = rule if isinstance(rule, list) else LADDER
    steps, least = [], 0
    for one in ladder:
        if "result" in one:
            least = grams(one["result"])
            continue
        upto = one.get("upto_kg") or one.get("below_kg")
        text = one["round"]
        size = grams(re.search(r"[\d.]+", text).group())  # type: ignore[union-attr]
        threshold = 1 if text.startswith("up") else size // 2
        steps.append(WeightStep(grams(upto) if upto else None, size, threshold))
    return tuple(steps), least


LADDER = [
    {"upto_kg": "1", "result": "1"},
    {"upto_kg": "10", "round": "0.1 half-up"},
    {"below_kg": "100", "round": "up to 0.5"},
    {"from_kg": "100", "round": "1 half-up"},
]


def _volume(given: Case) -> int:
    return volume(*given["dims_cm"]) if given.get("dims_cm") else 0


def _weight(given: Case) -> int:
    if "weight_g" in given:
        return int(given["weight_g"])
    if "weight_lb" in given:
        return int((Decimal(given["weight_lb"]) * POUND).to_integral_value(ROUND_HALF_UP))
    return grams(given.get("weight_kg", "1"))


def _divisor(terms: Case) -> dict[str, Any]:
    divisor = terms.get("volumetric_divisor")
    return {"volumetric": Volumetric.FULL, "divisor": divisor} if divisor else {}


def chargeable_weight(terms: Any, given: Case) -> dict[str, Any]:
    steps, least = _weight_steps(terms["rule"])
    tariff = Tariff(weight_steps=steps, min_weight_g=least, **_divisor(terms))
    return {"chargeable_kg": _kg(weigh(tariff, _weight(given), _volume(given)).chargeable_g)}


def _insurance(terms: Case) -> Component:
    rate_ppm = ppm(terms["rate_pct"]) if "rate_pct" in terms else ppm(terms["rate_permille"]) // 10
    cap = terms.get("cap_reject_above")
    return Component(
        "insurance",
        ComponentKind.INSURANCE,
        Basis.INSURED,
        (Band(rate_ppm=rate_ppm),),
        min_fen=fen(terms["min"]) if terms.get("min") else None,
        max_fen=fen(cap) if cap else None,
        over_max=OverMax.REFUSE if cap else OverMax.CAP,
    )


def _first_additional(terms: Case) -> Tariff:
    """首重 and 续重, with their ladder of weights where they name one."""
    first = grams(terms.get("first_weight_kg", "1"))
    steps, least = _weight_steps(terms.get("weight_rule"))
    unit = grams(terms.get("additional_unit_kg", "1"))
    price = terms.get("additional_price_per_kg")
    each = first_additional(
        "all",
        first_g=first,
        first_fen=fen(terms["first_price"]),
        step_g=1 if price else unit,
        step_fen=fen(price or terms["additional_price"]),
        per_g=1000 if price else None,
    )
    rounding = terms.get("total_rounding")
    return Tariff(
        segments=(each,),
        weight_steps=steps,
        min_weight_g=least,
        freight_step_fen=fen(rounding.split()[0]) if rounding else 1,
        **_divisor(terms),
        **EVERYWHERE,  # type: ignore[arg-type]
    )


def freight(terms: Case, given: Case) -> dict[str, Any]:
    tariff = compile_tariff(_first_additional(terms))
    rated = rate(tariff, Shipment(weight_g=_weight(given), volume_mm3=_volume(given)))
    return {
        "freight": _money(_of(rated, ComponentKind.FREIGHT)),
        "chargeable_kg": _kg(rated.quantity),
    }


def _of(rated: Rated, kind: ComponentKind) -> int:
    return sum(line.fen for line in rated.lines if line.kind == kind)


def freight_and_insurance(terms: Case, given: Case) -> dict[str, Any]:
    found: dict[str, Any] = {"freight": {}, "total": {}}
    for name, product in terms["products"].items():
        first = re.search(r"首重(\d+)kg", name)
        each = first_additional(
            "all",
            first_g=grams(first.group(1)) if first else 1000,
            first_fen=fen(product["first"]),
            step_g=1000,
            step_fen=fen(product["additional"]),
        )
        tariff = Tariff(
            (each,), components=(_insurance(terms["insurance"]),), **_divisor(terms), **EVERYWHERE
        )  # type: ignore[arg-type]
        shipment = Shipment(
            weight_g=_weight(given), volume_mm3=_volume(given), insured_fen=fen(given["declared"])
        )
        rated = rate(compile_tariff(tariff), shipment)
        found["freight"][name] = _money(_of(rated, ComponentKind.FREIGHT))
        found["total"][name] = _money(rated.gross_fen)
        found["insurance"] = _money(_of(rated, ComponentKind.INSURANCE))
        found["chargeable_kg"] = _kg(rated.quantity)
        found["volumetric_kg"] = _kg(rated.parts[0].weighed.volumetric_g)
    found["cheapest"] = min(found["total"], key=lambda name: Decimal(found["total"][name]))
    return found


def insurance_fee(terms: Case, given: Case) -> dict[str, Any]:
    tariff = Tariff((Segment("all", None, 0),), components=(_insurance(terms),), **EVERYWHERE)  # type: ignore[arg-type]
    try:
        rated = rate(
            compile_tariff(tariff), Shipment(weight_g=1000, insured_fen=fen(given["declared"]))
        )
    except Unrated:
        fee = ppm(terms["rate_permille"]) * fen(given["declared"]) // 10_000_000
        return {"rejected": True, "fee_would_be": _money(fee)}
    return {"fee": _money(rated.gross_fen)}


SURCHARGES = {"西藏自治区": "5.00", "新疆维吾尔自治区": "5.00", "内蒙古自治区": "2.00"}


def remote_surcharge(terms: Case, given: Case) -> dict[str, Any]:
    remote = [
        Component(
            f"remote-{n}",
            ComponentKind.REMOTE,
            Basis.PIECES,
            (Band(inc_fen=fen(amount)),),
            areas=frozenset({areas_named(name)[0].code}),
        )
        for n, (name, amount) in enumerate(SURCHARGES.items())
    ]
    tariff = Tariff((Segment("all", None, 0),), components=tuple(remote), **EVERYWHERE)  # type: ignore[arg-type]
    there = areas_named(given["dest_province"])[0].code
    rated = rate(compile_tariff(tariff), Shipment(destination=there, weight_g=1000))
    return {"surcharge": _money(rated.gross_fen)}


def delivery_fee(terms: Case, given: Case) -> dict[str, Any]:
    (fee,) = terms.values()
    tariff = Tariff((Segment("all", None, fen(fee)),), **EVERYWHERE)  # type: ignore[arg-type]
    return {"delivery_line": _money(rate(compile_tariff(tariff), Shipment(weight_g=1)).gross_fen)}


def rounding(terms: Any, given: Case) -> dict[str, Any]:
    """Five lines: split line by line, on the sum, or with net prices added up."""
    lines, gross, share = given["lines"], fen(given["gross"]), ppm(given["tax_rate_pct"])
    each, whole = split_gross(gross, share), split_gross(gross * lines, share)
    added = add_tax(each.net_fen * lines, share)
    net, tax = {
        "line": (each.net_fen * lines, each.tax_fen * lines),
        "sum_by_net": added,
        "sum_by_net_keep_gross": whole,
    }[given["mode"]]
    return {"gross": _money(net + tax), "tax": _money(tax), "net": _money(net)}


def rate_sheet(terms: Any, given: Case) -> dict[str, Any]:
    if isinstance(terms, dict):
        return {"total": _money(_surcharged(terms).gross_fen)}
    if "min_kg" in terms[0]:
        return _tiers(terms, given)
    if "zone" in terms[0]:
        return _by_zone(terms, given)
    return _products(terms, given)


def _surcharged(terms: Case) -> Rated:
    components = [
        Component(
            str(n),
            ComponentKind.OTHER,
            Basis.FREIGHT if "pct" in one else Basis.SHIPMENT,
            (Band(rate_ppm=ppm(one["pct"])) if "pct" in one else Band(base_fen=fen(one["fixed"])),),
        )
        for n, one in enumerate(terms["surcharges"])
    ]
    tariff = Tariff(
        (Segment("all", None, fen(terms["rate"])),), components=tuple(components), **EVERYWHERE
    )  # type: ignore[arg-type]
    return rate(compile_tariff(tariff), Shipment(weight_g=1000))


def _tiers(terms: Any, given: Case) -> dict[str, Any]:
    """Their upper bounds belong to the next tier, and scales show 10 g."""
    bands: list[tuple[int | None, int]] = [(grams(t["max_kg"]), fen(t["rate"])) for t in terms]
    tariff = Tariff(
        tuple(flat("all", [*bands[:-1], (None, bands[-1][1])])),
        upper_bound=UpperBound.EXCLUDED,
        heaviest=bands[-1][0],
        weight_steps=(WeightStep(None, 10, 5),),
        **EVERYWHERE,  # type: ignore[arg-type]
    )
    try:
        rated = rate(compile_tariff(tariff), Shipment(weight_g=_weight(given)))
    except Unrated:
        return {"rates": []}
    return {"rate": _money(rated.gross_fen)}


def _by_zone(terms: Any, given: Case) -> dict[str, Any]:
    """A country and one of its cities, in areas of our own table."""
    city = areas_named("杭州市")[0].code
    tariff = Tariff(
        segments=tuple(Segment(one["zone"], None, fen(one["rate"])) for one in terms),
        rules=tuple(
            ZoneRule(o["zone"], city if o["zone"].startswith("city") else "") for o in terms
        ),
        zones={one["zone"]: one["zone"] for one in terms},
    )
    names = {one["zone"].removeprefix("city ") for one in terms}
    there = city if given["city"] in names else areas_named("成都市")[0].code
    return {
        "rate": _money(
            rate(compile_tariff(tariff), Shipment(destination=there, weight_g=1000)).gross_fen
        )
    }


def _products(terms: Any, given: Case) -> dict[str, Any]:
    parcels = tuple(Parcel(_weight(piece)) for piece in given.get("pieces", ()))
    abroad = None if "domestic" not in given else not given["domestic"]
    found: dict[str, Any] = {}
    for one in terms:
        is_abroad = bool(one.get("international"))
        # Who does not say is at home.
        if is_abroad != bool(abroad) or one["service"] not in given.get(
            "services", [one["service"]]
        ):
            continue
        most = int((Decimal(one["max_weight_lb"]) * POUND).to_integral_value(ROUND_HALF_UP))
        tariff = Tariff(
            (Segment("all", None, fen(one["rate"])),),
            heaviest=most,
            priced_by=PricedBy.PIECE,
            **EVERYWHERE,  # type: ignore[arg-type]
        )
        shipment = Shipment(parcels=parcels) if parcels else Shipment(weight_g=_weight(given))
        try:
            found[one["service"]] = _money(rate(compile_tariff(tariff), shipment).gross_fen)
        except Unrated as refusal:
            found[one["service"]] = refusal
    return found


KINDS: dict[str, Callable[[Any, Case], dict[str, Any]]] = {
    "chargeable_weight": chargeable_weight,
    "freight": freight,
    "freight+insurance": freight_and_insurance,
    "insurance_fee": insurance_fee,
    "remote_surcharge": remote_surcharge,
    "delivery_fee": delivery_fee,
    "rounding": rounding,
    "rate_sheet": rate_sheet,
}
