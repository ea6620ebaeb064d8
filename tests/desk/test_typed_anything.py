"""Whatever is typed or put into an address, no page and no answer of a program falls over it."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

from apps.accounts.enums import ApiScope
from apps.accounts.models import User
from apps.customers.models import CustomerScope
from apps.orders.models import WorkOrder
from tests.factories.accounts import ServiceUserFactory, UserFactory, bearer, sign_in, superuser
from tests.factories.complaints import case, exception
from tests.factories.customers import ready_customer
from tests.factories.orders import confirmed_order

pytestmark = pytest.mark.django_db
NASTY = ["\x00", "张\x00三", "\x01\x1b\x7f", "\u0085\u2028", "\x00 13812345678", "9" * 30, "%_\\'"]


@pytest.fixture
def boss(client: Client) -> User:
    """Sees every page, in a house where every search has something to look through."""
    order: WorkOrder = confirmed_order()
    made = case(waybill=order.issued.first().waybill)
    exception(case=made)
    user: User = sign_in(client, superuser())
    return user


def _site_lists() -> Iterator[str]:
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        with suppress(NoReverseMatch):
            yield reverse(name)


def test_every_list_takes_anything_in_its_search_and_filters(client: Client, boss: User) -> None:
    walked = 0
    for url in _site_lists():
        page = client.get(url)
        assert page.status_code in (200, 302, 403), url
        asked = [("q", typed) for typed in NASTY]
        asked += [(name, NASTY[1]) for name in sorted({"o", "p", "pk__in", *_filters(page)})]
        for name, typed in asked:
            answer = client.get(url, {name: typed})
            assert answer.status_code < 500, (url, name, typed)
            walked += 1
    assert walked > 500


def _filters(page: Any) -> set[str]:
    context = page.context or {}
    cl = context.get("cl") if page.status_code == 200 else None
    named = {f.name for f in context["form"]} if not cl and "form" in context else set()
    specs = getattr(cl, "filter_specs", [])
    return named | {name for spec in specs for name in spec.expected_parameters() if name}


@pytest.mark.parametrize("path", ["desk/shipment/%00", "complaints/case/number/%00/", "x%00/"])
def test_a_path_that_nobody_can_type_leads_nowhere(client: Client, boss: User, path: str) -> None:
    assert client.get(f"/admin/{path}").status_code == 404


@pytest.mark.parametrize("typed", NASTY)
def test_the_one_box_takes_anything(client: Client, boss: User, typed: str) -> None:
    answer = client.get(reverse("desk:search"), {"q": typed})
    assert answer.status_code in (200, 302)


def test_every_parameter_of_the_api_takes_anything(client: Client, boss: User) -> None:
    user: User = ServiceUserFactory(scope="customers")
    CustomerScope.objects.create(
        user=user, customer=ready_customer(), created_by=UserFactory(), created_at=timezone.now()
    )
    headers = bearer(*(scope.value for scope in ApiScope), user=user)
    walked = 0
    for path, parameters in _asked():
        for parameter in parameters:
            for typed in NASTY:
                address, query = path, {}
                for other in parameters:
                    if other["in"] == "path":
                        value = typed if other is parameter else "1"
                        address = address.replace(f"{{{other['name']}}}", quote(value, safe=""))
                if parameter["in"] == "query":
                    query = {parameter["name"]: typed}
                answer = client.get(address, query, headers=headers)
                assert answer.status_code < 500, (address, query)
                walked += 1
    assert walked > 100


def _asked() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    described = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # untyped there
    text = OpenApiJsonRenderer().render(described, renderer_context={})
    for path, item in json.loads(text)["paths"].items():
        parameters = [
            one for one in item.get("get", {}).get("parameters", []) if one["in"] != "header"
        ]
        if parameters:
            yield path, parameters
