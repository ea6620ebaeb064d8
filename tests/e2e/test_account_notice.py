"""An account changes, in a real browser: the press and its board, the customer's page, and the page that says
whether a notice is ours; small, without a script, in both languages (COD-3, COD-5, COD-6)."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from apps.account_changes.models import Campaign, Feedback
from apps.account_changes.queries.links import token_of
from apps.account_changes.rules.notice_codes import grouped
from apps.accounts.enums import Role
from tests.e2e.desk import picture
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.campaigns import (
    agent_of,
    code,
    customer,
    recipient_of,
    scheduled_change,
    sent_campaign,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("COD-3"),
]


def desk_of(browser: Browser, url: str, role: Role) -> Page:
    client = Client()
    sign_in(client, UserFactory(roles=[role]))
    context = browser.new_context(
        base_url=url, locale="zh-CN", viewport={"width": 1440, "height": 900}
    )
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
    return context.new_page()


def visitor(browser: Browser, url: str, locale: str) -> Page:
    """On a small phone that runs no script."""
    context = browser.new_context(
        base_url=url,
        locale=locale,
        viewport={"width": 320, "height": 700},
        java_script_enabled=False,
    )
    return context.new_page()


def sees_no_barrier(page: Page, part: str | None = None) -> None:
    found = Axe().run(page, context=part)
    assert found.violations_count == 0, found.generate_report()


def fits(page: Page) -> bool:
    """Nothing is wider than the screen."""
    box = page.locator("main .wrap").bounding_box()
    return box is not None and box["width"] <= 320


def test_the_press_and_its_board(browser: Browser, live_server: Any) -> None:
    customer(), customer()
    project = scheduled_change()
    desk = desk_of(browser, live_server.url, Role.DIRECTOR)
    desk.goto(f"/admin/account_changes/campaign/add/?project={project.number}")
    desk.locator("[name=agent]").select_option(str(agent_of(project).pk))
    desk.locator("button[name=preview]").click()
    expect(desk.locator(".page-preview")).to_contain_text("将通知的客户数： 2")
    expect(desk.locator(".page-preview")).to_contain_text("收款账户将变更")
    picture(desk, "campaign-preview", full_page=True)
    assert not Campaign.objects.exists()
    desk.locator("form button.is-primary").click()
    expect(desk.locator("#board")).to_contain_text("2 位客户中已通知到 0 位")
    sees_no_barrier(desk, ".page")
    picture(desk, "campaign-board", full_page=True)
    desk.get_by_role("link", name="未通知到的客户").click()
    expect(desk.locator("table").first).to_contain_text("已发，未确认送达")
    picture(desk, "campaign-list")


@pytest.mark.requirement("COD-5")
@pytest.mark.parametrize(
    ("locale", "heading", "thanks"),
    [
        ("zh-CN", "我司收款账户将变更", "已收到您的反馈"),
        ("en-GB", "The account that you pay us into is changing", "We have what you wrote"),
    ],
)
def test_the_customer_confirms_and_asks_on_a_small_phone(
    browser: Browser, live_server: Any, locale: str, heading: str, thanks: str
) -> None:
    one = customer()
    row = recipient_of(sent_campaign(), one)
    page = visitor(browser, live_server.url, locale)
    page.goto(f"/notice/{token_of(row)}")
    expect(page.locator("h1")).to_have_text(heading)
    expect(page.locator("main")).to_contain_text(row.account.masked)
    expect(page.locator("main")).to_contain_text(grouped(code(row)))
    assert fits(page)
    picture(page, f"notice-{locale}", full_page=True)
    page.locator("[name=kind]").select_option("question")
    page.locator("[name=text]").fill("何时开始？")
    page.locator("[name=name]").fill("王会计")
    page.locator("form button.button").click()
    expect(page.locator(".notice.green")).to_contain_text(thanks)
    assert Feedback.objects.get().case is not None


@pytest.mark.requirement("COD-6")
@pytest.mark.parametrize(
    ("locale", "genuine", "not_ours"),
    [
        ("zh-CN", "真实：这份通知是我司发出的", "不是我司发出的"),
        ("en-GB", "Genuine: this notice is ours", "Not ours: do not pay"),
    ],
)
def test_anybody_checks_a_notice_on_a_small_phone(
    browser: Browser, live_server: Any, locale: str, genuine: str, not_ours: str
) -> None:
    one = customer()
    row = recipient_of(sent_campaign(), one)
    page = visitor(browser, live_server.url, locale)
    page.goto("/verify")
    assert fits(page)
    page.locator("[name=code]").fill(grouped(code(row)).lower().replace("-", " "))
    page.locator("[name=digits]").fill(row.account.tail)
    page.locator("form button.button").click()
    expect(page.locator("#answer")).to_contain_text(genuine)
    picture(page, f"verify-{locale}", full_page=True)
    page.locator("[name=code]").fill("7KQ2-M9XD-4TBW-81HN")
    page.locator("form button.button").click()
    expect(page.locator("#answer")).to_contain_text(not_ours)
    assert fits(page)


@pytest.mark.requirement("COD-6")
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, live_server: Any, colours: Any) -> None:
    one = customer()
    row = recipient_of(sent_campaign(), one)
    context = browser.new_context(
        base_url=live_server.url,
        locale="zh-CN",
        color_scheme=colours,
        viewport={"width": 320, "height": 700},
    )
    page = context.new_page()
    page.goto("/verify")
    sees_no_barrier(page)
    page.locator("[name=code]").fill(code(row))
    page.locator("[name=digits]").fill("0000")
    page.locator("form button.button").click()
    expect(page.locator("#answer")).to_be_visible()
    sees_no_barrier(page)
    page.goto(f"/notice/{token_of(row)}")
    sees_no_barrier(page)
