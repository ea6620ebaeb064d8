"""Text messages that came in: a number is answered with one line, once (TRK-8)."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.core.errors import BadInput
from apps.core.masking import mask_phone
from apps.core.phones import normalise_phone
from apps.inquiries.asking import Answer, Asker
from apps.inquiries.enums import MessageState, Outcome, Way
from apps.inquiries.models import InboundMessage
from apps.inquiries.reading import find_numbers, language_of, phone_language
from apps.inquiries.saying import as_text
from apps.inquiries.services.answering import answer
from apps.inquiries.services.claiming import claim, keep, key_of
from apps.inquiries.services.counting import count
from apps.inquiries.services.sending import send_answer
from apps.tracking.models import Waybill

MOST_TEXT = 1_000
LIMITED_WINDOW = timedelta(hours=1)


@transaction.atomic
def take_text(*, phone: str, text: str, message_id: str, at: datetime) -> bool:
    """Answer one text message; False when it came before.

    BadInput for one without an id or without a phone number that can be answered.
    """
    if not message_id or len(message_id) > 80:
        raise BadInput(_("A message needs its id."), code="no_id", field="sequence_id")
    number = normalise_phone(phone)
    row = claim(Way.SMS, key_of(Way.SMS, f"{number}:{message_id}"), at)
    if row is None:
        return False
    text = text[:MOST_TEXT]
    language = language_of(text, default=phone_language(number))
    keep(
        row,
        asker=number,
        asker_index=key_of(Way.SMS, number),
        asker_label=mask_phone(number),
        text=text,
        language=language,
    )
    with translation.override(language):
        _reply(row, number, text, language, at)
    return True


def _reply(row: InboundMessage, phone: str, text: str, language: str, at: datetime) -> None:
    found = find_numbers(text, most=1)
    asked = [*found.numbers, *found.mistyped]
    if not asked:
        # Thank-yous, stop words and advertising are for people to read.
        keep(row, state=MessageState.IGNORED, reason="no_number")
        return
    result = answer(asked[0], Asker(Way.SMS, phone, language), at=at)
    if result.outcome == Outcome.LIMITED and not _may_reply(phone, at):
        keep(row, state=MessageState.IGNORED, reason="asked_too_often", outcome=result.outcome)
        return
    send_answer(
        phone,
        number=result.number,
        sentence=as_text(result),
        cause=f"inquiry:{row.pk}",
        language=language,
        at=at,
        waybill=_waybill(result),
    )
    keep(row, number=result.number, outcome=result.outcome, reply=as_text(result))


def _may_reply(phone: str, at: datetime) -> bool:
    """That it is too often is said once an hour, or saying so would itself be too often."""
    return count("told", f"sms:{phone}", window=LIMITED_WINDOW, at=at) == 1


def _waybill(result: Answer) -> Waybill | None:
    if result.shipment is None:
        return None
    return Waybill.objects.filter(number=result.number).first()


def texts_of(body: Any) -> list[dict[str, Any]]:
    """Aliyun's SmsUp: a list of messages, or one alone. BadInput (``bad_body``) otherwise."""
    rows = body if isinstance(body, list) else [body]
    if not rows or len(rows) > 500 or not all(isinstance(row, dict) for row in rows):
        raise BadInput(_("Send a list of messages."), code="bad_body")
    return rows
