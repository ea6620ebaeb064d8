"""What Django itself refuses, before or outside of any view: JSON to programs, a page elsewhere."""

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views import defaults

from apps.core.api.problems import CONTENT_TYPE, problem
from apps.core.errors import NotKept

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
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API_ROOTS):
        return _answer(400, "bad_request", _("The request cannot be understood."))
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API_ROOTS):
        return _answer(403, "permission_denied", _("This key may not do that."))
    return defaults.permission_denied(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Also where a full disk met a page that has no words of its own for it."""
    refusal = sys.exc_info()[1]
    if isinstance(refusal, NotKept):
        if request.path.startswith(API_ROOTS):
            return _answer(503, refusal.code, refusal)
        return HttpResponse(render_to_string("503.html", {"problem": refusal}), status=503)
    if request.path.startswith(API_ROOTS):
        return _answer(500, "server_error", _("Nothing was changed. We have been told."))
    return defaults.server_error(request)
