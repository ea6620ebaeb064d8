"""Volume tiers of a month 阶梯量价: at the freeze, one adjustment for what a tariff version priced (BIL-1)."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils.translation import override

from apps.accounts.models import User
from apps.billing.enums import ChargeKind
from apps.billing.models import Charge
from apps.billing.queries.steps import in_short
from apps.billing.rules.months import last_day
from apps.pricing.enums import TierMeasure
from apps.pricing.models import TariffVersion
from apps.pricing.queries.in_force import tiered_versions
from apps.pricing.queries.reading import compiled
from apps.pricing.rating import Month, Unrated, adjust_month, rate, shipment_from
from apps.pricing.rating.amounts import yuan

# Where tiers may be at all, from the index of sums alone: most payers have none.
_WITH_TIERS = """
SELECT DISTINCT statement_id FROM billing_charge
WHERE statement_id = ANY(%(ids)s) AND kind = 'freight' AND tariff_version_id = ANY(%(versions)s)
"""
# Freight by version and tax class, what corrects freight with it. A shipment counts once.
_FREIGHT = """
WITH freight AS (
    SELECT statement_id, tariff_version_id AS version, tax_class_id, waybill, source, gross
    FROM billing_charge
    WHERE statement_id = ANY(%(ids)s) AND kind = 'freight' AND tariff_version_id = ANY(%(versions)s)
    UNION ALL
    SELECT c.statement_id, f.tariff_version_id, c.tax_class_id, NULL, NULL, c.gross
    FROM billing_charge c JOIN billing_charge f ON f.id = c.corrects_id
    WHERE c.statement_id = ANY(%(ids)s) AND f.kind = 'freight' AND f.tariff_version_id = ANY(%(versions)s)
)
SELECT f.statement_id, s.bill_to_id, version, tax_class_id,
    count(DISTINCT coalesce(nullif(waybill, ''), source)), (sum(gross) * 100)::bigint
FROM freight f JOIN billing_statement s ON s.id = f.statement_id
WHERE s.bill_to_id IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 3, 4
"""
# What each shipment was last priced from: a weight that was corrected counts as corrected.
_INPUTS = """
SELECT DISTINCT ON (c.statement_id, f.tariff_version_id, f.id) c.statement_id, f.tariff_version_id, c.inputs
FROM billing_charge c JOIN billing_charge f ON f.id = coalesce(c.corrects_id, c.id)
WHERE c.statement_id = ANY(%(ids)s) AND f.kind = 'freight' AND f.statement_id = c.statement_id
    AND f.tariff_version_id = ANY(%(versions)s) AND c.inputs <> '{}'
ORDER BY 1, 2, f.id, c.id DESC
"""


class _Part(NamedTuple):
    """Freight of a statement by one version and tax class."""

    statement_id: int
    payer_id: int
    version_id: int
    tax_class_id: int
    shipments: int
    freight_fen: int

    @property
    def source(self) -> str:
        return f"tier:{self.statement_id}:{self.version_id}:{self.tax_class_id}"


def adjust_tiers(
    statement_ids: Sequence[int], *, month: date, by: User, at: datetime
) -> list[Charge]:
    """Charge what the tiers of these statements (locked, open, of one month) come to; returns the
    fresh charges. Frozen again after more was charged, only the difference is, as a correction.

    The month's volume is counted over all versions of a tariff, and each version's tier takes its
    discount off the freight that it priced: the rules of the day each shipment was taken. What corrects
    the freight of an earlier month counts in the month that it stands in.
    """
    versions = {version.pk: version for version in tiered_versions()}
    if not versions:
        return []
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"ids": list(statement_ids), "versions": list(versions)}
        cursor.execute(_WITH_TIERS, given)
        given["ids"] = [pk for (pk,) in cursor.fetchall()]
        if not given["ids"]:
            return []
        cursor.execute(_FREIGHT, given)
        parts = [_Part(*row) for row in cursor.fetchall()]
    by_weight = [
        pk for pk, one in versions.items() if one.monthly_measure == TierMeasure.WEIGHT
    ]  # fmt: skip
    weights = _weights({**given, "versions": by_weight}, versions) if by_weight else {}
    wanted = _wanted(parts, versions, weights)
    return _write(wanted, day=last_day(month), by=by, at=at)


def _wanted(
    parts: Iterable[_Part],
    versions: dict[int, TariffVersion],
    weights: dict[tuple[int, int], int],
) -> list[tuple[_Part, Month, int]]:
    """Each part with the month it is judged by and the fen that its tier comes to."""
    of_tariff: dict[tuple[int, int], list[_Part]] = defaultdict(list)
    for part in parts:
        of_tariff[part.statement_id, versions[part.version_id].tariff_id].append(part)
    found = []
    for (statement, tariff), same in of_tariff.items():
        shipments = sum(part.shipments for part in same)
        freight = sum(part.freight_fen for part in same)
        weight = weights.get((statement, tariff), 0)
        for part in same:
            month = Month(shipments, weight, freight, part.freight_fen)
            says = compiled(versions[part.version_id]).tariff
            found.append((part, month, adjust_month(says, month).fen))
    return found


def _weights(
    given: dict[str, Any], versions: dict[int, TariffVersion]
) -> dict[tuple[int, int], int]:
    """(statement, tariff) → chargeable grams, priced again from what was kept; a shipment that has no
    weight by its tariff (a quote) counts none. Through a cursor of the server."""
    found: dict[tuple[int, int], int] = defaultdict(int)
    with connection.chunked_cursor() as cursor:
        cursor.execute(_INPUTS, given)
        while rows := cursor.fetchmany(2_000):
            for statement, pk, inputs in rows:
                version = versions[pk]
                try:
                    rated = rate(compiled(version), shipment_from(json.loads(inputs)))
                except Unrated:
                    continue
                found[statement, version.tariff_id] += rated.quantity
    return found


def _write(
    wanted: list[tuple[_Part, Month, int]], *, day: date, by: User, at: datetime
) -> list[Charge]:
    there: dict[str, list[Charge]] = defaultdict(list)
    sources = [part.source for part, _month, _fen in wanted]
    for charge in Charge.objects.filter(source__in=sources).order_by("nth"):
        there[charge.source].append(charge)
    new = []
    for part, month, fen in wanted:
        before = there[part.source]
        rest = yuan(fen) - sum(charge.gross for charge in before)
        if not rest:
            continue
        charge = Charge(
            statement_id=part.statement_id,
            customer_id=part.payer_id,
            kind=ChargeKind.ADJUSTMENT if before else ChargeKind.TIER,
            gross=rest,
            tax_class_id=part.tax_class_id,
            service_day=day,
            tariff_version_id=part.version_id,
            inputs=month._asdict(),
            source=part.source,
            nth=len(before),
            corrects=before[0] if before else None,
            at=at,
            by=by,
        )
        with override(settings.LANGUAGE_CODE):
            charge.reason = in_short(charge)
        new.append(charge)
    return Charge.objects.bulk_create(new)
