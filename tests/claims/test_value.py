"""All claims of a shipment together never come to more than it was worth and its freight (CMP-6)."""

import threading
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.claims import services
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.models import Claim
from apps.claims.queries.money import worth_of
from apps.core.errors import BadInput, RuleBroken
from tests.factories import claims as f
from tests.factories.tracking import waybill
from tests.waiting import LIMIT

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-6")]
D = Decimal


def second(desk: f.Desk, first: Claim, amount: str, **fields: Any) -> Claim:
    """Assessed by another person, so that the limits of two do not matter here."""
    kind = fields.pop("kind", ClaimKind.LOSS)
    return f.assessed(desk, amount, waybill=first.waybill, kind=kind, fee=D(20), **fields)


def test_the_same_vase_is_not_paid_twice(desk: f.Desk) -> None:
    first = f.paid(desk, "800", fee=D(20), waybill=desk.shipment())
    claim = second(desk, first, "800")
    with pytest.raises(RuleBroken) as refusal:
        f.approve(claim, desk.director)
    assert refusal.value.code == "beyond_value"
    words = str(refusal.value)
    assert "¥820.00" in words and "¥800.00" in words and "¥20.00" in words
    assert f.fresh(claim).state == ClaimState.ASSESSED


def test_the_freight_comes_on_top(desk: f.Desk) -> None:
    first = f.paid(desk, "800", fee=D(20), waybill=desk.shipment())
    claim = second(desk, first, "20")
    assert f.approve(claim, desk.director).state == ClaimState.APPROVED
    assert worth_of(first).left == D(800)


def test_the_declared_value_holds_both(desk: f.Desk) -> None:
    first = f.paid(desk, "500", waybill=desk.shipment(declared_value=D(900)), fee=D(0))
    assert f.approve(second(desk, first, "420"), desk.director).state == ClaimState.APPROVED


def test_papers_of_the_whole_shipment_raise_it_and_what_is_no_value_does_not(
    desk: f.Desk,
) -> None:
    first = f.paid(desk, "800", fee=D(0), waybill=desk.shipment())
    claim = f.filed(desk, "700", waybill=first.waybill, kind=ClaimKind.SHORTAGE, fee=D(0))
    with pytest.raises(BadInput) as refusal:
        f.assess(claim, desk.agent, proved_value=D("-1"))
    assert refusal.value.field == "proved_value"
    f.assess(claim, desk.agent)
    with pytest.raises(RuleBroken, match=r"¥800\.00"):
        f.approve(claim, desk.director)
    f.assess(claim, desk.agent, proved_value=D(1500))
    assert f.approve(claim, desk.director).state == ClaimState.APPROVED
    assert claim.assessments.latest("n").inputs["proved_value"] == "1500.00"


def test_what_was_refused_withdrawn_or_given_back_counts_no_more(desk: f.Desk) -> None:
    parcel = desk.shipment()
    first = f.approved(desk, "800", fee=D(0), waybill=parcel)
    claim = second(desk, first, "800")
    with pytest.raises(RuleBroken):
        f.approve(claim, desk.director)
    services.withdraw_claim(
        claim_id=first.pk, reason="改按丢失索赔", by=desk.agent, at=timezone.now()
    )
    assert f.approve(claim, desk.director).state == ClaimState.APPROVED


def test_another_shipment_is_no_matter(desk: f.Desk) -> None:
    f.paid(desk, "800", fee=D(0), waybill=desk.shipment())
    assert f.approved(desk, "800", waybill=desk.shipment()).state == ClaimState.APPROVED


def test_the_database_refuses_what_comes_past_the_services(desk: f.Desk) -> None:
    first = f.paid(desk, "800", fee=D(0), waybill=desk.shipment())
    claim = second(desk, first, "800")
    with (
        pytest.raises(IntegrityError, match="more than the shipment was worth"),
        transaction.atomic(),
    ):
        Claim.objects.filter(pk=claim.pk).update(
            state=ClaimState.APPROVED, approved=D(800), decided_at=timezone.now()
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_have_one_effect(desk: f.Desk) -> None:
    parcel = waybill(customer=desk.customer)
    kinds = (ClaimKind.LOSS, ClaimKind.DAMAGE, ClaimKind.SHORTAGE)
    claims = [f.assessed(desk, "800", waybill=parcel, kind=kind, fee=D(0)) for kind in kinds]
    by = [desk.director, desk.manager, desk.project]
    gate, found = threading.Barrier(3), Counter[str]()

    def hand(n: int) -> None:
        gate.wait(LIMIT)
        try:
            f.approve(claims[n], by[n])
            found["done"] += 1
        except RuleBroken as refusal:
            found[refusal.code] += 1
        connection.close()

    threads = [threading.Thread(target=hand, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert found == {"done": 1, "beyond_value": 2}
    assert Claim.objects.filter(state=ClaimState.APPROVED).count() == 1
