"""The body of a refusal (``problems`` says of which), for whoever answers without the API's library too."""

from typing import Any

from django.utils.translation import gettext_lazy as _

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:yipiao:problem:"
TITLES: dict[int, Any] = {
    400: _("The request cannot be understood"),
    401: _("An API key is needed"),
    403: _("This key may not do that"),
    404: _("No such address or record"),
    405: _("This address does not take that method"),
    406: _("Only JSON is served here"),
    409: _("A rule refuses this"),
    413: _("The request is too large"),
    415: _("Send JSON"),
    422: _("This key was used for another request"),
    429: _("Too many requests"),
    500: _("Something went wrong on our side"),
    503: _("Too busy just now"),
}


def problem(
    status: int,
    code: str,
    detail: Any = "",
    errors: list[dict[str, Any]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The body of a refusal; ``errors`` name a field, and a row counted from 1 in lists."""
    return {
        "type": f"{TYPE_PREFIX}{code}",
        "title": str(TITLES.get(status, TITLES[400])),
        "status": status,
        "detail": str(detail),
        "code": code,
        "errors": errors or [],
        **more,
    }
