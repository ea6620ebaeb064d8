"""Limits count persons, not sign-in names; and sums stay true when less is approved than before (CMP-6)."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.claims import services
from apps.claims.enums import Against, ClaimState, Verdict
from apps.claims.models import Claim, ClaimLimit, Decision, Recovery
from apps.claims.queries.lists import to_decide
from apps.claims.queries.rules import approved_by, who_may_decide
from apps.complaints.models import CaseHold
from apps.core.errors import RuleBroken
from apps.tracking.models import PartnerCarrier
from tests.claims.test_second_looks import number, transferred
from tests.factories import claims as f
from tests.factories.complaints import case, decided, exception
from tests.factories.tracking import carrier

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-6")]
S, D = ClaimState, Decimal


def who(user: User) -> dict[str, Any]:
    return {"by": user, "at": timezone.now()}


def second_name(user: User, role: Role, desk: f.Desk) -> User:
    number(user, "YP0815")
    other = f.person(role, desk=desk)
    number(other, "YP0815")
    return other


def again(claim: Claim, desk: f.Desk, proved: str) -> Claim:
    services.reopen_claim(claim_id=claim.pk, reason="又发现新情况", **who(desk.agent))
    f.assess(claim, desk.agent, proved)
    return f.approve(f.fresh(claim), desk.director)


def ask(claim: Claim, desk: f.Desk, asked: str) -> Recovery:
    return services.ask_recovery(
        claim_id=claim.pk, against=Against.PARTNER, asked=D(asked), basis="合同第九条",
        carrier=PartnerCarrier.objects.first() or carrier(), **who(desk.director),
    )  # fmt: skip


def test_the_limit_of_a_day_is_that_of_the_person(desk: f.Desk) -> None:
    """The director's 5,000 of a day are not 10,000 with a second name."""
    other = second_name(desk.director, Role.DIRECTOR, desk)
    for _n in range(5):
        f.approved(desk, "900", by=desk.director)
    claim = f.assessed(desk, "900")
    today = timezone.localdate()
    assert approved_by([other.pk, desk.director.pk], today) == {
        other.pk: D(4500),
        desk.director.pk: D(4500),
    }
    with pytest.raises(RuleBroken) as refusal:
        f.approve(claim, other)
    assert refusal.value.code == "day_used_up"
    assert {one.user for one in who_may_decide(claim, timezone.now())}.isdisjoint(
        {other, desk.director}
    )


def test_the_database_counts_persons_too(desk: f.Desk) -> None:
    other = second_name(desk.director, Role.DIRECTOR, desk)
    for _n in range(5):
        f.approved(desk, "900", by=desk.director)
    row = f.assessed(desk, "900").assessments.get()
    limit = ClaimLimit.objects.get(role=Role.DIRECTOR, kind="damage", until=None)
    values: dict[str, Any] = {
        "claim": row.claim, "assessment": row, "verdict": Verdict.APPROVE, "amount": row.amount, "limit": limit,
        "role": limit.role, "day": timezone.localdate(), "at": timezone.now(),
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="beyond the limit"), transaction.atomic():
        Decision.objects.create(**values, by=other)
    number(desk.manager, desk.agent.staff_number)
    values["limit"] = ClaimLimit.objects.get(
        role=Role.DEPARTMENT_MANAGER, kind="damage", until=None
    )
    values["role"] = Role.DEPARTMENT_MANAGER
    with pytest.raises(IntegrityError, match="somebody else"), transaction.atomic():
        Decision.objects.create(**values, by=desk.manager)


def test_what_needs_a_decision_is_not_offered_to_the_assessors_second_name(desk: f.Desk) -> None:
    claim = f.assessed(desk, "800")
    other = second_name(desk.agent, Role.DIRECTOR, desk)
    assert claim not in to_decide(other, timezone.now())
    assert claim in to_decide(desk.director, timezone.now())
    assert other not in [one.user for one in who_may_decide(claim, timezone.now())]


def test_a_paid_claim_that_comes_to_nothing_is_refused_and_its_sum_settled(desk: f.Desk) -> None:
    shipment = desk.shipment()
    about = case(by=desk.agent, customer=desk.customer, waybill=shipment)
    claim = f.paid(desk, "80", waybill=shipment, case=about)
    services.reopen_claim(claim_id=claim.pk, reason="收件人找到了花瓶", **who(desk.agent))
    refuse = {"clause": "第七条", "reason": "实物完好，无损失。"}
    with pytest.raises(RuleBroken) as refusal:
        services.refuse_claim(claim_id=claim.pk, **refuse, **who(desk.director))
    assert refusal.value.code == "payment_there"
    f.assess(claim, desk.agent, "0")
    services.refuse_claim(claim_id=claim.pk, **refuse, **who(desk.director))
    claim = f.fresh(claim)
    assert (claim.state, services.left_of(claim)) == (S.REFUSED, D(-80))
    held = CaseHold.objects.filter(case=about, lifted_at=None)
    assert held.exists()
    services.settle_overpaid(claim_id=claim.pk, reason="收件人已退回现金", **who(desk.director))
    assert not held.exists() and f.fresh(claim).overpaid_reason
    with pytest.raises(RuleBroken) as once:
        services.settle_overpaid(claim_id=claim.pk, reason="再来一次", **who(desk.director))
    assert once.value.code == "nothing_overpaid"


def test_money_given_back_holds_the_case_anew(desk: f.Desk) -> None:
    claim, row = transferred(desk)
    about = case(by=desk.agent, customer=desk.customer, waybill=claim.waybill)
    Claim.objects.filter(pk=claim.pk).update(case=about)
    held = CaseHold.objects.filter(case=about, lifted_at=None)
    assert not held.exists()
    services.follow_payouts(payouts=[(row.pk, "payout.returned")], **who(desk.agent))
    assert f.fresh(claim).state == S.AGREED and held.count() == 1


def test_less_approved_asks_for_less(desk: f.Desk) -> None:
    claim = f.paid(desk, "80")
    first, second = ask(claim, desk, "50"), ask(claim, desk, "30")
    again(claim, desk, "40")
    first, second = f.fresh(first), f.fresh(second)
    assert (first.state, first.asked) == ("asked", D(40))
    assert second.state == "dropped" and second.dropped_why


def test_what_was_agreed_is_not_received_beyond_what_is_approved(desk: f.Desk) -> None:
    claim = f.paid(desk, "80")
    row = ask(claim, desk, "80")
    services.agree_recovery(recovery_id=row.pk, agreed=D(80), **who(desk.director))
    again(claim, desk, "30")
    for sum_, ok in ((D(80), False), (D(30), True)):
        try:
            services.receive_recovery(recovery_id=row.pk, received=sum_, **who(desk.director))
            assert ok
        except RuleBroken as refusal:
            assert not ok and refusal.code == "above_approved" and refusal.field == "received"


def test_who_reported_in_time_is_exempt_under_each_name(desk: f.Desk) -> None:
    parcel = desk.shipment()
    report = exception(waybill=parcel, by=desk.agent)
    decided(report)
    claim = f.paid(desk, waybill=parcel, exception=f.fresh(report))
    other = second_name(desk.agent, Role.AGENT, desk)
    with pytest.raises(RuleBroken) as refusal:
        services.ask_recovery(
            claim_id=claim.pk, against=Against.PERSON, asked=D(10), basis="质控决定", person=other,
            **who(desk.qc),
        )  # fmt: skip
    assert refusal.value.code == "exempt"
