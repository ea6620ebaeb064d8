"""A cheque and the bank's line about it are one payment, whichever is noted first (BIL-5)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from apps.banking import services as banking
from apps.banking.enums import Use
from apps.banking.models import BankLine
from apps.billing import services
from apps.billing.enums import ChequeState, ReceiptSource
from apps.billing.forms import ClearedForm
from apps.billing.models import Cheque, Receipt, Statement
from apps.billing.queries.owing import owed_on
from apps.billing.queries.paying import receipts_for
from apps.core.errors import RuleBroken
from apps.customers.models import Customer
from apps.ledger.enums import AccountKind as K
from apps.ledger.inputs import Side
from apps.ledger.queries import net_of
from tests.billing.test_bank_lines import adds_up, books
from tests.factories.accounts import UserFactory
from tests.factories.banking import bank_account, row, taken
from tests.factories.billing import payer, sent
from tests.factories.notifications import relay_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-5")]
D = Decimal
ZERO = D("0.00")
NUMBER = "30112233"


def who() -> dict[str, Any]:
    return {"by": UserFactory(), "at": timezone.now()}


def presented(customer: Customer, amount: str = "100.00", number: str = NUMBER) -> Cheque:
    """It is with the bank since the day of the files of this module."""
    noted = services.note_cheque(
        payer=customer, amount=D(amount), collect_on=date(2026, 11, 3), **who()
    )
    Cheque.objects.filter(pk=noted.pk).update(
        state=ChequeState.PRESENTED,
        number=number,
        bank="招商银行上海分行",
        drawn_on=date(2026, 11, 2),
    )
    noted.refresh_from_db()
    return noted


def clear(cheque: Cheque, receipt: Receipt | None = None) -> Cheque:
    services.clear_cheque(
        cheque_id=cheque.pk,
        debit=Side(K.CASH_IN_TRANSIT),
        day=date(2026, 11, 5),
        receipt=receipt,
        **who(),
    )
    cheque.refresh_from_db()
    return cheque


def bounce(cheque: Cheque) -> None:
    services.bounce_cheque(cheque_id=cheque.pk, reason="存款不足", **who())
    cheque.refresh_from_db()


def line_of(amount: str = "100.00", account: Any = None, **fields: str) -> BankLine:
    """A line of a bank file, posted, and heard of by billing."""
    opening = fields.pop("opening", "500.00")
    file = taken(account or bank_account(), [row(amount, **fields)], opening=opening)
    relay_all()
    line: BankLine = BankLine.objects.with_use().get(file=file)
    return line


def in_transit() -> Decimal:
    return net_of(Side(K.CASH_IN_TRANSIT))


def owed(statement: Statement) -> Decimal:
    return owed_on([statement.pk])[statement.pk].owed


def allocate(receipt: Receipt | None, statement: Statement) -> None:
    assert receipt is not None
    services.allocate(
        receipt_id=receipt.pk, statement_id=statement.pk, amount=receipt.amount, **who()
    )


def test_the_line_that_names_a_presented_cheque_clears_it() -> None:
    customer = payer()
    cheque = presented(customer)
    line = line_of(text=f"支票 {NUMBER} 入账", name="张三")
    cheque.refresh_from_db()
    assert (line.use.use, line.use.customer) == (Use.CUSTOMER, customer)  # type: ignore[union-attr]
    assert cheque.state == ChequeState.CLEARED
    assert cheque.receipt == Receipt.objects.get()
    assert cheque.receipt.source == ReceiptSource.CHEQUE
    assert (books(customer), in_transit()) == ((ZERO, D("100.00")), ZERO)


def test_a_cheque_said_to_be_paid_counts_once_when_its_line_comes() -> None:
    customer = payer()
    statement = sent(customer, "100.00")
    cheque = clear(presented(customer))
    allocate(cheque.receipt, statement)
    assert in_transit() == D("100.00")
    line_of(text=f"支票{NUMBER}")
    cheque.refresh_from_db()
    assert Receipt.objects.get() == cheque.receipt
    assert (owed(statement), books(customer), in_transit()) == (ZERO, (ZERO, ZERO), ZERO)
    adds_up(customer)


def test_hearing_it_again_changes_nothing() -> None:
    cheque = clear(presented(payer()))
    line = line_of(text=NUMBER)
    assert services.settle_lines(line_ids=[line.pk], **who()) == 0
    cheque.refresh_from_db()
    assert (Receipt.objects.get(), in_transit()) == (cheque.receipt, ZERO)


@pytest.mark.parametrize("was_cleared", [True, False])
def test_a_line_that_was_not_its_money_leaves_the_cheque_with_the_bank(was_cleared: bool) -> None:
    customer = payer()
    statement = sent(customer, "100.00")
    cheque = presented(customer)
    if was_cleared:
        clear(cheque)
    line = line_of(text=f"支票{NUMBER}")
    cheque.refresh_from_db()
    allocate(cheque.receipt, statement)
    banking.undo_line(line, **who())
    relay_all()
    cheque.refresh_from_db()
    assert (cheque.state, cheque.receipt) == (ChequeState.PRESENTED, None)
    assert (owed(statement), books(customer)) == (D("100.00"), (D("100.00"), ZERO))
    assert in_transit() == ZERO
    # Identified again, it is the cheque's money again.
    banking.identify_line(line, customer, **who())
    relay_all()
    cheque.refresh_from_db()
    assert cheque.state == ChequeState.CLEARED
    adds_up(customer)


def test_bounced_after_the_bank_had_credited_it_the_outgoing_line_takes_the_money() -> None:
    customer, account = payer(), bank_account()
    statement = sent(customer, "100.00")
    cheque = presented(customer)
    line_of(text=f"支票{NUMBER}", account=account)
    cheque.refresh_from_db()
    allocate(cheque.receipt, statement)
    bounce(cheque)
    assert (owed(statement), books(customer)) == (D("100.00"), (D("100.00"), ZERO))
    assert in_transit() == D("-100.00")
    back = line_of("-100.00", account=account, text="退票", opening="600.00", day="2026-11-04")
    banking.clear_transit(back, **who())
    assert in_transit() == ZERO
    adds_up(customer)


def test_of_a_bounced_cheque_whose_line_was_somebody_else_s_nothing_is_taken_back() -> None:
    customer, other = payer(), payer()
    cheque = presented(customer)
    line = line_of(text=f"支票{NUMBER}")
    cheque.refresh_from_db()
    bounce(cheque)
    banking.undo_line(line, **who())
    relay_all()
    assert (books(customer), in_transit()) == ((ZERO, ZERO), ZERO)
    banking.identify_line(line, other, **who())
    relay_all()
    assert (books(customer), books(other)) == ((ZERO, ZERO), (ZERO, D("100.00")))


def test_bounced_and_presented_again_it_clears_with_a_receipt_of_its_own() -> None:
    customer = payer()
    cheque = clear(presented(customer))
    first = cheque.receipt
    bounce(cheque)
    assert (books(customer), in_transit()) == ((ZERO, ZERO), ZERO)
    Cheque.objects.filter(pk=cheque.pk).update(state=ChequeState.PRESENTED)
    clear(cheque)
    assert cheque.receipt != first
    assert (books(customer), in_transit()) == ((ZERO, D("100.00")), D("100.00"))


def test_of_a_statement_and_a_cheque_of_one_amount_a_person_says_which_was_paid() -> None:
    customer = payer(code="CF90002")
    statement = sent(customer, "100.00")
    cheque = presented(customer)
    line_of(text="cf90002")
    assert owed(statement) == D("100.00")
    receipt = Receipt.objects.get()
    form = ClearedForm(receipts=receipts_for(cheque))
    assert form["receipt"].initial == receipt, "the line is offered as the cheque's money"
    clear(cheque, receipt)
    assert (cheque.receipt, Receipt.objects.count()) == (receipt, 1)
    assert (books(customer), in_transit()) == ((D("100.00"), D("100.00")), ZERO)
    assert not receipts_for(presented(customer, number="30112234")).exists()
    assert "receipt" not in ClearedForm(receipts=receipts_for(cheque)).fields


def test_an_amount_that_differs_is_not_the_cheque_s_money() -> None:
    customer = payer()
    cheque = presented(customer)
    line = line_of("99.00", text=f"支票{NUMBER}")
    cheque.refresh_from_db()
    assert cheque.state == ChequeState.PRESENTED
    assert line.use.use == Use.UNKNOWN  # type: ignore[union-attr]
    banking.identify_line(line, customer, **who())
    relay_all()
    cheque.refresh_from_db()
    assert (cheque.state, books(customer)) == (ChequeState.PRESENTED, (ZERO, D("99.00")))


def test_money_of_lines_and_cheques_is_taken_back_where_it_came_from() -> None:
    customer = payer()
    cheque = clear(presented(customer))
    stranger = line_of("70.00", text="货款")
    banking.identify_line(stranger, customer, **who())
    relay_all()
    of_line = Receipt.objects.exclude(pk=cheque.receipt_id).get()
    for receipt, code in ((cheque.receipt, "of_cheque"), (of_line, "of_bank_line")):
        with pytest.raises(RuleBroken) as refusal:
            services.cancel_receipt(receipt_id=receipt.pk, reason="误记", **who())  # type: ignore[union-attr]
        assert refusal.value.code == code


def test_a_receipt_of_another_amount_or_cheque_is_refused_as_its_money() -> None:
    customer = payer()
    cheque, other = presented(customer), presented(customer, "70.00", "30112234")
    clear(other)
    with pytest.raises(RuleBroken) as refusal:
        clear(cheque, other.receipt)
    assert refusal.value.code == "not_its_money"


@pytest.mark.parametrize("amount", ["100.01", "-0.01"])
def test_only_what_is_in_transit_is_cleared(amount: str) -> None:
    clear(presented(payer()))
    line = line_of(amount, text="利息")
    with pytest.raises(RuleBroken) as refusal:
        banking.clear_transit(line, **who())
    assert refusal.value.code == "not_in_transit"
    assert "100.00" in str(refusal.value)


def test_a_person_clears_what_is_in_transit_and_takes_it_back() -> None:
    customer = payer()
    clear(presented(customer))
    line = line_of(text="转入")
    banking.clear_transit(line, **who())
    assert (in_transit(), books(customer)) == (ZERO, (ZERO, D("100.00")))
    banking.undo_line(line, **who())
    assert in_transit() == D("100.00")
    assert Receipt.objects.count() == 1
