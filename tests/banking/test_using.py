"""What bank lines are posted as, and the statement that reconciles bank and ledger."""

import threading
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import User
from apps.banking import services
from apps.banking.enums import Use
from apps.banking.matching import Item
from apps.banking.models import BankLine, LineUse, PayerAlias
from apps.banking.queries import likely_customers, payers, reconcile
from apps.core.errors import RuleBroken
from apps.events.models import Event
from apps.ledger.enums import AccountKind as K
from apps.ledger.enums import PartyKind
from apps.ledger.models import Account, Entry
from apps.ledger.queries import balance_of, balances_of
from apps.ledger.services import close_period, post_entry
from tests.factories.accounts import UserFactory
from tests.factories.banking import bank_account, export, hours, line_of, row, taken
from tests.factories.customers import CustomerFactory
from tests.factories.ledger import posting
from tests.waiting import LIMIT

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-5")]
D = Decimal
LAST = date(2026, 11, 30)


def net(kind: K) -> Decimal:
    account = Account.objects.filter(kind=kind).first()
    return balance_of(account.pk).net if account else D(0)


def advance(customer: Any) -> Decimal:
    return -balances_of(K.ADVANCE, PartyKind.CUSTOMER, [customer.pk])[customer.pk].net


def agrees(account: Any, day: date = LAST) -> None:
    found = reconcile(account, day)
    assert found.difference == 0, found


def opened(by: Any = None, amount: str = "500.00") -> Any:
    account = bank_account(by)
    services.post_opening(
        account, day=date(2026, 10, 31), amount=D(amount), by=by or UserFactory(), at=timezone.now()
    )
    return account


def test_unknown_payers_are_unidentified_and_identified_later() -> None:
    by, customer = UserFactory(), CustomerFactory()
    account = opened(by)
    file = taken(account, [row("100.00"), row("-30.00", text="付款")])
    line = line_of(file)
    assert line.use and line.use.use == Use.UNKNOWN
    assert (net(K.BANK), net(K.UNIDENTIFIED)) == (D("600.00"), D("-100.00"))
    agrees(account)
    use = services.identify_line(line, customer, by=by, at=timezone.now())
    assert (use.customer, use.is_confirmed) == (customer, True)
    assert (net(K.UNIDENTIFIED), advance(customer)) == (D(0), D("100.00"))
    agrees(account)
    services.undo_line(line, by=by, at=timezone.now())
    assert (net(K.UNIDENTIFIED), advance(customer)) == (D("-100.00"), D(0))
    assert BankLine.objects.get(pk=line.pk).use.use == Use.UNKNOWN  # type: ignore[union-attr]  # there is one
    services.identify_line(line, customer, by=by, at=timezone.now())
    assert advance(customer) == D("100.00")
    agrees(account)


def test_a_second_decision_names_the_first() -> None:
    by, customer = UserFactory(display_name="李财务"), CustomerFactory()
    line = line_of(taken(opened(), [row()]))
    services.identify_line(line, customer, by=by, at=timezone.now())
    with pytest.raises(RuleBroken) as refusal:
        services.identify_line(line, CustomerFactory(), by=UserFactory(), at=timezone.now())
    assert "李财务" in str(refusal.value)
    assert customer.code in str(refusal.value)
    with pytest.raises(RuleBroken):
        services.charge_line(line, by=by, at=timezone.now())


def test_a_code_in_the_text_an_alias_and_a_sub_account_are_known_at_once() -> None:
    by = UserFactory()
    coded, aliased, owner = CustomerFactory(code="CF90001"), CustomerFactory(), CustomerFactory()
    account = opened()
    first = line_of(taken(account, [row("10.00", name="王五", number="6222000000000009999")]))
    services.identify_line(first, aliased, remember=True, by=by, at=timezone.now())
    file = taken(
        account,
        [
            row("20.00", name="王五", number="6222000000000009999", day="2026-11-04"),
            row("30.00", name="路人甲", number="1", text="货款 cf90001 谢谢", day="2026-11-04"),
            row("40.00", name="路人乙", number="2", text="CF900012", day="2026-11-04"),
        ],
        opening="510.00",
    )
    assert [line.use.customer for line in BankLine.objects.filter(file=file).order_by("pk")] == [
        aliased,
        coded,
        None,
    ]  # type: ignore[union-attr]  # all used
    assert (advance(aliased), advance(coded), net(K.UNIDENTIFIED)) == (
        D("30.00"),
        D("30.00"),
        D("-40.00"),
    )
    sub = bank_account(parent=account)
    services.assign_account(account=sub, customer=owner, since=hours(-1), by=by, at=hours(-1))
    taken(sub, [row("5.00", name="任何人", number="3")], opening="0.00")
    assert advance(owner) == D("5.00")
    assert Account.objects.filter(kind=K.BANK).count() == 1, "the money is in the main account"


def test_what_was_posted_at_once_is_undone_to_unidentified() -> None:
    by, coded = UserFactory(), CustomerFactory(code="CF90002")
    account = opened()
    line = line_of(taken(account, [row("30.00", text="CF90002")]))
    services.undo_line(line, by=by, at=timezone.now())
    assert (advance(coded), net(K.UNIDENTIFIED), net(K.BANK)) == (D(0), D("-30.00"), D("530.00"))
    agrees(account)
    services.identify_line(line, CustomerFactory(), by=by, at=timezone.now())
    agrees(account)


def test_a_code_and_an_alias_that_disagree_are_a_tie_for_a_person() -> None:
    by, one, other = UserFactory(), CustomerFactory(code="CF90003"), CustomerFactory()
    account = opened()
    first = line_of(taken(account, [row("10.00")]))
    services.identify_line(first, other, remember=True, by=by, at=timezone.now())
    line = line_of(
        taken(account, [row("20.00", text="CF90003", day="2026-11-04")], opening="510.00")
    )
    assert line.use and (line.use.use, line.use.why) == (Use.UNKNOWN, "code")
    assert advance(one) == 0


def test_one_name_of_two_customers_is_no_alias() -> None:
    by, one, other = UserFactory(), CustomerFactory(), CustomerFactory()
    account = opened()
    file = taken(account, [row("1.00"), row("2.00")])
    services.identify_line(line_of(file), one, remember=True, by=by, at=timezone.now())
    services.identify_line(line_of(file, 1), other, remember=True, by=by, at=timezone.now())
    assert set(PayerAlias.objects.values_list("is_ambiguous", flat=True)) == {True}
    line = line_of(taken(account, [row("4.00", day="2026-11-05")], opening="503.00"))
    assert line.use and line.use.use == Use.UNKNOWN
    for alias in PayerAlias.objects.all():
        services.drop_alias(alias, by=by, at=timezone.now())
    services.identify_line(line, one, remember=True, by=by, at=timezone.now())
    again = line_of(taken(account, [row("8.00", day="2026-11-06")], opening="507.00"))
    assert again.use and again.use.customer == one


def test_charges_and_interest_are_finance_cost() -> None:
    by, account = UserFactory(), opened()
    file = taken(account, [row("-4.50", text="手续费"), row("0.80", text="结息")])
    fee, interest = line_of(file), line_of(file, 1)
    assert fee.use is None
    services.charge_line(fee, by=by, at=timezone.now())
    services.charge_line(interest, by=by, at=timezone.now())
    assert net(K.FINANCE_COST) == D("3.70")
    agrees(account)
    assert services.undo_line(fee, by=by, at=timezone.now()) is None
    assert BankLine.objects.get(pk=fee.pk).use is None
    with pytest.raises(RuleBroken):
        services.undo_line(fee, by=by, at=timezone.now())
    agrees(account)


def test_a_line_of_a_closed_month_is_posted_on_the_first_open_day() -> None:
    by, account = UserFactory(), opened()
    close_period(
        month=date(2026, 11, 1),
        by=by,
        at=datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai")),
    )
    taken(account, [row(day="2026-11-30")])
    assert Entry.objects.get(kind="bank-line").day == date(2026, 12, 1)
    november = reconcile(account, LAST)
    assert [one.amount for one in november.bank_received] == [D("100.00")]
    assert november.difference == 0
    agrees(account, date(2026, 12, 1))


@pytest.mark.requirement("BIL-5")
def test_the_reconciliation_has_four_lists_and_adds_up() -> None:
    by, account = UserFactory(), opened()
    taken(account, [row("100.00"), row("-30.00", text="付供应商")])
    from apps.banking.services.sides import bank_side

    bank, other = bank_side(account), posting().credit
    for key, sides, amount in (("a", (bank, other), "7.00"), ("b", (other, bank), "2.00")):
        post_entry(key=key, kind="cheque", day=date(2026, 11, 20), text="支票", subject=by, by=by, at=timezone.now(),
            postings=[posting(amount, *sides)])  # fmt: skip
    found = reconcile(account, LAST)
    assert (found.bank, found.book) == (D("570.00"), D("605.00"))
    lists = [found.bank_received, found.bank_paid, found.book_received, found.book_paid]
    assert [[one.amount for one in rows] for rows in lists] == [
        [],
        [D("30.00")],
        [D("7.00")],
        [D("2.00")],
    ]
    assert found.adjusted_bank == found.adjusted_book == D("575.00")
    before = reconcile(account, date(2026, 10, 31))
    assert (before.bank, before.book) == (None, D("500.00"))


def test_without_its_opening_the_difference_shows() -> None:
    account = bank_account()
    taken(account, [row("100.00")])
    assert reconcile(account, LAST).difference == D("500.00")


def test_names_only_order_what_a_person_sees() -> None:
    CustomerFactory(name="苏州丙制造有限公司")
    mine = CustomerFactory(name="上海甲贸易有限公司")
    line = line_of(taken(opened(), [row()]))
    assert likely_customers(line)[0] == mine
    assert line.use and line.use.use == Use.UNKNOWN


class _Statements:
    """An app above the bank to which two customers owe something, one of them under two numbers."""

    def __init__(self, *customers: Any) -> None:
        self.customers, self.asked = customers, 0

    def open_items(self, payments: Any) -> list[Item]:
        self.asked += 1
        numbers = ("DZ-2026-10-0001", "DZ-2026-10-0002")
        return [
            Item(n, D("88.00"), customer.pk, number=number)
            for n, (customer, number) in enumerate(zip(self.customers, numbers, strict=True))
        ]


def test_a_statement_s_number_in_the_text_says_whose_payment_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = CustomerFactory(), CustomerFactory()
    statements = _Statements(one, other)
    monkeypatch.setattr(
        payers, "modules_named", lambda name: [(None, statements)] if name == "owed" else []
    )
    file = taken(
        opened(),
        [
            row("88.00", text="付对账单DZ202610 0002"),
            row("40.00", text="DZ-2026-10-0001 部分"),
            row("90.00", text="DZ-2026-10-0001 DZ-2026-10-0002"),
            row("88.00", text="运费"),
        ],
    )
    found = [
        (line.use.customer, line.use.why)
        for line in BankLine.objects.filter(file=file).order_by("pk")
    ]  # type: ignore[union-attr]  # all used
    assert found == [(other, "number"), (one, "number"), (None, "number"), (None, "none")]
    assert statements.asked == 1
    answers = Event.objects.filter(kind="bankline.identified").values_list("data", flat=True)
    assert sorted(data["customer"] for data in answers) == sorted([other.pk, one.pk])


@pytest.mark.django_db(transaction=True)
def test_two_who_identify_one_line_at_once_do_it_once() -> None:
    """M07: the second is told by whom."""
    account, customer = opened(), CustomerFactory()
    line = line_of(taken(account, [row()]))
    people = [User.objects.get(pk=UserFactory().pk) for _n in range(2)]
    gate, done, refused = threading.Barrier(2), [], []

    def say(by: User) -> None:
        try:
            gate.wait(LIMIT)
            done.append(services.identify_line(line, customer, by=by, at=timezone.now()))
        except RuleBroken as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=say, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert (len(done), len(refused)) == (1, 1)
    assert str(done[0].by) in refused[0]
    assert LineUse.objects.filter(undone_at=None).count() == 1
    assert advance(customer) == D("100.00")


def test_posting_goes_on_where_it_was_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.banking.services import using

    by, account = UserFactory(), opened()
    rows = [row(f"{n + 1}.00", ref=f"K{n}") for n in range(7)]
    file = services.take_file(
        account=account, content=export(rows), name="x.csv", by=by, at=timezone.now()
    )
    monkeypatch.setattr(using, "BATCH", 3)
    real, calls = using._post, []

    def dies(*args: Any, **more: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*args, **more)

    monkeypatch.setattr(using, "_post", dies)
    with pytest.raises(KeyboardInterrupt):
        services.post_file(file, by=by, at=timezone.now())
    assert services.post_waiting() == 4
    assert services.post_waiting() == 0
    assert LineUse.objects.count() == 7
    agrees(account)
