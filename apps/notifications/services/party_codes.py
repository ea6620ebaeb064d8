"""Proving a phone that many know the digits of, by a code sent to it (TRK-10)."""

from datetime import datetime

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

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
from apps.tracking.enums import PartyRole
from apps.tracking.models import Waybill
from apps.tracking.services.party import CodeNeeded, PartyProof, give_proof

SALT = "notifications.party_code"


@transaction.atomic
def send_party_code(needed: CodeNeeded, *, client: str, language: str, at: datetime) -> str:
    """Send a code to the phone, and give the token of the page that asks for it.

    RuleBroken: ``code_unsendable`` where no text message can reach that phone, ``too_many_codes``
    beyond the limits, ``country_closed`` for a phone abroad. Nothing about the phone is revealed.
    """
    if not (is_mobile(needed.phone) and channels.channel(ChannelName.SMS).configured()):
        raise _unsendable()
    waybill = Waybill.objects.select_related("customer").get(number=needed.number)
    new = NewCode(
        purpose=CodePurpose.PARTY,
        about=f"{needed.number}:{needed.role}",
        channel=ChannelName.SMS,
        address=needed.phone,
        asker=client,
        number=needed.number,
    )
    row, code = issue_code(new, at=at)
    cause = f"code:{row.pk}"
    notice = Notice(
        topic="party.code",
        cause=cause,
        at=at,
        waybill=waybill,
        customer=waybill.customer,
        data={"number": needed.number, "minutes": int(CODE_LIFE.total_seconds() // 60)},
        personal={"code": code},
        addressee=(ChannelName.SMS, needed.phone, language or settings.LANGUAGE_CODE),
    )
    notify([notice])
    # Switched off by policy, or the phone is stopped: then nothing was sent, and we do not say so.
    if not Delivery.objects.filter(cause=cause).exclude(state=DeliveryState.SUPPRESSED).exists():
        raise _unsendable()
    return signing.dumps(hide(Id.CODE, row.pk), salt=SALT)


def read_code_token(token: str, number: str) -> OneTimeCode | None:
    """The code that ``token`` stands for, if it opens this waybill."""
    try:
        pk = unhide_signed(Id.CODE, signing.loads(token, salt=SALT))
    except signing.BadSignature:
        return None
    row = OneTimeCode.objects.filter(pk=pk or 0, purpose=CodePurpose.PARTY).first()
    return row if row and row.about.startswith(f"{number}:") else None


def prove_by_code(token: str, number: str, typed: str, *, at: datetime) -> PartyProof:
    """RuleBroken: ``wrong_code``, ``code_expired`` or ``too_many_tries``; the try is counted."""
    row = read_code_token(token, number)
    if row is None:
        raise _unsendable()
    refusal = refusal_of(try_code(row.pk, typed, at=at))
    if refusal is not None:
        raise refusal
    waybill = Waybill.objects.get(number=number)
    return give_proof(waybill, PartyRole(row.about.partition(":")[2]), at=at)


def _unsendable() -> RuleBroken:
    return RuleBroken(
        _(
            "This phone stands on many shipments, so its digits alone open nothing: that takes a "
            "code by text message, and we cannot send one to it. Please call %(phone)s."
        )
        % {"phone": settings.COMPANY_PHONE},
        code="code_unsendable",
        field="last_four",
        rule="TRK-10",
    )
