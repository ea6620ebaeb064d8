"""Which language a public page speaks: ?lang= (kept in a cookie), then the cookie, then the browser.

The switch is a plain link to the same address with another ``lang``, so it needs no script, keeps
the waybill number and can never lead to another host.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
A_YEAR = 365 * 24 * 3600


def in_visitor_language(*, remember: bool = True) -> Callable[[View[P]], View[P]]:
    """``remember`` keeps the language asked for in a cookie; nothing else sets one."""

    def wrap(view: View[P]) -> View[P]:
        @wraps(view)
        def in_language(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            asked = request.GET.get("lang", "")
            chosen = asked if asked in dict(settings.LANGUAGES) else ""
            if chosen:
                translation.activate(chosen)
                request.LANGUAGE_CODE = chosen
            response = view(request, *args, **kwargs)
            if chosen and remember:
                keep_language(response, chosen)
            patch_vary_headers(response, ["Cookie"])
            return response

        return in_language

    return wrap


def keep_language(response: HttpResponse, code: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=A_YEAR,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
        httponly=True,
    )


def other_language() -> tuple[str, str]:
    """Code and own name of the language that is not spoken now."""
    now = translation.get_language()
    for code, name in settings.LANGUAGES:
        if code != now:
            return code, str(name)
    raise LookupError("there are two languages")
