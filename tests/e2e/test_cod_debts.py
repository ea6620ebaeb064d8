"""In a browser: a courier's debt is asked to be waived, and a merchant is paid ahead of the bank, in both languages
(COD-7)."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from apps.accounts.enums import Role
from apps.cod.models import CodDecision, Remittance
from tests.e2e.desk import PATIENCE
from tests.factories import cod
from tests.factories import remittances as f
from tests.factories.accounts import sign_in

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("COD-7"),
]


@pytest.fixture
def enter(browser: Browser, live_server: Any) -> Callable[[str], Page]:
    def come_in(language: str) -> Page:
        client = Client()
        sign_in(client, f.person(Role.FINANCE))
        context = browser.new_context(base_url=live_server.url, locale=language)
        context.set_default_timeout(PATIENCE)
        name = settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
        context.add_cookies([cookie])  # type: ignore[list-item]  # a cookie
        return context.new_page()

    return come_in


def clean(page: Page) -> None:
    found = Axe().run(page, context=".page")
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_a_waiver_is_asked_for_and_a_merchant_is_paid_ahead(
    enter: Callable[[str], Page], language: str
) -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    cod.counted(courier, "60.00")
    merchant = f.merchant()
    policy = f.policy(merchant)
    f.on_its_way(merchant, "80.00")
    page = enter(language)
    page.goto("/admin/cod/debtor/")
    page.get_by_role("link", name=courier.number).click()
    expect(page.locator(".page")).to_contain_text("40.00")
    clean(page)
    page.locator("#act-waive summary").click()
    page.fill("[name=waive-amount]", "40.00")
    page.fill("[name=waive-reason]", "路遇抢劫，已报警")
    page.keyboard.press("Enter")
    expect(page.locator("#act-waive")).to_have_count(0)
    assert CodDecision.objects.get(kind="waiver").amount == 40

    page.goto(f"/admin/cod/advancepolicy/{policy.pk}/change/")
    clean(page)
    page.locator("#act-pay-ahead summary").click()
    page.locator("[name=pay-ahead-amount]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".page h1")).to_contain_text("RM")
    clean(page)
    assert Remittance.objects.get().advanced == 80
