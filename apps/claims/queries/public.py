"""What the claimant sees of a claim on the page of their case: no names of staff, nothing of recovery (CMP-6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from apps.banking.queries import private_payees_for
from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.claims.states import TAKES_ACCOUNT
from apps.claims.wording import step_lines
from apps.complaints.models import Case
from apps.complaints.rules.merchants import is_merchants_own
from apps.core.choices import colour_of
from apps.customers.models import Contact

# As the claimant reads it; a draft of ours is none yet.
SHOWN = {
    ClaimState.FILED: _("We are looking into it"),
    ClaimState.ASSESSED: _("We are looking into it"),
    ClaimState.APPROVED: _("Please tell us whether you agree"),
    ClaimState.AGREED: _("Agreed: we pay it now"),
    ClaimState.PAID: _("Paid"),
    ClaimState.CLOSED: _("Paid"),
    ClaimState.REFUSED: _("Claim refused"),
    ClaimState.WITHDRAWN: _("Withdrawn"),
}


@dataclass(frozen=True, slots=True)
class PublicClaim:
    """``amount`` is what stands, in yuan; ``steps`` how it was computed, each with what stands after it."""

    id: int
    number: str
    kind: str
    state: str
    colour: str
    claimed: Decimal
    amount: Decimal | None
    steps: Sequence[tuple[str, str]]
    override_reason: str
    # What was claimed for each thing, and the names of the papers that the claimant has sent.
    items: Sequence[tuple[str, Decimal]]
    papers: Sequence[str]
    papers_asked: str
    refusal: str
    may_answer: bool
    may_send: bool
    # A private claimant's: whether an account may be named now, and the last digits of the one that is.
    takes_account: bool
    account: str
    paid_on: date | None


def public_claims(case: Case) -> list[PublicClaim]:
    """Those of the case, the newest first; drafts of ours are none yet."""
    rows = Claim.objects.filter(case=case, state__in=SHOWN).order_by("-pk")
    mine = [
        row
        for row in rows.prefetch_related("assessments", "items", "papers")
        if is_claimants_case(row, case)
    ]
    accounts = private_payees_for(Claim, [row.pk for row in mine if row.customer_id is None])
    return [_seen(row, accounts.get(row.pk, "")) for row in mine]


def claim_of_case(case: Case, number: str) -> Claim | None:
    row = Claim.objects.filter(case=case, number=number, state__in=SHOWN).first()
    return row if row is not None and is_claimants_case(row, case) else None


def takes_account(row: Claim) -> bool:
    """Whether its claimant, a private person, may name an account now."""
    return row.customer_id is None and row.state in TAKES_ACCOUNT


def is_claimants_case(row: Claim, case: Case) -> bool:
    """Whoever brought the case is the claimant: by the phone they gave, which is the claimant's own, or that of a
    contact of the customer. A consignee's link does not open what the merchant claims."""
    if row.customer_id is None:
        return bool(case.contact_phone_index) and row.party_phone_index == case.contact_phone_index
    return is_customers_contact(case, row.customer_id)


def is_customers_contact(case: Case, customer_id: int) -> bool:
    """The case came from the customer's own system, or from a contact of theirs."""
    if is_merchants_own(case):
        return case.customer_id == customer_id
    contacts = Contact.objects.filter(customer=customer_id, active=True)
    phones = {contact.phone for contact in contacts}
    return bool(case.contact_phone) and case.contact_phone in phones


def _seen(row: Claim, account: str) -> PublicClaim:
    newest = max(row.assessments.all(), key=lambda one: one.n, default=None)
    stands = newest if row.approved is not None else None
    return PublicClaim(
        id=row.pk,
        number=row.number,
        kind=str(row.get_kind_display()),
        state=str(SHOWN[ClaimState(row.state)]),
        colour=colour_of(Claim._meta.get_field("state").choices, row.state),
        claimed=row.claimed,
        amount=row.approved,
        steps=step_lines(stands.steps) if stands is not None else (),
        override_reason=stands.override_reason if stands is not None else "",
        items=[(str(item), item.claimed) for item in row.items.all()],
        papers=[paper.name for paper in row.papers.all() if paper.by_customer],
        papers_asked=row.papers_asked,
        refusal=" ".join(filter(None, (row.refusal_clause, row.refusal_reason)))
        if row.state == ClaimState.REFUSED
        else "",
        may_answer=row.state == ClaimState.APPROVED,
        may_send=row.state in (ClaimState.FILED, ClaimState.ASSESSED, ClaimState.APPROVED),
        takes_account=takes_account(row),
        account=account,
        paid_on=localdate(row.paid_at) if row.paid_at is not None else None,
    )
