"""Attempts at what merchants are remitted: each is refused, and leaves a trace (COD-7).

A trace is an event beside the remittance; what is tried past the services leaves the database's refusal,
or is named by the daily proof.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.models import ApprovalRequest
from apps.backoffice.queries.approvals import content_of
from apps.banking import services as bank
from apps.banking.models import Payout
from apps.billing.models import Receipt
from apps.billing.services import cancel_receipt
from apps.cod import services
from apps.cod.approvals import REMITTANCE
from apps.cod.enums import RemittanceState
from apps.cod.models import CodItem, Remittance
from apps.core.errors import RuleBroken
from apps.events.models import Event
from tests.factories import cod, payees
from tests.factories import remittances as f
from tests.factories.accounts import UserFactory
from tests.waiting import LIMIT

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-7")]
D, S = Decimal, RemittanceState


def caught(row: Remittance, act: Callable[[], Any], code: str) -> None:
    """Refused by this rule, on record beside the remittance, and nothing has gone out."""
    state, payouts = row.state, Payout.objects.count()
    with pytest.raises(RuleBroken) as refusal:
        act()
    assert refusal.value.code == code
    trace = Event.objects.filter(
        kind="cod.attempt_refused", subject_type="cod.remittance", subject_id=str(row.pk)
    )
    assert trace.filter(data__code=code).exists(), "no trace"
    row.refresh_from_db()
    assert row.state == state and Payout.objects.count() == payouts


def sql_refused(pattern: str, statement: str, *given: Any) -> None:
    """By the database itself, as in the house: only a test's connection may pass what is written once."""
    with (
        pytest.raises(DatabaseError, match=pattern),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        cursor.execute(statement, given)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def half_approved(by: User | None = None, **fields: Any) -> Remittance:
    row = f.asked(**fields)
    f.approve(row, by or f.person(Role.FINANCE))
    return row


@pytest.mark.requirement("COD-6")
def test_two_sign_ins_of_one_person_release_it() -> None:
    first = f.person(Role.FINANCE)
    row = half_approved(first)
    second = f.person(Role.GENERAL_MANAGER)
    User.objects.filter(pk=second.pk).update(staff_number=first.staff_number)
    second.refresh_from_db()
    caught(row, lambda: f.approve(row, second), "approved_twice")


def test_whoever_asked_for_it_releases_it() -> None:
    maker = f.person(Role.FINANCE, Role.GENERAL_MANAGER)
    row = f.asked(by=maker)
    caught(row, lambda: f.approve(row, maker), "maker_approves")


def test_two_of_one_department_release_it() -> None:
    row = half_approved()
    caught(row, lambda: f.approve(row, f.person(Role.FINANCE)), "not_your_turn")


def test_it_is_released_without_a_code_and_with_an_old_one() -> None:
    row, manager = half_approved(), f.person(Role.GENERAL_MANAGER)
    old = timezone.now() - timedelta(minutes=6)
    for code_at in (None, old):
        act = lambda at=code_at: f.approve(row, manager, second_factor_at=at)  # noqa: E731
        caught(row, act, "second_factor_missing")


def test_the_approval_of_one_is_used_for_another() -> None:
    row, other = half_approved(), f.asked()
    seen = content_of(REMITTANCE, other)[1]
    caught(
        row, lambda: f.approve(row, f.person(Role.GENERAL_MANAGER), seen=seen), "approval_outdated"
    )


def test_an_old_approval_is_replayed_after_a_refusal() -> None:
    row = half_approved()
    seen = ApprovalRequest.objects.get(subject_type="cod.remittance").sha256
    services.refuse_remittance(
        row, seen=seen, reason="账户不对", by=f.person(Role.DIRECTOR), at=timezone.now()
    )
    act = lambda: f.approve(row, f.person(Role.GENERAL_MANAGER), seen=seen)  # noqa: E731
    caught(row, act, "approval_not_open")


@pytest.mark.requirement("COD-6")
def test_the_account_is_changed_between_approval_and_release() -> None:
    row = half_approved()
    payees.active(row.merchant)
    caught(row, lambda: f.approve(row, f.person(Role.GENERAL_MANAGER)), "payee_changed")


@pytest.mark.requirement("COD-6")
def test_the_account_is_swapped_in_the_row_after_the_first_approval() -> None:
    row, thief = half_approved(), payees.active()
    Remittance.objects.filter(pk=row.pk).update(payee=thief)
    row.refresh_from_db()
    act = lambda: f.approve(row, f.person(Role.GENERAL_MANAGER))  # noqa: E731
    caught(row, act, "payee_changed")


@pytest.mark.requirement("COD-6")
def test_it_is_paid_to_an_account_that_was_stopped() -> None:
    row = half_approved()
    assert row.payee is not None
    bank.stop_payee(row.payee, reason="商家来电否认", by=UserFactory(), at=timezone.now())
    caught(row, lambda: f.approve(row, f.person(Role.GENERAL_MANAGER)), "payee_changed")
    services.renew_payee(remittance_id=row.pk, by=UserFactory(), at=timezone.now())
    row.refresh_from_db()
    assert row.state == S.HELD
    caught(row, lambda: f.asked(row), "remittance_held")


def test_money_that_is_not_on_the_bank_is_remitted() -> None:
    row = half_approved()
    CodItem.objects.filter(remittance_rows__remittance=row).update(
        state="deposited", banked_at=None
    )
    caught(row, lambda: f.approve(row, f.person(Role.GENERAL_MANAGER)), "money_elsewhere")


def test_an_item_that_is_with_the_courier_is_put_in_by_sql() -> None:
    row = f.prepared()
    item = cod.collected("900.00", customer=row.merchant)
    sql_refused(
        "remittance_row_belongs|does not belong",
        "INSERT INTO cod_remittancerow (remittance_id, n, kind, amount, text, item_id, stands)"
        " VALUES (%s, 99, 'item', 900, %s, %s, true)",
        row.pk,
        item.waybill,
        item.pk,
    )


def test_an_item_is_put_into_two_remittances() -> None:
    row, other = f.prepared(), f.prepared()
    line = row.rows.get(kind="item")
    sql_refused(
        "does not belong|remittance_item_once",
        "INSERT INTO cod_remittancerow (remittance_id, n, kind, amount, text, item_id, stands)"
        " VALUES (%s, 99, 'item', %s, %s, %s, true)",
        other.pk,
        line.amount,
        line.text,
        line.item_id,
    )
    f.banked(row.merchant, "5.00")
    with pytest.raises(RuleBroken) as refusal:
        services.put_in_remittance(item_ids=[line.item_id], by=UserFactory(), at=timezone.now())
    assert refusal.value.code == "illegal_move"


def test_a_remittance_is_changed_after_it_was_approved() -> None:
    row = half_approved()
    sql_refused("refused", "UPDATE cod_remittance SET amount = amount + 1 WHERE id = %s", row.pk)
    sql_refused("refused", "UPDATE cod_remittancerow SET amount = amount + 1 WHERE remittance_id = %s", row.pk)  # fmt: skip
    sql_refused("refused", "DELETE FROM cod_remittancerow WHERE remittance_id = %s", row.pk)
    sql_refused("refused", "DELETE FROM cod_remittance WHERE id = %s", row.pk)
    sql_refused(
        "are not what it says",
        "UPDATE cod_remittancerow SET stands = false WHERE remittance_id = %s",
        row.pk,
    )


def test_it_is_said_to_be_released_by_sql() -> None:
    row, other = half_approved(), f.released()
    sql_refused(
        "remittance_released_agrees",
        "UPDATE cod_remittance SET state = 'released' WHERE id = %s",
        row.pk,
    )
    sql_refused(
        "two persons have not approved",
        "UPDATE cod_remittance SET state = 'paid', released_at = now(), paid_at = now(), approval_id = %s,"
        " payout_id = (SELECT max(id) FROM banking_payout) + 1 WHERE id = %s",
        other.approval_id,
        row.pk,
    )


def test_it_is_withdrawn_after_its_release_to_be_paid_again() -> None:
    row = f.released()
    act = lambda: services.withdraw_remittance(  # noqa: E731
        remittance_id=row.pk, reason="重付一次", by=UserFactory(), at=timezone.now()
    )
    caught(row, act, "remittance_released")
    sql_refused("refused", "UPDATE cod_remittance SET state = 'prepared', released_at = NULL, approval_id = NULL,"
                " payout_id = NULL WHERE id = %s", row.pk)  # fmt: skip
    assert services.prepare_due(by=UserFactory(), at=timezone.now()) == 0


def test_it_is_approved_again_after_its_release() -> None:
    row = f.released()
    caught(row, lambda: f.approve(row, f.person(Role.DIRECTOR)), "remittance_released")
    caught(row, lambda: f.asked(row), "remittance_released")


def test_the_fee_that_was_deducted_is_taken_back_alone() -> None:
    merchant = f.merchant(fee_deducted=True)
    f.banked(merchant, "100.00", fee="2.00")
    f.released(f.prepared(merchant))
    receipt = Receipt.objects.get()
    with pytest.raises(RuleBroken) as refusal:
        cancel_receipt(receipt_id=receipt.pk, reason="退费", by=UserFactory(), at=timezone.now())
    assert refusal.value.code == "of_remittance"
    receipt.refresh_from_db()
    assert receipt.cancelled_at is None


def test_terms_are_rewritten_for_the_past() -> None:
    merchant = f.merchant(minimum=D("100.00"))
    pk = merchant.remittance_terms.get().pk
    sql_refused("append-only", "UPDATE cod_remittanceterms SET minimum = 0 WHERE id = %s", pk)
    sql_refused("append-only", "DELETE FROM cod_remittanceterms WHERE id = %s", pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("COD-6")
def test_a_change_of_account_races_the_release() -> None:
    """Whoever is first: either it went to the account that two people saw, or it did not go."""
    row = half_approved()
    cooling = payees.cooling(payees.requested(row.merchant, at=payees.ago(days=3)), at=payees.ago(days=2))  # fmt: skip
    manager, gate, codes = f.person(Role.GENERAL_MANAGER), threading.Barrier(2), []

    def release() -> None:
        gate.wait(LIMIT)
        try:
            f.approve(row, manager)
        except RuleBroken as refusal:
            codes.append(refusal.code)
        finally:
            connection.close()

    def change() -> None:
        gate.wait(LIMIT)
        bank.move_payees()
        connection.close()

    threads = [threading.Thread(target=act) for act in (release, change)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    row.refresh_from_db()
    paid = list(Payout.objects.values_list("payee", flat=True))
    if row.state == S.RELEASED:
        assert paid == [row.payee_id] and row.payee_id != cooling.pk
    else:
        assert paid == [] and codes and codes[0] in ("payee_changed", "payee_not_active")
