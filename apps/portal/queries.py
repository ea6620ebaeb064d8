"""What the public pages read beyond tracking's own public view."""

import time
from functools import lru_cache

from django.utils.translation import get_language

from apps.tracking.models import ServiceLevel, Waybill

REMEMBERED_SECONDS = 60


def known_waybill(number: str) -> Waybill | None:
    return Waybill.objects.filter(number=number).first()


def service_name(code: str) -> str:
    """The level's name in the active language; empty for a code without one."""
    chinese, english = _levels(int(time.monotonic() // REMEMBERED_SECONDS)).get(code, ("", ""))
    return english or chinese if get_language() == "en" else chinese


@lru_cache(maxsize=1)
def _levels(minute: int) -> dict[str, tuple[str, str]]:
    """A handful of names that hardly ever change, read once a minute by each worker."""
    rows = ServiceLevel.objects.values_list("code", "name", "english_name")
    return {code: (name, english) for code, name, english in rows}
