"""Proving that whoever is on a claimant's page has the claimant's phone, before an account is named there (CMP-6)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from apps.claims.models import Claim
from apps.core.errors import RuleBroken
from apps.notifications.enums import CodePurpose
from apps.notifications.models import OneTimeCode
from apps.notifications.services.codes import (
    refusal_of,
    try_code,
)
from apps.notifications.services.phone_codes import code_of_token, send_phone_code

PROVED = "notifications.claim_proof"
# From the right code to the account: long enough to fetch the card.
PROOF_LIFE = timedelta(minutes=15)


@transaction.atomic
def send_claim_code(claim: Claim, *, client: str, language: str, at: datetime) -> str:
    """Send a code to the claimant's own phone, and give the token of the page that asks for it.

    RuleBroken: ``code_unsendable`` where no text message can reach that phone, ``too_many_codes`` beyond the limits.
    """
    token = send_phone_code(
        CodePurpose.CLAIM,
        phone=claim.party_phone,
        about=claim.number,
        number=claim.number,
        waybill=claim.waybill,
        client=client,
        language=language,
        at=at,
    )
    if token is None:
        raise _unsendable()
    return token


def is_claim_code(token: str, claim: Claim) -> bool:
    """Whether ``token`` stands for a code that was sent about this claim."""
    return _code_of(token, claim) is not None


def prove_claim_code(token: str, claim: Claim, typed: str, *, at: datetime) -> str:
    """The proof to go on with, good for ``PROOF_LIFE`` and for this claim. RuleBroken ``wrong_code``,
    ``code_expired`` or ``too_many_tries``; the try is counted."""
    row = _code_of(token, claim)
    if row is None:
        raise _unsendable()
    refusal = refusal_of(try_code(row.pk, typed, at=at))
    if refusal is not None:
        raise refusal
    return signing.dumps(claim.number, salt=PROVED)


def is_proof(proof: str, claim: Claim) -> bool:
    try:
        return bool(signing.loads(proof, salt=PROVED, max_age=PROOF_LIFE) == claim.number)
    except signing.BadSignature:
        return False


def _code_of(token: str, claim: Claim) -> OneTimeCode | None:
    row = code_of_token(token, CodePurpose.CLAIM)
    return row if row and row.about == claim.number else None


def _unsendable() -> RuleBroken:
    return RuleBroken(
        _("We cannot send a code to the phone of this claim. Please call %(phone)s.")
        % {"phone": settings.COMPANY_PHONE},
        code="code_unsendable",
        rule="CMP-6",
    )
