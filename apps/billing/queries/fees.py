"""What a shipment costs its payer (BIL-1): what was charged for it, corrections with what they correct."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from apps.billing.enums import ChargeKind
from apps.billing.models import Charge
from apps.customers.enums import SettlementMethod
from apps.tracking.enums import PartyRole
from apps.tracking.models import Waybill


@dataclass(frozen=True, slots=True)
class Fee:
    """Amounts by kind in yuan, tax included; they sum to ``total``."""

    total: Decimal
    lines: tuple[tuple[ChargeKind, Decimal], ...]


def fee_of(number: str) -> Fee | None:
    """The fee of a waybill; None while nothing is charged. One query."""
    nets: dict[ChargeKind, Decimal] = defaultdict(Decimal)
    rows = Charge.objects.filter(waybill=number).order_by("pk")
    for kind, of, gross in rows.values_list("kind", "corrects__kind", "gross"):
        nets[ChargeKind(of or kind)] += gross
    if not nets:
        return None
    lines = tuple((kind, net) for kind, net in nets.items() if net)
    return Fee(sum(nets.values(), Decimal("0.00")), lines)


def consignee_pays(waybill: Waybill) -> bool:
    """Freight collect 到付: the consignee pays at the door. Whoever sent it pays everything else."""
    return bool(waybill.settlement_method == SettlementMethod.FREIGHT_COLLECT)


def pays(waybill: Waybill, role: PartyRole) -> bool:
    """Is it that party who pays for the shipment? Whoever may sign pays at the door as well."""
    return role.opens_delivery if consignee_pays(waybill) else role.opens_sender
