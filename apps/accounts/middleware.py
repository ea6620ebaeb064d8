"""What every staff request passes: its session, activity noted, the desk's own content policy."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from apps.accounts import services
from apps.accounts.pending import SEEN
from apps.core.staff_pages import STAFF_NAMESPACES

SEEN_EVERY_SECONDS = 60


class SessionMiddleware(sessions.SessionMiddleware):
    """Django's, but only signing out takes the cookie away.

    Django also takes it when the session behind it has ended. A page asks for news in the background,
    so such an answer can arrive after the next session's cookie and would take that one instead: the
    sign-in under way would be lost, and with it the form that waits for it (apps/accounts/held.py).
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and cookie["max-age"] == 0 and not request.session.modified:
            del response.cookies[settings.SESSION_COOKIE_NAME]
        return response


class StaffSessionMiddleware:
    """Nothing for outsiders: without a session cookie it reads no session and asks no database.

    Revoked sessions need no question here, because ending one deletes the row behind the cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            self._note_activity(request)
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None and STAFF_NAMESPACES.intersection(match.namespaces):
            # Only the back office's interface library needs it; see settings.
            response._csp_replace = settings.STAFF_CONTENT_SECURITY_POLICY  # type: ignore[attr-defined]  # read by django-csp
        return response

    def _note_activity(self, request: HttpRequest) -> None:
        now = int(time.time())
        seen = request.session.get(SEEN)
        if seen is None or now - seen < SEEN_EVERY_SECONDS:
            return
        request.session[SEEN] = now
        if request.session.session_key:
            services.touch_session(
                session_key=request.session.session_key, at=datetime.fromtimestamp(now, UTC)
            )
