"""One person with two sign-in names, money that comes back late, and what an earlier decision does not cover (CMP-6)."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.claims import services
from apps.claims.enums import ClaimState, PayWay
from apps.claims.models import Claim, ClaimPayment
from apps.complaints.services import merge_cases
from apps.core.errors import RuleBroken
from tests.factories import claims as f
from tests.factories import payees
from tests.factories.complaints import case
from tests.factories.notifications import relay_all

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-6")]
S, D = ClaimState, Decimal


def who(desk: f.Desk) -> dict[str, Any]:
    return {"by": desk.agent, "at": timezone.now()}


def number(user: User, text: str) -> None:
    User.objects.filter(pk=user.pk).update(staff_number=text)
    user.staff_number = text


def transferred(desk: f.Desk) -> tuple[Claim, ClaimPayment]:
    desk.customer = payees.merchant(unit=desk.unit)
    claim = f.agreed(desk)
    payees.active(desk.customer, purpose="claim")
    row = f.plan(claim, desk.agent, way=PayWay.TRANSFER, from_account=payees.bank_account())
    for by in (payees.approver(Role.FINANCE), payees.approver(Role.DEPARTMENT_MANAGER)):
        payees.approve_release(f.fresh(row.payout), by)
    relay_all()
    services.follow_payouts(payouts=[(row.pk, "payout.paid")], **who(desk))
    return f.fresh(claim), row


def test_a_second_sign_in_name_does_not_decide_the_own_assessment(desk: f.Desk) -> None:
    claim = f.assessed(desk, "800")
    number(desk.director, desk.agent.staff_number)
    with pytest.raises(RuleBroken) as refused:
        f.approve(claim, desk.director)
    assert refused.value.code == "own_assessment" and f.fresh(claim).state == S.ASSESSED


def test_two_people_without_staff_numbers_are_two(desk: f.Desk) -> None:
    for user in (desk.agent, desk.director):
        number(user, "")
    row = f.plan(f.agreed(desk), desk.agent)
    with pytest.raises(RuleBroken) as refused:
        f.release(row, desk.agent)
    assert refused.value.code == "same_person"
    assert f.release(row, desk.director).state == "paid"


def test_money_given_back_after_the_closing_is_owed_again(desk: f.Desk) -> None:
    claim, row = transferred(desk)
    services.close_claim(claim_id=claim.pk, **who(desk))
    services.follow_payouts(payouts=[(row.pk, "payout.returned")], **who(desk))
    claim = f.fresh(claim)
    assert (claim.state, claim.closed_at, services.left_of(claim)) == (S.AGREED, None, D(80))
    f.release(f.plan(claim, desk.agent), desk.director)
    assert f.fresh(claim).state == S.PAID


def test_beside_another_living_claim_the_closed_one_stays_closed(desk: f.Desk) -> None:
    claim, row = transferred(desk)
    services.close_claim(claim_id=claim.pk, **who(desk))
    f.filed(desk, waybill=claim.waybill)
    services.follow_payouts(payouts=[(row.pk, "payout.returned")], **who(desk))
    assert (f.fresh(claim).state, f.fresh(row).state) == (S.CLOSED, "failed")


def test_what_was_decided_about_an_overpaid_sum_does_not_cover_the_next(desk: f.Desk) -> None:
    claim = f.paid(desk)
    for lower in ("60", "30"):
        services.reopen_claim(claim_id=claim.pk, reason="又发现一处", **who(desk))
        f.assess(claim, desk.agent, lower)
        f.approve(f.fresh(claim), desk.director)
        f.agree(claim, desk.agent)
        with pytest.raises(RuleBroken) as refused:
            services.close_claim(claim_id=claim.pk, **who(desk))
        assert refused.value.code == "overpaid", lower
        director = {"by": desk.director, "at": timezone.now()}
        services.settle_overpaid(claim_id=claim.pk, reason="不再追回", **director)
    assert services.close_claim(claim_id=claim.pk, **who(desk)).state == S.CLOSED


def test_claims_of_a_merged_case_close_with_the_case_it_went_into(desk: f.Desk) -> None:
    shipment = desk.shipment()
    about = {"by": desk.agent, "customer": desk.customer, "waybill": shipment}
    one, other = case(**about), case(**about)
    claim = f.paid(desk, waybill=shipment, case=one)
    merge_cases(source_id=one.pk, target_id=other.pk, **who(desk))
    services.close_with_cases(case_ids=[other.pk], **who(desk))
    assert f.fresh(claim).state == S.CLOSED
