"""What lists are asked for in the query: days and references, as exact as they are described."""

import re
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError

from apps.core import times
from apps.core.api.exact import ANY_TEXT, ExactMoment
from apps.core.errors import BadInput

REFERENCE_MOST = 64
REFERENCE = OpenApiParameter(
    "customer_reference", {"type": "string", "maxLength": REFERENCE_MOST, "pattern": ANY_TEXT}
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_KEEPABLE = re.compile(ANY_TEXT.removesuffix("$") + r"\Z")


def reference_asked(asked: Any) -> str:
    """The customer's own reference, empty when it is not asked for."""
    value: str = asked.get("customer_reference", "")
    if len(value) > REFERENCE_MOST or not _KEEPABLE.match(value) or _lonely(value):
        raise BadInput(
            _("A customer's reference has at most 64 characters."),
            code="bad_reference",
            field="customer_reference",
        )
    return value


def choice_asked(asked: Any, field: str, choices: Collection[Any]) -> str | None:
    """One of ``choices``; None when it is not asked for."""
    value: str | None = asked.get(field)
    if value is not None and value not in choices:
        raise BadInput(_("There is no such value."), code="bad_choice", field=field)
    return value


def waybill_asked(asked: Any) -> str:
    """A waybill number in capitals, empty when it is not asked for."""
    value: str = asked.get("waybill", "")
    if len(value) > 40 or not re.fullmatch(ANY_TEXT.strip("^$"), value):
        raise BadInput(_("This is not a waybill number."), code="bad_waybill", field="waybill")
    return value.strip().upper()


def moment_asked(asked: Any, field: str) -> datetime | None:
    """An instant with its zone; None when it is not asked for."""
    value = asked.get(field)
    if value is None:
        return None
    try:
        moment: datetime = ExactMoment().to_internal_value(value)
    except ValidationError:
        raise BadInput(
            _("Write the time as ISO 8601 with a zone."), code="bad_time", field=field
        ) from None
    return moment


def _lonely(value: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in value)


def day_start(value: str | None, field: str, days: int = 0) -> datetime | None:
    """The local midnight of a day, ``days`` later; None when it is not asked for, or when no day
    can lie so far: nothing is left out by it."""
    if value is None:
        return None
    try:
        if not _DAY.fullmatch(value):
            raise ValueError
        day = date.fromisoformat(value)
    except ValueError:
        raise BadInput(_("Write the day as 2026-03-21."), code="bad_date", field=field) from None
    # The ends of the calendar, where another zone or the next day would fall off.
    if day >= date.max - timedelta(days=2) and days:
        return None
    day = min(max(day, date.min + timedelta(days=2)), date.max - timedelta(days=2))
    return times.day_start(day, days)
