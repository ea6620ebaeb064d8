"""What does not come is written off by two people who did not ask, exactly once (BIL-5)."""

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts import totp
from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from apps.backoffice.enums import ApprovalState
from apps.backoffice.models import ApprovalRequest
from apps.backoffice.queries.approvals import content_of
from apps.billing import services
from apps.billing.approvals import WRITE_OFF
from apps.billing.enums import AllocationKind, WriteOffState
from apps.billing.models import Allocation, Statement, WriteOff
from apps.billing.queries.owing import owed_on
from apps.billing.states import WRITE_OFF_MOVES
from apps.core.errors import RuleBroken
from apps.ledger.enums import AccountKind
from apps.ledger.models import Account
from apps.ledger.queries import balance_of
from tests.factories.accounts import TOTP_KEY, UserFactory, sign_in
from tests.factories.billing import DECEMBER_FIRST, charged, payer, received, sent
from tests.refusing import refused_undone as refused
from tests.waiting import LIMIT

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-5")]
D = Decimal


def person(*roles: Role, **more: Any) -> User:
    user: User = UserFactory(roles=list(roles), scope=ObjectScope.ALL, **more)
    return user


def asked(amount: str = "80.00", by: User | None = None) -> WriteOff:
    statement = sent(payer(), "100.00")
    return services.ask_write_off(
        statement_id=statement.pk,
        amount=D(amount),
        reason="对方已注销，催收无果",
        by=by or person(Role.FINANCE),
        at=DECEMBER_FIRST,
    )


def approve(row: WriteOff, by: User, **more: Any) -> Allocation | None:
    more.setdefault("seen", content_of(WRITE_OFF, row)[1])
    more.setdefault("second_factor_at", DECEMBER_FIRST)
    return services.approve_write_off(row, by=by, at=DECEMBER_FIRST, **more)


def owed(row: WriteOff) -> Decimal:
    return owed_on([row.statement_id])[row.statement_id].owed


def test_the_second_person_s_approval_does_it_once_and_the_ledger_says_so() -> None:
    row, manager, director = asked(), person(Role.DEPARTMENT_MANAGER), person(Role.GENERAL_MANAGER)
    assert approve(row, director) is None and owed(row) == D("100.00"), "in any order, both"
    allocation = approve(row, manager)
    assert allocation is not None and allocation.kind == AllocationKind.WRITE_OFF
    assert owed(row) == D("20.00")
    loss = Account.objects.get(kind=AccountKind.BAD_DEBT)
    assert balance_of(loss.pk).net == D("80.00")
    row.refresh_from_db()
    assert (row.state, row.allocation, row.closed_by) == (WriteOffState.DONE, allocation, manager)
    assert refused(lambda: approve(row, manager)) == "write_off_ended"
    assert Allocation.objects.filter(kind=AllocationKind.WRITE_OFF).count() == 1


def test_who_asked_approves_nothing_of_it() -> None:
    maker = person(Role.FINANCE, Role.DEPARTMENT_MANAGER)
    row = asked(by=maker)
    assert refused(lambda: approve(row, maker)) == "maker_approves"
    assert owed(row) == D("100.00")


def test_one_person_is_not_two_and_two_managers_are_not_enough() -> None:
    row, both = asked(), person(Role.DEPARTMENT_MANAGER, Role.GENERAL_MANAGER)
    approve(row, both)
    assert refused(lambda: approve(row, both)) == "approved_twice"
    assert refused(lambda: approve(row, person(Role.PROJECT_MANAGER))) == "not_your_turn"
    assert refused(lambda: approve(row, person(Role.FINANCE))) == "not_your_turn"
    assert owed(row) == D("100.00")


def test_another_sign_in_name_of_the_same_person_does_not_count() -> None:
    row, first = asked(), person(Role.DEPARTMENT_MANAGER)
    approve(row, first)
    other = person(Role.GENERAL_MANAGER)
    User.objects.filter(pk=other.pk).update(staff_number=first.staff_number)
    other.refresh_from_db()
    assert refused(lambda: approve(row, other)) == "approved_twice"


def test_a_payment_meanwhile_makes_it_void() -> None:
    row, manager = asked(), person(Role.DEPARTMENT_MANAGER)
    approve(row, manager)
    statement = row.statement
    money = received(statement.bill_to, "30.00")
    services.allocate(
        receipt_id=money.pk,
        statement_id=statement.pk,
        amount=D("30.00"),
        by=person(Role.FINANCE),
        at=DECEMBER_FIRST,
    )
    row.refresh_from_db()
    assert row.state == WriteOffState.VOID
    assert ApprovalRequest.objects.get().state == ApprovalState.VOID
    assert refused(lambda: approve(row, person(Role.GENERAL_MANAGER))) == "write_off_ended"
    assert owed(row) == D("70.00")
    again = services.ask_write_off(
        statement_id=statement.pk, amount=D("70.00"), reason="余款", by=manager, at=DECEMBER_FIRST
    )
    assert again.state == WriteOffState.ASKED, "it is asked for anew"


def test_what_was_not_looked_at_is_not_approved() -> None:
    row = asked()
    assert (
        refused(lambda: approve(row, person(Role.GENERAL_MANAGER), seen="0" * 64))
        == "approval_outdated"
    )
    old = DECEMBER_FIRST - timedelta(minutes=6)
    act = lambda: approve(row, person(Role.GENERAL_MANAGER), second_factor_at=old)  # noqa: E731
    assert refused(act) == "second_factor_missing"


def test_a_refusal_ends_it_with_its_reason() -> None:
    row, manager = asked(), person(Role.DEPARTMENT_MANAGER)
    services.refuse_write_off(
        row, seen=content_of(WRITE_OFF, row)[1], reason="再催一个月", by=manager, at=DECEMBER_FIRST
    )
    row.refresh_from_db()
    assert row.state == WriteOffState.REFUSED
    assert owed(row) == D("100.00")


def test_what_is_asked_for_must_be_owed_and_is_asked_once() -> None:
    statement = sent(payer(), "100.00")
    by = person(Role.FINANCE)

    def ask(amount: str, reason: str = "不付了", which: Statement = statement) -> Any:
        return services.ask_write_off(
            statement_id=which.pk, amount=D(amount), reason=reason, by=by, at=DECEMBER_FIRST
        )

    assert refused(lambda: ask("100.01")) == "above_statement"
    assert refused(lambda: ask("0")) == "bad_amount"
    assert refused(lambda: ask("1.00", which=charged(payer(), "5")[0].statement)) == "still_open"
    ask("1.00")
    assert refused(lambda: ask("1.00")) == "asked_already"


@pytest.mark.parametrize("frm", WriteOffState)
@pytest.mark.parametrize("to", WriteOffState)
def test_only_what_waits_ends(frm: WriteOffState, to: WriteOffState) -> None:
    assert WRITE_OFF_MOVES.allows(frm, to) == (frm == WriteOffState.ASKED and frm != to)


def test_the_database_keeps_done_and_its_allocation_together() -> None:
    row = asked()
    with pytest.raises(IntegrityError), transaction.atomic():
        WriteOff.objects.filter(pk=row.pk).update(
            state=WriteOffState.DONE, closed_at=DECEMBER_FIRST, closed_by=row.asked_by
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        WriteOff.objects.filter(pk=row.pk).update(amount=D("100.01"))


def press(client: Client, row: WriteOff, user: User) -> Any:
    sign_in(client, user)
    where = reverse("admin:billing_writeoff_act", args=[row.pk, "approve"])
    assert "对方已注销" in client.get(where).content.decode()
    code = totp.code_at(TOTP_KEY, totp.step_at(timezone.now()))
    typed = {"remark": "", "seen": content_of(WRITE_OFF, row)[1], "code": code}
    return client.post(where, typed)


def test_from_the_statement_s_page_to_the_second_approval(client: Client) -> None:
    statement = sent(payer(), "100.00")
    sign_in(client, person(Role.FINANCE))
    ask = reverse("admin:billing_statement_act", args=[statement.pk, "write-off"])
    client.post(ask, {"write-off-amount": "80", "write-off-reason": "对方已注销"})
    row = WriteOff.objects.get()
    page = reverse("admin:billing_writeoff_change", args=[row.pk])
    assert "对方已注销" in client.get(page).content.decode()
    mine = reverse("admin:billing_writeoff_act", args=[row.pk, "approve"])
    assert client.get(mine).status_code == 403, "finance does not approve"
    manager, general = person(Role.DEPARTMENT_MANAGER), person(Role.GENERAL_MANAGER)
    assert press(client, row, manager).status_code == 302
    waiting = reverse("admin:approvals")
    sign_in(client, general)
    assert statement.number in client.get(waiting).content.decode()
    assert press(client, row, general).status_code == 302
    assert owed(row) == D("20.00")
    assert client.get(mine, follow=True).status_code == 200, "pressed again it says that it is over"
    assert Allocation.objects.filter(kind=AllocationKind.WRITE_OFF).count() == 1
    shown = client.get(reverse("admin:billing_statement_change", args=[statement.pk]))
    assert page in shown.content.decode()


@pytest.mark.django_db(transaction=True)
def test_pressed_twice_at_the_same_time_it_is_done_once() -> None:
    row, manager, general = asked(), person(Role.DEPARTMENT_MANAGER), person(Role.GENERAL_MANAGER)
    approve(row, manager)
    seen = content_of(WRITE_OFF, row)[1]
    begun, answers = threading.Barrier(2), []

    def press_it() -> None:
        try:
            begun.wait(LIMIT)
            answers.append("done" if approve(row, general, seen=seen) else "waits")
        except RuleBroken as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    presses = [threading.Thread(target=press_it) for _n in range(2)]
    for one in presses:
        one.start()
    for one in presses:
        one.join(LIMIT)
    assert sorted(answers) == ["done", "write_off_ended"]
    assert owed(row) == D("20.00")
