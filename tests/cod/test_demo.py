"""The demonstration's money at the door: a short courier, a settlement, an open cash-up, and it ties."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.accounts.enums import Role
from apps.cod import demo
from apps.cod.models import CashUp, CodDecision, CodItem, CodProof, Deposit, QrSettlement
from apps.cod.queries.debts import debt_of
from apps.tracking.enums import CodMethod
from apps.tracking.services.pod import record_proof
from tests.factories import cod
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.shipments import proof, shipment

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-7")]


def test_it_shows_every_place_where_money_can_be_and_ties() -> None:
    now = timezone.now()
    UserFactory(username="caiwu", roles=[Role.FINANCE])
    UserFactory(username="chuna", roles=[Role.CASHIER])
    merchant, unit = CustomerFactory(), UnitFactory()
    couriers = [cod.courier(unit=unit), cod.courier(unit=unit)]
    for days in range(1, 6):
        for method in (CodMethod.CASH, CodMethod.CASH, CodMethod.WECHAT):
            waybill = shipment(
                customer=merchant,
                cod_amount=Decimal("59.90"),
                responsible_unit=unit,
                at=now - timedelta(days=days, hours=5),
            )
            paid = proof(
                cod_paid=Decimal("59.90"),
                cod_method=method,
                courier=couriers[days % 2],
                signed_at=now - timedelta(days=days),
            )
            record_proof(waybill_id=waybill.pk, proof=paid, by=UserFactory(), at=now)
    shipment(customer=merchant, cod_amount=Decimal("20.00"), responsible_unit=unit)
    demo.make_cod(seed=1, now=now)
    states = set(CodItem.objects.values_list("state", flat=True))
    assert {"due", "collected", "counted", "deposited", "banked"} <= states
    assert set(CashUp.objects.values_list("state", flat=True)) == {"open", "counted", "closed"}
    short = CashUp.objects.get(state="counted")
    assert debt_of(short.courier) == demo.SHORT - demo.REPAID, "partly repaid"
    assert CodDecision.objects.get(kind="waiver").amount == demo.WAIVED
    seen = CodItem.objects.filter(banked_at__isnull=False).values_list("banked_at", flat=True)
    assert len({timezone.localdate(at) for at in seen}) > 1, "day by day"
    assert CashUp.objects.get(state="counted").difference == -demo.SHORT
    assert QrSettlement.objects.get().state == "seen"
    assert Deposit.objects.filter(state="seen").exists()
    assert CodProof.objects.get().differences == 0
