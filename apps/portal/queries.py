"""What the public pages read beyond tracking's own public view."""

import logging
import time
from functools import lru_cache
from typing import Any

from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import get_language

from apps.notifications.queries.desk import current_announcements
from apps.tracking.models import ServiceLevel, Waybill

log = logging.getLogger(__name__)
REMEMBERED_SECONDS = 60


def known_waybill(number: str) -> Waybill | None:
    return Waybill.objects.filter(number=number).first()


def followable_waybill(number: str) -> Waybill | None:
    """None for a number we do not know and for a shipment that has come to its end alike."""
    return Waybill.objects.filter(number=number, concluded_at__isnull=True).first()


def service_name(code: str) -> str:
    """The level's name in the active language; empty for a code without one."""
    chinese, english = _levels(int(time.monotonic() // REMEMBERED_SECONDS)).get(code, ("", ""))
    return english or chinese if get_language() == "en" else chinese


@lru_cache(maxsize=1)
def _levels(minute: int) -> dict[str, tuple[str, str]]:
    """A handful of names that hardly ever change, read once a minute by each worker."""
    rows = ServiceLevel.objects.values_list("code", "name", "english_name")
    return {code: (name, english) for code, name, english in rows}


def announcements() -> list[dict[str, Any]]:
    """What everybody should know now; the first page asks the database once a minute for it."""
    return _announcements(int(time.monotonic() // REMEMBERED_SECONDS), get_language() or "")


@lru_cache(maxsize=4)
def _announcements(minute: int, language: str) -> list[dict[str, Any]]:
    try:
        return current_announcements(timezone.now(), language)
    except DatabaseError:
        # The first page stands without them.
        log.exception("announcements could not be read")
        return []
