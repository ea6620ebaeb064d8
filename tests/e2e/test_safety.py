"""The safety officer's morning in a real browser, in both languages (COD-6)."""

from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.accounts.enums import ObjectScope, Role
from apps.banking.services import reveal_number
from apps.events.services import relay_batch
from apps.safety import services
from apps.safety.enums import AlertState, FollowUpState
from apps.safety.models import AccountCheck, CheckFollowUp, CheckItem, SecurityAlert
from tests.e2e.desk import PATIENCE
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.banking import bank_account

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("COD-6"),
]
WORDS = {
    "zh-CN": {"alerts": "安全告警", "many": "短时间多次查看账号明文", "trail": "账户轨迹"},
    "en": {"alerts": "Security alerts", "many": "Many numbers shown in clear",
           "trail": "What happened to accounts"},
}  # fmt: skip


def signed_in(browser: Browser, client: Client, url: str, language: str) -> Page:
    user = UserFactory(
        scope=ObjectScope.ALL,
        roles=[Role.SAFETY_OFFICER],
        language="en" if language == "en" else "zh-hans",
    )
    sign_in(client, user)
    context = browser.new_context(base_url=url, locale=language)
    context.set_default_timeout(PATIENCE)
    for name, value in (
        (settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value),
        (settings.LANGUAGE_COOKIE_NAME, "en" if language == "en" else "zh-hans"),
    ):
        context.add_cookies([{"name": name, "value": value, "url": url}])
    return context.new_page()


def no_barrier(page: Page) -> None:
    found = Axe().run(page, context=".page")
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_an_alert_is_judged_and_a_check_carried_out_until_it_is_put_right(
    browser: Browser, client: Client, live_server: Any, language: str
) -> None:
    words = WORDS[language]
    curious = UserFactory(display_name="钱好奇", roles=[Role.FINANCE])
    account = bank_account(curious)
    for n in range(6):
        reveal_number(account, reason=f"客户核对{n}", by=curious, at=timezone.now())
    relay_batch()
    services.plan_checks()
    page = signed_in(browser, client, live_server.url, language)

    page.goto("/admin/")
    page.get_by_role("link", name=words["alerts"]).first.click()
    expect(page.locator("h1").first).to_contain_text(words["alerts"])
    page.get_by_role("link", name=words["many"]).first.click()
    expect(page.locator("main")).to_contain_text("钱好奇")
    no_barrier(page)
    page.locator("a[href$='do/harmless/']").first.click()
    page.fill("[name=because]", "好")
    page.locator("form button.is-primary").click()
    expect(page.locator("[name=because]")).to_have_value("好")
    page.fill("[name=because]", "客户来人当面核对，经理在场")
    page.locator("form button.is-primary").click()
    expect(page.locator("main")).to_contain_text("客户来人当面核对")
    judged = SecurityAlert.objects.get(kind="many_reveals")
    assert (judged.state, judged.count) == (AlertState.HARMLESS, 6)

    page.goto("/admin/safety/accountcheck/")
    page.get_by_role("link", name=str(account)).first.click()
    expect(page.locator("main")).to_contain_text("客户核对0")
    page.locator("a[href$='do/carry-out/']").first.click()
    items = list(CheckItem.objects.filter(is_active=True))
    for item in items[1:]:
        page.locator(f"[name=verdict_{item.pk}][value=fine]").check()
    page.locator(f"[name=verdict_{items[0].pk}][value=wrong]").check()
    page.fill(f"[name=note_{items[0].pk}]", "预留印鉴还是前任出纳的")
    no_barrier(page)
    page.select_option("[name=person]", str(curious.pk))
    page.fill("[name=due_on]", (timezone.localdate() + timedelta(days=3)).isoformat())
    page.locator("form button.is-primary").click()
    expect(page.locator("main")).to_contain_text("预留印鉴还是前任出纳的")
    no_barrier(page)
    assert AccountCheck.objects.filter(state="done").count() == 1
    page.locator("a[href*='do/put-right/']").first.click()
    page.fill("[name=result]", "已到柜台更换，凭证存档")
    page.locator("form button.is-primary").click()
    expect(page.locator("main")).to_contain_text("已到柜台更换")
    assert CheckFollowUp.objects.get().state == FollowUpState.PUT_RIGHT

    page.goto("/admin/safety/accountevent/?view=revealed")
    expect(page.locator("main")).to_contain_text("客户核对5")
    expect(page.locator("h1").first).to_contain_text(words["trail"])
    no_barrier(page)
