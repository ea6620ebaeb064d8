"""What a payout says, as two people approve it; which payouts of a thing there are."""

from typing import Any

from django.db.models import Model

from apps.backoffice.rules.approvals import canonical, sha256_of
from apps.banking.enums import PayoutState
from apps.banking.models import Payout
from apps.banking.queries.payees import payee_sha


def payout_content(payout: Payout) -> dict[str, Any]:
    """Plain values for the approvals' engine; the account number is in it by its fingerprint only."""
    return {
        "number": payout.number,
        "purpose": payout.purpose,
        "for": f"{payout.subject_type}:{payout.subject_id}",
        "customer": str(payout.payee.customer),
        "holder": payout.payee.holder,
        "bank": f"{payout.payee.bank} {payout.payee.branch}".strip(),
        "tail": payout.payee.tail,
        "payee": payee_sha(payout.payee),
        "amount": str(payout.amount),
        "from": str(payout.account),
        "note": payout.note,
    }


def payout_sha(payout: Payout) -> str:
    return sha256_of(canonical(payout_content(payout)))


def payout_of(purpose: str, subject: Model) -> Payout | None:
    """The payout of a row of a floor above that was not called off; there is one at most."""
    return (
        Payout.objects.filter(
            purpose=purpose, subject_type=subject._meta.label_lower, subject_id=str(subject.pk)
        )
        .exclude(state=PayoutState.CANCELLED)
        .select_related("payee__customer", "account", "file")
        .first()
    )
