"""How a public page leaves the company: light, for nobody's cache, out of search engines."""

from datetime import timedelta
from math import ceil
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from apps.core.errors import RuleBroken
from apps.core.times import minutes_of


def page(template: str, context: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """Rendered without the request, so neither session, nor user, nor any cookie is touched."""
    return private_response(HttpResponse(render_to_string(template, context), status=status))


def key_page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page whose very address is a key, so no other site learns it. “no-referrer” would make
    browsers send our own forms with “Origin: null”, which the check against forgery refuses."""
    csrf_token = "" if request.method == "HEAD" else get_token(request)
    response = page(template, {"switch": "?", "csrf_token": csrf_token, **context}, status)
    response["Referrer-Policy"] = "same-origin"
    return response


def private_response(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def asked_to_wait(response: HttpResponse, refusal: RuleBroken | None) -> HttpResponse:
    """The same page as 429 with Retry-After where what was refused may be tried again later."""
    wait = refusal.params.get("wait") if refusal else None
    if isinstance(wait, timedelta):
        response.status_code = 429
        response["Retry-After"] = str(ceil(wait.total_seconds()))
    return response


def stopped(seconds: int) -> HttpResponse:
    """The same whatever was asked for, found or not."""
    minutes = minutes_of(timedelta(seconds=seconds))
    response = page("portal/429.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(seconds)
    return response
