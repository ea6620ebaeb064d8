"""The callback of the WeChat official account (TRK-8)."""

import logging

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from apps.core.errors import BadInput
from apps.inquiries.services.wechat import receive_wechat
from apps.inquiries.views.bodies import body_of
from apps.inquiries.wechat.gate import (
    check_signature,
    close_reply,
    is_configured,
    open_message,
)
from apps.inquiries.wechat.messages import MAX_BYTES, read_message, text_reply

log = logging.getLogger(__name__)
# What tells the platform that nothing is to be said, so that it asks no more.
NOTHING = "success"


@csrf_exempt
@require_http_methods(["GET", "POST"])
def callback(request: HttpRequest) -> HttpResponse:
    if not is_configured():
        return HttpResponse(status=404)
    query, now = request.GET.dict(), timezone.now()
    try:
        if request.method == "GET":
            check_signature(query, at=now)
            return HttpResponse(query.get("echostr", "")[:200], content_type="text/plain")
        opened = open_message(query, body_of(request, MAX_BYTES), at=now)
        message = read_message(opened.fields)
        text = receive_wechat(message, at=now)
    except BadInput as refusal:
        # Nothing of the message: it could hold anything.
        log.warning("a WeChat callback was refused: %s", refusal.code)
        return HttpResponse(status=413 if refusal.code == "too_large" else 403)
    except OperationalError:
        log.warning("a WeChat message has to come again: the database is too busy")
        return HttpResponse(status=503)
    if not text:
        return HttpResponse(NOTHING, content_type="text/plain")
    reply = text_reply(message, text, int(now.timestamp()))
    return HttpResponse(close_reply(reply, opened, query), content_type="text/xml; charset=utf-8")
