"""Attempts at money between the door and the bank: each is refused, and leaves a trace (COD-7)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.queries.approvals import content_of
from apps.cod import services
from apps.cod.approvals import DECISION
from apps.cod.models import CashUp, CodDifference, CodItem, Taking
from apps.events.models import Event
from apps.ledger.enums import AccountKind as K
from apps.quality.models import ExceptionReport
from apps.tracking.models import Waybill
from apps.tracking.services.pod import correct_proof
from tests.at_once import at_once
from tests.factories import banking, cod
from tests.factories.accounts import UserFactory
from tests.factories.shipments import proof
from tests.refusing import refused

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-7")]
D = Decimal


def traced(subject: Any, code: str) -> bool:
    """Whether the refusal stands in the subject's timeline."""
    found = Event.objects.filter(
        kind="cod.attempt_refused",
        subject_id=str(subject.pk),
        subject_type=subject._meta.label_lower,
    )
    return found.filter(data__code=code).exists()


def declared(**who: Any) -> CashUp:
    courier = cod.courier(**who)
    cod.collected("100.00", by=courier)
    row = cod.cash_up_of(courier)
    return services.declare_cash_up(
        cash_up_id=row.pk, amount="100.00", by=UserFactory(), at=timezone.now()
    )


def count(row: CashUp, by: User, amount: str = "100.00") -> CashUp:
    return services.count_cash_up(cash_up_id=row.pk, amount=amount, by=by, at=timezone.now())


def without_maintenance() -> None:
    """As in the house: only a test's own connection may pass the locks of what is written once."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")


def sql_refused(statement: str, *given: Any) -> str:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        without_maintenance()
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return str(refusal.value)


def test_a_courier_counts_their_own_cash() -> None:
    user = UserFactory(roles=[Role.CASHIER])
    row = declared(user=user)
    assert refused(lambda: count(row, user)) == "own_cash"
    assert traced(row, "own_cash")
    row.refresh_from_db()
    assert row.counted is None


def test_a_courier_counts_with_a_second_sign_in_of_the_same_person() -> None:
    first = UserFactory()
    second = UserFactory(staff_number=first.staff_number, roles=[Role.CASHIER])
    row = declared(user=first)
    assert refused(lambda: count(row, second)) == "own_cash"
    assert traced(row, "own_cash")


def test_a_courier_without_sign_in_counts_under_their_staff_number() -> None:
    own = UserFactory(staff_number="K77777", roles=[Role.CASHIER])
    row = declared(number="K77777")
    assert refused(lambda: count(row, own)) == "own_cash"
    assert traced(row, "own_cash")


def test_sql_writes_the_courier_as_the_one_who_counted() -> None:
    user = UserFactory()
    row = declared(user=user)
    problem = sql_refused(
        "UPDATE cod_cashup SET state = 'closed', counted = 100, counts = 1, counted_at = now(),"
        " counted_by_id = %s, closed_at = now(), closed_by_id = %s WHERE id = %s",
        user.pk, user.pk, row.pk,
    )  # fmt: skip
    assert "nobody counts their own cash" in problem


def test_a_courier_explains_away_their_own_difference() -> None:
    user = UserFactory()
    row = declared(user=user)
    count(row, UserFactory(), "40.00")
    act = lambda: services.close_cash_up(  # noqa: E731
        cash_up_id=row.pk, explanation="找零", by=user, at=timezone.now()
    )
    assert refused(act) == "own_cash" and traced(row, "own_cash")
    assert cod.net(K.COURIER_RECEIVABLE, row.courier_id) == D("60.00")


def test_a_closed_cash_up_is_opened_again() -> None:
    row = count(declared(), UserFactory())
    by, at = UserFactory(), timezone.now()
    acts = {
        "declare": lambda: services.declare_cash_up(cash_up_id=row.pk, amount="1", by=by, at=at),
        "take_back": lambda: services.take_back_declaration(
            cash_up_id=row.pk, reason="x", by=by, at=at
        ),
        "count": lambda: count(row, by, "1.00"),
        "recount": lambda: services.recount_cash_up(
            cash_up_id=row.pk, amount="1", reason="x", by=by, at=at
        ),
    }
    for act in acts.values():
        assert refused(act) in ("illegal_move", "not_counted")
    assert Event.objects.filter(kind="cod.attempt_refused", subject_id=str(row.pk)).count() == len(
        acts
    )
    problem = sql_refused("UPDATE cod_cashup SET counted = 1 WHERE id = %s", row.pk)
    assert "refused" in problem


def test_what_was_taken_is_changed_or_taken_out_by_sql() -> None:
    row = declared()
    taking = row.takings.get()
    assert "refused" in sql_refused("UPDATE cod_taking SET amount = 1 WHERE id = %s", taking.pk)
    assert "refused" in sql_refused("DELETE FROM cod_taking WHERE id = %s", taking.pk)
    assert Taking.objects.get() == taking


def test_less_is_written_down_at_the_door_than_was_paid() -> None:
    """The proof needs a reason, and the rest is an exception that somebody else has to close."""
    item = cod.delivered(cod.cod_shipment("500.00"), "50.00", courier=cod.courier())
    report = ExceptionReport.objects.get()
    assert item.waybill in report.title
    assert Event.objects.filter(kind="coditem.differs", subject_id=str(item.pk)).exists()


def test_the_proof_is_lowered_after_the_money_was_counted() -> None:
    courier = cod.courier()
    item = cod.collected("500.00", by=courier)
    cod.counted(courier)
    correct_proof(
        waybill_id=item.waybill_id,
        proof=proof(cod_paid=D("5.00"), cod_method="cash", cod_reason="x", courier=courier),
        reason="x",
        by=UserFactory(),
        at=timezone.now(),
    )
    cod.followed(Waybill.objects.get(pk=item.waybill_id))
    item.refresh_from_db()
    assert item.collected == D("500.00") and cod.net(K.COD_PAYABLE, item.merchant_id) == D(
        "-500.00"
    )
    assert ExceptionReport.objects.count() == 1


def test_collected_is_typed_below_the_proof_by_sql() -> None:
    courier = cod.courier()
    item = cod.collected("500.00", by=courier)
    assert services.prove_cod(by=UserFactory(), at=timezone.now()).differences == 0
    CodItem.objects.filter(pk=item.pk).update(collected=D("5.00"))
    found = services.prove_cod(by=UserFactory(), at=timezone.now())
    assert found.differences == 1, "the role may write the column; the proof of the day names it"
    named = CodDifference.objects.filter(waybill=item.waybill)
    assert named.get().rows_total == D("-5.00")
    assert ExceptionReport.objects.filter(title__contains="核对").exists()
    cod.counted(courier)
    problem = sql_refused("UPDATE cod_coditem SET collected = 1 WHERE id = %s", item.pk)
    assert "refused" in problem, "once counted not even that"


def test_an_item_is_said_to_be_remitted_by_sql() -> None:
    item = cod.collected("500.00")
    move = "UPDATE cod_coditem SET state = %s, banked_at = now() WHERE id = %s"
    for state in ("remitted", "banked", "in_remittance", "clawed_back"):
        assert "refused" in sql_refused(move, state, item.pk), state
    item.refresh_from_db()
    assert item.state == "collected"


def test_an_item_is_led_past_the_ledger_by_sql_step_by_step() -> None:
    """Each step alone is one that happens; the proof of the day names where the money is not."""
    item = cod.collected("500.00")
    without_maintenance()
    for state in ("counted", "deposited", "banked", "in_remittance", "remitted"):
        banked = timezone.now() if state not in ("counted", "deposited") else None
        CodItem.objects.filter(pk=item.pk).update(state=state, banked_at=banked)
    found = services.prove_cod(by=UserFactory(), at=timezone.now())
    assert found.differences == 1
    assert CodDifference.objects.filter(waybill=item.waybill, kind="cod_payable").exists()


def test_an_item_is_born_on_the_bank_by_sql() -> None:
    item = cod.collected("500.00")
    problem = sql_refused(
        "INSERT INTO cod_coditem (waybill_id, waybill, merchant_id, issued_at, due, collected, method, collected_at,"
        " state, banked_at) VALUES (0, 'X', %s, now(), 9, 9, 'wechat', now(), 'banked', now())",
        item.merchant_id,
    )  # fmt: skip
    assert "refused" in problem
    assert CodItem.objects.get() == item


def test_a_cash_up_is_closed_by_sql_before_it_was_declared() -> None:
    courier, by = cod.courier(), UserFactory()
    cod.collected("100.00", by=courier)
    row = cod.cash_up_of(courier)
    closed = (
        "UPDATE cod_cashup SET state = 'closed', expected = 0, declared = 0, declared_at = now(), declared_by_id = %s,"
        " counted = 0, counted_at = now(), counted_by_id = %s, counts = 1, closed_at = now(), closed_by_id = %s"
        " WHERE id = %s"
    )
    assert "refused" in sql_refused(closed, by.pk, by.pk, by.pk, row.pk)
    born = (
        "INSERT INTO cod_cashup (courier_id, day, unit_id, state, counts, explanation, opened_at, expected, declared,"
        " declared_at, declared_by_id) VALUES (%s, '2025-01-01', %s, 'declared', 0, '', now(), 0, 0, now(), %s)"
    )
    assert "refused" in sql_refused(born, courier.pk, row.unit_id, by.pk)
    row.refresh_from_db()
    assert row.state == "open"


def test_a_slip_is_used_twice() -> None:
    courier, other = cod.courier(), None
    cod.collected("100.00", by=courier)
    first = cod.deposited(cod.counted(courier), slip="CK900001")
    other = cod.courier(unit=courier.unit)
    cod.collected("100.00", by=other)
    row = cod.counted(other)
    act = lambda: cod.deposited(row, account=first.account, slip=" ck 900001")  # noqa: E731
    assert refused(act) == "slip_used" and traced(first.account, "slip_used")
    row.refresh_from_db()
    assert row.deposit_id is None


def test_a_cash_up_is_paid_in_twice() -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    row = cod.counted(courier)
    account = cod.cod_account()
    cod.deposited(row, account=account)
    assert refused(lambda: cod.deposited(row, account=account)) == "in_deposit"
    assert traced(account, "in_deposit")


def test_a_slip_of_less_than_the_cash() -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    row, account = cod.counted(courier), cod.cod_account()
    act = lambda: services.make_deposit(  # noqa: E731
        cash_up_ids=[row.pk], account=account, slip="CK1", amount="60.00", day=timezone.localdate(),
        by=UserFactory(), at=timezone.now(),
    )  # fmt: skip
    assert refused(act) == "slip_differs" and traced(account, "slip_differs")


def test_cash_is_paid_into_an_account_that_is_not_for_cod() -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    row, account = cod.counted(courier), banking.bank_account()
    assert refused(lambda: cod.deposited(row, account=account)) == "account_unfit"
    assert traced(account, "account_unfit")


def test_a_deposit_is_said_to_be_on_the_bank_without_a_line() -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    row = cod.deposited(cod.counted(courier))
    problem = sql_refused(
        "UPDATE cod_deposit SET state = 'seen', seen_at = now() WHERE id = %s", row.pk
    )
    assert "deposit_seen_by_line" in problem
    assert "refused" in sql_refused("UPDATE cod_deposit SET amount = 1 WHERE id = %s", row.pk)


def test_the_amount_at_the_door_is_changed_without_two_people() -> None:
    waybill = cod.cod_shipment("100.00")
    item, maker = CodItem.objects.get(), UserFactory(roles=[Role.FINANCE])
    at = timezone.now()
    row = services.ask_change(item_id=item.pk, amount="1.00", reason="少收", by=maker, at=at)

    def approve(by: User, seen: str = "", **more: Any) -> Any:
        given = {"second_factor_at": at, **more}
        seen = seen or content_of(DECISION, row)[1]
        return services.approve_decision(row, seen=seen, by=by, at=at, **given)

    assert refused(lambda: approve(maker)) == "maker_approves"
    twin = UserFactory(staff_number=maker.staff_number, roles=[Role.DEPARTMENT_MANAGER])
    assert refused(lambda: approve(twin)) == "maker_approves"
    both = UserFactory(roles=[Role.FINANCE, Role.DEPARTMENT_MANAGER])
    old = at - timedelta(minutes=6)
    assert refused(lambda: approve(both, second_factor_at=old)) == "second_factor_missing"
    assert refused(lambda: approve(both, seen="0" * 64)) == "approval_outdated"
    approve(both)
    assert refused(lambda: approve(both)) == "approved_twice"
    waybill.refresh_from_db()
    assert waybill.cod_amount == D("100.00")
    assert Event.objects.filter(kind="coddecision.asked", subject_id=str(item.pk)).exists()


def test_an_approval_is_used_for_another_amount() -> None:
    cod.cod_shipment("100.00")
    item, at = CodItem.objects.get(), timezone.now()
    row = services.ask_change(
        item_id=item.pk, amount="90.00", reason="改价", by=UserFactory(), at=at
    )
    seen = content_of(DECISION, row)[1]
    row.amount = D("1.00")
    row.save(update_fields=["amount"])
    finance = UserFactory(roles=[Role.FINANCE])
    act = lambda: services.approve_decision(  # noqa: E731
        row, seen=seen, second_factor_at=at, by=finance, at=at
    )
    assert refused(act) == "approval_outdated"
    item.refresh_from_db()
    assert item.due == D("100.00")


def test_an_amount_is_lowered_while_the_courier_collects() -> None:
    """What was asked is void as soon as the money came."""
    waybill = cod.cod_shipment("100.00")
    item, at = CodItem.objects.get(), timezone.now()
    row = services.ask_change(
        item_id=item.pk, amount="1.00", reason="改价", by=UserFactory(), at=at
    )
    cod.delivered(waybill, courier=cod.courier())
    row.refresh_from_db()
    assert row.state == "void"
    assert Event.objects.filter(kind="coddecision.void", subject_id=str(item.pk)).exists()
    act = lambda: services.ask_change(  # noqa: E731
        item_id=item.pk, amount="1.00", reason="再改", by=UserFactory(), at=at
    )
    assert refused(act) == "not_due"


def test_a_due_amount_is_changed_by_sql_behind_the_ledger() -> None:
    cod.cod_shipment("100.00")
    item = CodItem.objects.get()
    CodItem.objects.filter(pk=item.pk).update(due=D("1.00"))
    assert services.prove_cod(by=UserFactory(), at=timezone.now()).differences == 2
    assert set(CodDifference.objects.exclude(waybill="").values_list("waybill", flat=True)) == {
        item.waybill
    }


def test_more_is_repaid_or_waived_than_is_owed() -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    cod.counted(courier, "90.00")
    by, at = UserFactory(), timezone.now()
    repay = lambda: services.repay_shortage(courier=courier, amount="10.01", by=by, at=at)  # noqa: E731
    waive = lambda: services.ask_waiver(  # noqa: E731
        courier=courier, amount="10.01", reason="x", by=by, at=at
    )
    assert (refused(repay), refused(waive)) == ("above_debt", "above_debt")


def test_what_is_over_is_kept_by_the_one_who_counted_it() -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    counter, at = UserFactory(roles=[Role.FINANCE]), timezone.now()
    row = cod.counted(courier, "150.00", by=counter)
    services.close_cash_up(cash_up_id=row.pk, explanation="多", by=counter, at=at)
    wish = services.ask_overage(cash_up_id=row.pk, reason="无主", by=UserFactory(), at=at)
    twin = UserFactory(staff_number=counter.staff_number, roles=[Role.FINANCE])
    for person in (counter, twin):
        seen = content_of(DECISION, wish)[1]
        act = lambda by=person, seen=seen: services.approve_decision(  # noqa: E731
            wish, seen=seen, second_factor_at=at, by=by, at=at
        )
        assert refused(act) == "maker_approves"
    assert cod.net(K.PENDING_DIFFERENCES, row.unit_id) == D("-50.00")
    assert Event.objects.filter(kind="coddecision.asked", subject_id=str(row.pk)).exists()


def test_a_decision_is_done_by_sql_without_two_people() -> None:
    cod.cod_shipment("100.00")
    item, by, at = CodItem.objects.get(), UserFactory(), timezone.now()
    row = services.ask_write_off(item_id=item.pk, reason="丢件", by=by, at=at)
    done = "UPDATE cod_coddecision SET state = 'done', closed_at = now(), closed_by_id = %s WHERE id = %s"
    assert "two persons have not approved" in sql_refused(done, by.pk, row.pk)
    amount = "UPDATE cod_coddecision SET amount = 1, before = 1 WHERE id = %s"
    assert "refused" in sql_refused(amount, row.pk)
    assert "refused" in sql_refused("DELETE FROM cod_coddecision WHERE id = %s", row.pk)
    row.refresh_from_db()
    assert (row.state, row.amount) == ("asked", D("100.00"))


def test_money_goes_into_a_cash_up_that_was_added_up_already() -> None:
    row = declared()
    problem = sql_refused(
        "INSERT INTO cod_taking (kind, source, waybill, method, amount, courier_id, day, taken_at, cash_up_id,"
        " by_id) VALUES ('repaid', 'x', '', 'cash', 5, %s, now(), now(), %s, %s)",
        row.courier_id, row.pk, UserFactory().pk,
    )  # fmt: skip
    assert "takes no more money" in problem


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["declare", "count", "deposit"])
def test_twenty_at_once_have_one_effect(what: str) -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    row, by, at = cod.cash_up_of(courier), UserFactory(), timezone.now()
    if what != "declare":
        services.declare_cash_up(cash_up_id=row.pk, amount="100.00", by=by, at=at)
    if what == "deposit":
        row = count(row, by)
    account = cod.cod_account()
    acts = {
        "declare": lambda _n: services.declare_cash_up(
            cash_up_id=row.pk, amount="100.00", by=by, at=at
        ),
        "count": lambda _n: count(row, by),
        "deposit": lambda n: services.make_deposit(
            cash_up_ids=[row.pk], account=account, slip=f"CK{n}", amount="100.00",
            day=timezone.localdate(), by=by, at=at,
        ),
    }  # fmt: skip
    done = at_once(20, acts[what])
    assert done["done"] == 1, done
    assert set(done) <= {"done", "illegal_move", "in_deposit"}
    assert services.prove_cod(by=by, at=at).differences == 0
    assert Event.objects.filter(kind="cod.attempt_refused").count() == 19
