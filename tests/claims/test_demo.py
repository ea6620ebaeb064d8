"""What the demonstration shows of claims: fourteen, in every state (CMP-6)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.claims.demo import SKETCHES, make_claims
from apps.claims.enums import ClaimState, ExplainedHow, PayWay
from apps.claims.models import Claim, ClaimPayment, Recovery
from apps.claims.queries.money import paid_sum
from apps.claims.queries.rules import who_may_decide
from apps.desk.demo.people import make_people
from apps.tracking.enums import Status
from apps.tracking.models import Waybill
from tests.factories.banking import bank_account
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
    claims = Claim.objects.all()
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
