"""What the demonstration shows of claims: fourteen, in every state (CMP-6)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.claims.demo import IN_CASES, SKETCHES, make_claims
from apps.claims.enums import ClaimState, ExplainedHow, PayWay
from apps.claims.models import Claim, ClaimPayment, Recovery
from apps.claims.queries.money import paid_sum
from apps.claims.queries.rules import who_may_decide
from apps.complaints.queries.links import token_of
from apps.desk.demo.people import make_people
from apps.tracking.enums import Status
from apps.tracking.models import Waybill
from tests.factories.banking import bank_account
from tests.factories.complaints import case
from tests.factories.customers import CustomerFactory
from tests.factories.tracking import carrier, waybills

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-6")]


def test_fourteen_claims_in_every_state() -> None:
    now = timezone.now()
    make_people(now - timedelta(days=20))
    customer = CustomerFactory()
    carrier()
    bank_account()
    waybills(14, customer=customer)
    waybills(1, customer=customer, declared_value=Decimal(20000), insured_amount=Decimal(20000))
    moments = dict.fromkeys(("delivered_at", "status_at", "concluded_at"), now - timedelta(days=1))
    Waybill.objects.update(status=Status.DELIVERED, **moments)
    with CaptureQueriesContext(connection) as asked:
        make_claims(seed=1, now=now)
    # The transfer goes through the services of banking, step by step.
    assert len(asked) <= 220
    claims = Claim.objects.filter(case=None)
    assert len(claims) == len(SKETCHES) == 14
    assert {one.state for one in claims} == set(ClaimState)
    for claim in claims.filter(paid_at__isnull=False):
        assert paid_sum(claim) == claim.approved
    transfer = ClaimPayment.objects.get(way=PayWay.TRANSFER)
    assert transfer.payout is not None and transfer.payout.payee.customer is None
    assert claims.get(payments=transfer).customer is None
    assert claims.filter(shown_how=ExplainedHow.API, source_key__startswith="api:").count() == 1
    large = claims.get(state=ClaimState.ASSESSED)
    roles = {one.limit.role for one in who_may_decide(large, now)}
    assert roles <= {"deputy_general_manager", "general_manager"}
    assert ClaimPayment.objects.filter(way=PayWay.SPOT).count() == 1
    found = Recovery.objects.get()
    assert found.received is not None and found.received * 2 == found.asked


def test_three_stand_on_the_pages_of_their_cases(client: Client) -> None:
    """To be agreed to, disputed and paid: each on the page of whoever brought the case."""
    now = timezone.now()
    make_people(now - timedelta(days=20))
    bank_account()
    shipments = waybills(17, customer=CustomerFactory())
    waybills(
        1, customer=CustomerFactory(), insured_amount=Decimal(20000), declared_value=Decimal(20000)
    )
    moments = dict.fromkeys(("delivered_at", "status_at", "concluded_at"), now - timedelta(days=1))
    Waybill.objects.update(status=Status.DELIVERED, **moments)
    by = User.objects.active().people().with_role(Role.AGENT).first()
    for sketch, shipment in zip(IN_CASES, list(shipments)[-3:], strict=True):
        case(by=by, case_class="damage", waybill=shipment, contact_name=sketch.case)
    make_claims(seed=1, now=now)
    pages = {}
    for claim in Claim.objects.exclude(case=None).select_related("case"):
        pages[claim.state] = client.get(f"/case/{token_of(claim.case)}").content.decode()
        assert claim.number in pages[claim.state]
    assert set(pages) == {ClaimState.PAID, ClaimState.APPROVED, ClaimState.FILED}
    assert "同意赔付" in pages[ClaimState.APPROVED] and "同意赔付" not in pages[ClaimState.FILED]
    assert Claim.objects.get(case__isnull=False, state=ClaimState.FILED).disputed_at is not None
