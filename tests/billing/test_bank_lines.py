"""A bank file settles statements: what is exact at once, a tie and a stranger by a person (BIL-5)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from apps.banking import services as banking
from apps.banking.enums import Use
from apps.banking.models import BankFile, BankLine
from apps.banking.queries import reconcile
from apps.billing import services
from apps.billing.models import Allocation, Receipt, Statement
from apps.billing.queries.owing import owed_on, unspent_of
from apps.customers.models import Customer
from apps.ledger.enums import AccountKind as K
from apps.ledger.enums import PartyKind
from apps.ledger.models import Account, Entry
from apps.ledger.queries import balance_of, balances_of
from tests.factories.accounts import UserFactory
from tests.factories.banking import bank_account, row, taken
from tests.factories.billing import NOVEMBER, OCTOBER, frozen, payer, sent
from tests.factories.notifications import relay_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-5")]
D = Decimal
ZERO = D("0.00")


def owed(statement: Statement) -> Decimal:
    return owed_on([statement.pk])[statement.pk].owed


def net(kind: K) -> Decimal:
    account = Account.objects.filter(kind=kind, party_id=None).first()
    return balance_of(account.pk).net if account else ZERO


def books(customer: Customer) -> tuple[Decimal, Decimal]:
    """(what is receivable, what was paid in advance) of a customer in the ledger."""
    found = [
        balances_of(kind, PartyKind.CUSTOMER, [customer.pk])[customer.pk].net
        for kind in (K.RECEIVABLE, K.ADVANCE)
    ]
    return found[0], -found[1]


def adds_up(*customers: Customer) -> None:
    """The ledger says of each what the statements and receipts say."""
    for customer in customers:
        statements = Statement.objects.filter(bill_to=customer).exclude(state="open")
        rest = sum(
            (one.owed for one in owed_on(statements.values_list("pk", flat=True)).values()), ZERO
        )
        left = sum((one.rest for one in unspent_of(customer.pk)), ZERO)
        assert books(customer) == (rest, left), customer


@dataclass
class Month:
    exact: Statement
    older: Statement
    newer: Statement
    over: Statement
    file: BankFile
    account: Any

    @property
    def lines(self) -> list[BankLine]:
        return list(BankLine.objects.filter(file=self.file).order_by("pk"))


@pytest.fixture
def month() -> Month:
    """An exact payment, one that fits two statements, a stranger's, one of too much."""
    twice = payer(code="CF90001")
    exact, over = sent(payer(), "100.00"), sent(payer(), "60.00")
    older = sent(twice, "88.00", month=OCTOBER)
    newer = sent(twice, "88.00", month=NOVEMBER)
    account = bank_account()
    banking.post_opening(
        account, day=date(2026, 10, 31), amount=D("500.00"), by=UserFactory(), at=timezone.now()
    )
    file = taken(
        account,
        [
            row("100.00", text=f"付{exact.number}"),
            row("88.00", text="cf90001 运费", name="张三"),
            row("40.00", text="货款", name="李四"),
            row("75.00", text=f"对账单 {over.number.replace('-', ' ')} 多付抵下月"),
        ],
    )
    relay_all()
    return Month(exact, older, newer, over, file, account)


def test_each_line_settles_what_it_names_and_the_ledger_adds_up(month: Month) -> None:
    uses = [(line.use.use, line.use.customer) for line in month.lines]  # type: ignore[union-attr]
    assert uses == [
        (Use.CUSTOMER, month.exact.bill_to),
        (Use.CUSTOMER, month.older.bill_to),
        (Use.UNKNOWN, None),
        (Use.CUSTOMER, month.over.bill_to),
    ]
    assert (owed(month.exact), owed(month.over)) == (ZERO, ZERO)
    assert (owed(month.older), owed(month.newer)) == (D("88.00"), D("88.00")), "a tie is a person's"
    assert books(month.exact.bill_to) == (ZERO, ZERO)
    assert books(month.older.bill_to) == (D("176.00"), D("88.00"))
    assert books(month.over.bill_to) == (ZERO, D("15.00")), "what is over stays in the advance"
    assert net(K.UNIDENTIFIED) == D("-40.00")
    adds_up(month.exact.bill_to, month.older.bill_to, month.over.bill_to)
    assert reconcile(month.account, month.lines[0].day).difference == 0
    assert Receipt.objects.count() == 3


def test_hearing_it_again_changes_nothing(month: Month) -> None:
    before = Receipt.objects.count(), Allocation.objects.count(), Entry.objects.count()
    ids = [line.pk for line in month.lines]
    assert services.settle_lines(line_ids=ids, by=UserFactory(), at=timezone.now()) == 0
    assert (Receipt.objects.count(), Allocation.objects.count(), Entry.objects.count()) == before


def test_a_tie_is_allocated_by_a_person_from_the_advance(month: Month) -> None:
    receipt = Receipt.objects.get(payer=month.older.bill_to)
    services.allocate(
        receipt_id=receipt.pk,
        statement_id=month.newer.pk,
        amount=D("88.00"),
        by=UserFactory(),
        at=timezone.now(),
    )
    assert (owed(month.older), owed(month.newer)) == (D("88.00"), ZERO)
    adds_up(month.older.bill_to)


def test_a_stranger_found_later_settles_undone_owes_again_and_another_gets_it(month: Month) -> None:
    line, by = month.lines[2], UserFactory()
    wrong, right = sent(payer(), "40.00"), sent(payer(), "40.00")
    banking.identify_line(line, wrong.bill_to, by=by, at=timezone.now())
    relay_all()
    assert (owed(wrong), net(K.UNIDENTIFIED)) == (ZERO, ZERO)
    adds_up(wrong.bill_to)
    banking.undo_line(line, by=by, at=timezone.now())
    relay_all()
    assert (owed(wrong), net(K.UNIDENTIFIED)) == (D("40.00"), D("-40.00"))
    assert Receipt.objects.get(payer=wrong.bill_to).cancelled_at is not None
    assert books(wrong.bill_to) == (D("40.00"), ZERO)
    banking.identify_line(line, right.bill_to, by=by, at=timezone.now())
    relay_all()
    assert (owed(wrong), owed(right), net(K.UNIDENTIFIED)) == (D("40.00"), ZERO, ZERO)
    adds_up(wrong.bill_to, right.bill_to)


def test_undone_before_it_was_heard_leaves_no_receipt() -> None:
    statement, by = sent(payer(), "40.00"), UserFactory()
    line = BankLine.objects.get(file=taken(bank_account(), [row("40.00")]))
    banking.identify_line(line, statement.bill_to, by=by, at=timezone.now())
    banking.undo_line(line, by=by, at=timezone.now())
    relay_all()
    assert not Receipt.objects.exists()
    assert owed(statement) == D("40.00")


def test_the_digits_at_its_end_are_enough_and_a_paid_one_is_not_offered() -> None:
    first, second = sent(payer(), "50.00"), frozen(payer(), "50.00")
    account = bank_account()
    serial = second.number.rpartition("-")[2]
    file = taken(account, [row("50.00", text=f"运费{serial}")])
    relay_all()
    assert owed(second) == ZERO and owed(first) == D("50.00")
    again = taken(account, [row("50.00", text=f"运费{serial}", day="2026-11-04")], opening="550.00")
    relay_all()
    uses = [BankLine.objects.get(file=one).use.use for one in (file, again)]  # type: ignore[union-attr]
    assert uses == [Use.CUSTOMER, Use.UNKNOWN]


def test_two_lines_of_one_payer_do_not_settle_the_same_twice() -> None:
    statement = sent(payer(), "100.00")
    taken(
        bank_account(),
        [row("70.00", text=statement.number), row("70.00", text=f"再付 {statement.number}")],
    )
    relay_all()
    assert owed(statement) == ZERO
    assert books(statement.bill_to) == (ZERO, D("40.00"))
    adds_up(statement.bill_to)
