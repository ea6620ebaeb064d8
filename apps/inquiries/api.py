"""The voice menu: typed digits in, the spoken sentence out (TRK-8)."""

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.exact import ANY_TEXT, ExactText
from apps.core.api.parsing import StrictJSONParser
from apps.core.api.views import ApiView
from apps.core.errors import BadInput
from apps.inquiries.asking import Answer, Asker
from apps.inquiries.enums import Way
from apps.inquiries.reading import with_prefix
from apps.inquiries.saying import spoken
from apps.inquiries.services.answering import answer

SPEECH = {"zh": "zh-CN", "en": "en-US"}


class SpokenShape(serializers.Serializer[Any]):
    found = serializers.BooleanField()
    outcome = serializers.CharField()
    number = serializers.CharField()
    zh = serializers.CharField(help_text="To be read out in Chinese.")
    en = serializers.CharField(help_text="To be read out in English.")


class VoiceShape(serializers.Serializer[Any]):
    """Phone systems send more than they are asked for; what else there is, is left alone."""

    digits = ExactText(
        required=False,
        allow_blank=True,
        max_length=60,
        help_text="The digits of the waybill number, as typed.",
    )
    caller = ExactText(
        required=False,
        allow_blank=True,
        max_length=40,
        help_text="The caller's number, for the limits.",
    )


def _word(name: str, most: int, text: str) -> OpenApiParameter:
    shape = {"type": "string", "maxLength": most, "pattern": ANY_TEXT}
    return OpenApiParameter(name, shape, description=text)


SHAPES = ("json", "xml", "text")
DIGITS = _word("digits", 60, "The digits of the waybill number, as typed.")
CALLER = _word("caller", 40, "The caller's number, for the limits.")
AS = OpenApiParameter("as", str, enum=SHAPES, description="Shape of the answer.")
ANSWERS = {
    (200, "application/json"): SpokenShape,
    (200, "text/plain"): OpenApiTypes.STR,
    (200, "text/xml"): OpenApiTypes.STR,
}


class VoiceView(ApiView):
    """Any phone system can read this out: JSON, simple XML, or plain text in both languages."""

    required_scopes = {"GET": "waybills:read", "POST": "waybills:read"}
    parser_classes = (StrictJSONParser, FormParser)
    exact = False
    asks = {"GET": (DIGITS, CALLER, AS), "POST": (AS,)}

    @extend_schema(
        operation_id="voice_track",
        summary="Spoken state of a shipment",
        description="For phone menus: the digits a caller typed in, a sentence to read out in both "
        "languages. An unknown number is answered 200 with `found` false and a sentence too.",
        responses=ANSWERS,
    )
    def get(self, request: Request) -> Any:
        return self._say(request, request.query_params)

    @extend_schema(
        operation_id="voice_track_post",
        summary="Spoken state of a shipment",
        request=VoiceShape,
        responses=ANSWERS,
    )
    def post(self, request: Request) -> Any:
        return self._say(request, request.data)

    def _say(self, request: Request, given: Any) -> Any:
        wanted = request.query_params.get("as", SHAPES[0])
        if wanted not in SHAPES:
            raise BadInput(_("There is no such value."), code="bad_choice", field="as")
        shape = VoiceShape(data=given)
        shape.is_valid(raise_exception=True)
        typed, caller = (shape.validated_data.get(name, "") for name in ("digits", "caller"))
        key = str(request.auth.pk)
        asker = Asker(Way.PHONE, key, speaks_for_many=True)
        if caller:
            asker = Asker(Way.PHONE, f"{key}:{caller}", through=key)
        return _shaped(answer(with_prefix(typed), asker, at=timezone.now()), wanted)


def _shaped(result: Answer, shape: str) -> Any:
    words = {"zh": spoken(result, "zh-hans"), "en": spoken(result, "en")}
    if shape == "text":
        return HttpResponse("\n".join(words.values()), content_type="text/plain; charset=utf-8")
    if shape == "xml":
        lines = "".join(f'<say lang="{SPEECH[k]}">{escape(v)}</say>' for k, v in words.items())
        found = quoteattr("true" if result.shipment else "false")
        body = f'<?xml version="1.0" encoding="UTF-8"?><response found={found}>{lines}</response>'
        return HttpResponse(body, content_type="text/xml; charset=utf-8")
    return Response(
        {
            "found": result.shipment is not None,
            "outcome": str(result.outcome),
            "number": result.number,
            **words,
        }
    )
