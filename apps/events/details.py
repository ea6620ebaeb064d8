"""The details of an event as a person reads them: names and values in words, no raw codes."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from apps.core.money import format_money
from apps.core.times import local, span
from apps.events.models import Event

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
# What the details are called: those that events of all floors have, and what the apps add.
_names: dict[str, Any] = {
    "changed": gettext_lazy("Changed"),
    "channel": gettext_lazy("Channel"),
    "fields": gettext_lazy("Changed"),
    "file": gettext_lazy("File"),
    "from": gettext_lazy("Changed from"),
    "kind": gettext_lazy("Kind"),
    "note": gettext_lazy("Note"),
    "number": gettext_lazy("Number"),
    "outcome": gettext_lazy("Outcome"),
    "reason": gettext_lazy("Reason"),
    "status": gettext_lazy("Status"),
    "to": gettext_lazy("Changed to"),
    "was": gettext_lazy("Before"),
}
# Numbers of rows in the database say nothing to a person; what they point at is on the page.
_row_keys = {"file", "recipients", "was"}
# Texts of sums in yuan.
_money_keys = {"amount"}
# ("waybill.status_changed", "to") or ("", "role") → the words of each code.
_words: dict[tuple[str, str], dict[str, Any]] = {}


def name_details(names: Mapping[str, Any]) -> None:
    """Apps say what the details of their events are called, as ``EVENT_DETAILS`` in their ``enums``:
    ``"deadline"`` everywhere, ``"calendar.added/code"`` for one kind."""
    for name, words in names.items():
        if _names.setdefault(name, words) is not words:
            raise ValueError(f"{name!r} is called two things; say it for one kind of event")


def hide_rows(keys: Iterable[str]) -> None:
    """Apps list the details that hold numbers of rows, as ``EVENT_ROWS`` in their ``enums``."""
    _row_keys.update(keys)


def show_as_money(keys: Iterable[str]) -> None:
    """Apps list the details that hold sums in yuan, besides ``amount``, as ``EVENT_MONEY`` in their ``enums``."""
    _money_keys.update(keys)


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
        if value in ("", None, []) or (key in _row_keys and _is_rows(value)):
            continue
        if _is_of_another_language(key, event.data):
            continue
        if key == "number" and value == getattr(subject, "number", None):
            continue  # the page's own title
        rows.append((_name(event.kind, key, subject), _value(event.kind, key, value, subject)))
    return rows


def _is_rows(value: Any) -> bool:
    return all(isinstance(one, int) for one in (value if isinstance(value, list) else [value]))


def _is_of_another_language(key: str, data: Mapping[str, Any]) -> bool:
    """``step`` and ``step_en`` say the same; the page's own language is shown."""
    english = (get_language() or "").startswith("en")
    if key.endswith("_en"):
        return not english and key.removesuffix("_en") in data
    return english and bool(data.get(f"{key}_en"))


def _name(kind: str, key: str, subject: models.Model) -> str:
    key = key.removesuffix("_en")
    known = _names.get(f"{kind}/{key}") or _names.get(key)
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
        return span(timedelta(seconds=int(value)))
    if not isinstance(value, str):
        return str(value)
    if key in _money_keys and (yuan := _yuan(value)):
        return yuan
    if _MOMENT.match(value):
        moment: datetime | None = parse_datetime(value)
        if moment is not None and moment.tzinfo is not None:
            return local(moment)
    if key in ("fields", "changed"):
        return _joined(_name(kind, one, subject) for one in value.split(", "))
    words = {**_choices(subject, key), **_words.get(("", key), {}), **_words.get((kind, key), {})}
    return _joined(_word(words, one) for one in value.split(", ")) if words else value


def _yuan(text: str) -> str:
    """Written with sign and cents; empty for what is no number."""
    try:
        return format_money(Decimal(text))
    except InvalidOperation:
        return ""


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
