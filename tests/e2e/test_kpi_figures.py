"""Figures in a browser, in both languages: units compared, the reason of one red figure with its shipment in two clicks
(REP-4)."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import User
from tests.e2e.desk import PATIENCE, picture
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.months import Size, make_month

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("REP-4"),
]
Enter = Callable[[User, str, int], Page]
WORDS = {"zh-CN": ("指标", "对比"), "en-GB": ("Figures", "Comparison")}


@pytest.fixture
def enter(browser: Browser, live_server: Any) -> Iterator[Enter]:
    """Somebody at the desk, past the second factor."""
    opened = []

    def come_in(user: User, language: str, wide: int) -> Page:
        client = Client()
        sign_in(client, user)
        size: Any = {"width": wide, "height": 900}
        context = browser.new_context(base_url=live_server.url, locale=language, viewport=size)
        context.set_default_timeout(PATIENCE)
        name = settings.SESSION_COOKIE_NAME
        cookie: Any = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
        context.add_cookies([cookie])
        opened.append(context)
        return context.new_page()

    yield come_in
    for context in opened:
        context.close()


def clean(page: Page) -> None:
    found = Axe().run(page, context=".page")
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize(("language", "wide"), [("zh-CN", 1440), ("en-GB", 390)])
def test_the_reason_of_a_red_figure_is_two_clicks_away(
    enter: Enter, language: str, wide: int
) -> None:
    last_month = timezone.localdate().replace(day=1) - timedelta(days=1)
    make_month(Size(shipments=200, cases=30, calls=60), last_month)
    leader = UserFactory(roles=[Role.DEPARTMENT_MANAGER], scope=ObjectScope.ALL)
    page = enter(leader, language, wide)
    page.goto("/admin/reports/figure/compare/")
    expect(page.locator("h1.page-title")).to_have_text(WORDS[language][1])
    expect(page.locator("svg.kpi-interval").first).to_be_visible()
    picture(page, f"comparison-{wide}", full_page=True)
    clean(page)

    page.goto("/admin/reports/figure/")
    expect(page.locator("h1.page-title")).to_have_text(WORDS[language][0])
    page.locator("details.kpi-why summary").first.click()
    expect(page.locator("details.kpi-why p").first).to_be_visible()
    picture(page, f"figures-{wide}", full_page=True)
    clean(page)
    page.locator("a.kpi-rest[href*='kpi=on_time&']").click()
    expect(page.locator("table a[href*='/tracking/waybill/']").first).to_be_visible()
    picture(page, f"figure-list-{wide}", full_page=True)
    clean(page)
    number = page.locator("table a[href*='/tracking/waybill/']").first.inner_text()
    page.locator("table a[href*='/tracking/waybill/']").first.click()
    expect(page.locator("body")).to_contain_text(number)
