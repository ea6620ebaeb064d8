"""The account to which a private claimant wants the money (CMP-6). A customer's is asked for on banking's own pages."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.banking.models import PayeeAccount
from apps.banking.services import name_private_payee
from apps.claims.queries.public import takes_account
from apps.claims.services.moving import RULE, about, lock_claim
from apps.core.errors import RuleBroken
from apps.events.services import record


@transaction.atomic
def name_account(
    *, claim_id: int, number: str, values: Mapping[str, str], by: User, at: datetime
) -> PayeeAccount:
    """The claimant, whom the door has proved by a code to their own phone, names the account. Named again it is
    another one, until money is on its way.

    RuleBroken ``no_account_now``; what banking refuses names the field."""
    claim = lock_claim(claim_id)
    if not takes_account(claim):
        raise RuleBroken(
            _("An account is named once an amount is approved, and before it is paid."),
            code="no_account_now",
            rule=RULE,
        )
    row = name_private_payee(
        subject=claim,
        unit=claim.unit,
        person=claim.party_name,
        number=number,
        values=values,
        by=by,
        at=at,
    )
    if row.requested_at == at:
        record("claim.account_named", claim, by=by, at=at, data=about(claim, tail=row.tail))
    return row
