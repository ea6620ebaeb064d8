"""Bodies of requests from strangers: never more than a door asks for."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext as _

from apps.core.errors import BadInput


def body_of(request: HttpRequest, most: int) -> bytes:
    """BadInput (``too_large``, ``unreadable``) instead of the body."""
    too_large = BadInput(_("The message is too large."), code="too_large")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > most:
        raise too_large
    try:
        body = request.body
    except RequestDataTooBig:
        raise too_large from None
    except UnreadablePostError:
        raise BadInput(_("The message broke off."), code="unreadable") from None
    if len(body) > most:
        raise too_large
    return body
