"""What may hold somebody's data is kept by nobody on the way: no browser, no proxy."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control

# The API, the staff's pages with their downloads, and the pages that a key of somebody's own opens.
PRIVATE = re.compile(
    r"/(api/v1/|voice/|admin/|case/|rate/|chat\b|report\b|notify/|poll\b|kuaidi100/|hooks/"
    r"|track/[^/]+/(details|close|photo/))"
)


class PrivateAnswers:
    """First in the row, so that it sees what is answered from anywhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if PRIVATE.match(request.path) and "no-store" not in response.get("Cache-Control", ""):
            patch_cache_control(response, no_store=True)
        return response
