"""Calls pushed by phone systems (CMP-10): the key's user belongs to the unit of the system."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.idempotency import idempotent
from apps.accounts.models import User
from apps.core.api.exact import ExactChoice, ExactMoment, ExactText, StrictShape, judged, taken
from apps.core.api.views import ApiView
from apps.core.errors import RuleBroken
from apps.hotline import services
from apps.hotline.enums import CallOutcome, Direction
from apps.hotline.models import PhoneSystem

CALL = {
    "system": "上海客服热线",
    "call_id": "1764579600.1207",
    "direction": "in",
    "caller": "13800138001",
    "queue": "hotline",
    "extension": "802",
    "offered_at": "2026-12-01T09:00:00+08:00",
    "answered_at": "2026-12-01T09:00:09+08:00",
    "ended_at": "2026-12-01T09:03:20+08:00",
    "outcome": "answered",
}


class CallInShape(StrictShape):
    system = ExactText(max_length=60, help_text="The phone system, as it is called here.")
    call_id = ExactText(
        r"^[\x21-\x7e]+$",
        max_length=80,
        help_text="Your number of the call; it is one call however often it is sent.",
    )
    direction = ExactChoice(choices=Direction.choices)
    caller = ExactText(
        r"^[0-9+ ()-]*$",
        required=False,
        allow_blank=True,
        max_length=40,
        help_text="The other party's number.",
    )
    queue = ExactText(required=False, allow_blank=True, max_length=60)
    extension = ExactText(
        required=False, allow_blank=True, max_length=40, help_text="Where it rang or was answered."
    )
    offered_at = ExactMoment()
    answered_at = ExactMoment(required=False, allow_null=True)
    ended_at = ExactMoment(required=False, allow_null=True)
    outcome = ExactChoice(choices=CallOutcome.choices)


class CallShape(s.Serializer[Any]):
    call_id = s.CharField()
    outcome = s.ChoiceField(choices=CallOutcome.choices)
    offered_at = s.DateTimeField()
    answered_at = s.DateTimeField(allow_null=True)
    ended_at = s.DateTimeField(allow_null=True)
    wait_s = s.IntegerField(allow_null=True, help_text="Seconds.")
    talk_s = s.IntegerField(allow_null=True, help_text="Seconds.")


class CallsView(ApiView):
    required_scopes = {"POST": "calls:write"}

    @extend_schema(
        operation_id="call_push",
        summary="Send a call",
        description="Once it is over, or as it goes on: what is sent later completes the call. Sent again it "
        "changes nothing (200). A caller who hung up while waiting is called back by us.",
        examples=[OpenApiExample("A call that was answered", CALL, request_only=True)],
        request=CallInShape,
        responses={200: CallShape, 201: CallShape},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given = dict(taken(CallInShape, request.data))
        system = _system(request.user, given.pop("system"))
        pushed = services.PushedCall(
            **{
                **given,
                "direction": Direction(given["direction"]),
                "outcome": CallOutcome(given["outcome"]),
                "caller": given.get("caller", ""),
            }
        )
        call, is_new = judged(
            lambda: services.push_call(
                system=system, call=pushed, by=_user(request), at=timezone.now()
            )
        )
        return Response(CallShape(call).data, 201 if is_new else 200)


def _user(request: Request) -> User:
    user: Any = request.user
    found: User = user
    return found


def _system(user: Any, name: str) -> PhoneSystem:
    """Of the units that the key's user sees; another company's customer key sees none."""
    units = user.visible_unit_ids()
    systems = PhoneSystem.objects.filter(is_active=True, name=name)
    if units is not None:
        systems = systems.filter(unit__in=units)
    found = systems.first()
    if found is None:
        raise RuleBroken(
            _("There is no such phone system for this key."), code="unknown_system", field="system"
        )
    return found
