"""A key customer's month, from the closing to zero, in a real browser: two colleagues, and the payer on
a phone (BIL-2, BIL-5)."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from apps.accounts.enums import Role
from apps.billing.models import Statement
from apps.billing.queries.links import token_of
from apps.billing.queries.owing import owed_by
from tests.e2e.desk import picture
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.billing import charged, payer, received
from tests.factories.imports import work

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("BIL-2"),
    pytest.mark.requirement("BIL-5"),
]


def desk_of(browser: Browser, url: str, role: Role, locale: str = "zh-CN") -> Page:
    client = Client()
    sign_in(client, UserFactory(roles=[role]))
    context = browser.new_context(
        base_url=url, locale=locale, viewport={"width": 1440, "height": 900}
    )
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
    return context.new_page()


def do(page: Page, panel: str, **typed: str) -> None:
    """Open an act of the record's page, fill it in, press its button."""
    act = page.locator(f"#act-{panel}")
    act.locator("summary").click()
    for name, value in typed.items():
        field = act.locator(f"[name='{panel}-{name}']")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    act.locator("form button.button").click()
    page.wait_for_load_state("load")


def sees_no_barrier(page: Page, part: str) -> None:
    found = Axe().run(page, context=part)
    assert found.violations_count == 0, found.generate_report()


def test_a_key_customer_s_month_from_the_closing_to_zero(
    browser: Browser, live_server: Any
) -> None:
    customer = payer(key_account=True, name="上海云裳服饰有限公司", short_name="云裳服饰")
    charged(customer, "60.00", "40.00", waybill="YP000000000017")
    finance = desk_of(browser, live_server.url, Role.FINANCE)
    service = desk_of(browser, live_server.url, Role.DIRECTOR)

    finance.goto("/admin/billing/statement/add/")
    finance.locator("[name=month]").fill("2026-11-15")
    finance.locator("form button.is-primary").click()
    expect(finance.locator("#main, main").first).to_contain_text("2026-11月结")
    work()
    finance.reload()
    expect(finance.locator("#main, main").first).to_contain_text("完成")
    statement = Statement.objects.get()
    page = f"/admin/billing/statement/{statement.pk}/change/"

    finance.goto(page)
    expect(finance.locator(".trk-facts")).to_contain_text("壹佰元整")
    sees_no_barrier(finance, ".trk")
    picture(finance, "statement-frozen", full_page=True)
    do(finance, "review-finance")
    service.goto(page)
    do(service, "send-service")
    expect(service.locator(".trk-head")).to_contain_text("已发送")

    phone = browser.new_context(
        base_url=live_server.url, locale="zh-CN", viewport={"width": 390, "height": 844}
    ).new_page()
    statement.refresh_from_db()
    phone.goto(f"/statement/{token_of(statement)}")
    expect(phone.locator("h1")).to_contain_text("云裳服饰")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    sees_no_barrier(phone, "main")
    picture(phone, "statement-on-a-phone", full_page=True)
    line = phone.locator(".statement-lines > li").first
    line.locator("summary").click()
    line.locator("[name=why]").select_option("weight")
    line.locator("[name=amount]").fill("20")
    line.locator("[name=text]").fill("我们称的是一公斤")
    line.locator("button").click()
    expect(phone.locator(".notice.green")).to_be_visible()

    dispute = statement.disputes.get()
    service.goto(f"/admin/billing/dispute/{dispute.pk}/change/")
    expect(service.locator(".bill-said")).to_contain_text("我们称的是一公斤")
    do(service, "accept", answer="复秤属实，下月冲减")
    phone.goto(f"/statement/{token_of(statement)}")
    expect(phone.locator(".statement-lines")).to_contain_text("复秤属实")
    phone.locator("[name=name]").fill("王会计")
    phone.locator("form[action$='/agree'] button").click()
    expect(phone.locator(".notice.green")).to_be_visible()

    money = received(customer, "100.00")
    finance.goto(f"/admin/billing/receipt/{money.pk}/change/")
    do(finance, "allocate", statement=str(statement.pk), amount="100.00")
    expect(finance.locator(".bill-blockers")).to_contain_text(statement.number)
    finance.goto(page)
    expect(finance.locator(".trk-facts")).to_contain_text("¥0.00")
    assert sum(one.owed for one in owed_by(customer.pk)) == 0
    finance.goto("/admin/billing/statement/board/?month=2026-11")
    expect(finance.locator(".page").first).to_contain_text("¥100.00")
    sees_no_barrier(finance, ".page")
    picture(finance, "finance-desk", full_page=True)
