"""One answer for all who ask (TRK-8): looked up, limited, masked and recorded in one place."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from apps.core.crypto import blind_index
from apps.core.errors import BadInput
from apps.inquiries.asking import Answer, Asker
from apps.inquiries.enums import Outcome
from apps.inquiries.models import Inquiry
from apps.inquiries.services.counting import count_miss, may_ask
from apps.tracking.models import Waybill
from apps.tracking.numbers import parse_waybill_number
from apps.tracking.queries.public import PartyView, party_view, public_view

PURPOSE = "inquiries.asker"


def answer(text: str, asker: Asker, *, at: datetime | None = None) -> Answer:
    """What ``asker`` may know of the shipment with this number.

    Masked for everybody; in full as well for a proven party. Asks the limits first, so an asker
    who is over them learns nothing, hit or miss. Runs outside a transaction: what was counted
    stays counted.
    """
    at = at or timezone.now()
    found = _find(text, asker, at)
    note(asker, found.outcome, number=found.number, at=at)
    return found


def note(asker: Asker, outcome: Outcome, *, number: str = "", at: datetime) -> None:
    """Keep that somebody asked, by a fingerprint that nobody can read."""
    Inquiry.objects.create(
        way=asker.way,
        asker=fingerprint(asker),
        number=number,
        outcome=outcome,
        language=asker.language,
        at=at,
    )


def fingerprint(asker: Asker) -> str:
    return blind_index(f"{asker.way}:{asker.name}", PURPOSE)


def _find(text: str, asker: Asker, at: datetime) -> Answer:
    try:
        number = parse_waybill_number(text)
    except BadInput as problem:
        allowed = may_ask(asker, at)
        outcome = Outcome.NOT_A_NUMBER if allowed else Outcome.LIMITED
        return Answer(outcome, at, problem=str(problem))
    if not may_ask(asker, at):
        return Answer(Outcome.LIMITED, at, number)
    shipment = public_view(number)
    if shipment is None:
        count_miss(asker, at)
        return Answer(Outcome.UNKNOWN, at, number)
    party = _party(number, asker.phone_index)
    outcome = Outcome.DETAILED if party else Outcome.ANSWERED
    return Answer(outcome, at, number, shipment, party)


def _party(number: str, phone_index: str) -> PartyView | None:
    if not phone_index:
        return None
    mine = Q(sender_phone_index=phone_index) | Q(consignee_phone_index=phone_index)
    waybill = Waybill.objects.filter(mine, number=number).first()
    return party_view(waybill) if waybill else None
