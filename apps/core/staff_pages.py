"""What colleagues see when something is refused or breaks: the desk's own frame, and a way back."""

import logging
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

log = logging.getLogger(__name__)
STAFF_ROOT = "/admin/"
# The staff site's own pages, and those that look across the floors from beside it.
STAFF_NAMESPACES = frozenset({"admin", "desk", "demo"})
CSRF = "csrf"
# By status, or by what was refused: the heading and what to do.
WORDS: dict[int | str, tuple[Any, Any]] = {
    400: (
        _("We could not read that"),
        _("Nothing was changed. Go back and send it again from the page itself."),
    ),
    403: (
        _("This page is not open to you"),
        _(
            "Your role does not include it. Whoever gives out roles in your company can change that."
        ),
    ),
    CSRF: (
        _("Please send it once more"),
        _(
            "Nothing was changed: the form was open too long, or you signed in anew meanwhile."
            " Go back, load the page again and send it; your draft is kept where the page keeps drafts."
        ),
    ),
    404: (
        _("There is nothing at this address"),
        _("Perhaps it was removed, or it belongs to a unit whose work you do not see."),
    ),
    413: (
        _("This is too large to take in"),
        _("Nothing was changed. Go back and send fewer or smaller files."),
    ),
    500: (
        _("Something broke on our side"),
        _("It was not your doing and nothing was changed. Please try again in a minute."),
    ),
}


def staff_refusal(
    request: HttpRequest, status: int, what: int | str | None = None
) -> HttpResponse | None:
    """A page of the staff site for whoever is signed in to it; None for anybody else, and where
    even the frame cannot be shown (no database, say)."""
    if not request.path.startswith(STAFF_ROOT) or not hasattr(request, "user"):
        return None
    heading, advice = WORDS[what or status]
    try:
        if not admin.site.has_permission(request):
            return None
        context = {
            **admin.site.each_context(request),
            "title": heading,
            "advice": advice,
            "before": _page_before(request),
        }
        answer = render(request, "admin/refused.html", context, status=status)
    except Exception:  # whatever broke the page may break its frame
        log.exception("the staff frame could not be shown")
        return None
    # As StaffSessionMiddleware does for pages that have an address.
    answer._csp_replace = settings.STAFF_CONTENT_SECURITY_POLICY  # type: ignore[attr-defined]  # read by django-csp
    return answer


def _page_before(request: HttpRequest) -> str:
    """Where they came from, if that was a page of ours."""
    came_from = request.headers.get("referer", "")
    ours = url_has_allowed_host_and_scheme(
        came_from, {request.get_host()}, require_https=request.is_secure()
    )
    return came_from if ours and came_from != request.build_absolute_uri() else ""
