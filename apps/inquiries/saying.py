"""An answer in words, in the active language: one line, a few lines, or spoken. Pure."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.inquiries.asking import Answer
from apps.inquiries.enums import Outcome
from apps.tracking.days import at_when
from apps.tracking.numbers import group_number
from apps.tracking.queries.party import PartyView
from apps.tracking.queries.public import PublicEvent, PublicShipment
from apps.tracking.wording import state_sentence


def sentence_of(shipment: PublicShipment, at: datetime) -> str:
    """The one sentence that every way says."""
    return state_sentence(
        shipment.status,
        shipment.reason,
        expected_at=shipment.expected_at,
        promised_at=shipment.promised_at,
        status_at=shipment.status_at,
        at=at,
    )


def as_text(answer: Answer) -> str:
    """The sentence, or why there is none."""
    if answer.shipment is not None:
        return sentence_of(answer.shipment, answer.at)
    if answer.outcome == Outcome.UNKNOWN:
        return _("We know no shipment under this number.")
    if answer.outcome == Outcome.LIMITED:
        return _("You have asked too often. Please wait a while, or call %(phone)s.") % {
            "phone": settings.COMPANY_PHONE
        }
    return answer.problem


def one_line(answer: Answer) -> str:
    """``YP123456789012: On its way, expected tomorrow by 18:00``."""
    if not answer.number:
        return as_text(answer)
    return _("%(number)s: %(sentence)s") % {"number": answer.number, "sentence": as_text(answer)}


def few_lines(answer: Answer) -> str:
    """Number, sentence, route, newest scan and where to read more; a party's details at the end."""
    shipment = answer.shipment
    if shipment is None:
        return one_line(answer)
    lines = [group_number(shipment.number), sentence_of(shipment, answer.at), route_of(shipment)]
    if shipment.events:
        lines.append(scan_line(shipment.events[0], answer.at))
    if answer.party is not None:
        lines += party_lines(answer.party)
    lines.append(link_of(shipment.number))
    return "\n".join(line for line in lines if line)


def route_of(shipment: PublicShipment) -> str:
    return " → ".join(city for city in (shipment.origin_city, shipment.destination_city) if city)


def scan_line(event: PublicEvent, at: datetime) -> str:
    return _("%(when)s: %(what)s") % {
        "when": at_when(event.occurred_at, at),
        "what": event.sentence,
    }


def party_lines(party: PartyView) -> list[str]:
    """The half that is open in clear, the other one masked. Phones stay masked: their last digits
    are the key to the page."""
    pairs = (
        (_("Sender"), party.sender_name, party.sender_phone, party.sender_address),
        (_("Consignee"), party.consignee_name, party.consignee_phone, party.consignee_address),
        (_("Goods"), party.goods_name),
    )
    return [
        _("%(name)s: %(value)s") % {"name": name, "value": " ".join(filter(None, values))}
        for name, *values in pairs
        if any(values)
    ] + [_("What the courier wrote: %(text)s") % {"text": scan.text} for scan in party.scans[:1]]


def spoken(answer: Answer, language: str) -> str:
    """What a machine reads out: the number digit by digit, then the sentence."""
    with translation.override(language):
        text = as_text(answer)
        if not answer.number:
            return text
        digits = " ".join(answer.number.removeprefix(settings.WAYBILL_PREFIX))
        return _("Waybill %(digits)s. %(sentence)s.") % {"digits": digits, "sentence": text}


def link_of(number: str) -> str:
    base = str(getattr(settings, "SITE_URL", "")).rstrip("/")
    return f"{base}/track/{number}" if base else ""


def company() -> str:
    english = get_language() == "en"
    return str(settings.COMPANY_NAME_EN if english else settings.COMPANY_NAME)


def wall_clock(moment: datetime) -> str:
    """``yyyy-MM-dd HH:mm:ss`` in local time."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"
