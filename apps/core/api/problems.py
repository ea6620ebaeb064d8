"""One shape for every refusal of the API: RFC 9457 problem details.

| what happened | status |
| --- | --- |
| the request cannot be understood (``BadInput``, validation, parse errors) | 400 |
| no key, unknown key | 401 |
| the key may not do this | 403 |
| no such address or row, or not for this key to see | 404 |
| a business rule or the row's present state refuses (``RuleBroken``) | 409 |
| an Idempotency-Key came again with another request | 422 |
| too many requests | 429 |
| the database is too busy for this request, or no file can be stored; nothing was changed | 503 |
| our own fault; the answer says nothing about the cause | 500 |

409 and not 422 for every business rule: what was sent is well formed, it conflicts with how things
stand, and the same request may pass once that has changed. The line between 400 and 409 is the API's
description: 400 for what the description already forbids, 409 for what it cannot say.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core import exceptions as core
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions as drf
from rest_framework import status as http
from rest_framework.response import Response

from apps.core.api.problem import CONTENT_TYPE, problem
from apps.core.errors import BadInput, KeyReused, NotStored, RuleBroken

logger = logging.getLogger("django.request")
FULL_FOR = "300"  # seconds until somebody may have made room


class RulesBroken(RuleBroken):
    """Several rules at once refuse a request that is well formed by the API's description: a
    reference to what is not there, a day out of reach, two fields that do not go together."""

    def __init__(self, broken: Sequence[RuleBroken]) -> None:
        super().__init__(_("Correct the fields named below and send again."), code=broken[0].code)
        self.broken = broken


def problem_handler(exc: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: whatever was raised becomes a problem, and is never a page."""
    body, headers = _describe(exc)
    if body["status"] == http.HTTP_500_INTERNAL_SERVER_ERROR:
        request = context.get("request")
        logger.error("Unexpected error in the API", exc_info=exc)
        # Informs the test client and error collectors, as Django does for an unanswered exception.
        got_request_exception.send(sender=None, request=getattr(request, "_request", None))
    return Response(body, status=body["status"], content_type=CONTENT_TYPE, headers=headers)


def _describe(exc: Exception) -> tuple[dict[str, Any], dict[str, str]]:
    if isinstance(exc, NotStored):
        return problem(503, exc.code, exc), {"Retry-After": FULL_FOR}
    if isinstance(exc, RuleBroken):
        return _describe_rule(exc), {}
    if isinstance(exc, drf.APIException):
        return _describe_drf(exc)
    if isinstance(exc, Http404 | core.ObjectDoesNotExist):
        return problem(404, "not_found", _("There is nothing at this address.")), {}
    if isinstance(exc, core.PermissionDenied):
        return problem(403, "permission_denied", _("This key may not do that.")), {}
    if isinstance(exc, core.RequestDataTooBig):
        return problem(413, "too_large", _("Send it in smaller parts.")), {}
    if isinstance(exc, core.SuspiciousOperation | core.BadRequest | UnreadablePostError):
        return problem(400, "bad_request", _("The request cannot be understood.")), {}
    if isinstance(exc, OperationalError):
        logger.warning("The database refused: %s", exc)
        detail = _("Nothing was changed. Try again in a moment.")
        return problem(503, "busy", detail), {"Retry-After": "2"}
    return problem(500, "server_error", _("Nothing was changed. We have been told.")), {}


def _describe_rule(exc: RuleBroken) -> dict[str, Any]:
    status = 409
    if isinstance(exc, BadInput):
        status = 400
    elif isinstance(exc, KeyReused):
        status = 422
    row = getattr(exc, "row", None)
    errors = []
    if isinstance(exc, RulesBroken):
        errors = [_error(each.field or "", each.code, each, None) for each in exc.broken]
    elif exc.field is not None or row is not None:
        errors.append(_error(exc.field or "", exc.code, exc, row))
    return problem(status, exc.code, exc, errors)


def _describe_drf(exc: drf.APIException) -> tuple[dict[str, Any], dict[str, str]]:
    headers: dict[str, str] = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait) or 1)
    if isinstance(exc, drf.ValidationError):
        detail = gettext("Correct the fields named below and send again.")
        return problem(400, "invalid", detail, list(_flatten(exc.detail))), headers
    codes = exc.get_codes()
    code = codes if isinstance(codes, str) else "error"
    return problem(exc.status_code, code, exc.detail), headers


def _error(field: str, code: str, detail: Any, row: int | None) -> dict[str, Any]:
    return {"field": field, "row": row, "code": code, "detail": str(detail)}


def _flatten(detail: Any, path: str = "", row: int | None = None) -> Iterator[dict[str, Any]]:
    """DRF nests messages as the input is nested; here each is one line with a dotted field."""
    if isinstance(detail, Mapping):
        for name, below in detail.items():
            # A list's errors come keyed by index.
            if isinstance(name, int) and not path and row is None:
                yield from _flatten(below, "", name + 1)
                continue
            # DRF names errors of the whole object after a setting, which says nothing to a client.
            step = "" if name == "non_field_errors" else str(name)
            yield from _flatten(below, ".".join(filter(None, (path, step))), row)
    elif isinstance(detail, list | tuple):
        for index, below in enumerate(detail):
            if isinstance(below, Mapping | list | tuple):
                if not path and row is None:
                    yield from _flatten(below, "", index + 1)
                else:
                    yield from _flatten(below, f"{path}.{index}", row)
            else:
                yield from _flatten(below, path, row)
    else:
        yield _error(path, str(getattr(detail, "code", "invalid")), detail, row)
