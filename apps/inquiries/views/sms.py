"""Text messages from the gateway (TRK-8): signed, in Aliyun's shape, perhaps more than once."""

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.core.errors import BadInput
from apps.core.text import keepable
from apps.inquiries import gateway
from apps.inquiries.services.sms import take_text, texts_of
from apps.inquiries.views.bodies import body_of

log = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def inbound(request: HttpRequest) -> HttpResponse:
    """``{"code": 0}`` once all are stored; a single one that cannot be read holds up no other."""
    now, head = timezone.now(), request.headers
    try:
        body = body_of(request, gateway.MAX_BODY)
        gateway.check(
            body,
            signature=head.get("X-Signature", ""),
            timestamp=head.get("X-Timestamp", ""),
            nonce=head.get("X-Nonce", ""),
            at=now,
        )
        rows = texts_of(gateway.read(body))
    except BadInput as refusal:
        log.warning("text messages were refused: %s", refusal.code)
        status = {"too_large": 413, "bad_body": 400}.get(refusal.code, 403)
        return JsonResponse({"code": 1, "msg": refusal.code}, status=status)
    refused = 0
    for row in rows:
        try:
            take_text(
                phone=keepable(row.get("phone_number", ""))[:40],
                text=keepable(row.get("content", "")),
                message_id=keepable(row.get("sequence_id", "")),
                at=now,
            )
        except BadInput as refusal:
            refused += 1
            log.warning("a text message was refused: %s", refusal.code)
    return JsonResponse({"code": 0, "msg": "OK", "refused": refused})
