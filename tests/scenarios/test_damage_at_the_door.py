"""A box arrives broken at 21:40 (CMP-6): the agent pays ¥80 on the spot; a second box, insured for ¥3,000, goes to the
department manager, the customer disputes, brings an invoice, agrees, is paid by two people, and half of it comes back
from the partner; the month's statement names the set-off."""

from decimal import Decimal

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.billing.models import Charge
from apps.claims import services
from apps.claims.enums import Against, AgreedHow, ClaimKind, ClaimState, PaperKind, PayWay
from apps.claims.queries.money import paid_sum
from apps.claims.queries.rules import who_may_decide
from apps.complaints.enums import CaseClass
from apps.complaints.services import close_case
from apps.core.errors import RuleBroken
from apps.core.files import NewFile
from apps.events.models import Event
from tests.factories import claims as f
from tests.factories.complaints import any_cause, case, solved
from tests.factories.notifications import relay_all
from tests.factories.pdfs import pdf
from tests.factories.tracking import carrier


@pytest.fixture
def desk() -> f.Desk:
    return f.Desk()


pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-6")]


def people(claim: f.Claim) -> list[User]:
    return [one.user for one in who_may_decide(claim, timezone.now())]


def test_broken_at_the_door(desk: f.Desk) -> None:
    # The first box: ¥80, paid by the agent with a picture and the receiver's signature.
    spot = f.on_the_spot(desk, "80")
    assert spot.state == ClaimState.PAID and spot.on_the_spot
    assert paid_sum(spot) == Decimal(80)

    # The second one is insured for ¥3,000, and its case stays open until the claim is over.
    shipment = desk.shipment(declared_value=Decimal(5000), insured_amount=Decimal(3000))
    about = case(
        by=desk.agent, customer=desk.customer, waybill=shipment, case_class=CaseClass.DAMAGE
    )
    claim = f.filed(desk, "3500", waybill=shipment, case=about)
    large = Event.objects.get(kind="claim.large", subject_id=str(claim.pk))
    assert desk.manager.pk in large.data["people"] and desk.qc.pk in large.data["people"]
    f.assess(claim, desk.agent, "2600")
    assert people(claim) == [desk.manager]
    with pytest.raises(RuleBroken, match=desk.manager.display_name):
        f.approve(claim, desk.director)
    f.approve(claim, desk.manager)

    # The customer disputes it and brings the invoice: the approval is void and stays on record.
    services.dispute(
        claim_id=claim.pk, reason="发票是 3200 元", how=AgreedHow.PHONE, by=desk.agent, at=timezone.now()
    )  # fmt: skip
    services.add_papers(
        claim_id=claim.pk, kind=PaperKind.PRICE, files=[NewFile(pdf(), "发票.pdf")], by=desk.agent, at=timezone.now()
    )  # fmt: skip
    row = f.assess(claim, desk.agent, "3200")
    assert row.amount == Decimal(3000), "never above the insured amount"
    f.approve(claim, desk.manager)
    assert [str(one.amount) for one in claim.decisions.all()] == ["2600.00", "3000.00"]
    f.agree(claim, desk.agent)

    # Two people pay it: half in cash, half against the statement.
    f.release(f.plan(claim, desk.agent, "1500"), desk.director)
    rest = f.plan(claim, desk.agent, way=PayWay.SET_OFF)
    with pytest.raises(RuleBroken) as own:
        f.release(rest, desk.agent)
    assert own.value.code == "same_person"
    solved(about, cause=any_cause())
    with pytest.raises(RuleBroken) as held:
        close_case(case_id=about.pk, note="已电话确认", by=desk.agent, at=timezone.now())
    assert held.value.code == "held" and claim.number in str(held.value)
    f.release(rest, desk.finance)
    assert f.fresh(claim).state == ClaimState.PAID

    # Half of it comes back from the partner by the agreement's clause.
    recovery = services.ask_recovery(
        claim_id=claim.pk, against=Against.PARTNER, carrier=carrier(), asked=Decimal(1500),
        basis="合作协议第六条", by=desk.manager, at=timezone.now(),
    )  # fmt: skip
    who = {"by": desk.manager, "at": timezone.now()}
    services.agree_recovery(recovery_id=recovery.pk, agreed=Decimal(1500), **who)
    services.receive_recovery(recovery_id=recovery.pk, received=Decimal(1500), **who)
    assert claim.recoveries.get().received == Decimal(1500)

    # The month's statement names it, and the case ends, and with it the claim.
    relay_all()
    line = Charge.objects.get(kind="claim")
    assert (line.gross, line.waybill) == (Decimal(-1500), shipment.number)
    assert claim.number in line.reason and claim.kind == ClaimKind.DAMAGE
    close_case(case_id=about.pk, note="已电话确认", by=desk.agent, at=timezone.now())
    relay_all()
    assert f.fresh(claim).state == ClaimState.CLOSED
