"""A remittance in a browser: due, asked for, released by two people with codes, read by the merchant on its link,
in both languages and on a phone (COD-7)."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.accounts import totp
from apps.accounts.enums import Role
from apps.cod.enums import RemittanceState
from apps.cod.models import Remittance
from apps.cod.queries.remittance_links import token_of
from tests.e2e.desk import PATIENCE, Enter, picture
from tests.factories import remittances as f
from tests.factories.accounts import TOTP_KEY

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("COD-7"),
]
WORDS = {
    "zh-CN": ("提请放行", "代收货款结算单"),
    "en-GB": ("Ask for its release", "COD settlement report"),
}


def clean(page: Page, context: str = ".page") -> None:
    found = Axe().run(page, context=context)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_two_people_release_it_and_the_merchant_reads_it(
    browser: Browser, live_server: Any, enter: Enter, language: str
) -> None:
    ask, report = WORDS[language]
    merchant = f.merchant(fee_deducted=True)
    f.banked(merchant, "199.00", "88.80", fee="2.00")
    finance = enter(f.person(Role.FINANCE), language, 1280)
    finance.goto("/admin/cod/remittance/due/")
    expect(finance.locator(".page")).to_contain_text("¥283.80")
    clean(finance)
    row = f.prepared(merchant)
    finance.goto("/admin/cod/remittance/?view=waiting")
    finance.get_by_role("link", name=row.number).click()
    finance.get_by_role("link", name=ask, exact=True).click()
    finance.locator("form button.is-primary").click()
    expect(finance.locator(".approval .is-next").first).to_be_visible()
    clean(finance)
    picture(finance, f"remittance-{language}", full_page=True)

    for role in (Role.DEPARTMENT_MANAGER, Role.GENERAL_MANAGER):
        page = enter(f.person(role), language, 1280)
        page.goto("/admin/approvals/")
        page.get_by_role("link", name=row.number).first.click()
        page.goto(f"/admin/cod/remittance/{row.pk}/do/approve/")
        expect(page.locator(".approval-content")).to_contain_text("283.80")
        page.fill("[name=code]", totp.code_at(TOTP_KEY, totp.step_at(timezone.now())))
        page.locator("form button.is-primary").click()
        expect(page.locator(".approval")).to_be_visible()
    row.refresh_from_db()
    assert row.state == RemittanceState.RELEASED

    phone = browser.new_context(
        base_url=live_server.url, locale=language, viewport={"width": 320, "height": 640}
    )
    phone.set_default_timeout(PATIENCE)
    small = phone.new_page()
    small.goto(f"/remittance/{token_of(Remittance.objects.get(pk=row.pk))}")
    expect(small.locator("h1")).to_contain_text(report)
    assert small.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    clean(small, "body")
    picture(small, f"remittance-report-{language}", full_page=True)
    phone.close()
