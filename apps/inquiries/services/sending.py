"""Text messages that this floor has sent: queued for the notifications floor, once per cause."""

from datetime import datetime

from apps.core.masking import mask_phone
from apps.inquiries.saying import link_of
from apps.inquiries.topics import ANSWER, CODE_TOPIC
from apps.notifications import channels
from apps.notifications.addresses import index_of
from apps.notifications.enums import Audience, ChannelName, DeliveryState
from apps.notifications.services.rows import NewDelivery, insert
from apps.tracking.models import Waybill


def send_answer(
    phone: str,
    *,
    number: str,
    sentence: str,
    cause: str,
    language: str,
    at: datetime,
    waybill: Waybill | None = None,
) -> bool:
    """Queue one line about a shipment; False when ``cause`` was told to this phone before."""
    row = _to(phone, ANSWER, cause, language, at)
    row.data = {"number": number}
    row.personal = {"sentence": sentence}
    row.link = link_of(number) if number else ""
    if waybill is not None:
        row.waybill_id, row.customer_id = waybill.pk, waybill.customer_id
    return bool(insert([row]))


def send_code(
    phone: str, *, code: str, minutes: int, cause: str, language: str, at: datetime
) -> bool:
    row = _to(phone, CODE_TOPIC, cause, language, at)
    row.data = {"minutes": minutes}
    row.personal = {"code": code}
    return bool(insert([row]))


def _to(phone: str, topic: str, cause: str, language: str, at: datetime) -> NewDelivery:
    """Asked for by the person, so quiet hours and opt-outs do not hold it."""
    ready = channels.channel(ChannelName.SMS).configured()
    return NewDelivery(
        cause=cause,
        topic=topic,
        audience=Audience.ADDRESSEE,
        channel=ChannelName.SMS,
        recipient=f"phone:{index_of(phone)}",
        label=mask_phone(phone),
        address=phone,
        language=language,
        urgent=True,
        due_at=at,
        state=DeliveryState.QUEUED if ready else DeliveryState.SUPPRESSED,
        reason="" if ready else "no_channel",
    )
