"""Reading one event from JSON, a spreadsheet row or a form: shape first, then sense.

The hot path of ingest: plain functions, no serializers, a few microseconds per event.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.core.opaque import Id, id_shape, unhide
from apps.tracking.codes import CODES, Meaning
from apps.tracking.inputs import IncomingEvent, Refusal

FUTURE = timedelta(minutes=10)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_FARTHEST_ZONE = timedelta(hours=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
LIMITS = {"waybill_number": 40, "code": 50, "place": 120, "city": 40, "text": 500}
LIMITS |= {"source_id": 80, "unit_code": 20}
TEXTS = ("place", "city", "text", "source_id")
FIELDS = frozenset(LIMITS) | {"occurred_at", "revision", "supersedes", "withdraws"}
_EVENT_ID = re.compile(id_shape(Id.EVENT))
_WHITE = re.compile(r"[\t\r\n\v\f\x85\u2028\u2029]+")
_UNKEEPABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


class Unreadable(Exception):
    """One item cannot be taken; becomes a Refusal where the item is known."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field


def read_event(raw: Any) -> IncomingEvent | Refusal:
    """One event from a JSON object. Types are taken as they are: no number passes for a text."""
    number = ""
    try:
        if type(raw) is not dict:
            raise Unreadable("bad_type", _("An event is a JSON object."))
        if not raw.keys() <= FIELDS:
            extra = str(sorted(map(str, raw.keys() - FIELDS))[0])[:40]
            raise Unreadable(
                "unknown_field",
                _("An event has no field “%(field)s”.") % {"field": printable(extra)},
            )
        get = raw.get
        number = _text(get("waybill_number"), "waybill_number", required=True)
        return IncomingEvent(
            waybill_number=number,
            code=_text(get("code"), "code", required=True),
            occurred_at=read_time(get("occurred_at")),
            place=_text(get("place", ""), "place"),
            city=_text(get("city", ""), "city"),
            text=_text(get("text", ""), "text"),
            source_id=_text(get("source_id", ""), "source_id"),
            unit_code=_text(get("unit_code", ""), "unit_code"),
            revision=_number(get("revision", 0), "revision", 2**31 - 1) or 0,
            supersedes=_event(get("supersedes")),
            withdraws=_truth(get("withdraws", False)),
        )
    except Unreadable as problem:
        return refuse(problem, number, raw)


def refuse(problem: Unreadable, number: str, payload: Any) -> Refusal:
    return Refusal(
        problem.code,
        problem.message,
        field=problem.field,
        waybill_number=printable(number)[:40],
        payload=payload,
    )


def printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())


def _text(value: Any, field: str, required: bool = False) -> str:
    if type(value) is not str:
        if value is None:
            if not required:
                return ""
            raise Unreadable("missing", _("“%(field)s” is missing.") % {"field": field}, field)
        raise Unreadable("bad_type", _("“%(field)s” must be text.") % {"field": field}, field)
    if required and not value.strip():
        raise Unreadable("missing", _("“%(field)s” is missing.") % {"field": field}, field)
    if len(value) > LIMITS[field]:
        raise _too_long(field)
    return value


def _too_long(field: str) -> Unreadable:
    return Unreadable(
        "too_long",
        _("“%(field)s” is longer than %(n)d characters.") % {"field": field, "n": LIMITS[field]},
        field,
    )


def _number(value: Any, field: str, most: int) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= most:
        raise Unreadable(
            "bad_type", _("“%(field)s” must be a whole number.") % {"field": field}, field
        )
    return value


def _event(value: Any) -> int | None:
    """The event named by an id of ours; row numbers are what ids were before."""
    if type(value) is not str:
        return _number(value, "supersedes", 2**63 - 1)
    if not _EVENT_ID.fullmatch(value):
        raise Unreadable("bad_type", _("This is not an id of an event."), "supersedes")
    row = unhide(Id.EVENT, value)
    if row is None:
        raise Unreadable("unknown_event", _("This waybill has no such event."), "supersedes")
    return row


def _truth(value: Any) -> bool:
    if type(value) is not bool:
        raise Unreadable("bad_type", _("“withdraws” is true or false."), "withdraws")
    return value


def read_time(value: Any, zone: ZoneInfo | None = None) -> datetime:
    """An ISO 8601 time. One without a zone is taken in ``zone``, or refused where none is agreed."""
    if type(value) is not str:
        if value is None:
            raise Unreadable("missing", _("“occurred_at” is missing."), "occurred_at")
        raise Unreadable("bad_type", _("“occurred_at” must be text."), "occurred_at")
    try:
        moment = datetime.fromisoformat(value.strip() if value[-1:] == " " else value)
    except ValueError:
        raise Unreadable(
            "bad_time",
            _("“%(time)s” is not a time such as 2026-03-21T14:05:00+08:00.")
            % {"time": printable(value)[:40]},
            "occurred_at",
        ) from None
    if moment.tzinfo is None:
        if zone is None:
            raise Unreadable(
                "time_without_zone",
                _("“%(time)s” has no time zone; write 2026-03-21T14:05:00+08:00.")
                % {"time": printable(value)[:40]},
                "occurred_at",
            )
        moment = moment.replace(tzinfo=zone)
    elif not _keepable(moment.utcoffset()):
        with suppress(OverflowError):  # at the ends of the calendar, where no event can lie
            moment = moment.astimezone(UTC)
    return moment


def _keepable(offset: timedelta | None) -> bool:
    """PostgreSQL takes zones less than sixteen hours away, in whole seconds."""
    return offset is None or (abs(offset) < _FARTHEST_ZONE and not offset.microseconds)


def clean_text(value: Any, field: str) -> str:
    """Text that can be kept: trimmed, on one line, no NUL, no lone surrogates, short enough."""
    if type(value) is not str:
        raise Unreadable("bad_type", _("“%(field)s” must be text.") % {"field": field}, field)
    if not value.isprintable():
        value = _WHITE.sub(" ", value)
        if _UNKEEPABLE.search(value):
            raise Unreadable(
                "bad_text",
                _("“%(field)s” holds characters that cannot be kept.") % {"field": field},
                field,
            )
    trimmed: str = value.strip()
    if len(trimmed) > LIMITS[field]:
        raise _too_long(field)
    return trimmed


def check_event(event: IncomingEvent, at: datetime) -> Meaning:
    """Refuse what cannot be, tidy the texts in place, and say what the code means.

    A time may lie ten minutes ahead of ``at`` (clocks differ) and not before 2000.
    """
    meaning = CODES.get(event.code) if type(event.code) is str else None
    if meaning is None:
        raise Unreadable(
            "unknown_code",
            _("“%(code)s” is not a known event code.") % {"code": printable(str(event.code))[:50]},
            "code",
        )
    check_time(event.occurred_at, at)
    if not _is_tidy(event):
        for field in TEXTS:
            if value := getattr(event, field):
                setattr(event, field, clean_text(value, field))
    if event.withdraws and event.supersedes is None:
        raise Unreadable("missing", _("Say which event is taken back."), "supersedes")
    return meaning


def _is_tidy(event: IncomingEvent) -> bool:
    """Nearly every event is fine as it is, and all of its texts are looked at together; the rest is for
    ``clean_text``."""
    place, city, text, source_id = event.place, event.city, event.text, event.source_id
    if not type(place) is type(city) is type(text) is type(source_id) is str:
        return False
    joined = f"|{place}|{city}|{text}|{source_id}|"
    short = len(city) <= 40 and len(source_id) <= 80 and len(place) <= 120 and len(text) <= 500
    return short and joined.isprintable() and "| " not in joined and " |" not in joined


def check_time(moment: datetime, at: datetime) -> None:
    if type(moment) is not datetime or moment.tzinfo is None:
        raise Unreadable("time_without_zone", _("The time has no time zone."), "occurred_at")
    if moment > at + FUTURE:
        raise Unreadable(
            "future_time",
            _("The time lies in the future; an event can only have happened."),
            "occurred_at",
        )
    if moment < EARLIEST:
        raise Unreadable("time_too_early", _("The time lies before the year 2000."), "occurred_at")


def fingerprint(event: IncomingEvent) -> str:
    """128 bits of what an event says, as hex: equal for a repeat, whatever zone it is told in."""
    instant = (event.occurred_at - _EPOCH) // _MICROSECOND
    content = (
        f"{instant}\x1f{event.code}\x1f{event.place}\x1f{event.city}\x1f{event.text}"
        f"\x1f{event.revision}\x1f{event.supersedes}\x1f{event.withdraws}\x1f{event.unit_code}"
    )
    return blake2b(content.encode(), digest_size=16).hexdigest()


def identity(event: IncomingEvent, content: str) -> str:
    """What makes an event the same event: the sender's id where there is one."""
    if not event.source_id:
        return content
    return blake2b(f"id\x1f{event.source_id}".encode(), digest_size=16).hexdigest()


def later_identity(event: IncomingEvent, content: str) -> str:
    """The identity of a further version under the same id."""
    return blake2b(f"id\x1f{event.source_id}\x1f{content}".encode(), digest_size=16).hexdigest()


def as_payload(event: IncomingEvent) -> Mapping[str, Any]:
    """The JSON an event would have come as."""
    return {
        "waybill_number": event.waybill_number,
        "code": event.code,
        "occurred_at": event.occurred_at.isoformat(),
        **{
            name: value
            for name in ("place", "city", "text", "source_id", "unit_code", "revision")
            if (value := getattr(event, name))
        },
        **({"supersedes": event.supersedes} if event.supersedes is not None else {}),
        **({"withdraws": True} if event.withdraws else {}),
    }
