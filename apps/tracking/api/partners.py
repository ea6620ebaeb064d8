"""The door for partner feeds: Kuaidi100 pushes, proved by their signature (TRK-2)."""

from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.accounts.queries import system_user
from apps.core.errors import BadInput, RuleBroken
from apps.tracking.api.shapes import FeedAnswerShape, FeedFormShape
from apps.tracking.kuaidi100 import MAX_DOCUMENT
from apps.tracking.queries.partners import find_carrier
from apps.tracking.services import take_kuaidi100

FORM = "application/x-www-form-urlencoded"
# The sender understands these; its own list has no finer ones for a receiver.
_CODES = {"bad_signature": "503", "bad_document": "400", "unknown_waybill": "500"}


class FormAsBytes(BaseParser):
    """Names the media type; the signature needs the bytes as they came, so nothing is parsed."""

    media_type = FORM

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return {}


class Kuaidi100View(APIView):
    """The answer is always HTTP 200 and the sender's own shape: anything else is sent again."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (FormAsBytes,)

    @extend_schema(
        operation_id="partner_kuaidi100_push",
        summary="Kuaidi100 push",
        description="Form `param` + `sign`; sign = MD5(param + salt) in capitals over the bytes "
        "sent. The whole list comes every time.",
        auth=[],
        request={FORM: FeedFormShape},
        responses={200: FeedAnswerShape},
    )
    def post(self, request: Request, code: str) -> JsonResponse:
        carrier = find_carrier(code)
        if carrier is None:
            return _answer("601", _("This partner is not known or not active."))
        try:
            param, sign = _form(request._request)
            result = take_kuaidi100(
                carrier=carrier,
                param=param,
                sign=sign,
                by=system_user("partner_feed"),
                at=timezone.now(),
            )
        except RuleBroken as problem:
            return _answer(_CODES.get(problem.code, "500"), str(problem))
        if result.refused and not (result.accepted or result.repeated):
            return _answer("400", result.refused[0].message)
        return _answer("200", _("Received."))


def _form(request: HttpRequest) -> tuple[bytes, str]:
    """``param`` as received and ``sign``; BadInput for anything but a small form."""
    bad = BadInput(_("Send a form with “param” and “sign”."), code="bad_document", field="param")
    if (request.content_type or FORM) != FORM:
        raise bad
    try:
        body = request.body
        # Percent-encoding may treble the document.
        if len(body) > 3 * MAX_DOCUMENT + 200:
            raise bad
    except RequestDataTooBig:
        raise bad from None
    fields = _fields(body)
    if not fields.get(b"param") or b"sign" not in fields:
        raise bad
    return fields[b"param"], fields[b"sign"].decode("ascii", "replace")[:64]


def _fields(body: bytes) -> dict[bytes, bytes]:
    """The form's fields as bytes: the library's own reader would decode them."""
    pairs = (part.partition(b"=") for part in body.split(b"&", 10)[:10])
    return {
        unquote_to_bytes(name): unquote_to_bytes(value.replace(b"+", b" "))
        for name, _equals, value in pairs
    }


def _answer(code: str, message: str) -> JsonResponse:
    return JsonResponse(
        {"result": code == "200", "returnCode": code, "message": message},
        json_dumps_params={"ensure_ascii": False},
    )
