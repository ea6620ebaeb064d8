"""A cashier counts a courier's cash with the keyboard alone, in both languages; the board shows where it is."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from apps.accounts.enums import Role
from apps.cod.models import CashUp
from tests.e2e.desk import PATIENCE
from tests.factories import cod
from tests.factories.accounts import UserFactory, sign_in

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("COD-7"),
]


def signed_in(browser: Browser, client: Client, url: str, language: str) -> Page:
    sign_in(client, UserFactory(roles=[Role.CASHIER, Role.FINANCE]))
    locale = "en-GB" if language == "en" else "zh-CN"
    context = browser.new_context(base_url=url, locale=locale)
    context.set_default_timeout(PATIENCE)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies(
        [
            {"name": name, "value": client.cookies[name].value, "url": url},
            {"name": "yipiao_language", "value": language, "url": url},
        ]
    )
    return context.new_page()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_cash_is_declared_and_counted_by_keyboard(
    browser: Browser, client: Client, live_server: Any, language: str
) -> None:
    unit_mate = cod.courier()
    cod.collected("128.50", by=unit_mate)
    cod.collected("71.50", by=unit_mate)
    page = signed_in(browser, client, live_server.url, language)
    page.goto("/admin/cod/cashup/")
    expect(page.locator("main, .page").first).to_contain_text(unit_mate.name)
    # From the list to the record, then a sum and Enter, twice.
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1").first).to_contain_text(unit_mate.name)
    expect(page.locator("[name=declare-amount]")).to_be_focused()
    page.keyboard.type("200.00")
    page.keyboard.press("Enter")
    expect(page.locator("#act-count [name=count-amount]")).to_be_focused()
    page.keyboard.type("200.00")
    page.keyboard.press("Enter")
    expect(page.locator("#act-count")).to_have_count(0)
    row = CashUp.objects.get()
    assert (row.state, str(row.counted)) == ("closed", "200.00")
    found = Axe().run(page, context=".page")
    assert found.violations_count == 0, found.generate_report()

    page.goto("/admin/cod/codproof/board/")
    expect(page.locator("#figure-cod-states")).to_contain_text("200")
    found = Axe().run(page, context=".page")
    assert found.violations_count == 0, found.generate_report()
