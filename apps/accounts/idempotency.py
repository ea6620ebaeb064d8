"""``@idempotent`` on a method of an API view: the same request twice does its work once."""

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import OperationalError, transaction
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg2.errors import LockNotAvailable
from rest_framework.renderers import JSONRenderer

from apps.accounts import services
from apps.core.errors import BadInput, RuleBroken

HEADER = "Idempotency-Key"
KEY_SHAPE = re.compile(r"[\x21-\x7e]{1,255}")


def idempotent(method: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
    """Without the header the method runs as it is. With it, key, work and answer are one
    transaction: a repeat within 24 hours gets the very same bytes, with ``Idempotent-Replayed``.

    Only success is kept. What was refused left nothing behind, so the same key may try again.
    """

    @wraps(method)
    def wrapper(self: Any, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = request.headers.get(HEADER)
        if key is None:
            answer: HttpResponseBase = method(self, request, *args, **kwargs)
            return answer
        if not KEY_SHAPE.fullmatch(key):
            raise BadInput(
                _("The Idempotency-Key must be 1 to 255 visible ASCII characters."),
                code="bad_idempotency_key",
                field=HEADER,
            )
        return _run_once(key, lambda: method(self, request, *args, **kwargs), request)

    # Read by the OpenAPI schema, which then names the header.
    wrapper.idempotent = True  # type: ignore[attr-defined]  # a mark on a function
    return wrapper


def _run_once(key: str, work: Callable[[], Any], request: Any) -> HttpResponseBase:
    # Before the view parses: the body is still whole.
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        try:
            found = services.claim_idempotency_key(
                user=request.user, key=key, fingerprint=fingerprint, at=timezone.now()
            )
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            raise RuleBroken(
                _("The first request with this key is still at work. Ask again in a moment."),
                code="in_progress",
                field=HEADER,
            ) from error
        if found.status:
            return _replay(found)
        response: HttpResponseBase = work()
        if response.status_code >= 400:
            transaction.set_rollback(True)
        else:
            services.store_answer(
                found=found,
                status=response.status_code,
                body=JSONRenderer().render(getattr(response, "data", None)),
                content_type="application/json",
                location=response.get("Location", ""),
            )
    return response


def _fingerprint(request: Any) -> str:
    digest = hashlib.sha256()
    for part in (request.method, request.get_full_path(), request.content_type or ""):
        digest.update(part.encode() + b"\0")
    digest.update(request._request.body)
    return digest.hexdigest()


def _replay(found: Any) -> HttpResponse:
    response = HttpResponse(bytes(found.body), status=found.status, content_type=found.content_type)
    response["Idempotent-Replayed"] = "true"
    if found.location:
        response["Location"] = found.location
    return response
