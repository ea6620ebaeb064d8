"""A small API to prove the shape of every answer on; the real doors are the floors' own."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404
from django.urls import path
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.idempotency import idempotent
from apps.accounts.models import Unit, User
from apps.core.api.pagination import ApiCursorPagination
from apps.core.errors import BadInput, RuleBroken
from tests.factories.accounts import UnitFactory


class PieceSerializer(serializers.Serializer[Any]):
    number = serializers.CharField()
    weight_g = serializers.IntegerField(min_value=1)


class ShipmentSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    pieces = PieceSerializer(many=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["name"] == "whole":
            raise serializers.ValidationError("the whole is wrong", code="whole")
        return attrs


RAISED: dict[str, Exception] = {
    "rule": RuleBroken("先补交接表", code="handover_missing", field="customer", rule="ORD-3"),
    "input": BadInput("看不懂", code="bad_row", field="phone", row=7),
    "missing": Http404(),
    "gone": ObjectDoesNotExist(),
    "denied": PermissionDenied(),
    "suspicious": SuspiciousOperation(),
    "throttled": exceptions.Throttled(wait=7.5),
    "busy": OperationalError("canceling statement due to lock timeout"),
    "bug": ZeroDivisionError("secret inside"),
}


class RaiseView(APIView):
    required_scopes = {"GET": "orders:read"}

    def get(self, request: Any, what: str) -> Response:
        raise RAISED[what]


class ShipmentView(APIView):
    required_scopes = {"GET": "waybills:read", "POST": "orders:write"}

    def get(self, request: Any) -> Response:
        return Response({"user": request.user.username})

    def post(self, request: Any) -> Response:
        many = isinstance(request.data, list)
        serializer = ShipmentSerializer(data=request.data, many=many)
        serializer.is_valid(raise_exception=True)
        return Response(serializer.validated_data, status=201)


class ForgetfulView(APIView):
    def get(self, request: Any) -> Response:
        return Response({})


class UnitSerializer(serializers.ModelSerializer[Unit]):
    class Meta:
        model = Unit
        fields = ["code"]


class UnitView(APIView):
    required_scopes = {"GET": "orders:read", "POST": "orders:write"}

    def get(self, request: Any) -> Response:
        pages = ApiCursorPagination()
        rows = pages.paginate_queryset(Unit.objects.all(), request, view=self)
        return pages.get_paginated_response(UnitSerializer(rows, many=True).data)

    @idempotent
    def post(self, request: Any) -> Response:
        unit = UnitFactory(code=request.data["code"])
        if request.data.get("refuse"):
            raise RuleBroken("no", code="no")
        if request.data.get("answer_400"):
            return Response({"code": "x"}, status=400)
        response = Response({"code": unit.code, "id": unit.pk}, status=201)
        response["Location"] = f"/api/units/{unit.pk}"
        return response


class CountView(APIView):
    """Does work worth doing once: gives each call a new user."""

    required_scopes = {"POST": "orders:write"}

    @idempotent
    def post(self, request: Any) -> Response:
        made = User.objects.create_user(f"made-{User.objects.count()}")
        return Response({"id": made.pk}, status=201)


urlpatterns = [
    path("api/raise/<str:what>", RaiseView.as_view()),
    path("api/shipments", ShipmentView.as_view()),
    path("api/forgetful", ForgetfulView.as_view()),
    path("api/units", UnitView.as_view()),
    path("api/counts", CountView.as_view()),
]
handler404 = "apps.core.api.handlers.not_found"
handler500 = "apps.core.api.handlers.server_error"
handler400 = "apps.core.api.handlers.bad_request"
handler403 = "apps.core.api.handlers.permission_denied"
