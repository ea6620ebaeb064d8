"""What a public page says of a shipment, ready to print: no decisions are left to the template."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s
from typing import NamedTuple

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from apps.core.times import human
from apps.incidents.queries.sentences import public_sentence
from apps.portal.prerendered import fill, fill_each
from apps.portal.queries import service_name
from apps.portal.route import Stop, route_stops
from apps.portal.timeline import timeline_days
from apps.portal.weights import kilograms
from apps.tracking.days import by_when, zone_name
from apps.tracking.enums import Status, is_terminal, may_be_expected
from apps.tracking.numbers import group_number
from apps.tracking.queries.public import PublicShipment
from apps.tracking.wording import state_sentence

# Seconds between two looks of an open page; nothing is asked once nothing more can happen.
LOOK_EVERY = 30
_NOT_UNDER_WAY = frozenset({Status.CREATED, Status.AWAITING_PICKUP, Status.PICKUP_FAILED})
_AT_END = frozenset({Status.DELIVERED, Status.READY_FOR_PICKUP})
_STATUSES = {member.value: member for member in Status}


class Fact(NamedTuple):
    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of a list of answers."""

    number: str
    found: bool
    sentence: str
    tag: str = ""
    colour: str = "grey"
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShipmentPage:
    """``version`` changes exactly when the page says something new; ``every`` is in seconds, 0
    when nothing more can happen."""

    number: str
    tag: str
    version: str
    every: int
    body: SafeString


def sentence_of(shipment: PublicShipment, at: datetime) -> str:
    return state_sentence(
        shipment.status,
        shipment.reason,
        expected_at=estimate_of(shipment),
        promised_at=shipment.promised_at,
        status_at=shipment.status_at,
        at=at,
    )


def estimate_of(shipment: PublicShipment) -> datetime | None:
    """When it is expected. An estimate from before it was held counts no more: the new time is the promise."""
    return None if shipment.held_by else shipment.expected_at


def summarise(number: str, shipment: PublicShipment | None, at: datetime) -> Summary:
    if shipment is None:
        return Summary(number, False, _("We know no shipment under this number."))
    status = _STATUSES[shipment.status]
    last = shipment.events[0].occurred_at if shipment.events else shipment.status_at
    return Summary(
        number,
        True,
        sentence_of(shipment, at),
        str(status.label),
        status.colour,
        _("Last news %(when)s") % {"when": human(last, at)},
    )


def lay_out(shipment: PublicShipment, at: datetime, *, live: str) -> ShipmentPage:
    """``at`` is the present; ``live`` the address an open page asks for news."""
    status = _STATUSES[shipment.status]
    tag = str(status.label)
    sentence = sentence_of(shipment, at)
    incident = incident_of(shipment, at)
    every = 0 if is_terminal(shipment.status, shipment.reason) else LOOK_EVERY
    version = version_of(shipment, f"{sentence}\0{incident}", at)
    body = fill(
        "portal/shipment_body.html",
        {
            "version": version,
            "every": str(every),
            "live": live,
            "colour": status.colour,
            "tag": tag,
            "groups": number_groups(shipment.number),
            "number": shipment.number,
            "sentence": clauses(sentence),
            "incident": incident,
            "route": fill_each("portal/stop.html", (s._asdict() for s in _route(shipment, status))),
            "facts": fill_each("portal/fact.html", (f._asdict() for f in facts_of(shipment, at))),
            "days": _days(shipment, at),
            "zone": _("All times are local (%(zone)s).") % {"zone": zone_name(at)},
        },
    )
    return ShipmentPage(shipment.number, tag, version, every, body)


def incident_of(shipment: PublicShipment, at: datetime) -> SafeString | str:
    """What holds the shipment and the new time, in a line of its own; nothing for all others."""
    if not shipment.held_by or is_terminal(shipment.status, shipment.reason):
        return ""
    text = public_sentence(shipment.held_by, shipment.promised_at, at)
    return format_html('<p class="notice" role="status">{}</p>', text) if text else ""


def clauses(sentence: str) -> SafeString:
    """The sentence in clauses, so that a narrow screen breaks it where a person pauses."""
    parts = sentence.replace("，", "，\n").split("\n")
    return format_html_join("", "<span>{}</span>", ((part,) for part in parts))


def number_groups(number: str) -> SafeString:
    """The number in groups for the eye; copied text has no gaps."""
    return format_html_join("", "<span>{}</span>", ((g,) for g in group_number(number).split()))


def _route(shipment: PublicShipment, status: Status) -> list[Stop]:
    return route_stops(
        shipment.origin_city,
        shipment.destination_city,
        [event.city for event in reversed(shipment.events)],
        picked_up=status not in _NOT_UNDER_WAY and bool(shipment.events),
        arrived=status in _AT_END,
    )


def _days(shipment: PublicShipment, at: datetime) -> SafeString:
    return fill_each(
        "portal/day.html",
        (
            {
                "heading": day.heading,
                "steps": fill_each("portal/step.html", (s._asdict() for s in day.steps)),
            }
            for day in timeline_days(shipment.events, at)
        ),
    )


def version_of(shipment: PublicShipment, sentence: str, at: datetime) -> str:
    """Changes exactly when the page says something new: news, another day, another language."""
    today = timezone.localtime(at).date()
    content = f"{shipment!r}\0{sentence}\0{today}\0{get_language()}"
    return blake2s(content.encode(), digest_size=12).hexdigest()


def facts_of(shipment: PublicShipment, at: datetime) -> list[Fact]:
    facts = []
    if shipment.promised_at:
        facts.append(Fact(_("Promised"), by_when(shipment.promised_at, at)))
    coming = may_be_expected(shipment.status, shipment.reason)
    expected = estimate_of(shipment)
    if expected and expected > at and coming:
        facts.append(Fact(_("Expected"), by_when(expected, at)))
    if service := service_name(shipment.service):
        facts.append(Fact(_("Service"), service))
    facts.append(
        Fact(
            _("Pieces"),
            ngettext("%(n)d piece", "%(n)d pieces", shipment.pieces) % {"n": shipment.pieces},
        )
    )
    if shipment.weight_g:
        facts.append(Fact(_("Weight"), kilograms(shipment.weight_g)))
    return facts
