"""One answer for all who ask (TRK-8): looked up, limited, masked and recorded in one place."""

from datetime import datetime

from django.utils import timezone

from apps.core.crypto import blind_index
from apps.core.errors import BadInput
from apps.inquiries.asking import Answer, Asker
from apps.inquiries.enums import Outcome
from apps.inquiries.models import Inquiry
from apps.inquiries.services.counting import count_miss, may_ask
from apps.tracking.numbers import parse_waybill_number
from apps.tracking.queries.party import party_by_phone
from apps.tracking.queries.public import public_view

PURPOSE = "inquiries.asker"


def answer(text: str, asker: Asker, *, at: datetime | None = None) -> Answer:
    """What ``asker`` may know of the shipment with this number.

    Masked for everybody; a proven party sees its half in clear as well. Asks the limits first, so an asker
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
        missed = Outcome.UNKNOWN if count_miss(asker, at) else Outcome.LIMITED
        return Answer(missed, at, number)
    party = party_by_phone(number, asker.phone_index)
    outcome = Outcome.DETAILED if party else Outcome.ANSWERED
    return Answer(outcome, at, number, shipment, party)
