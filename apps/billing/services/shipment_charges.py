"""The charges of one shipment: made of its price, and corrected where the price is another (BIL-1)."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.enums import ChargeKind
from apps.billing.inputs import NewCharge
from apps.billing.models import Charge, ShipmentRating
from apps.billing.rules.shipments import service_day, taken_on
from apps.billing.services.charges import post_charges
from apps.core.cached_tables import CachedTables
from apps.core.errors import RuleBroken
from apps.customers.enums import SettlementMethod
from apps.pricing.enums import BillingEvent
from apps.pricing.models import TaxClass
from apps.pricing.queries.pricing import Price
from apps.pricing.rating.amounts import yuan
from apps.tracking.models import Waybill

AT_THE_DOOR = (SettlementMethod.CASH, SettlementMethod.FREIGHT_COLLECT)
# (kind, tax class) → yuan
Lines = dict[tuple[str, int], Decimal]


def lines_of(price: Price, waybill: Waybill) -> Lines:
    day = taken_on(waybill)
    lines: Lines = defaultdict(Decimal)
    for line in price.rated.lines:
        lines[str(line.kind), tax_class(line.tax_class or "delivery", day)] += yuan(line.fen)
    return {key: amount for key, amount in lines.items() if amount}


# A handful of rows; read once for many shipments, and anew when one is added.
tax_classes = CachedTables(
    lambda: list(TaxClass.objects.order_by("-since").values_list("code", "since", "pk")), TaxClass
)


def tax_class(code: str, day: date) -> int:
    for known, since, pk in tax_classes():
        if known == code and since <= day:
            return int(pk)
    raise RuleBroken(
        _("No tax class “%(code)s” is valid on %(day)s.") % {"code": code, "day": day.isoformat()},
        code="no_tax_class",
    )


def new_charges(waybill: Waybill, row: ShipmentRating, lines: Lines) -> list[NewCharge]:
    version_event = row.version.billing_event if row.version else BillingEvent.PICKED_UP
    day = service_day(waybill, version_event) or taken_on(waybill)
    # Cash and freight-collect have no contract payer: the station that collects it owes it.
    unit = waybill.responsible_unit_id if waybill.settlement_method in AT_THE_DOOR else None
    return [
        NewCharge(
            kind=ChargeKind(kind),
            gross=amount,
            tax_class_id=tax,
            service_day=day,
            source=f"waybill:{waybill.pk}:{row.revision}",
            nth=nth,
            customer_id=waybill.customer_id,
            station_id=unit,
            waybill=waybill.number,
            facts=_facts(waybill),
            tariff_version_id=row.version_id,
            inputs=row.inputs,
        )
        for nth, ((kind, tax), amount) in enumerate(sorted(lines.items()))
    ]


def _facts(waybill: Waybill) -> dict[str, object]:
    return {
        "from": waybill.origin_city,
        "to": waybill.destination_city,
        "pieces": waybill.pieces,
        "weight_g": waybill.weight_g or 0,
    }


def charged_lines(number: str) -> Lines:
    """What is charged for a shipment now, corrections counted to what they correct."""
    sums: Lines = defaultdict(Decimal)
    for first, net in _nets(number):
        sums[first.kind, first.tax_class_id] += net
    return dict(sums)


def correct_charges(
    row: ShipmentRating, waybill: Waybill, wanted: Lines, *, reason: str, by: User, at: datetime
) -> None:
    """One row for each kind that changes: a correction of a charge of that kind, or a charge of its own
    where there is none that it would not turn into a credit (a rounding, say)."""
    nets = _nets(row.waybill)
    now: Lines = defaultdict(Decimal)
    for first, net in nets:
        now[first.kind, first.tax_class_id] += net
    fresh: Lines = {}
    new: list[NewCharge] = []
    for key in sorted({*now, *wanted}):
        difference = wanted.get(key, Decimal(0)) - now.get(key, Decimal(0))
        if not difference:
            continue
        found = [
            first
            for first, net in nets
            if (first.kind, first.tax_class_id) == key and (net + difference) * first.gross >= 0
        ]
        if found:
            new.append(_correction(found[0], row, difference, len(new), reason))
        else:
            fresh[key] = difference
    added = [replace(one, reason=reason) for one in new_charges(waybill, row, fresh)]
    post_charges([*new, *added], by=by, at=at)


def _nets(number: str) -> list[tuple[Charge, Decimal]]:
    """The first charges of a shipment, and what each amounts to with its corrections."""
    charges = list(Charge.objects.filter(waybill=number).select_related("statement").order_by("pk"))
    nets: dict[int, Decimal] = defaultdict(Decimal)
    for charge in charges:
        nets[charge.corrects_id or charge.pk] += charge.gross
    return [(charge, nets[charge.pk]) for charge in charges if charge.corrects_id is None]


def _correction(
    first: Charge, row: ShipmentRating, difference: Decimal, nth: int, reason: str
) -> NewCharge:
    return NewCharge(
        kind=ChargeKind.ADJUSTMENT,
        gross=difference,
        tax_class_id=first.tax_class_id,
        service_day=first.service_day,
        source=f"rerate:{row.waybill_id}:{row.revision}",
        nth=nth,
        customer_id=first.customer_id,
        station_id=first.statement.station_id,
        waybill=first.waybill,
        facts=first.facts,
        tariff_version_id=row.version_id,
        inputs=row.inputs,
        corrects_id=first.pk,
        reason=reason,
    )


def charged_in_all(number: str) -> Decimal:
    """What is charged for a shipment, all its lines together."""
    total: Decimal | None = Charge.objects.filter(waybill=number).aggregate(sum=Sum("gross"))["sum"]
    return total or Decimal("0.00")
