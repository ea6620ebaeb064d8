"""Finance's desk: what is owed by age and what is expected by week, of all payers (BIL-6, BIL-7)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.billing import services
from apps.billing.enums import InvoiceKind
from apps.billing.models import Statement
from apps.billing.queries import board
from apps.billing.rules.settling import AGES
from tests.billing.test_pages import entered
from tests.factories.accounts import UserFactory
from tests.factories.billing import DECEMBER_FIRST, OCTOBER, frozen, payer, received, sent

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-7")]
D = Decimal
TODAY = date(2026, 12, 2)  # a Wednesday


def due(statement: Statement, day: date | None) -> Statement:
    Statement.objects.filter(pk=statement.pk).update(due_on=day)
    statement.refresh_from_db()
    return statement


def paid(statement: Statement, amount: str, day: date) -> None:
    receipt = received(statement.bill_to, amount)
    allocation = services.allocate(
        receipt_id=receipt.pk,
        statement_id=statement.pk,
        amount=D(amount),
        by=UserFactory(),
        at=DECEMBER_FIRST.replace(month=day.month, day=day.day),
    )
    assert allocation.day == day


def test_the_columns_are_those_of_everybody_not_only_of_whom_the_table_shows() -> None:
    for days in (0, 1, 30, 31, 400):
        due(sent(payer(), "10.00"), TODAY - timedelta(days=days))
    due(frozen(payer(), "5.00"), None)
    assert board.age_sums(TODAY) == [D("15.00"), D("20.00"), D("10.00"), D(0), D(0), D("10.00")]
    debtors = board.ageing(TODAY, most=2)
    assert len(debtors) == 2
    mine = [Statement.objects.filter(due_on=TODAY).get().bill_to_id]
    assert board.age_sums(TODAY, customers=mine)[0] == D("10.00")


@pytest.mark.requirement("BIL-6")
@pytest.mark.parametrize(("days", "column"), [(-1, 0), (0, 0), (1, 1), (30, 1), (31, 2)])
def test_the_age_of_a_debt_is_counted_from_its_due_day(days: int, column: int) -> None:
    due(sent(payer(), "10.00"), TODAY - timedelta(days=days))
    assert board.age_sums(TODAY)[column] == D("10.00")


@given(days=st.integers(-400, 400))
def test_sql_and_rules_put_a_debt_into_the_same_column(days: int) -> None:
    statement = Statement.objects.first() or sent(payer(), "10.00")
    due(statement, TODAY - timedelta(days=days))
    sums = board.age_sums(TODAY)
    assert [place for place, owed in enumerate(sums) if owed] == [sum(days > most for most in AGES)]


def test_nothing_owed_is_nothing_in_any_column() -> None:
    assert board.age_sums(TODAY) == [D(0)] * (len(AGES) + 1)
    assert {week.usual for week in board.expected_by_week(TODAY)} == {D(0)}


def test_weeks_by_due_date_and_as_a_payer_usually_pays() -> None:
    slow, quick = payer(), payer()
    paid(due(sent(slow, "40.00", month=OCTOBER), date(2026, 11, 21)), "40.00", date(2026, 12, 1))
    due(sent(slow, "100.00"), date(2026, 12, 4))  # usually ten days late: the 14th
    due(sent(quick, "60.00"), date(2026, 12, 8))
    due(sent(payer(), "7.00"), date(2026, 11, 1))  # overdue
    due(sent(payer(), "9.00"), date(2027, 6, 1))
    weeks = board.expected_by_week(TODAY)
    assert weeks[0].monday == date(2026, 11, 30)
    assert [week.due for week in weeks[:3]] == [D("107.00"), D("60.00"), D(0)]
    assert [week.usual for week in weeks[:3]] == [D("7.00"), D("60.00"), D("100.00")]
    assert (weeks[-1].due, weeks[-1].usual) == (D("9.00"), D("9.00"))


def test_a_credit_is_owed_below_zero_and_not_expected() -> None:
    frozen(payer(), "-20.00")
    assert board.age_sums(TODAY)[0] == D("-20.00")
    assert sum(week.due for week in board.expected_by_week(TODAY)) == D(0)


def test_invoices_that_were_asked_for_wait_for_somebody(client: Client) -> None:
    entered(client)
    where = reverse("admin:billing_statement_board")
    link = reverse("admin:billing_invoice_changelist") + "?state__exact=requested"
    assert link not in client.get(where).content.decode()
    statement = sent(payer(), "10.00")
    services.request_invoice(
        statement_ids=[statement.pk],
        kind=InvoiceKind.PAPER_NORMAL,
        by=UserFactory(),
        at=DECEMBER_FIRST,
    )
    assert board.invoices_to_see_to() == {"requested": 1}
    assert link in client.get(where).content.decode()


def test_a_click_on_an_age_shows_its_statements(client: Client) -> None:
    entered(client)
    late = due(sent(payer(), "10.00"), date(2026, 1, 5))
    fresh = due(sent(payer(), "10.00"), date(2099, 1, 5))
    settled = due(sent(payer(), "10.00", month=OCTOBER), date(2026, 1, 5))
    paid(settled, "10.00", date(2026, 12, 1))
    desk = client.get(reverse("admin:billing_statement_board")).content.decode()
    address = reverse("admin:billing_statement_changelist") + "?age=5"
    assert address in desk
    old = client.get(address).content.decode()
    assert late.number in old
    assert fresh.number not in old and settled.number not in old
    now = client.get(address.replace("age=5", "age=0")).content.decode()
    assert fresh.number in now and late.number not in now
