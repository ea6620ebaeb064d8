"""Claims in each state: ``filed()``, ``assessed()``, ``approved()``, ``agreed()``, ``paid()``."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.claims import services
from apps.claims.enums import AgreedHow, ClaimKind, ClaimState, ExplainedHow, PayWay
from apps.claims.inputs import NewClaim, NewItem, Proof, Shown
from apps.claims.models import Assessment, Claim, ClaimPayment
from apps.core.files import NewFile
from apps.tracking.models import Waybill
from tests.factories.accounts import UserFactory
from tests.factories.complaints import Team
from tests.factories.customers import CustomerFactory, png
from tests.factories.tracking import waybill


class Desk(Team):
    """A unit with everybody a claim concerns, and a customer of theirs."""

    def __init__(self) -> None:
        super().__init__()
        self.colleague = self.person(Role.AGENT)
        self.deputy = self.person(Role.DEPUTY_GENERAL_MANAGER)
        self.project = self.person(Role.PROJECT_MANAGER)
        self.finance = self.person(Role.FINANCE)
        self.customer = CustomerFactory(unit=self.unit)

    def shipment(self, **fields: Any) -> Waybill:
        return waybill(customer=self.customer, **fields)


def shown(**fields: Any) -> Shown:
    values: dict[str, Any] = {
        "to": "王小明",
        "how": ExplainedHow.PHONE,
        "at": timezone.now() - timedelta(minutes=1),
    }
    return Shown(**{**values, **fields})


def new_claim(desk: Desk, amount: str = "80", **fields: Any) -> NewClaim:
    values: dict[str, Any] = {
        "waybill": fields.pop("waybill", None) or desk.shipment(),
        "kind": ClaimKind.DAMAGE,
        "items": [NewItem("青花瓷瓶", Decimal(amount))],
        "shown": shown(),
        "customer": desk.customer,
        **fields,
    }
    return NewClaim(**values)


def filed(desk: Desk, amount: str = "80", *, by: User | None = None, **fields: Any) -> Claim:
    new = new_claim(desk, amount, **fields)
    return services.file_claim(new=new, by=by or desk.agent, at=timezone.now())


def proofs(claim: Claim, proved: str | None = None) -> dict[int, Proof]:
    return {
        item.pk: Proof(item.claimed if proved is None else Decimal(proved))
        for item in claim.items.all()
    }


def assess(claim: Claim, by: User, proved: str | None = None, **fields: Any) -> Assessment:
    given = {"proofs": proofs(claim, proved), **fields}
    return services.assess_claim(claim_id=claim.pk, by=by, at=timezone.now(), **given)


def assessed(desk: Desk, amount: str = "80", **fields: Any) -> Claim:
    claim = filed(desk, amount, **fields)
    assess(claim, desk.agent)
    return fresh(claim)


def approve(claim: Claim, by: User) -> Claim:
    row = claim.assessments.latest("n")
    return services.approve_claim(claim_id=claim.pk, assessment_id=row.pk, by=by, at=timezone.now())


def approved(desk: Desk, amount: str = "80", *, by: User | None = None, **fields: Any) -> Claim:
    claim = assessed(desk, amount, **fields)
    return approve(claim, by or (desk.manager if Decimal(amount) > 1000 else desk.director))


def agree(claim: Claim, by: User) -> Claim:
    claim = fresh(claim)
    return services.agree(
        claim_id=claim.pk, amount=claim.approved or Decimal(0), how=AgreedHow.PHONE,
        read_back="赔您这个数，打到公司账上，您同意。", by=by, at=timezone.now(),
    )  # fmt: skip


def agreed(desk: Desk, amount: str = "80", **fields: Any) -> Claim:
    return agree(approved(desk, amount, **fields), desk.agent)


def plan(
    claim: Claim, by: User, amount: str | None = None, way: PayWay = PayWay.CASH, **more: Any
) -> ClaimPayment:
    wanted = None if amount is None else Decimal(amount)
    return services.plan_payment(
        claim_id=claim.pk, way=way, amount=wanted, received_by="王小明", by=by, at=timezone.now(), **more
    )  # fmt: skip


def release(row: ClaimPayment, by: User) -> ClaimPayment:
    return services.release_payment(payment_id=row.pk, by=by, at=timezone.now())


def paid(desk: Desk, amount: str = "80", **fields: Any) -> Claim:
    claim = agreed(desk, amount, **fields)
    release(plan(claim, desk.agent), desk.director)
    return fresh(claim)


def refused(desk: Desk, **fields: Any) -> Claim:
    claim = filed(desk, **fields)
    return services.refuse_claim(
        claim_id=claim.pk, clause="第七条（免责）", reason="包装完好，内件由寄件人封装。",
        by=desk.director, at=timezone.now(),
    )  # fmt: skip


def picture() -> NewFile:
    return NewFile(png(), "破损.png")


def on_the_spot(desk: Desk, amount: str = "80", *, by: User | None = None, **fields: Any) -> Claim:
    new = fields.pop("new", None) or new_claim(desk, amount, **fields)
    return services.pay_on_the_spot(
        new=new, received_by="李小红", picture=picture(), signature=NewFile(png((6, 6)), "签名.png"),
        by=by or desk.agent, at=timezone.now(),
    )  # fmt: skip


def claim_in(desk: Desk, state: ClaimState) -> Claim:
    """One in each state, by the services that lead there."""
    if state == ClaimState.DRAFT:
        from tests.factories.complaints import exception

        report = exception(waybill=desk.shipment(declared_value=Decimal(900)), by=desk.agent)
        found = services.draft_lost(exception=report, by=desk.agent, at=timezone.now())
        assert found is not None
        return found
    if state == ClaimState.CLOSED:
        return services.close_claim(claim_id=paid(desk).pk, by=desk.agent, at=timezone.now())
    if state == ClaimState.WITHDRAWN:
        return services.withdraw_claim(
            claim_id=filed(desk).pk, reason="客户已找到", by=desk.agent, at=timezone.now()
        )
    makers: dict[ClaimState, Any] = {
        ClaimState.FILED: filed, ClaimState.ASSESSED: assessed, ClaimState.APPROVED: approved,
        ClaimState.AGREED: agreed, ClaimState.PAID: paid, ClaimState.REFUSED: refused,
    }  # fmt: skip
    claim: Claim = makers[state](desk)
    return claim


def fresh(row: Any) -> Any:
    row.refresh_from_db()
    return row


def person(*roles: Role, desk: Desk) -> User:
    user: User = UserFactory(roles=list(roles), unit=desk.unit, scope="units")
    return user
