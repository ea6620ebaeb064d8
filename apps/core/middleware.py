"""What no address can mean is taken out before any page reads it, and what may hold somebody's data
is cached by nobody on the way: no browser, no proxy."""

import re
import time
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.utils.cache import patch_cache_control

from apps.core import request_counts, request_ids
from apps.core.text import has_controls, without_controls

API = ("/api/", "/voice/")  # say themselves which parameter is wrong (apps/core/api)
# The API, the staff's pages with their downloads, and the pages that a key of somebody's own opens.
PRIVATE = re.compile(
    r"/(api/v1/|voice/|admin/|case/|rate/|statement/|chat\b|report\b|notify/|poll\b|kuaidi100/|hooks/"
    r"|track/[^/]+/(details|close|photo/))"
)


class RequestIds:
    """Around everything else: the request's id, and how long its answer took. A proxy of ours may have
    given the id already; from strangers none is taken."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(request_ids.HEADER, "") if settings.TRUSTED_PROXIES else ""
        token = request_ids.begin(given)
        began = time.monotonic()
        try:
            response = self.get_response(request)
            request_counts.note(request, response.status_code, time.monotonic() - began)
            response[request_ids.HEADER] = request_ids.current()
            return response
        finally:
            request_ids.end(token)


class PrivateAnswers:
    """First of those that change an answer, so that it sees what is answered from anywhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if PRIVATE.match(request.path) and "no-store" not in response.get("Cache-Control", ""):
            patch_cache_control(response, no_store=True)
        return response


class AddressMiddleware:
    """Control characters in a query are blanks: PostgreSQL keeps no NUL, so a search or a filter
    with one would fall over. A path that holds one leads nowhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if has_controls(request.path_info):
            raise Http404
        if not request.path_info.startswith(API) and _has_controls(request.GET):
            request.GET = _cleaned(request.GET)  # type: ignore[assignment]  # as Django's own is immutable
        return self.get_response(request)


def _has_controls(query: QueryDict) -> bool:
    return any(
        has_controls(name) or any(has_controls(value) for value in values)
        for name, values in query.lists()
    )


def _cleaned(query: QueryDict) -> QueryDict:
    clean = QueryDict(mutable=True)
    for name, values in query.lists():
        clean.setlist(without_controls(name), [without_controls(value) for value in values])
    clean._mutable = False
    return clean
