"""Finding one's way as staff: the day in the sidebar, everything else on two pages, all by search."""

import re

import pytest
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.backoffice.navigation import (
    DAILY_AT_MOST,
    RECORDS,
    SETTINGS,
    Page,
    all_pages,
    daily_links,
    find_pages,
    links_of,
    rights_of,
)
from config.sidebar import sidebar
from tests.factories.accounts import UserFactory, sign_in, superuser

pytestmark = pytest.mark.django_db
DEMO_ONLY = {"demo:mailbox"}


def drawn(rf: RequestFactory, user: User) -> list[str]:
    request = rf.get("/admin/account/")
    request.user = user
    return re.findall(r'<a href="([^"]+)"', str(sidebar(request)))


@pytest.mark.parametrize("role", Role, ids=str)
def test_each_role_sees_its_day_and_nothing_it_may_not_open(rf: RequestFactory, role: Role) -> None:
    user = UserFactory(roles=[role])
    rights, roles = rights_of(user), frozenset({role})
    daily = daily_links(rights, roles)
    meant = [page for page in all_pages() if page.is_daily_for(roles)]
    assert 3 <= len(daily) <= DAILY_AT_MOST
    assert len(meant) <= DAILY_AT_MOST, "one of the day's pages is cut off"
    for page in meant:
        assert page.permission is None or user.has_perm(page.permission), (role, page.address)
    assert drawn(rf, user)[: len(daily)] == [link.href for link in daily]


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: page.address)
def test_each_page_exists_and_says_what_it_is_for(page: Page) -> None:
    for language in ("zh-hans", "en"):
        with override(language):
            assert str(page.label)
            assert page.address == "admin:index" or str(page.about), page.address
    if page.kind == RECORDS and page.address not in DEMO_ONLY and page.daily_for is not None:
        assert str(page.section)
    try:
        reverse(page.address)
    except NoReverseMatch:
        assert page.address in DEMO_ONLY


def test_whoever_lacks_the_right_finds_a_page_nowhere(client: Client) -> None:
    clerk = sign_in(client, UserFactory(roles=[Role.FREIGHT_CLERK]))
    hidden = [
        page for page in all_pages() if page.permission and not clerk.has_perm(page.permission)
    ]
    assert hidden
    shown = "".join(client.get(reverse(f"admin:{kind}")).text for kind in (RECORDS, SETTINGS))
    for page in hidden:
        if page.address not in DEMO_ONLY:
            assert f'href="{reverse(page.address)}"' not in shown, page.address
            assert page.label not in [
                link.label for link in find_pages(rights_of(clerk), str(page.label))
            ]


def test_whoever_may_finds_every_page(client: Client) -> None:
    boss = sign_in(client, superuser())
    shown = "".join(client.get(reverse(f"admin:{kind}")).text for kind in (RECORDS, SETTINGS))
    for page in all_pages():
        if page.address not in DEMO_ONLY:
            assert f'href="{reverse(page.address)}"' in shown, page.address
    kinds = {link.kind for kind in (RECORDS, SETTINGS) for link in links_of(rights_of(boss), kind)}
    assert kinds == {RECORDS, SETTINGS}


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("新建公告", "admin:notifications_announcement_add"),
        ("新建 公告", "admin:notifications_announcement_add"),
        ("节假日", "admin:sla_workingcalendar_changelist"),
        ("holiday", "admin:sla_workingcalendar_changelist"),
        ("快捷回复", "admin:knowledge_article_changelist"),
        ("api keys", "admin:accounts_apikey_changelist"),
    ],
)
def test_the_search_box_finds_pages_by_what_people_call_them(
    client: Client, typed: str, address: str
) -> None:
    sign_in(client, superuser())
    shown = client.get(reverse("desk:search"), {"q": typed})
    assert shown.status_code == 200
    assert f'href="{reverse(address)}"' in shown.text


def test_settings_are_searched_by_their_sentence(client: Client) -> None:
    sign_in(client, superuser())
    client.cookies["yipiao_language"] = "en"
    found = client.get(reverse("admin:settings"), {"q": "make-up days"}).text
    assert "Working calendars" in found and "Clock policies" not in found.split("pages-list")[-1]
    none = client.get(reverse("admin:settings"), {"q": "zzzz"}).text
    assert "Nothing here fits" in none
