"""Our accounts: encrypted, masked, revealed with a reason; which account when, by one function."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from apps.banking import services
from apps.banking.enums import AccountPurpose
from apps.banking.models import AccountAssignment, BankAccount
from apps.banking.queries import is_accepted, which_account
from apps.banking.queries.accounts import tail_is
from apps.banking.states import ACCOUNT_MOVES, FILE_MOVES
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from tests.factories.accounts import UserFactory
from tests.factories.banking import bank_account, hours
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


@pytest.mark.parametrize("number", ["", "123", "12345 abc!", "6" * 40])
def test_what_is_no_number_is_refused(number: str) -> None:
    if number == "12345 abc!":
        assert bank_account(number=number).number == "12345ABC"
        return
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
    with pytest.raises(BadInput) as refusal:
        services.change_account(account, {"cnaps": "12"}, by=UserFactory(), at=timezone.now())
    assert refusal.value.field == "cnaps"


def test_the_newest_assignment_is_the_answer_and_one_s_own_goes_first() -> None:
    by, mine, other = UserFactory(), CustomerFactory(), CustomerFactory()
    old, new, own = (bank_account() for _n in range(3))
    assert which_account(mine, timezone.now(), purpose=FREIGHT) is None
    services.assign_account(account=old, since=hours(-10), by=by, at=timezone.now())
    services.assign_account(
        account=new,
        since=hours(-2),
        old_accepts_until=hours(5),
        project="换户",
        by=by,
        at=timezone.now(),
    )
    services.assign_account(account=own, customer=mine, since=hours(-1), by=by, at=timezone.now())
    assert which_account(mine, hours(-1.5), purpose=FREIGHT) == new
    assert which_account(mine, timezone.now(), purpose=FREIGHT) == own
    assert which_account(other, timezone.now(), purpose=FREIGHT) == new
    assert which_account(None, hours(-3), purpose=FREIGHT) == old
    assert which_account(other, hours(-11), purpose=FREIGHT) is None
    assert is_accepted(old, other, timezone.now(), purpose=FREIGHT)
    assert not is_accepted(old, other, hours(6), purpose=FREIGHT)
    assert not is_accepted(own, other, timezone.now(), purpose=FREIGHT)
    assert Event.objects.filter(kind="bankaccount.assigned").count() == 3


def test_assignments_go_forward_only_and_stay() -> None:
    by = UserFactory()
    account = bank_account()
    first = services.assign_account(account=account, since=hours(-1), by=by, at=timezone.now())
    for since in (first.since, hours(-2)):
        with pytest.raises(BadInput) as refusal:
            services.assign_account(account=account, since=since, by=by, at=timezone.now())
        assert refusal.value.field == "since"
    with pytest.raises(BadInput):
        services.let_accept_until(first, until=hours(-2), by=by, at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL yipiao.maintenance = 'off'")
        for change in (
            "UPDATE banking_accountassignment SET since = now()",
            "DELETE FROM banking_accountassignment",
        ):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                cursor.execute(change)


def test_an_account_that_is_somebody_s_answer_is_not_closed() -> None:
    by = UserFactory()
    old, new = bank_account(), bank_account()
    services.assign_account(account=old, since=hours(-3), by=by, at=timezone.now())
    with pytest.raises(RuleBroken) as refusal:
        services.close_account(old, reason="换户", by=by, at=timezone.now())
    assert refusal.value.code == "account_in_use"
    services.assign_account(account=new, since=hours(-1), by=by, at=timezone.now())
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
            services.assign_account(
                account=accounts[step], since=begin + timedelta(hours=step), by=by, at=begin
            )
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
