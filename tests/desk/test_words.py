"""What people read: units as they are typed, each choice once, no codes of ours."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.filters import AllValuesFieldListFilter
from django.contrib.admin.utils import flatten, label_for_field
from django.test import Client
from django.urls import reverse
from django.utils import translation

from apps.accounts.enums import Role
from apps.backoffice.lists import View
from apps.backoffice.staff_admin import StaffAdmin, timeline_rows
from apps.complaints.admin.case_list import CaseList
from apps.events.services import record
from apps.orders.queries.confirmation import typed_name
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.customers import CustomerFactory
from tests.factories.orders import order

pytestmark = pytest.mark.django_db
OUR_RULES = re.compile(r"\b[A-Z]{3}-\d+\b")


@pytest.mark.parametrize("view", CaseList.views)
def test_each_order_of_the_list_is_offered_once(client: Client, view: View) -> None:
    sign_in(client, UserFactory(roles=[Role.AGENT]))
    cases, address = CaseList(), reverse("admin:complaints_case_changelist")
    page = client.get(address, {"view": view.name, "sort": "oldest"}).text
    offered = re.search(r'<select name="sort".*?</select>', page, re.S)
    assert offered is not None
    labels = re.findall(r">([^<]+)</option>", offered[0])
    assert len(labels) == len(set(labels)) == 3
    assert 'value="oldest" selected' in offered[0]
    usual = cases.usual_sort(view.name)

    def sort(**asked: str) -> str:
        return client.get(address, {"view": view.name, **asked}).context["query"].sort.name  # type: ignore[no-any-return]

    assert sort(sort="oldest") == "oldest"
    assert sort(sort=usual.name) == sort() == usual.name


def test_a_missing_weight_is_asked_for_in_the_unit_of_its_field() -> None:
    with translation.override("zh-hans"):
        assert typed_name("weight_g") == "重量（公斤）"
        assert typed_name("goods_name") == "货物"


def test_no_numbers_of_our_rules_where_an_order_is_confirmed(client: Client) -> None:
    agent = UserFactory(roles=[Role.AGENT])
    unit = agent.roles.get().unit
    customer = CustomerFactory(agent=agent, unit=unit)
    draft = order(customer, by=agent, weight_kg="", goods_name="")
    sign_in(client, agent)
    pages = [
        reverse("admin:orders_workorder_confirm", args=[draft.pk]),
        reverse("admin:customers_customer_change", args=[draft.customer_id]),
    ]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200
        shown = re.sub(r"<script.*?</script>|<[^>]+>", " ", answer.content.decode(), flags=re.S)
        assert not OUR_RULES.findall(shown), page


def test_every_column_and_field_has_chinese_words(rf: Any) -> None:
    """A field without a name of its own would show as English."""
    untranslated = []
    request = rf.get("/admin/")
    request.user = UserFactory(roles=[Role.IT_ADMIN], is_superuser=True)
    with translation.override("zh-hans"):
        for model, kind in admin.site._registry.items():
            own_page = (
                kind.change_form_template != StaffAdmin.change_form_template
                or type(kind).change_view is not StaffAdmin.change_view
            )
            fields = [] if own_page else flatten(kind.get_fields(request, model()))
            for name in [*kind.list_display, *fields]:
                if name in ("__str__", "action_checkbox"):
                    continue
                try:
                    label = str(label_for_field(name, model, kind))
                except AttributeError:  # a field of the form alone, with a label of its own
                    continue
                if re.search(r"[A-Za-z]{3}", label) and not re.search(r"[\u4e00-\u9fff]", label):
                    untranslated.append(f"{model._meta.label}.{name}: {label}")
    assert untranslated == []


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh-hans", [("步骤", "超时8小时"), ("超时时长", "8 分钟"), ("非工作时间", "否")]),
        (
            "en",
            [("Step", "8 hours over"), ("Overdue by", "8 min"), ("Outside working hours", "no")],
        ),
    ],
)
def test_a_timeline_speaks_the_language_of_the_page(
    language: str, expected: list[tuple[str, str]]
) -> None:
    user = UserFactory()
    data = {
        "step": "超时8小时",
        "step_en": "8 hours over",
        "late_seconds": 489.3,
        "off_hours": False,
    }
    record("clock.escalated", user, by=user, data=data)
    with translation.override(language):
        assert sorted(timeline_rows(user)[0]["details"]) == sorted(expected)


def test_filters_offer_words_and_not_codes(client: Client) -> None:
    user = UserFactory(roles=[Role.IT_ADMIN], is_superuser=True)
    record("case.message_in", user, by=user, data={})
    sign_in(client, user)
    client.cookies["yipiao_language"] = "en"
    page = client.get(reverse("admin:events_event_changelist"))
    (kinds,) = [
        one for one in page.context["cl"].filter_specs if isinstance(one, AllValuesFieldListFilter)
    ]
    shown = {choice["display"] for choice in kinds.choices(page.context["cl"])}
    assert shown and not any("." in str(words) or "_" in str(words) for words in shown)
    assert "accounts.user" not in page.content.decode()
    kept = client.get(reverse("admin:events_event_changelist"), {"kind": "case.message_in"})
    assert [event.kind for event in kept.context["cl"].result_list] == ["case.message_in"]
