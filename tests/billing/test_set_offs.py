"""Compensation set off against a statement, and claims that stand in its way (CMP-6)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from apps.billing import services
from apps.billing.enums import ChargeKind
from apps.billing.models import Charge
from apps.billing.queries.invoicing import invoiceable
from apps.claims.models import Claim
from apps.ledger.models import Posting
from tests.factories import billing as b
from tests.factories import claims as f
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-6")]
NOVEMBER = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def set_off(customer_id: int) -> None:
    services.set_off_claim(
        payment_id=7, number="CL20261120-10000007", customer_id=customer_id, waybill="YP10000000001",
        amount=Decimal("80.00"), by=UserFactory(), at=NOVEMBER,
    )  # fmt: skip


def test_it_is_one_line_without_tax_that_pays_what_we_owe() -> None:
    customer = b.payer()
    for _again in range(2):
        set_off(customer.pk)
    line = Charge.objects.get(kind=ChargeKind.CLAIM)
    assert (line.gross, line.tax_class.rate_ppm) == (Decimal("-80.00"), 0)
    assert "CL20261120-10000007" in line.reason
    statement = b.frozen(customer, "106.00")
    assert statement == line.statement
    found = {
        (one.debit.kind.kind, one.credit.kind.kind): one.amount
        for one in Posting.objects.filter(entry__kind="statement.frozen")
    }
    assert found[("claims_payable", "receivable")] == Decimal("80.00")
    assert found[("receivable", "revenue")] == Decimal("100.00")
    assert [part.gross for part in invoiceable([statement.pk])] == [Decimal("106.00")]


def test_a_claim_that_is_not_settled_stands_in_the_way_until_it_is() -> None:
    desk = f.Desk()
    claim = f.filed(desk)
    day = claim.filed_at
    assert day is not None
    month = date(day.year, day.month, 1)
    [charge] = b.charged(desk.customer, service_day=month, at=day)
    statement = charge.statement
    services.find_blockers(statement_ids=[statement.pk], at=day)
    assert [one.label for one in statement.blockers.filter(kind="claim")] == [
        f"{claim.number} · 破损 · {claim.waybill.number}"
    ]
    claims = f.services
    claims.withdraw_claim(claim_id=claim.pk, reason="不要了", by=desk.agent, at=day)
    services.find_blockers(statement_ids=[statement.pk], at=day)
    assert not statement.blockers.filter(kind="claim").exists()
    assert Claim.objects.get().state == "withdrawn"
