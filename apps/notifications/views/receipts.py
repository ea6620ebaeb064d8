"""The address to which the SMS provider pushes its receipts."""

import json
import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.notifications import services

log = logging.getLogger(__name__)
MAX_RECEIPTS = 512 * 1024  # bytes


@csrf_exempt
@require_POST
def sms_receipts(request: HttpRequest, key: str) -> HttpResponse:
    """The provider signs nothing here: the address itself holds the secret."""
    expected = str(getattr(settings, "SMS_RECEIPT_KEY", ""))
    if not expected or not constant_time_compare(key, expected):
        log.warning("SMS receipts were refused: wrong address")
        raise Http404
    if len(request.body) > MAX_RECEIPTS:
        log.warning("SMS receipts were refused: too large")
        return JsonResponse({"code": 1, "msg": "too large"}, status=413)
    try:
        reports = json.loads(request.body)
    except (ValueError, RecursionError):
        reports = None
    if not isinstance(reports, list) or not all(isinstance(r, dict) for r in reports):
        log.warning("SMS receipts were refused: not understood")
        return JsonResponse({"code": 1, "msg": "not understood"}, status=400)
    services.record_sms_receipts(reports)
    return JsonResponse({"code": 0, "msg": "成功"})
