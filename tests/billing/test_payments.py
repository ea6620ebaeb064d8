"""Money comes in, settles what is owed, and is undone exactly; balances always add up (BIL-5)."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from apps.billing import services
from apps.billing.enums import ChequeState
from apps.billing.models import Allocation, Cheque, Receipt, Statement
from apps.billing.queries.owing import owed_by, unspent_of
from apps.billing.states import CHEQUE_MOVES
from apps.core.errors import BadInput
from apps.customers.models import Customer
from apps.ledger.enums import AccountKind, PartyKind
from apps.ledger.queries import balances_of
from apps.sla.models import Matter
from tests.factories.accounts import UserFactory
from tests.factories.billing import (
    BANK,
    DECEMBER_FIRST,
    OCTOBER,
    charged,
    frozen,
    payer,
    received,
    sent,
)
from tests.refusing import refused_undone as refused

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-5")]
D = Decimal


def who() -> dict[str, Any]:
    return {"by": UserFactory(), "at": DECEMBER_FIRST}


def allocate(receipt: Receipt, statement: Statement, amount: str) -> Allocation:
    return services.allocate(
        receipt_id=receipt.pk, statement_id=statement.pk, amount=D(amount), **who()
    )


def books(customer: Customer) -> tuple[Decimal, Decimal]:
    """(receivable, advance) of the ledger; an advance is a credit balance."""
    found = [
        balances_of(kind, PartyKind.CUSTOMER, [customer.pk])[customer.pk].net
        for kind in (AccountKind.RECEIVABLE, AccountKind.ADVANCE)
    ]
    return found[0], -found[1]


def test_an_overpayment_stays_in_the_advance() -> None:
    customer = payer()
    statement = sent(customer, "300.00")
    money = received(customer, "350.00")
    assert books(customer) == (D("300.00"), D("350.00"))
    allocate(money, statement, "300.00")
    assert books(customer) == (D("0.00"), D("50.00"))
    assert [one.rest for one in unspent_of(customer.pk)] == [D("50.00")]
    matter = Matter.objects.get(
        subject_type="billing.statement", subject_id=str(statement.pk), key=""
    )
    assert matter.closed_at is not None, "settled: its payment is no longer waited for"


def test_undoing_gives_both_sides_back_once() -> None:
    customer = payer()
    statement = sent(customer, "100.00")
    made = allocate(received(customer), statement, "100.00")
    undo = {"allocation_id": made.pk, "reason": "记错了客户", **who()}
    undone = services.undo_allocation(**undo)
    assert books(customer) == (D("100.00"), D("100.00"))
    assert owed_by(customer.pk)[0].owed == D("100.00")
    assert refused(lambda: services.undo_allocation(**undo)) == "undone_already"
    assert refused(
        lambda: services.undo_allocation(allocation_id=undone.pk, reason="再来", **who())
    ) == ("undoes")
    matter = Matter.objects.get(
        subject_type="billing.statement", subject_id=str(statement.pk), key=""
    )
    assert matter.closed_at is None, "it is owed again"


def test_neither_rest_is_exceeded() -> None:
    customer = payer()
    statement, money = sent(customer, "100.00"), received(customer, "60.00")
    assert refused(lambda: allocate(money, statement, "60.01")) == "above_receipt"
    allocate(money, statement, "60.00")
    assert refused(lambda: allocate(received(customer, "90.00"), statement, "40.01")) == (
        "above_statement"
    )
    assert refused(lambda: allocate(received(payer()), statement, "1.00")) == "other_payer"
    assert refused(lambda: allocate(received(customer), statement, "0.00")) == "bad_amount"
    open_one = charged(customer, service_day=date(2026, 12, 1))[0].statement
    assert refused(lambda: allocate(received(customer), open_one, "1.00")) == "still_open"


@pytest.mark.parametrize("above", ["receipt", "statement"])
def test_the_database_keeps_both_rests_too(above: str) -> None:
    customer = payer()
    gross, amount = ("100.00", "10.00") if above == "receipt" else ("10.00", "100.00")
    statement, money = sent(customer, gross), received(customer, amount)
    with pytest.raises(IntegrityError), transaction.atomic():
        Allocation.objects.create(
            receipt=money, statement=statement, amount=D("10.01"), day=date(2026, 12, 1), **who()
        )


def test_unknown_money_waits_for_its_payer() -> None:
    customer = payer()
    statement, money = sent(customer, "100.00"), received(None)
    assert refused(lambda: allocate(money, statement, "1.00")) == "other_payer"
    services.identify_receipt(receipt_id=money.pk, payer=customer, **who())
    assert books(customer) == (D("100.00"), D("100.00"))
    allocate(money, statement, "100.00")
    assert refused(
        lambda: services.identify_receipt(receipt_id=money.pk, payer=customer, **who())
    ) == ("payer_known")


def test_the_same_line_is_taken_once() -> None:
    customer = payer()
    first = received(customer, source_key="bank-line:1")
    assert received(customer, source_key="bank-line:1") == first
    assert books(customer)[1] == D("100.00")


def test_the_oldest_is_settled_first() -> None:
    customer = payer()
    october = frozen(customer, "100.00", month=OCTOBER)
    november = frozen(customer, "50.00")
    received(customer, "30.00")
    received(customer, "90.00")
    done = services.allocate_oldest(payer_id=customer.pk, **who())
    assert [(a.statement_id, a.amount) for a in done] == [
        (october.pk, D("30.00")),
        (october.pk, D("70.00")),
        (november.pk, D("20.00")),
    ]
    assert books(customer) == (D("30.00"), D("0.00"))


class TestGivingUp:
    def test_a_small_difference_needs_one_person(self) -> None:
        customer = payer()
        statement = sent(customer, "100.00")
        allocate(received(customer, "92.00"), statement, "92.00")
        services.settle_small_difference(statement_id=statement.pk, reason="对方银行扣费", **who())
        assert books(customer)[0] == 0
        cost = balances_of(AccountKind.RECEIVABLE, PartyKind.CUSTOMER, [customer.pk])
        assert cost[customer.pk].net == 0

    def test_more_is_a_write_off(self) -> None:
        statement = sent(payer(), "100.00")
        give_up = {"statement_id": statement.pk, "reason": "不付了", **who()}
        assert refused(lambda: services.settle_small_difference(**give_up)) == "not_small"

    def test_nothing_is_left_to_give_up(self) -> None:
        customer = payer()
        statement = sent(customer, "100.00")
        allocate(received(customer), statement, "100.00")
        give_up = {"statement_id": statement.pk, "reason": "没有了", **who()}
        assert refused(lambda: services.settle_small_difference(**give_up)) == "bad_amount"


@given(
    st.lists(
        st.tuples(st.sampled_from(["pay", "oldest", "undo"]), st.integers(1, 30_000)), max_size=8
    )
)
@how(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_balances_add_up_whatever_is_done(acts: list[tuple[str, int]]) -> None:
    with transaction.atomic():
        customer = payer()
        frozen(customer, "100.00", month=OCTOBER)
        frozen(customer, "50.00")
        paid = D(0)
        for act, fen in acts:
            if act == "pay":
                received(customer, str(D(fen).scaleb(-2)))
                paid += D(fen).scaleb(-2)
            elif act == "oldest":
                services.allocate_oldest(payer_id=customer.pk, **who())
            elif last := Allocation.objects.filter(
                reverses=None, reversed_by=None, statement__bill_to=customer
            ).last():
                services.undo_allocation(allocation_id=last.pk, reason="撤销", **who())
        owed = sum((one.owed for one in owed_by(customer.pk)), D(0))
        rest = sum((one.rest for one in unspent_of(customer.pk)), D(0))
        assert books(customer) == (owed, rest)
        assert owed - rest == D("150.00") - paid
        transaction.set_rollback(True)


class TestCheques:
    def noted(self, **more: Any) -> Cheque:
        values: dict[str, Any] = {
            "payer": payer(), "amount": D("100.00"), "collect_on": date(2026, 12, 1), **who(), **more,
        }  # fmt: skip
        return services.note_cheque(**values)

    def collect(self, cheque: Cheque, days: int = 0, **more: Any) -> Cheque:
        drawn_on = date(2026, 12, 1) - timedelta(days=days)
        values = {"number": f"30{cheque.pk:06d}", "bank": "招商银行上海分行", **more}
        return services.collect_cheque(cheque_id=cheque.pk, drawn_on=drawn_on, **values, **who())

    def clear(self, cheque: Cheque) -> Cheque:
        services.present_cheque(cheque_id=cheque.pk, **who())
        return services.clear_cheque(
            cheque_id=cheque.pk, debit=BANK, day=date(2026, 12, 1), **who()
        )

    def test_cleared_it_is_a_receipt_and_bounced_it_is_owed_again(self) -> None:
        customer = payer()
        statement = sent(customer, "100.00")
        cheque = self.clear(self.collect(self.noted(payer=customer)))
        assert cheque.receipt is not None
        allocate(cheque.receipt, statement, "100.00")
        assert books(customer) == (D("0.00"), D("0.00"))
        services.bounce_cheque(cheque_id=cheque.pk, reason="存款不足", **who())
        assert books(customer) == (D("100.00"), D("0.00"))

    @pytest.mark.parametrize(("days", "taken"), [(0, True), (10, True), (11, False), (365, False)])
    def test_one_of_last_year_is_not_taken(self, days: int, taken: bool) -> None:
        cheque = self.noted()
        if taken:
            assert self.collect(cheque, days).state == ChequeState.IN_HAND
        else:
            with pytest.raises(BadInput) as refusal:
                self.collect(cheque, days)
            assert (refusal.value.code, refusal.value.field) == ("too_old", "drawn_on")

    def test_the_same_cheque_is_on_record_once(self) -> None:
        self.collect(self.noted(), number="30112233")
        with pytest.raises(BadInput) as refusal:
            self.collect(self.noted(), number="3011 2233")
        assert refusal.value.code == "cheque_known"

    @pytest.mark.parametrize("to", ChequeState)
    @pytest.mark.parametrize("frm", ChequeState)
    def test_every_move(self, frm: ChequeState, to: ChequeState) -> None:
        acts: dict[ChequeState, Callable[[Cheque], Cheque]] = {
            ChequeState.IN_HAND: self.collect,
            ChequeState.PRESENTED: lambda c: services.present_cheque(cheque_id=c.pk, **who()),
            ChequeState.CLEARED: lambda c: services.clear_cheque(
                cheque_id=c.pk, debit=BANK, day=date(2026, 12, 1), **who()
            ),
            ChequeState.BOUNCED: lambda c: services.bounce_cheque(
                cheque_id=c.pk, reason="存款不足", **who()
            ),
            ChequeState.LAPSED: lambda c: services.lapse_cheque(
                cheque_id=c.pk, reason="客户改转账", **who()
            ),
        }
        ways: dict[ChequeState, list[ChequeState]] = {
            ChequeState.TO_COLLECT: [],
            ChequeState.IN_HAND: [ChequeState.IN_HAND],
            ChequeState.PRESENTED: [ChequeState.IN_HAND, ChequeState.PRESENTED],
            ChequeState.CLEARED: [ChequeState.IN_HAND, ChequeState.PRESENTED, ChequeState.CLEARED],
            ChequeState.BOUNCED: [ChequeState.IN_HAND, ChequeState.PRESENTED, ChequeState.BOUNCED],
            ChequeState.LAPSED: [ChequeState.LAPSED],
        }
        cheque = self.noted()
        for step in ways[frm]:
            cheque = acts[step](cheque)
        if to == ChequeState.TO_COLLECT:
            assert not CHEQUE_MOVES.allows(frm, to)
        elif (frm, to) == (ChequeState.CLEARED, ChequeState.PRESENTED):
            # By its bank line only: tests/billing/test_cheque_lines.py.
            assert refused(lambda: acts[to](cheque)) == "cleared"
        elif CHEQUE_MOVES.allows(frm, to):
            assert acts[to](cheque).state == to
        else:
            assert refused(lambda: acts[to](cheque)) == "illegal_move"
