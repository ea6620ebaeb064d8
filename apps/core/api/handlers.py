"""What Django itself refuses, before or outside of any view: JSON to programs, a page elsewhere."""

import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views import csrf, defaults

from apps.core.api.problem import CONTENT_TYPE, problem
from apps.core.errors import NotStored
from apps.core.staff_pages import CSRF, staff_refusal

API_ROOTS = ("/api/", "/voice/")


def _answer(status: int, code: str, detail: Any) -> JsonResponse:
    return JsonResponse(
        problem(status, code, detail),
        status=status,
        content_type=CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API_ROOTS):
        return _answer(404, "not_found", _("There is nothing at this address."))
    return staff_refusal(request, 404) or defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API_ROOTS):
        return _answer(400, "bad_request", _("The request cannot be understood."))
    too_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    return staff_refusal(request, 413 if too_large else 400) or defaults.bad_request(
        request, exception
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API_ROOTS):
        return _answer(403, "permission_denied", _("This key may not do that."))
    return staff_refusal(request, 403) or defaults.permission_denied(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: the token is missing, old or of another page."""
    return staff_refusal(request, 403, CSRF) or csrf.csrf_failure(request, reason)


def server_error(request: HttpRequest) -> HttpResponse:
    """Also where a full disk met a page that has no words of its own for it."""
    refusal = sys.exc_info()[1]
    if isinstance(refusal, NotStored):
        if request.path.startswith(API_ROOTS):
            return _answer(503, refusal.code, refusal)
        return HttpResponse(render_to_string("503.html", {"problem": refusal}), status=503)
    if request.path.startswith(API_ROOTS):
        return _answer(500, "server_error", _("Nothing was changed. We have been told."))
    return staff_refusal(request, 500) or defaults.server_error(request)
