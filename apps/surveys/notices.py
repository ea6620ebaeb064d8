"""The message of a satisfaction survey, to the consignee of a shipment or to one contact."""

from collections.abc import Iterator, Sequence

from apps.core.notice_types import Notice
from apps.core.public_links import public_link
from apps.events.models import Event
from apps.surveys.models import SurveyAsk
from apps.surveys.queries import survey_token
from apps.surveys.services import note_messages

TOPIC = "survey.satisfaction"


def survey_notices(events: Sequence[Event]) -> list[Notice]:
    """One query for any number of events."""
    asks = SurveyAsk.objects.select_related("waybill", "contact", "customer").in_bulk(
        [int(event.subject_id) for event in events]
    )
    return [one for event in events for one in _notice(event, asks.get(int(event.subject_id)))]


def _notice(event: Event, ask: SurveyAsk | None) -> Iterator[Notice]:
    if ask is None or ask.answered_at is not None:
        return
    notice = Notice(
        topic=TOPIC,
        cause=f"event:{event.pk}",
        at=event.at,
        event=event,
        waybill=ask.waybill,
        contact=ask.contact,
        customer=ask.customer,
        data={"when": event.at},
        link=public_link("portal:survey", survey_token(ask)),
    )
    if ask.waybill is not None:
        notice.data["number"] = ask.waybill.number
    yield notice


NOTICES = {"survey.asked": survey_notices}
FOLLOWED = {TOPIC: note_messages}
