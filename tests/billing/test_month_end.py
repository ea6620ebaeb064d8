"""The month's end: figures, two people, one closing, whatever happens at the same time (BIL-2)."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from apps.billing import services
from apps.billing.enums import AgreedHow, Side, StatementState
from apps.billing.models import BillingTerms, Charge, Statement, StatementTotal
from apps.billing.states import STATEMENT_MOVES
from apps.core.errors import BadInput, RuleBroken
from apps.ledger.enums import AccountKind, PartyKind
from apps.ledger.models import Account, Entry
from apps.ledger.queries import balance_of, balances_of
from tests.factories.accounts import UserFactory
from tests.factories.billing import (
    DECEMBER_FIRST,
    NOVEMBER,
    OCTOBER,
    charged,
    frozen,
    payer,
    received,
    reviewed,
    sent,
    sides,
    tax_class,
)
from tests.waiting import LIMIT

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-2")]
D = Decimal


def freeze(month: date = NOVEMBER, at: datetime = DECEMBER_FIRST) -> list[int]:
    return [
        pk for batch in services.freeze_month(month=month, by=UserFactory(), at=at) for pk in batch
    ]


def owes(customer: Any) -> Decimal:
    found = balances_of(AccountKind.RECEIVABLE, PartyKind.CUSTOMER, [customer.pk])
    return found[customer.pk].net


def test_figures_add_up_and_are_in_the_ledger() -> None:
    customer = payer()
    storage = tax_class("storage", 90_000)
    charged(customer, "60.00", "40.00")
    charged(customer, "109.00", tax=storage.pk)
    [pk] = freeze()
    statement = Statement.objects.get(pk=pk)
    assert (statement.lines, statement.charged, statement.opening, statement.closing) == (
        3,
        D("209.00"),
        D("0.00"),
        D("209.00"),
    )
    assert sorted(statement.totals.values_list("gross", "n")) == [
        (D("100.00"), 2),
        (D("109.00"), 1),
    ]
    assert owes(customer) == D("209.00")
    deferred = balance_of(Account.objects.get(kind=AccountKind.DEFERRED_VAT).pk).net
    assert deferred == D("-14.66"), "5.66 of 100.00 at 6 %, 9.00 of 109.00 at 9 %"
    assert Entry.objects.get(key=f"freeze:{pk}:1").day == date(2026, 11, 30)


def test_running_it_twice_changes_nothing() -> None:
    charged(payer(), "10.00")
    assert len(freeze()) == 1
    before = list(Statement.objects.values()), Entry.objects.count(), StatementTotal.objects.count()
    assert freeze() == []
    assert before == (
        list(Statement.objects.values()),
        Entry.objects.count(),
        StatementTotal.objects.count(),
    )


def test_the_day_is_shanghai_s_and_the_month_must_be_over() -> None:
    """Fault M04 of other systems: the guard compared UTC days."""
    customer = payer()
    charged(customer, "10.00", service_day=date(2026, 10, 31))
    charged(customer, "7.00", service_day=date(2026, 11, 1))
    with pytest.raises(BadInput) as refusal:
        freeze(OCTOBER, datetime(2026, 10, 31, 15, 59, tzinfo=UTC))
    assert refusal.value.code == "month_not_over"
    for hour in ("2026-10-31T16:30", "2026-11-01T00:30", "2026-11-01T00:30"):
        freeze(OCTOBER, datetime.fromisoformat(hour).replace(tzinfo=UTC))
    october, november = Statement.objects.filter(bill_to=customer).order_by("period")
    assert (october.state, october.charged, october.revision) == ("frozen", D("10.00"), 1)
    assert november.state == "open" and november.charges.get().gross == D("7.00")


def test_a_month_waits_for_the_one_before() -> None:
    customer = payer()
    charged(customer, "10.00", service_day=date(2026, 10, 5))
    charged(customer, "7.00")
    assert freeze() == []
    freeze(OCTOBER)
    [pk] = freeze()
    november = Statement.objects.get(pk=pk)
    assert (november.opening, november.charged, november.closing) == (
        D("10.00"),
        D("7.00"),
        D("17.00"),
    )


def test_receipts_of_the_month_count() -> None:
    customer = payer()
    october = frozen(customer, "300.00", month=OCTOBER)
    november_20 = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    money = received(customer, "100.00", day=date(2026, 11, 20), at=november_20)
    services.allocate(
        receipt_id=money.pk,
        statement_id=october.pk,
        amount=D("100.00"),
        by=UserFactory(),
        at=november_20,
    )
    november = frozen(customer, "50.00")
    assert (november.opening, november.received, november.closing) == (
        D("300.00"),
        D("100.00"),
        D("250.00"),
    )


def test_an_open_statement_again_is_frozen_anew() -> None:
    customer = payer()
    statement = frozen(customer, "100.00")
    services.reopen_statement(
        statement_id=statement.pk, reason="漏了一票", by=UserFactory(), at=DECEMBER_FIRST
    )
    assert owes(customer) == 0
    charged(customer, "20.00")
    freeze()
    statement.refresh_from_db()
    assert (statement.revision, statement.charged, owes(customer)) == (2, D("120.00"), D("120.00"))


def test_it_is_not_opened_once_a_later_month_is_frozen() -> None:
    customer = payer()
    october = frozen(customer, "10.00", month=OCTOBER)
    frozen(customer, "10.00")
    with pytest.raises(RuleBroken) as refusal:
        services.reopen_statement(
            statement_id=october.pk, reason="漏了", by=UserFactory(), at=DECEMBER_FIRST
        )
    assert refusal.value.code == "later_frozen"


class TestTwoSides:
    @pytest.mark.parametrize(("is_key", "issuer"), [(True, Side.SERVICE), (False, Side.FINANCE)])
    def test_who_issues_depends_on_the_customer(self, is_key: bool, issuer: Side) -> None:
        statement = frozen(payer(key_account=is_key), "10.00")
        assert statement.issued_by_side == issuer
        with pytest.raises(RuleBroken) as refusal:
            services.review_statement(
                statement_id=statement.pk, side=issuer, by=UserFactory(), at=DECEMBER_FIRST
            )
        assert refusal.value.code == "wrong_side"

    def test_whoever_reviewed_it_does_not_send_it(self) -> None:
        statement = frozen(payer(), "10.00")
        reviewer, issuer = sides(statement)
        both = UserFactory()
        services.review_statement(
            statement_id=statement.pk, side=reviewer, by=both, at=DECEMBER_FIRST
        )
        with pytest.raises(RuleBroken) as refusal:
            services.send_statement(
                statement_id=statement.pk, side=issuer, by=both, at=DECEMBER_FIRST
            )
        assert refusal.value.code == "same_person"

    def test_it_is_due_after_the_settlement_cycle(self) -> None:
        assert sent(payer(settlement_cycle_days=45), "10.00").due_on == date(2027, 1, 15)


class TestSilence:
    def agree(self, day: int) -> int:
        return services.confirm_deemed(at=datetime(2026, 12, day, 3, 0, tzinfo=UTC))

    def test_it_agrees_where_the_contract_says_so(self) -> None:
        quiet, other = payer(), payer()
        BillingTerms.objects.create(customer=quiet, deemed_after_days=7, created_by=UserFactory())
        statement, stays = sent(quiet, "10.00"), sent(other, "10.00")
        assert self.agree(7) == 0
        assert self.agree(8) == 1
        statement.refresh_from_db()
        stays.refresh_from_db()
        assert (statement.state, statement.confirmed_how) == ("confirmed", AgreedHow.DEEMED)
        assert stays.state == StatementState.SENT


MOMENTS: dict[StatementState, Callable[[Any], Statement]] = {
    StatementState.OPEN: lambda c: charged(c, "10.00")[0].statement,
    StatementState.FROZEN: lambda c: frozen(c, "10.00"),
    StatementState.REVIEWED: lambda c: reviewed(frozen(c, "10.00")),
    StatementState.SENT: lambda c: sent(c, "10.00"),
    StatementState.CONFIRMED: lambda c: services.confirm_statement(
        statement_id=sent(c, "10.00").pk, how=AgreedHow.SAID, by=UserFactory(), at=DECEMBER_FIRST
    ),
}


@pytest.mark.parametrize("to", StatementState)
@pytest.mark.parametrize("frm", StatementState)
def test_every_move(frm: StatementState, to: StatementState) -> None:
    statement = MOMENTS[frm](payer())
    reviewer, issuer = sides(statement)
    who: dict[str, Any] = {"by": UserFactory(), "at": DECEMBER_FIRST}
    one = {"statement_id": statement.pk, **who}
    acts: dict[StatementState, Callable[[], Any]] = {
        StatementState.OPEN: lambda: services.reopen_statement(reason="重开", **one),
        StatementState.FROZEN: lambda: services.freeze_statements(
            statement_ids=[statement.pk], month=NOVEMBER, **who
        ),
        StatementState.REVIEWED: lambda: services.review_statement(side=reviewer, **one),
        StatementState.SENT: lambda: services.send_statement(side=issuer, **one),
        StatementState.CONFIRMED: lambda: services.confirm_statement(how=AgreedHow.SAID, **one),
    }
    if STATEMENT_MOVES.allows(frm, to):
        acts[to]()
        statement.refresh_from_db()
        assert statement.state == to
    elif to == StatementState.FROZEN:
        assert acts[to]() == [], "freezing passes over what is frozen"
    else:
        with pytest.raises(RuleBroken), transaction.atomic():
            acts[to]()


@pytest.mark.django_db(transaction=True)
def test_a_charge_under_way_is_waited_for_or_goes_into_the_next_month() -> None:
    """Six writers while the month is frozen: every statement is its lines, none is lost, none double."""
    customers = [payer() for _n in range(3)]
    for customer in customers:
        charged(customer, "1.00")
    begun, errors = threading.Barrier(7), []
    by = UserFactory()

    def write(n: int) -> None:
        try:
            begun.wait(LIMIT)
            for turn in range(8):
                charged(customers[(n + turn) % 3], "1.00")
        except Exception as error:  # told to the test
            errors.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=[n]) for n in range(6)]
    for writer in writers:
        writer.start()
    begun.wait(LIMIT)
    for batch in services.freeze_month(month=NOVEMBER, by=by, at=DECEMBER_FIRST, batch=1):
        assert batch
    for writer in writers:
        writer.join(LIMIT)
    assert not errors
    assert Charge.objects.count() == 3 + 48
    for statement in Statement.objects.filter(period=NOVEMBER):
        lines = statement.charges.aggregate(sum=Sum("gross"))["sum"]
        assert (statement.state, statement.charged) == ("frozen", lines)
