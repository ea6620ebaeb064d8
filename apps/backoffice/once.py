"""A form counts once: pressed twice, or sent again after a cut connection, it is done by the first
and answered alike.

``{% csrf_token %}`` gives every form a key (``core.templatetags.form_key``). FormOnceMiddleware
runs the view of a POST that carries one in a transaction with a row that stands for this very
press: the key, who sent it, where to, and everything typed. The second finds the row, waits for it
if need be, and gets the first one's address and messages. The same form with something else in it,
sent after the browser's “back”, is another press.

Kept is an answer that leads elsewhere. A form that comes back with what was typed, and one that is
only refused, leave no row: the next press tries again. A view that acts and answers otherwise says
so with ``done_here`` or ``answers_again``.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeData, mark_safe
from psycopg2.errors import LockNotAvailable

from apps.backoffice import services
from apps.core.staff_pages import STAFF_NAMESPACES
from apps.core.templatetags.form_key import FIELD

KEY_SHAPE = re.compile(r"[A-Za-z0-9_-]{16,64}")
# Not part of what was typed. The token is masked anew for every page.
NOT_TYPED = frozenset({FIELD, "csrfmiddlewaretoken"})
REPLAYED = "Form-Replayed"
View = Callable[..., HttpResponseBase]
Answer = TypeVar("Answer", bound=HttpResponseBase)


@dataclass(frozen=True)
class StoredAnswer:
    """What a second press is answered. ``messages`` are those shown with it: level, text, tags, whether HTML."""

    status: int = 302
    where: str = ""
    body: str = ""
    messages: tuple[tuple[int, str, str, bool], ...] = ()


class FormOnceMiddleware:
    """The last of those that look at a view: the check against forged forms has been before it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        # Doors of programs have no forms of ours; one that sets limits to uploads is wrapped by
        # hand, since nobody may read the form before them.
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return None
        if _is_signing_in(request):
            return None
        return once(view)(request, *args, **kwargs)


def once(view: View) -> View:
    """The view, run once for one press of one form. Without a key it runs as it is."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        digest = _digest(request)
        if digest is None:
            return view(request, *args, **kwargs)
        try:
            return _run_once(digest, request, lambda: view(request, *args, **kwargs))
        except _AtWork:
            return HttpResponse(render_to_string("409.html"), status=409)

    guarded.runs_once = True  # type: ignore[attr-defined]  # a mark on a function
    return guarded


def done_here(response: Answer, *, where: str, message: str) -> Answer:
    """For a view that has acted and shows what came of it: the second press is sent to ``where``
    and shown ``message``. The page itself is not stored: it may show a secret or a person's data."""
    stored = StoredAnswer(where=where, messages=((messages.INFO, message, "", False),))
    response.stored_answer = stored  # type: ignore[attr-defined]  # read by _worth_keeping
    return response


def answers_again(response: JsonResponse) -> JsonResponse:
    """For a view that has acted and answers a script: the second press gets the same words."""
    body = response.content.decode()
    response.stored_answer = StoredAnswer(response.status_code, body=body)  # type: ignore[attr-defined]  # read by _worth_keeping
    return response


class _AtWork(Exception):
    """The first press takes longer than the database lets the second wait."""


def _is_signing_in(request: HttpRequest) -> bool:
    """Whose answer is a session, which cannot be given twice."""
    match = request.resolver_match
    staff = match is not None and bool(STAFF_NAMESPACES.intersection(match.namespaces))
    return staff and not request.user.is_authenticated


def _digest(request: HttpRequest) -> str | None:
    key = request.POST.get(FIELD, "")
    if not KEY_SHAPE.fullmatch(key):
        return None
    digest = hashlib.sha256()

    def add(*parts: object) -> None:
        digest.update(json.dumps(parts, default=str).encode() + b"\0")

    add(_who(request), request.get_full_path(), key)
    for name in sorted(request.POST):
        if name not in NOT_TYPED:
            add(name, *request.POST.getlist(name))
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            add(name, file.name, file.size)
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()


def _who(request: HttpRequest) -> str:
    """The person, or the browser by the cookie that its forms are checked against."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
        return f"user:{request.user.pk}"
    return f"browser:{request.META.get('CSRF_COOKIE', '')}"


def _run_once(
    digest: str, request: HttpRequest, work: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    session = request.session.session_key
    frame = transaction.atomic()
    # What counts in a transaction of its own may do so directly in this one, as in a test's: it is
    # committed whatever the answer is, and lost only when there is none.
    frame._from_testcase = True  # type: ignore[attr-defined]  # Django has it, its stubs do not
    with frame:
        before = _claim(digest)
        if before is not None:
            return _replay(request, StoredAnswer(**json.loads(before)))
        response = work()
        stored = _worth_storing(request, response)
        if stored is None or request.session.session_key != session:
            services.drop_submission(digest=digest)
        else:
            services.store_submission(digest=digest, answer=json.dumps(asdict(stored)))
    return response


def _claim(digest: str) -> str | None:
    try:
        return services.claim_submission(digest=digest, at=timezone.now())
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise _AtWork from error
        raise


def _worth_storing(request: HttpRequest, response: HttpResponseBase) -> StoredAnswer | None:
    """None for what led nowhere, was refused in words, or gives the browser something to keep: a
    cookie may have been lost with the first answer, so it is given again by doing it again."""
    if set(response.cookies) - {settings.CSRF_COOKIE_NAME}:
        return None
    earlier: StoredAnswer | None = getattr(response, "stored_answer", None)
    if earlier is not None:
        return earlier
    is_redirect = 300 <= response.status_code < 400
    where = response.get("Location", "") if is_redirect else ""
    shown = _new_messages(request)
    levels = [level for level, *_rest in shown]
    only_refused = bool(levels) and min(levels) >= messages.WARNING
    if not where or only_refused:
        return None
    return StoredAnswer(response.status_code, where, messages=shown)


def _new_messages(request: HttpRequest) -> tuple[tuple[int, str, str, bool], ...]:
    """What this request has added to be shown on the next page."""
    fresh = getattr(messages.get_messages(request), "_queued_messages", [])
    return tuple(
        (one.level, str(one.message), one.extra_tags or "", isinstance(one.message, SafeData))
        for one in fresh
    )


def _replay(request: HttpRequest, stored: StoredAnswer) -> HttpResponseBase:
    response = HttpResponse(stored.body, content_type="application/json") if stored.body else None
    if response is None:
        response = HttpResponse(status=stored.status, headers={"Location": stored.where})
    _show_again(request, stored)
    response["Cache-Control"] = "private, no-store"
    response[REPLAYED] = "true"
    return response


def _show_again(request: HttpRequest, stored: StoredAnswer) -> None:
    waiting = messages.get_messages(request)
    unread = {str(one) for one in waiting}
    # Looked at, not shown: they still wait for a page.
    waiting.used = False  # type: ignore[union-attr]  # a storage wherever messages are set up
    for level, text, tags, is_html in stored.messages:
        if text not in unread:
            messages.add_message(request, level, mark_safe(text) if is_html else text, tags)
