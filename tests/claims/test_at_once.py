"""Twenty at once have one effect (CMP-6)."""

from decimal import Decimal

import pytest
from django.utils import timezone

from apps.claims import services
from apps.claims.enums import ClaimState
from apps.claims.models import Claim, ClaimPayment, Decision
from apps.ledger.models import Entry
from tests.at_once import at_once
from tests.factories import claims as f

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("CMP-6")]
HANDS = 20
D = Decimal


def test_twenty_payments_of_one_claim_are_one(desk: f.Desk) -> None:
    claim = f.agreed(desk, "1000", by=desk.director)
    by = [desk.agent, desk.colleague]
    found = at_once(HANDS, lambda n: f.plan(claim, by[n % 2], "600"))
    assert found == {"done": 1, "above_approved": HANDS - 1}
    row = ClaimPayment.objects.get()
    second = desk.finance
    assert at_once(HANDS, lambda _n: f.release(row, second))["done"] == 1
    assert Entry.objects.filter(key=f"claim:{row.pk}").count() == 1


def test_twenty_approvals_of_one_assessment_are_one(desk: f.Desk) -> None:
    claim = f.assessed(desk, "900")
    by = [desk.director, desk.project, desk.manager]
    found = at_once(HANDS, lambda n: f.approve(claim, by[n % 3]))
    assert found == {"done": 1, "changed_meanwhile": HANDS - 1}
    assert Decision.objects.count() == 1 and f.fresh(claim).state == ClaimState.APPROVED


def test_twenty_approvals_by_one_person_stay_within_their_day(desk: f.Desk) -> None:
    claims = [f.assessed(desk, "1000") for _n in range(HANDS)]
    found = at_once(HANDS, lambda n: f.approve(claims[n], desk.director))
    assert found == {"done": 5, "day_used_up": HANDS - 5}


def test_twenty_filings_and_agreements_are_one(desk: f.Desk) -> None:
    new = f.new_claim(desk, "900")
    at = timezone.now()
    found = at_once(HANDS, lambda _n: services.file_claim(new=new, by=desk.agent, at=at))
    assert found == {"done": 1, "claim_living": HANDS - 1} and Claim.objects.count() == 1
    claim = Claim.objects.get()
    f.assess(claim, desk.agent)
    f.approve(claim, desk.director)
    assert at_once(HANDS, lambda _n: f.agree(claim, desk.agent))["done"] == 1
