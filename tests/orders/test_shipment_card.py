"""The shipment beside a case: what stands around it, in two queries (CMP-1)."""

from typing import Any

import pytest
from django.utils import timezone

from apps.core.masking import mask_name
from apps.orders.queries.shipment_card import shipment_card
from apps.tracking.enums import LateKind
from apps.tracking.models import LateShipment, ReturnDocument, Waybill
from apps.tracking.services.pod import record_proof
from tests.factories.accounts import UserFactory
from tests.factories.orders import confirmed_order
from tests.factories.shipments import ago, proof, scan, shipment

pytestmark = pytest.mark.django_db


def test_a_shipment_without_anything_shows_nothing() -> None:
    card = shipment_card(shipment(), timezone.now())
    assert (card.order, card.late, card.proof, card.document) == (None, None, None, None)
    assert card.signed_by == ""


@pytest.mark.requirement("CMP-1")
def test_order_lateness_proof_and_return_document_stand_beside_a_case(
    django_assert_num_queries: Any,
) -> None:
    by = UserFactory(display_name="王芳")
    order = confirmed_order(by=by)
    waybill = Waybill.objects.get(work_orders=order)
    scan(waybill, "picked_up", ago(minutes=1))
    given = proof(signed_by=waybill.consignee_name)
    record_proof(waybill_id=waybill.pk, proof=given, by=by, at=timezone.now())
    document, _is_new = ReturnDocument.objects.get_or_create(
        waybill=waybill, defaults={"owed_since": timezone.now()}
    )
    LateShipment.objects.create(waybill=waybill, kind=LateKind.STUCK, found_by=by)
    waybill = Waybill.objects.select_related("customer").get(pk=waybill.pk)
    with django_assert_num_queries(2):
        card = shipment_card(waybill, timezone.now())
    assert card.order is not None and (card.order.pk, card.order.number) == (order.pk, order.number)
    assert str(card.order.owner) == str(order.owner)
    assert card.late is not None and card.late.get_kind_display() == LateKind.STUCK.label
    assert card.document is not None and card.document.state == document.state
    assert card.proof is not None and card.proof.packaging_intact
    assert card.proof.signed_at == given.signed_at
    assert card.signed_by == mask_name(given.signed_by) != given.signed_by
