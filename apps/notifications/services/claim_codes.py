"""Proving that whoever is on a claimant's page has the claimant's phone, before an account is named there (CMP-6)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from apps.claims.models import Claim
from apps.core.errors import RuleBroken
from apps.core.notice_types import Notice
from apps.core.opaque import Id, hide, unhide_signed
from apps.core.phones import is_mobile
from apps.notifications import channels
from apps.notifications.enums import ChannelName, CodePurpose, DeliveryState
from apps.notifications.models import Delivery, OneTimeCode
from apps.notifications.services.codes import (
    CODE_LIFE,
    NewCode,
    issue_code,
    refusal_of,
    try_code,
)
from apps.notifications.services.queueing import notify

SENT, PROVED = "notifications.claim_code", "notifications.claim_proof"
# From the right code to the account: long enough to fetch the card.
PROOF_LIFE = timedelta(minutes=15)


@transaction.atomic
def send_claim_code(claim: Claim, *, client: str, language: str, at: datetime) -> str:
    """Send a code to the claimant's own phone, and give the token of the page that asks for it.

    RuleBroken: ``code_unsendable`` where no text message can reach that phone, ``too_many_codes`` beyond the limits.
    """
    phone: str = claim.party_phone
    if not (is_mobile(phone) and channels.channel(ChannelName.SMS).configured()):
        raise _unsendable()
    new = NewCode(
        purpose=CodePurpose.CLAIM,
        about=claim.number,
        channel=ChannelName.SMS,
        address=phone,
        asker=client,
        number=claim.number,
    )
    row, code = issue_code(new, at=at)
    cause = f"code:{row.pk}"
    notice = Notice(
        topic="claim.code",
        cause=cause,
        at=at,
        waybill=claim.waybill,
        data={"number": claim.number, "minutes": int(CODE_LIFE.total_seconds() // 60)},
        personal={"code": code},
        addressee=(ChannelName.SMS, phone, language or settings.LANGUAGE_CODE),
    )
    notify([notice])
    if not Delivery.objects.filter(cause=cause).exclude(state=DeliveryState.SUPPRESSED).exists():
        raise _unsendable()
    return signing.dumps(hide(Id.CODE, row.pk), salt=SENT)


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
    try:
        pk = unhide_signed(Id.CODE, signing.loads(token, salt=SENT))
    except signing.BadSignature:
        return None
    rows = OneTimeCode.objects.filter(pk=pk or 0, purpose=CodePurpose.CLAIM, about=claim.number)
    return rows.first()


def _unsendable() -> RuleBroken:
    return RuleBroken(
        _("We cannot send a code to the phone of this claim. Please call %(phone)s.")
        % {"phone": settings.COMPANY_PHONE},
        code="code_unsendable",
        rule="CMP-6",
    )
