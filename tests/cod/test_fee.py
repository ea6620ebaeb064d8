"""The COD fee is charged once, on collection, for what was collected (COD-7, BIL-1)."""

from decimal import Decimal

import pytest
from django.utils import timezone

from apps.billing.enums import ChargeKind
from apps.billing.models import Charge
from apps.billing.services import charge_shipments
from apps.events.services import relay_due
from apps.tracking.models import Waybill
from apps.tracking.services.pod import correct_proof, record_proof
from tests.billing.test_charging import shipment, tariff
from tests.factories import cod
from tests.factories.accounts import UserFactory
from tests.factories.shipments import proof

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("COD-7"),
    pytest.mark.requirement("BIL-1"),
]
D = Decimal


def picked_up() -> Waybill:
    tariff()
    waybill = shipment(cod_amount=D("1000.00"))
    charge_shipments(waybill_ids=[waybill.pk], by=UserFactory(), at=timezone.now())
    return waybill


def fees(waybill: Waybill) -> list[Decimal]:
    """The fee and its corrections."""
    first = Charge.objects.filter(waybill=waybill.number, kind=ChargeKind.COD)
    found = list(first.values_list("gross", flat=True))
    return found + list(Charge.objects.filter(corrects__in=first).values_list("gross", flat=True))


def test_it_is_charged_once_on_collection_for_what_was_collected() -> None:
    waybill = picked_up()
    assert fees(waybill) == [], "nothing was collected yet"
    courier = cod.courier()
    paid = proof(
        cod_paid=D("1000.00"), cod_method="cash", courier=courier, signed_by=waybill.consignee_name
    )
    record_proof(waybill_id=waybill.pk, proof=paid, by=UserFactory(), at=timezone.now())
    relay_due()
    [fee] = fees(waybill)
    assert fee > 0
    relay_due()
    assert fees(waybill) == [fee], "told again it is charged once"
    less = proof(
        cod_paid=D("500.00"),
        cod_method="cash",
        cod_reason="退一半",
        courier=courier,
        signed_by=waybill.consignee_name,
    )
    correct_proof(
        waybill_id=waybill.pk, proof=less, reason="更正", by=UserFactory(), at=timezone.now()
    )
    relay_due()
    assert len(fees(waybill)) == 2 and 0 < sum(fees(waybill)) <= fee
