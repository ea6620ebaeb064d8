"""A form that was sent after its session had ended: kept for the one who typed it, through the new
sign-in, and given back to the page it came from. Nothing of it is done.

It lives in the sign-in's own session, encrypted, for half an hour. A signed cookie says who used the
desk in this browser last; whoever signs in as somebody else gets nothing.
"""

import json
import time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme

from apps.core.crypto import decrypt, encrypt

NAME = "held_form"
COOKIE, SALT = "yipiao_last", "last-at-the-desk"
GOOD_FOR_SECONDS = 1800
MOST_CHARACTERS = 300_000
FRAGMENT = "#held"
# Never kept, however a form calls it.
SECRETS = ("password", "passwd", "code", "csrfmiddlewaretoken", "secret", "token")


def hold(request: HttpRequest) -> str:
    """Keep what a POST brought; the page to go back to, "" when there is nothing to give back.

    Calls of scripts are not forms: they bring their token in a header."""
    if request.method != "POST" or "X-CSRFToken" in request.headers:
        return ""
    who = request.get_signed_cookie(COOKIE, "", salt=SALT) if _has_cookie(request) else ""
    page = _page_of(request)
    fields = [
        [name, value]
        for name, values in request.POST.lists()
        if not any(secret in name.lower() for secret in SECRETS)
        for value in values
    ]
    if not who or not page or not fields:
        return ""
    files = [file.name for _name, several in request.FILES.lists() for file in several]
    text = json.dumps({"path": request.path, "fields": fields, "files": files})
    if len(text) > MOST_CHARACTERS:
        return ""
    request.session[NAME] = {"who": who, "since": int(time.time()), "what": encrypt(text)}
    return page + FRAGMENT


def _has_cookie(request: HttpRequest) -> bool:
    try:
        return bool(request.get_signed_cookie(COOKIE, "", salt=SALT))
    except BadSignature:
        return False


def _page_of(request: HttpRequest) -> str:
    """Where the form stood: the page that sent it, if it is one of the desk's."""
    sent_by = request.headers.get("referer", "")
    if not url_has_allowed_host_and_scheme(sent_by, {request.get_host()}):
        return ""
    parts = urlsplit(sent_by)
    page = parts.path + (f"?{parts.query}" if parts.query else "")
    return page if page.startswith("/admin/") and not page.startswith("/admin/login") else ""


def carried(request: HttpRequest) -> Any:
    """What has to outlive the flush with which a sign-in begins."""
    return request.session.get(NAME)


def give_back(request: HttpRequest) -> dict[str, Any]:
    """``path``, ``fields`` and names of ``files``, once, to whoever typed it; else empty."""
    held = request.session.pop(NAME, None)
    if not held or held["who"] != str(request.user.pk):
        return {}
    if time.time() - held["since"] > GOOD_FOR_SECONDS:
        return {}
    found: dict[str, Any] = json.loads(decrypt(held["what"]))
    return found


def mark(response: HttpResponseBase, user_id: int) -> None:
    """On sign-in: whose desk this browser is now."""
    response.set_signed_cookie(
        COOKIE,
        str(user_id),
        salt=SALT,
        max_age=7 * 86_400,
        path="/admin/",
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
