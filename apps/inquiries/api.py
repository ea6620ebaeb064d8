"""The voice menu: typed digits in, the spoken sentence out (TRK-8)."""

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import FormParser, JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

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
    digits = serializers.CharField(help_text="The digits of the waybill number, as typed.")
    caller = serializers.CharField(required=False, help_text="The caller's number, for the limits.")


DIGITS = OpenApiParameter("digits", str, description="The digits of the waybill number, as typed.")
CALLER = OpenApiParameter("caller", str, description="The caller's number, for the limits.")
AS = OpenApiParameter("as", str, enum=["json", "xml", "text"], description="Shape of the answer.")


class VoiceView(APIView):
    """Any phone system can read this out: JSON, simple XML, or plain text in both languages."""

    required_scopes = {"GET": "waybills:read", "POST": "waybills:read"}
    parser_classes = (JSONParser, FormParser)

    @extend_schema(
        operation_id="voice_track",
        summary="Spoken state of a shipment",
        parameters=[DIGITS, CALLER, AS],
        responses={200: SpokenShape},
    )
    def get(self, request: Request) -> Any:
        return self._say(request, request.query_params)

    @extend_schema(
        operation_id="voice_track_post",
        summary="Spoken state of a shipment",
        request=VoiceShape,
        parameters=[AS],
        responses={200: SpokenShape},
    )
    def post(self, request: Request) -> Any:
        return self._say(request, request.data if isinstance(request.data, dict) else {})

    def _say(self, request: Request, given: Any) -> Any:
        caller = str(given.get("caller", ""))[:40]
        asker = Asker(Way.PHONE, f"{request.auth.pk}:{caller}", speaks_for_many=not caller)
        said = answer(with_prefix(str(given.get("digits", ""))), asker, at=timezone.now())
        return _shaped(said, str(request.query_params.get("as", "json")))


def _shaped(said: Answer, shape: str) -> Any:
    words = {"zh": spoken(said, "zh-hans"), "en": spoken(said, "en")}
    if shape == "text":
        return HttpResponse("\n".join(words.values()), content_type="text/plain; charset=utf-8")
    if shape == "xml":
        lines = "".join(f'<say lang="{SPEECH[k]}">{escape(v)}</say>' for k, v in words.items())
        found = quoteattr("true" if said.shipment else "false")
        body = f'<?xml version="1.0" encoding="UTF-8"?><response found={found}>{lines}</response>'
        return HttpResponse(body, content_type="text/xml; charset=utf-8")
    return Response(
        {
            "found": said.shipment is not None,
            "outcome": str(said.outcome),
            "number": said.number,
            **words,
        }
    )
