"""A merchant is paid the day after delivery, before the bank has the money; a dear parcel comes back, and two
remittances give it back; the freight that the consignee paid is not asked of the station again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.billing.queries.owing import owed_on
from apps.billing.services import freeze_statements, post_charges
from apps.cod import services
from apps.cod.enums import ItemState
from apps.cod.models import CodItem, CodProof
from apps.ledger.enums import AccountKind as K
from tests.factories import banking, billing, cod
from tests.factories import remittances as f
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.shipments import shipment

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("COD-7"),
    pytest.mark.requirement("BIL-5"),
]
D = Decimal


def proved() -> CodProof:
    proof = services.prove_cod(by=UserFactory(), at=timezone.now())
    assert proof.differences == 0, list(proof.found.values())
    return proof


def test_money_ahead_a_return_in_two_parts_and_freight_at_the_door() -> None:
    merchant, station = f.merchant(), UnitFactory(kind="station")
    liu = cod.courier(unit=station, name="小刘")

    # Last month a parcel went out freight collect; today its consignee pays the 18.00 with the courier.
    last_month = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)
    parcel = shipment(
        customer=merchant, settlement_method="freight_collect", responsible_unit=station
    )
    charge = billing.new_charge(
        merchant, "18.00", waybill=parcel.number, station_id=station.pk, service_day=last_month
    )
    [charged] = post_charges([charge], by=UserFactory(), at=timezone.now())
    cod.delivered_with_freight(parcel, courier=liu)
    cod.collected("200.00", by=liu, customer=merchant)
    deposit = cod.deposited(cod.counted(liu), account=f.our_account())
    assert deposit.amount == D("218.00")
    freeze_statements(
        statement_ids=[charged.statement_id],
        month=last_month,
        by=UserFactory(),
        at=timezone.now(),
    )
    assert owed_on([charged.statement_id])[charged.statement_id].owed == 0
    proved()

    # The contract says the day after delivery: two departments agreed on 300.00 at most.
    f.policy(merchant, "300.00")
    ahead = services.pay_ahead(merchant_id=merchant.pk, by=UserFactory(), at=timezone.now())
    ahead = f.paid(f.released(ahead))
    assert (ahead.state, ahead.advanced) == ("paid", D("200.00"))
    assert cod.net(K.COD_ADVANCED, merchant.pk) == D("200.00")
    proved()

    # The bank's line comes, and the advance is cleared by it.
    line = banking.row(
        "218.00", day=timezone.localdate().isoformat(), name="", number="",
        text=f"现金存款 {deposit.slip}",
    )  # fmt: skip
    banking.taken(deposit.account, [line])
    assert services.see_waiting(by=UserFactory(), at=timezone.now()) == 1
    item = CodItem.objects.get(remittance_rows__remittance=ahead)
    assert item.state == ItemState.REMITTED and cod.net(K.COD_ADVANCED, merchant.pk) == 0
    proved()

    # It comes back. The merchant has 120.00 on the bank today and 90.00 tomorrow: both give it back.
    back = services.claw_back(
        item_id=item.pk, reason="七天无理由退货", by=UserFactory(), at=timezone.now()
    )
    first = f.released(f.prepared(merchant, "120.00"))
    assert (first.claw_backs, first.amount) == (D("120.00"), D("0.00"))
    f.banked(merchant, "90.00")
    tomorrow = timezone.now() + timedelta(days=1)
    second = services.prepare_remittance(
        merchant_id=merchant.pk, day=timezone.localdate(tomorrow), by=UserFactory(), at=tomorrow
    )
    assert second is not None
    second = f.released(second)
    assert (second.claw_backs, second.amount) == (D("80.00"), D("10.00"))
    back.refresh_from_db()
    assert back.rest == 0 and cod.net(K.COD_PAYABLE, merchant.pk) == 0
    proved()
