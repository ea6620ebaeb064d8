"""What the clock floor is told of a claim: the response, the decision and the legal seven days from its filing,
the payment from the agreement. The one module of claims that speaks to it (CMP-6)."""

from datetime import datetime

from apps.accounts.models import User
from apps.claims.enums import ClaimMatter
from apps.claims.models import Claim
from apps.sla import services as sla
from apps.sla.enums import FactKind, IntervalKind, MatterState
from apps.sla.models import Matter
from apps.sla.rules import Attributes

PAYMENT = "payment"
WAIT = IntervalKind.WAITING_CUSTOMER


def start(claim: Claim, *, by: User, at: datetime) -> None:
    """From the filing; a claim that is taken up again has its clocks begin anew."""
    matter = _matter(claim)
    if matter is None:
        sla.open_matter(
            kind=ClaimMatter.CLAIM,
            subject=claim,
            title=_title(claim),
            attributes=Attributes(klass=claim.kind, customer_id=claim.customer_id),
            owner_id=claim.owner_id,
            unit=claim.unit,
            opened_at=at,
            by=by,
            at=at,
        )
    elif matter.state == MatterState.OPEN:
        sla.renew_matter(subject=claim, by=by, at=at)
    else:
        sla.reopen_matter(subject=claim, by=by, at=at)
    _end_payment(claim, by=by, at=at)


def answered(claim: Claim, *, by: User, at: datetime) -> None:
    sla.record_facts(subject=claim, kinds=[FactKind.RESPONDED], by=by, at=at)


def decided(claim: Claim, *, by: User, at: datetime) -> None:
    sla.end_wait(subject=claim, kind=WAIT, by=by, at=at)
    kinds = [FactKind.RESPONDED, FactKind.DONE, FactKind.SOLVED]
    sla.record_facts(subject=claim, kinds=kinds, by=by, at=at)


def waits_for_papers(claim: Claim, *, by: User, at: datetime) -> None:
    sla.begin_wait(subject=claim, kind=WAIT, by=by, at=at)


def papers_came(claim: Claim, *, by: User, at: datetime) -> None:
    sla.end_wait(subject=claim, kind=WAIT, by=by, at=at)


def to_be_paid(claim: Claim, *, by: User, at: datetime) -> None:
    there = _matter(claim, PAYMENT)
    if there is not None and there.state != MatterState.OPEN:
        sla.reopen_matter(subject=claim, key=PAYMENT, by=by, at=at)
        return
    sla.open_matter(
        kind=ClaimMatter.CLAIM_PAYMENT,
        subject=claim,
        key=PAYMENT,
        title=_title(claim),
        attributes=Attributes(klass=claim.kind, customer_id=claim.customer_id),
        owner_id=claim.owner_id,
        unit=claim.unit,
        opened_at=at,
        by=by,
        at=at,
    )


def paid(claim: Claim, *, by: User, at: datetime) -> None:
    there = _matter(claim, PAYMENT)
    if there is not None and there.state == MatterState.OPEN:
        sla.record_facts(subject=claim, key=PAYMENT, kinds=[FactKind.DONE], by=by, at=at)
    _end_payment(claim, by=by, at=at)
    over(claim, by=by, at=at)


def over(claim: Claim, *, by: User, at: datetime) -> None:
    """Refused, withdrawn or paid: nothing runs any more."""
    matter = _matter(claim)
    if matter is not None and matter.state == MatterState.OPEN:
        sla.close_matter(subject=claim, by=by, at=at)
    _end_payment(claim, by=by, at=at)


def _end_payment(claim: Claim, *, by: User, at: datetime) -> None:
    there = _matter(claim, PAYMENT)
    if there is not None and there.state == MatterState.OPEN:
        sla.close_matter(subject=claim, key=PAYMENT, by=by, at=at)


def _matter(claim: Claim, key: str = "") -> Matter | None:
    return Matter.objects.about(claim).filter(key=key).first()


def _title(claim: Claim) -> str:
    return f"{claim.number} {claim.get_kind_display()} {claim.waybill.number}"[:120]
