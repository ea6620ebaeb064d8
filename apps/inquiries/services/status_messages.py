"""An agent sends the caller what was just said on the phone (TRK-8)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.core.errors import BadInput, RuleBroken
from apps.core.masking import mask_phone
from apps.core.phones import is_mobile, normalise_phone
from apps.events.services import record
from apps.inquiries.reading import phone_language
from apps.inquiries.saying import sentence_of
from apps.inquiries.services.counting import count
from apps.inquiries.services.sending import send_answer
from apps.notifications.addresses import index_of
from apps.tracking.models import Waybill
from apps.tracking.queries.public import public_view

if TYPE_CHECKING:
    from apps.accounts.models import User

PAUSE = timedelta(minutes=1)
# More than anyone says on the phone: a script, or somebody playing.
MOST_AN_HOUR = 60


@transaction.atomic
def push_status(*, waybill: Waybill, phone: str, by: "User", at: datetime) -> str:
    """Send the state of ``waybill`` by SMS to ``phone``; gives back the sentence that was sent.

    Masked facts only: who is on the phone has proved nothing. BadInput for a number that gets no
    SMS, RuleBroken (``told_already``) for the same shipment and phone within a minute, or
    (``told_too_often``) when one person sends too many.
    """
    number = normalise_phone(phone)
    if not is_mobile(number):
        raise BadInput(_("SMS needs a mobile number."), code="not_a_mobile", field="phone")
    name = f"{waybill.pk}:{index_of(number)}"
    if count("pushed", name, window=PAUSE, at=at) > 1:
        raise RuleBroken(
            _("This was sent to this number within the last minute."),
            code="told_already",
            field="phone",
        )
    if count("pushed_by", str(by.pk), window=timedelta(hours=1), at=at) > MOST_AN_HOUR:
        raise RuleBroken(
            _("You have sent a great many SMS this hour. Wait a while, then try again."),
            code="told_too_often",
        )
    language = phone_language(number)
    shipment = public_view(waybill.number)
    assert shipment is not None  # noqa: S101  # it is this waybill's own number
    with translation.override(language):
        sentence = sentence_of(shipment, at)
    event = record("waybill.status_told", waybill, by=by, at=at, data={"phone": mask_phone(number)})
    send_answer(
        number,
        number=waybill.number,
        sentence=sentence,
        cause=f"event:{event.pk}",
        language=language,
        at=at,
        waybill=waybill,
    )
    return sentence
