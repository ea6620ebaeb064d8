"""Two weeks of money at the door, to the fen: a short courier, a payment provider, goods that come back, and
freight in the same cash-up. The remittance to the merchant follows where this ends."""

from decimal import Decimal

import pytest
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.queries.approvals import content_of
from apps.banking.models import BankLine
from apps.cod import services
from apps.cod.approvals import DECISION
from apps.cod.enums import ItemState
from apps.cod.models import CashUp, CodItem, CodProof
from apps.cod.queries.debts import debt_of
from apps.events.services import relay_due
from apps.ledger.enums import AccountKind as K
from apps.quality.models import ExceptionReport
from apps.tracking.enums import CodMethod
from apps.tracking.models import Waybill
from apps.tracking.services.pod import record_proof
from tests.factories import banking, billing, cod
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.shipments import proof, shipment

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("COD-7"),
    pytest.mark.requirement("TRK-6"),
]
D = Decimal


def proved() -> CodProof:
    proof = services.prove_cod(by=UserFactory(), at=timezone.now())
    assert proof.differences == 0, list(proof.found.values())
    return proof


def test_every_yuan_from_the_door_to_the_bank() -> None:
    merchant, station = CustomerFactory(), UnitFactory(kind="station")
    liu, zhou = cod.courier(unit=station, name="小刘"), cod.courier(unit=station, name="老周")
    cashier, clerk = cod.cashier(), UserFactory(roles=[Role.CASHIER])
    account = cod.cod_account()

    # Five parcels are paid at the door, one is sent freight collect as well.
    parcels = [
        shipment(customer=merchant, cod_amount=D(due), responsible_unit=station)
        for due in ("199.00", "88.80", "500.00", "66.60", "300.00")
    ]
    collect = shipment(
        customer=merchant, settlement_method="freight_collect", responsible_unit=station
    )
    freight = billing.new_charge(merchant, "23.50", waybill=collect.number, station_id=station.pk)
    billing.services.post_charges([freight], by=clerk, at=timezone.now())
    relay_due()
    assert cod.net(K.COD_DUE, merchant.pk) == D("1154.40")
    proved()

    # The merchant lowers one price: two people who did not ask decide.
    item = CodItem.objects.get(waybill=parcels[4].number)
    decision = services.ask_change(
        item_id=item.pk, amount="280.00", reason="商家让价", by=clerk, at=timezone.now()
    )
    for role in (Role.DEPARTMENT_MANAGER, Role.FINANCE):
        approved(decision, UserFactory(roles=[role]))
    assert Waybill.objects.get(pk=parcels[4].pk).cod_amount == D("280.00")
    proved()

    # They are delivered: three paid in cash to two couriers, one by WeChat, one partly refused.
    signed(parcels[0], liu, "199.00")
    signed(parcels[1], liu, "88.80", CodMethod.WECHAT)
    signed(parcels[2], zhou, "500.00")
    signed(parcels[3], zhou, "16.60", reason="退一件，少收 50 元")
    signed(parcels[4], liu, "280.00")
    signed(collect, liu, None)
    relay_due()
    assert cod.net(K.COD_DUE, merchant.pk) == 0
    assert cod.net(K.COD_PAYABLE, merchant.pk) == D("-1084.40")
    assert ExceptionReport.objects.filter(waybill=parcels[3]).count() == 1, "who explains the 50?"
    proved()

    # In the evening: Liu hands in all, with the freight; Zhou is 20.00 short.
    whole = handed_in(liu, "502.50", cashier)
    short = handed_in(zhou, "496.60", cashier)
    assert (whole.state, whole.expected) == ("closed", D("502.50"))
    assert short.difference == D("-20.00") and debt_of(zhou) == D("20.00")
    services.close_cash_up(cash_up_id=short.pk, explanation="找零多给", by=clerk, at=timezone.now())
    assert cod.net(K.COD_PAYABLE, merchant.pk) == D("-1084.40"), "not the merchant's loss"
    proved()

    # The cashier pays it in; WeChat settles a day later, net of its fee; the bank's file shows both.
    deposit = services.make_deposit(
        cash_up_ids=[whole.pk, short.pk],
        account=account,
        slip="CK202611300007",
        amount="999.10",
        day=timezone.localdate(),
        by=cashier,
        at=timezone.now(),
    )
    settlement = services.enter_settlement(
        provider=CodMethod.WECHAT,
        day=timezone.localdate(),
        gross="88.80",
        fee="0.53",
        net="88.27",
        account=account,
        by=cashier,
        at=timezone.now(),
    )
    proved()
    today = timezone.localdate().isoformat()
    rows = [
        banking.row("999.10", day=today, name="", number="", text=f"现金存款 {deposit.slip}"),
        banking.row("88.27", day=today, name="财付通支付科技", number="", text="结算款"),
    ]
    banking.taken(account, rows)
    assert services.see_waiting(by=clerk, at=timezone.now()) == 2
    assert BankLine.objects.filter(deposit=deposit).exists()
    settlement.refresh_from_db()
    states = set(CodItem.objects.values_list("state", flat=True))
    assert states == {ItemState.BANKED}, "all of it is payable"
    assert cod.net(K.BANK, account.pk) == D("1087.37")
    assert cod.net(K.CASH_IN_TRANSIT, account.pk) == 0 == cod.net(K.UNIDENTIFIED)
    proved()

    # One parcel comes back; its buyer has the money again, and the merchant is owed less.
    back = CodItem.objects.get(waybill=parcels[0].number)
    services.claw_back(item_id=back.pk, reason="七天退货", by=clerk, at=timezone.now())
    assert cod.net(K.COD_PAYABLE, merchant.pk) == D("-885.40")
    proved()

    # Zhou brings what was short with the next day's cash.
    services.repay_shortage(courier=zhou, amount="20.00", by=cashier, at=timezone.now())
    last = handed_in(zhou, "20.00", cashier)
    assert last.state == "closed" and debt_of(zhou) == 0
    assert cod.net(K.STATION_CASH, station.pk) == D("20.00")
    proved()


def approved(decision: object, by: User) -> None:
    at = timezone.now()
    seen = content_of(DECISION, decision)[1]
    services.approve_decision(decision, seen=seen, second_factor_at=at, by=by, at=at)  # type: ignore[arg-type]  # a decision


def signed(
    waybill: Waybill,
    by: object,
    paid: str | None,
    method: CodMethod = CodMethod.CASH,
    reason: str = "",
) -> None:
    fields = {} if paid is None else {"cod_paid": D(paid), "cod_method": method}
    record_proof(
        waybill_id=waybill.pk,
        proof=proof(courier=by, cod_reason=reason, **fields),
        by=UserFactory(),
        at=timezone.now(),
    )


def handed_in(courier: object, amount: str, by: User) -> CashUp:
    row = CashUp.objects.filter(courier=courier, state="open").order_by("day")[0]
    services.declare_cash_up(cash_up_id=row.pk, amount=amount, by=by, at=timezone.now())
    return services.count_cash_up(cash_up_id=row.pk, amount=amount, by=by, at=timezone.now())
