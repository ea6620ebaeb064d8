"""Our accounts: encrypted, masked, revealed with a reason; which account when, by one function."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from apps.banking import services
from apps.banking.enums import AccountPurpose
from apps.banking.models import AccountAssignment, BankAccount
from apps.banking.queries import (
    NumberAltered,
    customers_paying_into,
    pay_to,
    which_account,
)
from apps.banking.queries.accounts import tail_is
from apps.banking.states import ACCOUNT_MOVES, FILE_MOVES
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from tests.factories.accounts import UserFactory
from tests.factories.banking import bank_account, hours, is_accepted
from tests.factories.customers import CustomerFactory

FREIGHT = AccountPurpose.FREIGHT

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("COD-1")]


def test_a_number_with_a_leading_zero_is_kept_encrypted_masked_and_revealed_with_a_reason() -> None:
    """M12: the pattern that refused numbers of companies."""
    by = UserFactory()
    account = bank_account(by, number="0123 4567-89012")
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM banking_bankaccount")
        assert "0123456789012" not in cursor.fetchone()[0]
    assert BankAccount.objects.get().number == "0123456789012"
    assert str(account).endswith("(**** 9012)")
    with pytest.raises(BadInput) as refusal:
        services.reveal_number(account, reason=" ", by=by, at=timezone.now())
    assert refusal.value.field == "reason"
    assert (
        services.reveal_number(account, reason="客户来电核对", by=by, at=timezone.now())
        == "0123456789012"
    )
    event = Event.objects.get(kind="bankaccount.revealed")
    assert event.data == {"reason": "客户来电核对"}
    assert "0123456789012" not in str(list(Event.objects.values_list("data", flat=True)))


@pytest.mark.parametrize(
    "number", ["", "1234567", "12345678 a", "6" * 33, "１２３４５６７Ｂ", "12345678!"]
)
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(BadInput) as refusal:
        bank_account(number=number)
    assert (refusal.value.code, refusal.value.field) == ("bad_number", "number")


def test_a_number_is_entered_once_and_never_changed() -> None:
    account = bank_account(number="012345678901")
    with pytest.raises(BadInput) as refusal:
        bank_account(number="0123-4567-8901")
    assert refusal.value.code == "number_known"
    with (
        pytest.raises(IntegrityError, match="another number is another account"),
        transaction.atomic(),
    ):
        BankAccount.objects.filter(pk=account.pk).update(number_index="x" * 32)
    services.change_account(account, {"name": "运费户"}, by=UserFactory(), at=timezone.now())
    with pytest.raises(TypeError):
        services.change_account(account, {"number": "1"}, by=UserFactory(), at=timezone.now())
    for code in ("12", "10229000010a", "999290000101", "000000000000"):
        with pytest.raises(BadInput) as refusal:
            services.change_account(account, {"cnaps": code}, by=UserFactory(), at=timezone.now())
        assert refusal.value.field == "cnaps"
    services.change_account(account, {"cnaps": "308290003011"}, by=UserFactory(), at=timezone.now())


@pytest.fixture
def undone(db: None) -> Iterator[None]:
    """What an account change would do is taken back before the database asks which one that was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def assign(account: BankAccount, since: Any, customer: Any = None, **more: Any) -> None:
    """As an account change does it."""
    services.reassign(
        accounts={customer.pk if customer else None: account},
        instead_of=more.pop("instead_of", ()),
        purpose=FREIGHT,
        accept_until=more.pop("accept_until", since + timedelta(days=30)),
        project="AC1",
        by=UserFactory(),
        at=since,
    )


@pytest.mark.usefixtures("undone")
def test_the_newest_assignment_is_the_answer_and_one_s_own_goes_first() -> None:
    by, mine, other = UserFactory(), CustomerFactory(), CustomerFactory()
    old, new, own = (bank_account() for _n in range(3))
    assert which_account(mine, timezone.now(), purpose=FREIGHT) is None
    services.assign_account(account=old, since=hours(-10), by=by, at=hours(-10))
    assign(new, hours(-2), instead_of=[old.pk], accept_until=hours(5))
    assign(own, hours(-1), mine)
    assert which_account(mine, hours(-1.5), purpose=FREIGHT) == new
    assert which_account(mine, timezone.now(), purpose=FREIGHT) == own
    assert which_account(other, timezone.now(), purpose=FREIGHT) == new
    assert which_account(None, hours(-3), purpose=FREIGHT) == old
    assert which_account(other, hours(-11), purpose=FREIGHT) is None
    assert which_account(other, timezone.now(), purpose=AccountPurpose.COD) is None
    assert is_accepted(old, other, timezone.now(), purpose=FREIGHT)
    assert not is_accepted(old, other, hours(6), purpose=FREIGHT)
    assert not is_accepted(own, other, timezone.now(), purpose=FREIGHT)
    assert Event.objects.filter(kind="bankaccount.assigned").count() == 3
    assert list(customers_paying_into([own.pk], timezone.now(), purpose=FREIGHT)) == [mine]
    assert list(customers_paying_into([new.pk], timezone.now(), purpose=FREIGHT)) == [other]


def test_by_hand_an_account_is_assigned_once_and_never_for_days_that_are_over() -> None:
    by, mine = UserFactory(), CustomerFactory()
    old, new, payroll = bank_account(), bank_account(), bank_account(purpose="payroll")
    now = timezone.now()
    with pytest.raises(BadInput) as past:
        services.assign_account(account=old, since=now - timedelta(days=1), by=by, at=now)
    assert (past.value.code, past.value.field) == ("since_past", "since")
    with pytest.raises(RuleBroken) as refused:
        services.assign_account(account=payroll, since=now, by=by, at=now)
    assert refused.value.code == "other_purpose"
    first = services.assign_account(account=old, since=now, by=by, at=now)
    for customer in (None, mine):
        with pytest.raises(RuleBroken) as refusal:
            services.assign_account(
                account=new, since=now + timedelta(hours=1), customer=customer, by=by, at=now
            )
        assert (refusal.value.code, refusal.value.rule) == ("needs_project", "COD-2")
    sub = bank_account(parent=old)
    services.assign_account(account=sub, since=now, customer=mine, by=by, at=now)
    assert which_account(mine, now, purpose=FREIGHT) == sub, "the money is in the same account"
    with pytest.raises(BadInput) as refusal:
        services.assign_account(account=old, since=now, by=by, at=now)
    assert refusal.value.code == "since_too_early"
    for reason, until in (("", hours(5)), ("客户要求", now - timedelta(days=2))):
        with pytest.raises(BadInput):
            services.let_accept_until([first], until=until, reason=reason, by=by, at=now)


@pytest.mark.usefixtures("undone")
def test_one_who_was_told_what_everybody_is_told_alone_may_pay_into_the_old_account() -> None:
    by, mine, other = UserFactory(), CustomerFactory(), CustomerFactory()
    old, new = bank_account(), bank_account()
    services.assign_account(account=old, since=hours(-9), by=by, at=hours(-9))
    assign(new, hours(-1), mine, instead_of=[old.pk], accept_until=hours(5))
    assert which_account(mine, hours(-2), purpose=FREIGHT) == old
    assert which_account(mine, timezone.now(), purpose=FREIGHT) == new
    assert is_accepted(old, mine, hours(4), purpose=FREIGHT)
    assert not is_accepted(old, mine, hours(6), purpose=FREIGHT)
    assert which_account(other, hours(6), purpose=FREIGHT) == old


def test_a_number_that_was_altered_past_us_is_told_nobody() -> None:
    account, other = bank_account(), bank_account()
    services.assign_account(account=account, since=hours(0), by=UserFactory(), at=hours(0))
    assert pay_to(None, hours(1), purpose=FREIGHT).number == account.number  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE banking_bankaccount SET number = (SELECT number FROM banking_bankaccount WHERE id = %s)"
            " WHERE id = %s",
            [other.pk, account.pk],
        )
    with pytest.raises(NumberAltered):
        pay_to(None, hours(1), purpose=FREIGHT)


def test_assignments_holders_and_closed_accounts_stay() -> None:
    by = UserFactory()
    account = bank_account()
    services.assign_account(account=account, since=hours(0), by=by, at=hours(0))
    closed = services.close_account(bank_account(), reason="不用", by=by, at=hours(0))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        for change in (
            "UPDATE banking_accountassignment SET since = now() + interval '1 day'",
            "UPDATE banking_accountassignment SET purpose = 'cod'",
            "DELETE FROM banking_accountassignment",
            "UPDATE banking_bankaccount SET holder = '别人'",
            f"UPDATE banking_bankaccount SET state = 'open', closed_at = NULL, closed_by_id = NULL WHERE id = {closed.pk}",
            f"DELETE FROM banking_bankaccount WHERE id = {closed.pk}",
        ):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                cursor.execute(change)


@pytest.mark.usefixtures("undone")
def test_an_account_that_is_somebody_s_answer_is_not_closed() -> None:
    by = UserFactory()
    old, new = bank_account(), bank_account()
    services.assign_account(account=old, since=hours(-3), by=by, at=hours(-3))
    with pytest.raises(RuleBroken) as refusal:
        services.close_account(old, reason="换户", by=by, at=timezone.now())
    assert refusal.value.code == "account_in_use"
    assign(new, hours(-1), instead_of=[old.pk])
    closed = services.close_account(old, reason="换户", by=by, at=timezone.now())
    assert (closed.state, closed.closed_by) == ("closed", by)
    with pytest.raises(RuleBroken):
        services.close_account(old, reason="再关", by=by, at=timezone.now())
    with pytest.raises(RuleBroken) as refusal:
        services.assign_account(account=old, since=hours(1), by=by, at=timezone.now())
    assert refusal.value.code == "account_closed"


def test_a_sub_account_hangs_on_a_main_account() -> None:
    main = bank_account()
    sub = bank_account(parent=main)
    with pytest.raises(BadInput) as refusal:
        bank_account(parent=sub)
    assert refusal.value.field == "parent"


@how(max_examples=20)
@given(st.lists(st.integers(0, 50), unique=True, max_size=6), st.integers(-5, 60))
def test_there_is_one_answer_at_every_instant_from_the_first_on(
    steps: list[int], asked: int
) -> None:
    with transaction.atomic():
        by, begin = UserFactory(), timezone.now()
        accounts = {}
        for step in sorted(steps):
            accounts[step] = bank_account(by)
            assign(accounts[step], begin + timedelta(hours=step))
        past = [step for step in steps if step <= asked]
        expected = accounts[max(past)] if past else None
        assert (
            which_account(CustomerFactory(), begin + timedelta(hours=asked), purpose=FREIGHT)
            == expected
        )
        assert AccountAssignment.objects.count() == len(steps)
        transaction.set_rollback(True)


@pytest.mark.parametrize("table", [FILE_MOVES, ACCOUNT_MOVES])
def test_moves(table: object) -> None:
    moves = list(table.moves())  # type: ignore[attr-defined]  # a MoveTable
    assert moves
    for frm, to in moves:
        table.check(frm, to)  # type: ignore[attr-defined]  # likewise
        with pytest.raises(RuleBroken):
            table.check(to, frm)  # type: ignore[attr-defined]  # likewise


@pytest.mark.requirement("COD-6")
def test_the_last_digits_are_compared_and_never_read() -> None:
    account = bank_account(number="0123456789012")
    assert tail_is(account, "9012") is True
    for wrong in ("9013", "", "12", "0123456789012", "９０１２"):
        assert tail_is(account, wrong) is False
    assert tail_is(None, "9012") is False and tail_is(None, "") is False
