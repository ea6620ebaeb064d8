"""The description of the API, for programs and for people."""

from typing import Any

import pytest
from django.test import Client
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView

from apps.core.api import reference
from tests.core import api_doors

urlpatterns = [
    *api_doors.urlpatterns,
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/docs/", reference.api_reference, name="api_reference"),
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.test_api_schema")]


@pytest.fixture
def schema(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    from apps.core.api.schema import ApiAutoSchema

    for view in (
        api_doors.UnitView,
        api_doors.ShipmentView,
        api_doors.CountView,
        api_doors.ForgetfulView,
        api_doors.RaiseView,
    ):
        monkeypatch.setattr(view, "schema", ApiAutoSchema())
        monkeypatch.setattr(view, "serializer_class", api_doors.UnitSerializer, raising=False)
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


def test_every_operation_names_its_refusals_and_its_scope(schema: dict[str, Any]) -> None:
    post = schema["paths"]["/api/units"]["post"]
    assert {"400", "401", "403", "404", "409", "413", "415", "422", "429", "503"} <= set(
        post["responses"]
    )
    assert set(post["responses"]["409"]["content"]) == {"application/problem+json"}
    assert "orders:write" in post["description"]
    assert "409" not in schema["paths"]["/api/units"]["get"]["responses"]


def test_the_idempotency_key_is_named_where_it_counts(schema: dict[str, Any]) -> None:
    def headers(method: str) -> set[str]:
        operation = schema["paths"]["/api/units"][method]
        return {p["name"] for p in operation.get("parameters", []) if p["in"] == "header"}

    assert headers("post") == {"Idempotency-Key"}
    assert headers("get") == set()


def test_the_way_to_prove_who_asks_is_named(schema: dict[str, Any]) -> None:
    assert schema["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"


def test_the_page_shows_every_operation_under_the_strict_policy(
    client: Client, schema: dict[str, Any]
) -> None:
    reference._description.cache_clear()
    answer = client.get("/api/docs/")
    reference._description.cache_clear()
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "/api/units" in page and "Idempotency-Key" in page
    assert "<script" not in page and "style=" not in page and "<style" not in page
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_the_description_itself_is_served(client: Client, schema: dict[str, Any]) -> None:
    assert client.get("/api/schema/").status_code == 200
