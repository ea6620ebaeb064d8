"""Compensation that was paid in cash or by transfer is named on the statement of its month, and charged nowhere (CMP-6)."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from apps.accounts.enums import ObjectScope, Role
from apps.billing.enums import StatementFile
from apps.billing.models import BillingTerms, Statement
from apps.billing.queries.compensation import compensation_of
from apps.billing.queries.files import statement_file
from apps.billing.queries.links import token_of
from apps.billing.queries.papers import paper_of
from apps.claims.enums import PayWay
from apps.claims.models import Claim, ClaimPayment
from apps.core.times import day_start
from tests.factories import claims as f
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.billing import NOVEMBER, frozen, payer, sent

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.requirement("CMP-6"),
    pytest.mark.requirement("BIL-7"),
]
PAID_ON = day_start(date(2026, 11, 20))


def paid(desk: f.Desk, amount: str = "80") -> Claim:
    claim = f.paid(desk, amount)
    ClaimPayment.objects.filter(claim=claim).update(paid_at=PAID_ON)
    return claim


def content(statement: Statement, form: StatementFile) -> bytes:
    with statement_file(statement, form)[1] as file:
        return file.read()


def test_it_is_named_on_page_sheet_csv_and_paper(client: Client, desk: f.Desk) -> None:
    desk.customer = payer(unit=desk.unit)
    claim = paid(desk)
    statement = sent(desk.customer, "60.00", "40.00")
    assert statement.closing == Decimal("100.00"), "no charge"
    book = load_workbook(io.BytesIO(content(statement, StatementFile.XLSX)))
    row = next(book.worksheets[2].iter_rows(min_row=2, values_only=True))
    assert (row[1], row[2], row[5]) == (claim.number, claim.waybill.number, 80)
    rows = list(csv.reader(io.StringIO(content(statement, StatementFile.CSV).decode("utf-8-sig"))))
    assert (
        claim.number in rows[-1][10] and "80.00" in rows[-1][10] and len(rows[-1]) == len(rows[0])
    )
    assert sum(Decimal(row[9]) for row in rows[1:]) == statement.charged
    assert paper_of(statement, timezone.now())["compensation"][0][1] == claim.number
    assert content(statement, StatementFile.PDF).startswith(b"%PDF")
    page = client.get(f"/statement/{token_of(statement)}").content.decode()
    assert claim.number in page and "已付赔款" in page
    sign_in(client, UserFactory(roles=[Role.FINANCE], scope=ObjectScope.ALL))
    staff = client.get(f"/admin/billing/statement/{statement.pk}/change/").content.decode()
    assert claim.number in staff and "不计入本账单金额" in staff


def test_without_any_nothing_is_added(desk: f.Desk) -> None:
    statement = frozen(payer(), "60.00")
    assert len(load_workbook(io.BytesIO(content(statement, StatementFile.XLSX))).worksheets) == 2
    assert content(statement, StatementFile.CSV).count(b"\r\n") == 2
    assert paper_of(statement, timezone.now())["compensation"] == []


def test_whose_and_when(desk: f.Desk) -> None:
    """Of the payer and of whom it pays for; not what is set off, paid in another month or to somebody else."""
    head = payer(unit=desk.unit)
    desk.customer = payer(unit=desk.unit)
    BillingTerms.objects.create(customer=desk.customer, payer=head, created_by=desk.agent)
    mine = paid(desk)
    other_month = f.paid(desk)
    ClaimPayment.objects.filter(claim=other_month).update(paid_at=day_start(date(2026, 12, 1)))
    set_off = f.agreed(desk)
    f.release(f.plan(set_off, desk.agent, way=PayWay.SET_OFF), desk.director)
    ClaimPayment.objects.filter(claim=set_off).update(paid_at=PAID_ON)
    desk.customer = payer(unit=desk.unit)
    paid(desk)
    statement = frozen(mine.customer, "60.00")
    assert statement.bill_to == head
    assert [row.claim for row in compensation_of(statement)] == [mine]


def test_a_paper_that_is_set_again_is_the_same(desk: f.Desk) -> None:
    """The bank gives the money back after the statement was frozen: what was sent stays what was sent."""
    desk.customer = payer(unit=desk.unit)
    paid(desk)
    statement = frozen(desk.customer, "60.00", month=NOVEMBER)
    before = paper_of(statement, timezone.now())
    ClaimPayment.objects.update(
        state="failed", failed_at=day_start(date(2026, 12, 2)), failed_why="户名不符"
    )
    assert paper_of(statement, timezone.now()) == before and before["compensation"]
    ClaimPayment.objects.update(failed_at=day_start(date(2026, 11, 25)))
    assert compensation_of(statement) == []
