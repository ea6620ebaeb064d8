"""What is due at the door, and what a proof of delivery says was paid (COD-7, TRK-6)."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.cod import services
from apps.cod.enums import UNPAID, ItemState, TakingKind
from apps.cod.models import CodItem, Taking
from apps.cod.queries.proof import compare
from apps.cod.services.moving import move_items
from apps.cod.states import CASH_UP_MOVES, ITEM_MOVES
from apps.core.errors import RuleBroken
from apps.events.services import relay_due
from apps.ledger.enums import AccountKind as K
from apps.ledger.models import Entry
from apps.quality.models import ExceptionReport
from apps.tracking.enums import CodMethod
from apps.tracking.services.pod import correct_proof, record_proof
from tests.factories import cod
from tests.factories.accounts import UserFactory
from tests.factories.shipments import proof, scan, shipment

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-7")]
D, S = Decimal, ItemState


def ties() -> bool:
    return not [one for one in compare() if one.differs]


def test_an_item_is_born_with_its_waybill_once_and_only_where_something_is_paid_at_the_door() -> (
    None
):
    paid, free = shipment(cod_amount=D("88.50")), shipment()
    relay_due()
    item = CodItem.objects.get()
    assert (item.waybill, item.due, item.state) == (paid.number, D("88.50"), ItemState.DUE)
    by, at = system_user("tests"), timezone.now()
    assert services.open_items(waybill_ids=[paid.pk, free.pk], by=by, at=at) == []
    assert cod.net(K.COD_DUE, paid.customer_id) == D("88.50")
    assert cod.net(K.COD_EXPECTED, paid.customer_id) == D("-88.50")
    assert ties()


@pytest.mark.requirement("TRK-6")
def test_collected_comes_from_the_proof_of_delivery_and_is_the_merchant_s_from_then_on() -> None:
    waybill, courier = cod.cod_shipment("100.00"), cod.courier()
    item = cod.delivered(waybill, courier=courier)
    assert (item.state, item.collected, item.method) == ("collected", D("100.00"), "cash")
    assert (item.courier, item.unit) == (courier, courier.unit)
    assert cod.net(K.COURIER_CASH, courier.pk) == D("100.00")
    assert cod.net(K.COD_PAYABLE, item.merchant_id) == D("-100.00")
    assert cod.net(K.COD_DUE, item.merchant_id) == 0, "nothing is due at the door any more"
    before = Entry.objects.count()
    cod.followed(waybill)
    assert (Entry.objects.count(), Taking.objects.count()) == (before, 1), "told twice, done once"
    assert ties()


def test_money_through_a_provider_is_with_the_provider_and_in_no_cash_up() -> None:
    item = cod.delivered(cod.cod_shipment("60.00"), method=CodMethod.WECHAT)
    taking = Taking.objects.get()
    assert (taking.cash_up, taking.method, item.courier) == (None, CodMethod.WECHAT, None)
    assert cod.net(K.PROVIDER_CLEARING, 1) == D("60.00")
    assert ties()


def test_less_than_due_is_owed_as_taken_and_somebody_has_to_explain_the_rest() -> None:
    item = cod.delivered(cod.cod_shipment("100.00"), "40.00", courier=cod.courier())
    assert item.collected == D("40.00")
    assert cod.net(K.COD_PAYABLE, item.merchant_id) == D("-40.00")
    report = ExceptionReport.objects.get()
    assert item.waybill in report.title and "40.00" in report.what
    assert ties()


def test_a_delivery_against_nothing_is_refused_and_an_exception() -> None:
    item = cod.delivered(cod.cod_shipment("100.00"), "0", courier=cod.courier())
    assert (item.state, item.collected) == (ItemState.REFUSED, None)
    assert cod.net(K.COD_DUE, item.merchant_id) == 0
    assert ExceptionReport.objects.count() == 1
    assert ties()


def test_cash_without_a_courier_waits_until_one_is_named() -> None:
    waybill, courier = cod.cod_shipment("100.00"), cod.courier()
    item = cod.delivered(waybill)
    assert item.state == ItemState.DUE, "nobody has it, says the proof"
    assert ExceptionReport.objects.count() == 1
    services.name_courier(item_id=item.pk, courier=courier, by=UserFactory(), at=timezone.now())
    item.refresh_from_db()
    assert (item.state, item.courier) == (ItemState.COLLECTED, courier)
    with pytest.raises(RuleBroken) as refused:
        services.name_courier(
            item_id=item.pk, courier=cod.courier(), by=UserFactory(), at=timezone.now()
        )
    assert refused.value.code == "no_proof"
    assert ties()


def test_a_courier_who_records_the_proof_need_not_be_named() -> None:
    user = UserFactory()
    courier = cod.courier(user=user)
    item = cod.delivered(cod.cod_shipment(), by=user)
    assert item.courier == courier


def corrected(item: CodItem, paid: str, **fields: object) -> CodItem:
    waybill_id = item.waybill_id
    values = {"courier": item.courier, "cod_method": "cash", "cod_reason": "更正", **fields}
    correct_proof(
        waybill_id=waybill_id,
        proof=proof(cod_paid=D(paid), **values),
        reason="填错",
        by=system_user("tests"),
        at=timezone.now(),
    )
    services.collect(waybill_ids=[waybill_id], by=system_user("tests"), at=timezone.now())
    item.refresh_from_db()
    return item


def test_a_corrected_proof_changes_what_was_taken_until_somebody_counts() -> None:
    courier = cod.courier()
    item = cod.collected("100.00", by=courier)
    corrected(item, "90.00")
    assert item.collected == D("90.00")
    assert cod.net(K.COURIER_CASH, courier.pk) == D("90.00")
    corrected(item, "90.00", cod_method="wechat")
    assert (cod.net(K.COURIER_CASH, courier.pk), cod.net(K.PROVIDER_CLEARING, 1)) == (0, D("90.00"))
    corrected(item, "0", cod_method="")
    assert (item.state, item.collected, item.courier) == (ItemState.REFUSED, None, None)
    corrected(item, "100.00", courier=courier)
    assert (item.state, item.collected) == (ItemState.COLLECTED, D("100.00"))
    assert sum(one.amount for one in Taking.objects.filter(method="cash")) == D("100.00")
    assert ties()


def test_a_proof_corrected_after_the_count_is_an_exception_and_moves_no_money() -> None:
    courier = cod.courier()
    item = cod.collected("100.00", by=courier)
    cod.counted(courier)
    corrected(item, "30.00")
    assert (item.collected, item.state) == (D("100.00"), ItemState.COUNTED)
    assert ExceptionReport.objects.count() == 1
    assert ties()


def test_goods_that_go_back_leave_nothing_due() -> None:
    waybill = cod.cod_shipment("100.00")
    scan(waybill, "returned")
    assert services.end_unpaid(by=UserFactory(), at=timezone.now()) == 1
    assert services.end_unpaid(by=UserFactory(), at=timezone.now()) == 0
    assert CodItem.objects.get().state == ItemState.RETURNED
    assert cod.net(K.COD_DUE, waybill.customer_id) == 0
    assert ties()


def in_state(state: ItemState) -> CodItem:
    """A row as the state wants it, written behind the services' back."""
    item = cod.collected("100.00", method=CodMethod.WECHAT)
    unpaid = {"collected": None, "collected_at": None, "method": ""}
    banked = {"banked_at": timezone.now()}
    CodItem.objects.filter(pk=item.pk).update(
        state=state,
        **(unpaid if state in UNPAID else {}),
        **(banked if state in (S.BANKED, S.IN_REMITTANCE, S.REMITTED, S.CLAWED_BACK) else {}),
    )
    return item


@pytest.mark.parametrize("frm", ItemState)
def test_every_move_of_an_item_is_by_the_table(frm: ItemState) -> None:
    item, by, at = in_state(frm), UserFactory(), timezone.now()
    for to in ItemState:
        if ITEM_MOVES.allows(frm, to):
            continue
        with pytest.raises(RuleBroken) as refused:
            move_items(item_ids=[item.pk], to=to, by=by, at=at)
        assert refused.value.code == "illegal_move"
        item.refresh_from_db()
        assert item.state == frm
    for to in ITEM_MOVES.ends_of(frm) - {S.COLLECTED, S.REFUSED}:
        with transaction.atomic():
            move_items(item_ids=[item.pk], to=to, by=by, at=at)
            item.refresh_from_db()
            assert item.state == to
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("trigger", "table"), [("cod_item_moves", ITEM_MOVES), ("cash_up_moves", CASH_UP_MOVES)]
)
def test_the_database_knows_the_moves_of_the_table(trigger: str, table: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s", [trigger])
        [definition] = cursor.fetchone()
    known = {tuple(one.split(">")) for one in re.findall(r"'([a-z_]+>[a-z_]+)'", definition)}
    assert known == {(str(frm), str(to)) for frm, to in table.moves()}


def test_amounts_are_tied_to_the_state_by_the_database() -> None:
    item = cod.collected("100.00")
    for wrong in (
        {"collected": None},
        {"state": "due"},
        {"banked_at": timezone.now()},
        {"method": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            CodItem.objects.filter(pk=item.pk).update(**wrong)
    assert item.takings.get().kind == TakingKind.COD


def test_many_follow_their_proofs_in_as_many_statements_as_one() -> None:
    courier = cod.courier()
    cod.collected("10.00", by=courier)

    def statements_for(count: int) -> int:
        waybills = [cod.cod_shipment("10.00") for _n in range(count)]
        for waybill in waybills:
            paid = proof(cod_paid=D("10.00"), cod_method="cash", courier=courier)
            by, at = system_user("tests"), timezone.now()
            record_proof(waybill_id=waybill.pk, proof=paid, by=by, at=at)
        ids = [waybill.pk for waybill in waybills]
        with CaptureQueriesContext(connection) as taken:
            services.collect(waybill_ids=ids, by=system_user("tests"), at=timezone.now())
        return len(taken)

    assert statements_for(6) <= statements_for(1) + 2
    assert ties()
