"""A staff page carries little besides what it says, and a list renders nothing row by row."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.signals import template_rendered
from django.urls import reverse

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.complaints.models import Case
from apps.orders.models import WorkOrder
from config.sidebar import sidebar
from tests.desk.weight import EMPTY_BYTES, every_list
from tests.factories.accounts import UserFactory, UserRoleFactory, sign_in, superuser
from tests.factories.complaints import case
from tests.factories.orders import order

pytestmark = pytest.mark.django_db
# The page of figures has every KPI with its definition, whether anything happened or not.
ALL_FIGURES_BYTES = 62_000
ORDERS, CASES = "admin:orders_workorder_changelist", "admin:complaints_case_changelist"


@pytest.fixture
def boss(client: Client) -> User:
    """Who sees every entry of the sidebar."""
    return sign_in(client, superuser())


@contextmanager
def rendered() -> Iterator[list[str]]:
    """The names of the templates rendered meanwhile, each as often as it is."""
    names: list[str] = []

    def note(template: Any, **_signal: Any) -> None:
        names.append(str(template.name))

    template_rendered.connect(note)
    try:
        yield names
    finally:
        template_rendered.disconnect(note)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_page_with_nothing_on_it_is_light(client: Client, boss: User, language: str) -> None:
    User.objects.filter(pk=boss.pk).update(language=language)
    client.cookies["yipiao_language"] = language
    empty = 0
    for name, page, rows in every_list(client):
        if rows is None or not rows.rows:
            most = ALL_FIGURES_BYTES if name == "reports_figure_changelist" else EMPTY_BYTES
            assert len(page.content) <= most, (name, len(page.content))
            empty += 1
    assert empty > 20


@pytest.mark.parametrize(("page", "make"), [(ORDERS, order), (CASES, case)])
def test_no_template_is_rendered_for_a_row(
    client: Client, boss: User, page: str, make: Callable[[], Any]
) -> None:
    taken = []
    for _rows in range(2):
        make()
        client.get(reverse(page))
        with rendered() as names:
            client.get(reverse(page))
        taken.append(sorted(names))
    assert taken[0] == taken[1]


def test_the_table_of_any_list_is_one_piece(client: Client, boss: User) -> None:
    make_rows()
    tables = 0
    for name, page, rows in every_list(client):
        if rows is None or not rows.rows or rows.changelist is None:
            continue
        asked = ("list_acts", "bulk", "key_of")
        context = Context({name: page.context.get(name) for name in asked})
        context["cl"] = rows.changelist
        with rendered() as names:
            Template("{% load lists %}{% list_table cl %}").render(context)
        # What Django shows for yes and no is a template of the library's.
        assert set(names) <= {"None", "unfold/helpers/boolean.html"}, (name, set(names))
        tables += 1
    assert tables >= 5


def make_rows() -> None:
    order()
    case()
    UserRoleFactory()


def test_a_row_says_each_column_and_leads_to_its_page(client: Client, boss: User) -> None:
    made = order()
    page = client.get(reverse(ORDERS)).text
    row = re.search(r"<tbody>(<tr data-row>.*?</tr>)", page, re.S)
    assert row is not None
    for name in ("number", "customer_name", "status_tag", "clock", "route", "received"):
        assert f'class="field-{name}"' in row[1], name
    assert (
        f'<a data-open href="{reverse("admin:orders_workorder_change", args=[made.pk])}">' in row[1]
    )
    assert 'name="chosen" aria-label="' in row[1]
    assert f'value="{made.pk}"' in row[1]


def test_the_way_back_keeps_the_filters_and_the_head_says_the_order(
    client: Client, boss: User
) -> None:
    made = order()
    page = client.get(reverse(ORDERS), {"status__exact": made.status, "o": "-9"}).text
    assert re.search(r'/change/\?_changelist_filters=status__exact%3D[^"]+"', page)
    assert re.search(r'<th scope="col" aria-sort="descending"', page)


def test_what_a_row_holds_is_escaped(client: Client, boss: User) -> None:
    made = order(goods_name="<b>茶</b>")
    page = client.get(reverse(ORDERS)).text
    assert "&lt;b&gt;茶&lt;/b&gt;" in page
    assert "<b>茶" not in page
    WorkOrder.objects.get(pk=made.pk)
    case(title="<i>破损</i>")
    Case.objects.update(title="<i>破损</i>")
    assert "&lt;i&gt;破损&lt;/i&gt;" in client.get(reverse(CASES)).text


def test_the_sidebar_is_drawn_once_for_the_same_rights(rf: RequestFactory) -> None:
    one, two, other = (
        UserFactory(roles=[role]) for role in (Role.AGENT, Role.AGENT, Role.FREIGHT_CLERK)
    )

    def drawn(user: User, path: str = "/admin/account/") -> str:
        request = rf.get(path)
        request.user = user
        return str(sidebar(request))

    assert drawn(one) is drawn(two) or drawn(one) == drawn(two)
    assert drawn(one) != drawn(other)
    below = reverse(CASES) + "intake/"
    marked = re.findall(r'<a href="([^"]+)" class="active" aria-current="page"', drawn(one, below))
    assert marked == [below]
