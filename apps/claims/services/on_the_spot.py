"""Paid on the spot: from the filing to the money in one act, within what one's own post may pay there (CMP-6)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.claims.enums import AgreedHow, PaperKind, PaymentState, PayWay
from apps.claims.inputs import NewClaim
from apps.claims.models import Claim, ClaimPaper, ClaimPayment
from apps.claims.services import books
from apps.claims.services.agreeing import agree
from apps.claims.services.assessing import assess_claim
from apps.claims.services.closing import finish_if_paid
from apps.claims.services.deciding import approve_claim
from apps.claims.services.filing import file_claim
from apps.claims.services.moving import RULE, about, in_words, lock_claim, needed
from apps.complaints.services.storing import cleaned, store_file
from apps.core.errors import BadInput, RuleBroken
from apps.core.files import NewFile
from apps.core.files.attachments import CleanFile
from apps.core.money import format_money
from apps.events.services import record


def pay_on_the_spot(
    *,
    new: NewClaim,
    received_by: str,
    picture: NewFile,
    signature: NewFile,
    by: User,
    at: datetime,
) -> Claim:
    """File, assess, approve, agree and pay in one transaction: ``picture`` shows the harm, ``signature`` that the
    receiver agrees and has the money. Everything is proved by what is seen at the door: what is claimed is taken
    as proved.

    RuleBroken ``beyond_limit``, ``day_used_up``: then nothing has happened, and the claim is filed the usual way."""
    receiver = needed(received_by, "received_by", most=60)
    files = [picture, signature]
    with cleaned(files) as (clean, written), transaction.atomic():
        if len(clean) != 2 or not all(one.content_type.startswith("image/") for one in clean):
            raise BadInput(
                _("One picture of the harm, and the receiver's signature as a picture."),
                code="picture_missing",
                field="picture",
            )
        claim = file_claim(new=new, by=by, at=at)
        if claim.on_the_spot:
            return claim
        _keep(claim, clean, written, by, at)
        for item in claim.items.all():
            item.proved = item.claimed
            item.save(update_fields=["proved"])
        row = assess_claim(claim_id=claim.pk, by=by, at=at)
        claim = approve_claim(claim_id=claim.pk, assessment_id=row.pk, by=by, at=at)
        limit = claim.decisions.select_related("limit").latest("pk").limit
        if limit is None or row.amount > limit.on_the_spot:
            raise RuleBroken(
                _("On the spot you pay up to %(limit)s; this is %(amount)s. File it the usual way.")
                % {
                    "limit": format_money(limit.on_the_spot if limit else row.amount * 0),
                    "amount": format_money(row.amount),
                },
                code="beyond_limit",
                rule=RULE,
            )
        agree(claim_id=claim.pk, amount=row.amount, how=AgreedHow.SIGNATURE, by=by, at=at)
        claim = lock_claim(claim.pk)
        _pay(claim, receiver, by, at)
        return claim


def _keep(
    claim: Claim, clean: Sequence[CleanFile], written: list[str], by: User, at: datetime
) -> None:
    for file, kind in zip(clean, (PaperKind.OUTSIDE, PaperKind.AGREEMENT), strict=True):
        ClaimPaper.objects.create(
            claim=claim, key=uuid4(), kind=kind, path=store_file(file, "claims", written),
            name=file.name, content_type=file.content_type, size=len(file.content),
            sha256=file.sha256, at=at, by=by,
        )  # fmt: skip


def _pay(claim: Claim, receiver: str, by: User, at: datetime) -> None:
    above = (_("Never more than approved."), "above_approved")
    with in_words(claim_payment_within_approved=above):
        row = ClaimPayment.objects.create(
            claim=claim, key=uuid4(), way=PayWay.SPOT, amount=claim.approved, received_by=receiver,
            state=PaymentState.PAID, planned_at=at, planned_by=by, released_at=at, released_by=by, paid_at=at,
        )  # fmt: skip
    books.post_payment(row, by=by, at=at)
    Claim.objects.filter(pk=claim.pk).update(on_the_spot=True)
    claim.on_the_spot = True
    data = about(claim, amount=str(row.amount), way=row.way)
    record("claim.payment_released", claim, by=by, at=at, data=data)
    finish_if_paid(claim, by=by, at=at)
