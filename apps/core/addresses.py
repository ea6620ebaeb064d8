"""Addresses of rows: a list writes fifty of the same kind, and looking one up is dear."""

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, reverse

# Stands in the looked-up address where each row puts its own.
_PLACE = 7390173901


def address_of(name: str, *args: str | int) -> str:
    """``reverse(name, args=args)``, looked up once for all that differ in the last argument only,
    which is a row's number: letters, digits and dashes."""
    *fixed, last = args
    before, after = _around(name, tuple(fixed), settings.ROOT_URLCONF, get_script_prefix())
    return f"{before}{last}{after}"


@lru_cache(maxsize=1024)
def _around(
    name: str, fixed: tuple[str | int, ...], _urlconf: str, _prefix: str
) -> tuple[str, str]:
    before, _place, after = reverse(name, args=[*fixed, _PLACE]).rpartition(str(_PLACE))
    return before, after
