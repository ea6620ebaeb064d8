"""A one-time code by text message, and the token of the page that asks for it. What the code proves is said by
``party_codes`` and ``claim_codes``."""

from datetime import datetime

from django.conf import settings
from django.core import signing

from apps.core.notice_types import Notice
from apps.core.opaque import Id, hide, unhide_signed
from apps.core.phones import is_mobile
from apps.customers.models import Customer
from apps.notifications import channels
from apps.notifications.enums import ChannelName, CodePurpose, DeliveryState
from apps.notifications.models import Delivery, OneTimeCode
from apps.notifications.services.codes import CODE_LIFE, NewCode, issue_code
from apps.notifications.services.queueing import notify
from apps.tracking.models import Waybill


def send_phone_code(
    purpose: CodePurpose,
    *,
    phone: str,
    about: str,
    number: str,
    waybill: Waybill | None,
    customer: Customer | None = None,
    client: str,
    language: str,
    at: datetime,
) -> str | None:
    """Issue a code and queue its message, in the caller's transaction; the token of the page that asks for it.

    None where no text message can reach the phone: the caller refuses, and so rolls the code back. ``number`` is
    what the message names, ``client`` the network address that asks. RuleBroken ``too_many_codes`` beyond the
    limits.
    """
    if not (is_mobile(phone) and channels.channel(ChannelName.SMS).configured()):
        return None
    new = NewCode(
        purpose=purpose,
        about=about,
        channel=ChannelName.SMS,
        address=phone,
        asker=client,
        number=number,
    )
    row, code = issue_code(new, at=at)
    cause = f"code:{row.pk}"
    notice = Notice(
        topic=f"{purpose}.code",
        cause=cause,
        at=at,
        waybill=waybill,
        customer=customer,
        data={"number": number, "minutes": int(CODE_LIFE.total_seconds() // 60)},
        personal={"code": code},
        addressee=(ChannelName.SMS, phone, language or settings.LANGUAGE_CODE),
    )
    notify([notice])
    # Switched off by policy, or the phone is stopped: then nothing was sent.
    if not Delivery.objects.filter(cause=cause).exclude(state=DeliveryState.SUPPRESSED).exists():
        return None
    return signing.dumps(hide(Id.CODE, row.pk), salt=_salt(purpose))


def code_of_token(token: str, purpose: CodePurpose) -> OneTimeCode | None:
    """The code that ``token`` stands for; None for a token that is not ours or of another purpose."""
    try:
        pk = unhide_signed(Id.CODE, signing.loads(token, salt=_salt(purpose)))
    except signing.BadSignature:
        return None
    return OneTimeCode.objects.filter(pk=pk or 0, purpose=purpose).first()


def _salt(purpose: CodePurpose) -> str:
    return f"notifications.{purpose}_code"
