"""What stands behind an address that is a secret, or that may not exist."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest, HttpResponse

from apps.core.requests import client_address
from apps.portal.answers import page, stopped
from apps.portal.limits import count_misses, seconds_stopped

T = TypeVar("T")


def behind_link(
    request: HttpRequest,
    look: Callable[[], T | None],
    *,
    unknown: Callable[[], HttpResponse] | None = None,
) -> T | HttpResponse:
    """What ``look`` finds, or what to answer instead: whoever tries out addresses is stopped, however
    many exist, and nothing is looked for meanwhile (TRK-10). ``unknown`` answers for what does not exist,
    the usual page without."""
    address = client_address(request)
    if wait := seconds_stopped(address):
        return stopped(wait)
    found = look()
    if found is not None:
        return found
    if wait := count_misses(address, 1):
        return stopped(wait)
    return unknown() if unknown else page("404.html", status=404)
