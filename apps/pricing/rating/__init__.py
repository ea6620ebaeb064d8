"""The rating engine 计价引擎 (BIL-1): pure, total, integer grams and fen.

    tariff = compile_tariff(Tariff(segments=…, rules=…, zones=…, components=…))
    rated = rate(tariff, Shipment(destination="310115", weight_g=grams("4.2")))
    rated.gross_fen, rated.lines

``compile_tariff`` refuses with TariffRefused, naming each part and row; ``rate`` with Unrated, naming
the zone, band or fact that is missing. ``explain`` gives the steps, ``adjust_month`` a month's tier,
``round_weight`` and ``weigh`` the weight that is charged, ``split_gross`` the tax in an amount. How the cases
of ``tests/pricing/cases`` are put to it: ``tests/pricing/test_cases.py``.
"""

from apps.pricing.rating.amounts import fen, grams, ppm, shares, yuan
from apps.pricing.rating.checking import high_rates, tariff_problems
from apps.pricing.rating.compiling import Compiled, compile_tariff, fingerprint
from apps.pricing.rating.engine import Line, Rated, rate, rate_many
from apps.pricing.rating.explaining import Step, explain
from apps.pricing.rating.monthly import Adjustment, Month, adjust_month, explain_month
from apps.pricing.rating.refusals import TariffProblem, TariffRefused, Unrated
from apps.pricing.rating.shipment import (
    Parcel,
    Shipment,
    inputs_of,
    parcel,
    shipment_from,
    volume,
)
from apps.pricing.rating.tariff import (
    ANYWHERE,
    ENGINE,
    SAME_CITY,
    SAME_DISTRICT,
    SAME_PROVINCE,
    Band,
    Component,
    MonthlyTier,
    Segment,
    Tariff,
    WeightStep,
    ZoneRule,
    first_additional,
    flat,
    marginal,
)
from apps.pricing.rating.tax import Split, add_tax, split_gross
from apps.pricing.rating.weights import Weighed, round_weight, weigh

__all__ = [
    "ANYWHERE",
    "ENGINE",
    "SAME_CITY",
    "SAME_DISTRICT",
    "SAME_PROVINCE",
    "Adjustment",
    "Band",
    "Compiled",
    "Component",
    "Line",
    "Month",
    "MonthlyTier",
    "Parcel",
    "Rated",
    "Segment",
    "Shipment",
    "Split",
    "Step",
    "Tariff",
    "TariffProblem",
    "TariffRefused",
    "Unrated",
    "Weighed",
    "WeightStep",
    "ZoneRule",
    "add_tax",
    "adjust_month",
    "compile_tariff",
    "explain",
    "explain_month",
    "fen",
    "fingerprint",
    "first_additional",
    "flat",
    "grams",
    "high_rates",
    "inputs_of",
    "marginal",
    "parcel",
    "ppm",
    "rate",
    "rate_many",
    "round_weight",
    "shares",
    "shipment_from",
    "split_gross",
    "tariff_problems",
    "volume",
    "weigh",
    "yuan",
]
