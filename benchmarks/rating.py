"""How fast is the rating engine, on one core?

    python -m benchmarks.rating [--shipments 300000]

Needs no database. A tariff as contracts have it: forty zones by province, city and district, five bands
each, volumetric weight, fuel, insurance by tiers, COD fee, remote areas. Limits: 50,000 shipments a second
in bulk (``rate_many``, of processor time), and 1 ms for one with its steps (``explain``, 99th percentile).
"""

import argparse
import os
import random
import statistics
import time

import django

from benchmarks.harness import Result, report

PER_SECOND, ONE_MS, ROUNDS = 50_000, 1.0, 5


def tariff():
    from apps.core.areas.table import _table
    from apps.pricing import rating
    from apps.pricing.enums import Basis, ComponentKind, Volumetric

    codes = sorted(_table())
    provinces = [code for code in codes if code.endswith("0000")]
    cities = [code for code in codes if code.endswith("00") and not code.endswith("0000")]
    zones = {f"z{n}": f"{n} 区" for n in range(40)}
    rules = [rating.ZoneRule(f"z{n % 40}", code) for n, code in enumerate(provinces)]
    rules += [rating.ZoneRule(f"z{n % 40}", code) for n, code in enumerate(cities[::3])]
    rules += [rating.ZoneRule("z0", rating.SAME_CITY), rating.ZoneRule("z1", rating.SAME_PROVINCE)]
    segments = []
    for n, zone in enumerate(zones):
        prices = [
            (3_000, 900 + n),
            (10_000, 800 + n),
            (50_000, 700 + n),
            (200_000, 600),
            (None, 500),
        ]
        segments += rating.marginal(zone, prices, 500)
    components = (
        rating.Component("fuel", ComponentKind.FUEL, Basis.FREIGHT, (rating.Band(rate_ppm=85_000),)),
        rating.Component(
            "insurance",
            ComponentKind.INSURANCE,
            Basis.INSURED,
            (rating.Band(50_000, 100), rating.Band(None, rate_ppm=5_000)),
            order=1,
        ),
        rating.Component(
            "cod", ComponentKind.COD, Basis.COD, (rating.Band(rate_ppm=10_000),), min_fen=300, order=2
        ),
        rating.Component(
            "remote",
            ComponentKind.REMOTE,
            Basis.PIECES,
            (rating.Band(inc_fen=500),),
            areas=frozenset({"540000", "650000"}),
            order=3,
        ),
    )  # fmt: skip
    made = rating.Tariff(
        segments=tuple(segments),
        rules=tuple(rules),
        zones=zones,
        components=components,
        weight_steps=(rating.WeightStep(10_000, 100), rating.WeightStep(None, 500)),
        volumetric=Volumetric.FULL,
        may_fall=True,
    )
    return rating.compile_tariff(made), codes


def shipments(codes: list[str], count: int) -> list:
    from apps.pricing.rating import Shipment

    rng = random.Random(20261201)
    common = rng.sample(codes, 400)
    return [
        Shipment(
            origin="310115",
            destination=rng.choice(common if rng.random() < 0.9 else codes),
            weight_g=rng.randrange(100, 60_000),
            volume_mm3=rng.randrange(0, 200_000_000),
            insured_fen=rng.choice([0, 0, 0, 30_000, 200_000]),
            cod_fen=rng.choice([0, 0, 0, 9_900]),
        )
        for _n in range(count)
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shipments", type=int, default=300_000)
    count = parser.parse_args().shipments
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from apps.pricing.rating import Unrated, explain, rate_many

    compiled, codes = tariff()
    asked = shipments(codes, count)
    speeds, refused = [], 0
    for _round in range(ROUNDS):
        began = time.process_time()
        refused = sum(isinstance(one, Unrated) for one in rate_many((compiled, s) for s in asked))
        speeds.append(count / (time.process_time() - began))
    singles = []
    for shipment in asked[:5_000]:
        began = time.perf_counter()
        explain(compiled, shipment)
        singles.append((time.perf_counter() - began) * 1000)
    speed, one = statistics.median(speeds), statistics.quantiles(singles, n=100)[98]
    return report(
        "Rating",
        [
            Result("in bulk", speed, "shipments/s", speed / PER_SECOND, limit=1.0),
            Result("one with its steps, p99", one, "ms", most=ONE_MS),
        ],
        notes=[f"{count - refused:,} of {count:,} had a price; the others were refused by name."],
    )


if __name__ == "__main__":
    raise SystemExit(main())
