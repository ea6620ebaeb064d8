"""The details of an event as a person reads them: names and values in words, no raw codes."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from apps.core.times import local
from apps.events.models import Event

# Numbers of rows in the database say nothing to a person; what they point at is on the page.
_ROW_KEYS = frozenset(
    [
        "ask",
        "authorisation",
        "centre",
        "clock",
        "contact",
        "customer",
        "entry",
        "event",
        "file",
        "letter",
        "old_event",
        "owner",
        "revision",
        "signer",
        "unit",
        "user",
        "was",
        "waybill",
    ]
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_NAMES: dict[str, Any] = {
    "cleared": gettext_lazy("Not overdue any more"),
    "late_now": gettext_lazy("Overdue by this"),
    "late_seconds": gettext_lazy("Overdue by"),
    "off_hours": gettext_lazy("Outside working hours"),
    "due_at": gettext_lazy("Due"),
    "clock.fact_corrected/fact": gettext_lazy("what"),
    "clock.promise_carried/due_at": gettext_lazy("Due"),
    "clock.promise_carried/label": gettext_lazy("Promise"),
    "clock.promised/due_at": gettext_lazy("Due"),
    "clock.promised/label": gettext_lazy("Promise"),
    "confirmed": gettext_lazy("Confirmed by"),
    "exceptions": gettext_lazy("Exceptions"),
    "files": gettext_lazy("Files"),
    "lines": gettext_lazy("Messages"),
    "meeting": gettext_lazy("review meeting"),
    "meeting.held/count": gettext_lazy("Exceptions"),
    "metric": gettext_lazy("what"),
    "since": gettext_lazy("since"),
    "stand_in": gettext_lazy("stand-in"),
    "accepted": gettext_lazy("Accepted"),
    "afterwards": gettext_lazy("After the stage was over"),
    "agent": gettext_lazy("Agent"),
    "all_well": gettext_lazy("All well"),
    "handover.signed/as": gettext_lazy("Signed as"),
    "lateshipment.sent_again/as": gettext_lazy("New waybill"),
    "carrier": gettext_lazy("Partner carrier"),
    "calendar": gettext_lazy("Working calendar"),
    "calendar.added/code": gettext_lazy("Code"),
    "cause": gettext_lazy("Cause"),
    "centre_kind": gettext_lazy("Executed by"),
    "changed": gettext_lazy("Changed"),
    "channel": gettext_lazy("Channel"),
    "class": gettext_lazy("Follow-up class"),
    "cod_paid": gettext_lazy("COD paid"),
    "cause_code": gettext_lazy("Cause"),
    "code": gettext_lazy("Own code"),
    "comment": gettext_lazy("Comment"),
    "case.opened/class": gettext_lazy("Class"),
    "case.absorbed/from": gettext_lazy("From"),
    "contract": gettext_lazy("Contract"),
    "copy": gettext_lazy("Copy"),
    "count": gettext_lazy("Waybills"),
    "created": gettext_lazy("Taken in"),
    "customer": gettext_lazy("Customer"),
    "day": gettext_lazy("Day"),
    "days": gettext_lazy("Days"),
    "deadline": gettext_lazy("Deadline"),
    "declared": gettext_lazy("Sent, says the customer"),
    "direct": gettext_lazy("Direct complaint"),
    "director": gettext_lazy("Director"),
    "door": gettext_lazy("Source"),
    "due": gettext_lazy("Due"),
    "exception": gettext_lazy("Exception report"),
    "expected": gettext_lazy("Expected"),
    "explanation": gettext_lazy("Explanation"),
    "fields": gettext_lazy("Changed"),
    "file": gettext_lazy("File"),
    "first_day": gettext_lazy("First day"),
    "form": gettext_lazy("Handover form"),
    "from": gettext_lazy("Changed from"),
    "customer.contract_added/from": gettext_lazy("Valid from"),
    "customer.contract_added/to": gettext_lazy("Valid until"),
    "handed_over": gettext_lazy("Handed over"),
    "how": gettext_lazy("How"),
    "into": gettext_lazy("Into"),
    "kind": gettext_lazy("Kind"),
    "language": gettext_lazy("Language"),
    "last_day": gettext_lazy("Last day"),
    "late_report": gettext_lazy("Reported late"),
    "leader": gettext_lazy("Leader"),
    "left": gettext_lazy("Left"),
    "mail_by": gettext_lazy("E-mail by"),
    "missing": gettext_lazy("Missing"),
    "note": gettext_lazy("Note"),
    "now": gettext_lazy("Now"),
    "number": gettext_lazy("Number"),
    "occurred_at": gettext_lazy("Happened"),
    "outcome": gettext_lazy("Outcome"),
    "party": gettext_lazy("Told"),
    "photos": gettext_lazy("Photos"),
    "place": gettext_lazy("Place"),
    "prefix": gettext_lazy("Key begins with"),
    "promised": gettext_lazy("Promised"),
    "reason": gettext_lazy("Reason"),
    "received": gettext_lazy("Received by us"),
    "refused": gettext_lazy("Refused"),
    "repeated": gettext_lazy("Already known"),
    "reached": gettext_lazy("Reached"),
    "result": gettext_lazy("What was done"),
    "role": gettext_lazy("Role"),
    "round": gettext_lazy("Round"),
    "satisfaction": gettext_lazy("Satisfied?"),
    "rows": gettext_lazy("Rows"),
    "score": gettext_lazy("Satisfaction, 1–5"),
    "scope": gettext_lazy("May see"),
    "scopes": gettext_lazy("Scopes"),
    "serious": gettext_lazy("Serious"),
    "severity": gettext_lazy("Severity"),
    "shipments": gettext_lazy("Shipments"),
    "source": gettext_lazy("Source"),
    "signed_on": gettext_lazy("Signed on"),
    "signer": gettext_lazy("Signed by"),
    "signers": gettext_lazy("To be signed by"),
    "stage": gettext_lazy("Stage"),
    "status": gettext_lazy("Status"),
    "step": gettext_lazy("Step"),
    "to": gettext_lazy("Changed to"),
    "two_factor": gettext_lazy("Second factor"),
    "two_factor_required": gettext_lazy("Second factor required"),
    "unit": gettext_lazy("Unit"),
    "until": gettext_lazy("Until"),
    "user": gettext_lazy("User"),
    "username": gettext_lazy("Sign-in name"),
    "valid_until": gettext_lazy("Valid until"),
    "version": gettext_lazy("Version"),
    "told": gettext_lazy("Told to the customer"),
    "was": gettext_lazy("Before"),
    "waybills": gettext_lazy("Waybill numbers"),
    "week": gettext_lazy("Week"),
    "whom": gettext_lazy("Whom"),
    "why": gettext_lazy("Cause"),
    "with": gettext_lazy("With"),
    "worked": gettext_lazy("Worked"),
    "year": gettext_lazy("Year"),
    "zone": gettext_lazy("Time zone"),
}
# ("waybill.status_changed", "to") or ("", "role") → the words of each code.
_words: dict[tuple[str, str], dict[str, Any]] = {}


def name_values(choices: Mapping[str, Any]) -> None:
    """Apps say which choices a detail's codes come from, as ``EVENT_VALUES`` in their ``enums``:
    ``"role": Role`` everywhere, ``"returndocument.moved/to": DocumentState`` for one kind."""
    for name, kind in choices.items():
        event_kind, _slash, key = name.rpartition("/")
        _words.setdefault((event_kind, key), {}).update(kind.choices)


def readable_details(event: Event, subject: models.Model) -> list[tuple[str, str]]:
    """Name and value of each detail worth reading, in the language of the page."""
    rows = []
    for key, value in event.data.items():
        if value in ("", None, []) or key in {"recipients", "desk"}:
            continue
        if key in _ROW_KEYS and isinstance(value, int):
            continue
        if _is_of_another_language(key, event.data):
            continue
        if key == "number" and value == getattr(subject, "number", None):
            continue  # the page's own title
        rows.append((_name(event.kind, key, subject), _value(event.kind, key, value, subject)))
    return rows


def _is_of_another_language(key: str, data: Mapping[str, Any]) -> bool:
    """``step`` and ``step_en`` say the same; the page's own language is shown."""
    english = (get_language() or "").startswith("en")
    if key.endswith("_en"):
        return not english and key.removesuffix("_en") in data
    return english and bool(data.get(f"{key}_en"))


def _name(kind: str, key: str, subject: models.Model) -> str:
    key = key.removesuffix("_en")
    known = _NAMES.get(f"{kind}/{key}") or _NAMES.get(key)
    if known is None:
        field = _field(subject, key)
        known = field.verbose_name if field is not None else key.replace("_", " ")
    return str(known)


def _value(kind: str, key: str, value: Any, subject: models.Model) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return _joined(_value(kind, key, one, subject) for one in value)
    if key.endswith("_seconds") and isinstance(value, int | float):
        return str(timedelta(seconds=int(value)))
    if not isinstance(value, str):
        return str(value)
    if _MOMENT.match(value):
        moment: datetime | None = parse_datetime(value)
        if moment is not None and moment.tzinfo is not None:
            return local(moment)
    if key in ("fields", "changed"):
        return _joined(_name(kind, one, subject) for one in value.split(", "))
    words = {**_choices(subject, key), **_words.get(("", key), {}), **_words.get((kind, key), {})}
    return _joined(_word(words, one) for one in value.split(", ")) if words else value


def _word(words: Mapping[str, Any], code: str) -> str:
    """``status:picked_up`` is a code with what it is about before it."""
    return str(words.get(code) or words.get(code.rpartition(":")[2]) or code)


def _joined(parts: Iterable[str]) -> str:
    return _(", ").join(parts)


def _field(subject: models.Model, key: str) -> Any:
    try:
        field = subject._meta.get_field(key)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, models.Field) else None


def _choices(subject: models.Model, key: str) -> dict[str, Any]:
    return dict(getattr(_field(subject, key), "flatchoices", None) or [])
