"""Kuaidi100's three roles (TRK-8). Always HTTP 200 in the vendor's shape, as its clients expect."""

import json
import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.core.errors import BadInput
from apps.inquiries.kuaidi100.shows import shown
from apps.inquiries.kuaidi100.wire import MAX_BODY, read_form
from apps.inquiries.services.kuaidi100 import (
    Refused,
    answer_aggregator,
    answer_query,
    subscribe,
)
from apps.inquiries.views.bodies import body_of

log = logging.getLogger(__name__)
MULTIPART = "multipart/form-data"


@csrf_exempt
@require_POST
def courier(request: HttpRequest) -> HttpResponse:
    """(a) An aggregator follows one of our parcels."""
    try:
        result = answer_aggregator(_form(request), at=timezone.now())
    except BadInput as refusal:
        log.warning("an aggregator's query was refused: %s", refusal.code)
        return _json({"result": False, "message": "参数错误", "state": 0, "data": []})
    if not result["result"]:
        log.warning("an aggregator's query was refused: %s", result["message"])
    return _json(result)


@csrf_exempt
@require_POST
def query(request: HttpRequest) -> HttpResponse:
    """(b) A merchant asks about one number."""
    try:
        result, show = answer_query(_form(request), at=timezone.now())
    except (Refused, BadInput) as refusal:
        return _refused(refusal)
    body, content_type = shown(result, show)
    return HttpResponse(body, content_type=content_type)


@csrf_exempt
@require_POST
def poll(request: HttpRequest) -> HttpResponse:
    """(c) A merchant subscribes to one number."""
    try:
        subscribe(_form(request), at=timezone.now())
    except (Refused, BadInput) as refusal:
        return _refused(refusal)
    return _json({"result": True, "returnCode": "200", "message": "提交成功"})


def _form(request: HttpRequest) -> dict[str, bytes]:
    """The fields as bytes; some clients put them into the address, some send parts."""
    if request.content_type == MULTIPART:
        body_of(request, MAX_BODY)
        return {name: str(value).encode() for name, value in request.POST.items()}
    body = body_of(request, MAX_BODY)
    return read_form(body or request.META.get("QUERY_STRING", "").encode())


def _refused(refusal: Refused | BadInput) -> HttpResponse:
    if isinstance(refusal, Refused):
        code, message = refusal.code, refusal.message
    else:
        code, message = "400", "参数错误"
    log.warning("a Kuaidi100 request was refused: %s", code)
    return _json({"result": False, "returnCode": code, "message": message})


def _json(body: dict[str, Any]) -> HttpResponse:
    return HttpResponse(
        json.dumps(body, ensure_ascii=False), content_type="application/json; charset=utf-8"
    )
