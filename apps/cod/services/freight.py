"""Freight that is paid at the door goes into the same cash-up as COD, or it would never tie (COD-7)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.billing.services import note_door_payment
from apps.billing.services.door_payments import first_carrier, lock_carriers
from apps.billing.services.shipment_charges import charged_in_all
from apps.cod.enums import TakingKind
from apps.cod.models import Taking
from apps.cod.services import books
from apps.cod.services.opening_cash_ups import open_cash_up
from apps.core.database import refused_as
from apps.core.errors import BadInput, RuleBroken
from apps.customers.enums import SettlementMethod
from apps.events.services import record
from apps.tracking.enums import CodMethod
from apps.tracking.models import Courier, ProofOfDelivery, Waybill

KINDS = {
    SettlementMethod.FREIGHT_COLLECT: TakingKind.FREIGHT_COLLECT,
    SettlementMethod.CASH: TakingKind.CASH_FREIGHT,
}


@transaction.atomic
def take_freight(
    *, number: str, courier: Courier, method: CodMethod, by: User, at: datetime
) -> Taking:
    """The courier took the freight of this shipment, all that is charged for it, once; the statement that
    carries it is relieved of it. BadInput
    ``unknown_waybill``; RuleBroken ``not_at_the_door``, ``not_charged``, ``freight_taken``."""
    waybill = Waybill.objects.filter(number=number.strip().upper()).first()
    if waybill is None:
        raise BadInput(_("No waybill has this number."), code="unknown_waybill", field="number")
    return _take(waybill, courier, method, by=by, at=at)


def take_collect_freight(proofs: Sequence[ProofOfDelivery], *, by: User, at: datetime) -> None:
    """Goods sent freight collect are handed over against the freight: with the proof of delivery it is
    with the courier whom that names. What cannot be taken yet (no price) is entered by hand later."""
    collecting = [
        proof
        for proof in proofs
        if proof.waybill.settlement_method == SettlementMethod.FREIGHT_COLLECT
    ]
    if len(collecting) > 1:
        lock_carriers([proof.waybill.number for proof in collecting])
    for proof in collecting:
        waybill = proof.waybill
        if proof.courier is None:
            continue
        if Taking.objects.filter(source=_source(waybill)).exists():
            continue
        method = CodMethod(proof.cod_method) if proof.cod_method else CodMethod.CASH
        try:
            with transaction.atomic():
                _take(waybill, proof.courier, method, by=by, at=at)
        except RuleBroken as refusal:
            if refusal.code != "not_charged":
                raise


def _take(
    waybill: Waybill, courier: Courier, method: CodMethod, *, by: User, at: datetime
) -> Taking:
    kind = KINDS.get(SettlementMethod(waybill.settlement_method))
    if kind is None:
        raise RuleBroken(
            _("The freight of %(waybill)s is not paid at the door.") % {"waybill": waybill},
            code="not_at_the_door",
            field="number",
            rule="COD-7",
        )
    amount, carrier = charged_in_all(waybill.number), first_carrier(waybill.number)
    if amount <= 0 or carrier is None:
        raise RuleBroken(
            _("Nothing is charged for %(waybill)s yet.") % {"waybill": waybill},
            code="not_charged",
            field="number",
            rule="COD-7",
        )
    day = timezone.localdate(at)
    cash = method == CodMethod.CASH
    cash_up = open_cash_up(courier=courier, day=day, by=by, at=at) if cash else None
    with refused_as(
        RuleBroken(
            _("The freight of %(waybill)s was taken already.") % {"waybill": waybill},
            code="freight_taken",
            field="number",
            rule="COD-7",
        )
    ):
        taking = Taking.objects.create(
            kind=kind,
            source=_source(waybill),
            waybill=waybill.number,
            method=method,
            amount=amount,
            courier=courier,
            day=day,
            taken_at=at,
            cash_up=cash_up,
            station=carrier.station,
            payer=carrier.bill_to,
            by=by,
        )
    books.post_taking(taking, by=by, at=at)
    note_door_payment(
        source=taking.source, waybill=waybill.number, amount=amount, day=day, by=by, at=at
    )
    data = {"amount": str(amount), "waybill": waybill.number, "method": str(method)}
    record("courier.freight_taken", courier, by=by, at=at, data=data)
    return taking


def _source(waybill: Waybill) -> str:
    return f"freight:{waybill.pk}"
