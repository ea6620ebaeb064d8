"""The demonstration in a real browser: what a director sees in the morning, and a visitor's chat; what finance
and a payer see after the month's end.

With SCREENSHOTS set to a folder, the README's pictures of cases and of finance are taken on the way.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.accounts.models import User
from apps.billing.demo import make_months
from apps.billing.enums import DisputeState
from apps.billing.models import Statement
from apps.billing.queries.links import token_of
from apps.complaints.enums import CaseState
from apps.complaints.models import Case
from apps.desk.demo.companies import make_companies
from apps.desk.demo.people import PASSWORD, make_people
from apps.desk.demo.week import make_week
from apps.pricing.demo import make_prices
from tests.e2e.desk import PATIENCE
from tests.factories.accounts import sign_in

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.requirement("REP-1"),
]
PICTURES = os.environ.get("SCREENSHOTS", "")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.wait_for_timeout(600)
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


def test_a_directors_morning_in_the_demonstration(browser: Browser, live_server: Any) -> None:
    make_week(seed=1, per_day=4, now=timezone.now())
    complaints: list[str] = []
    desk = come(browser, live_server.url, "/admin/", complaints, width=1366)
    desk.fill("[name=username]", "linzhuren")
    desk.fill("[name=password]", PASSWORD)
    desk.keyboard.press("Enter")
    expect(desk.locator("#staff-search")).to_be_visible()
    expect(desk.locator("body")).to_contain_text("CS20")
    picture(desk, "my-desk")

    desk.goto("/admin/desk/team")
    expect(desk.locator("body")).to_contain_text("王芳")
    picture(desk, "team")

    case = Case.objects.filter(state=CaseState.OPEN, reopened_count=0, severity="major").first()
    assert case is not None
    desk.goto(f"/admin/complaints/case/number/{case.number}/")
    expect(desk.locator("body")).to_contain_text(case.number)
    picture(desk, "case")

    desk.goto("/admin/desk/chats")
    desk.locator(".chat-seat button[value='1']").click()
    expect(desk.locator(".chat-seat button[value='0']")).to_be_visible()
    visitor = come(browser, live_server.url, "/chat", complaints, width=900)
    visitor.fill("#text", "昨天的件今天能送到吗？")
    visitor.locator("form.search button[type=submit]").click()
    expect(visitor.locator("#chat-lines")).to_contain_text("今天能送到吗")
    picture(visitor, "chat")
    assert complaints == []


@pytest.mark.requirement("BIL-7")
def test_finance_s_morning_in_the_demonstration(browser: Browser, live_server: Any) -> None:
    now = timezone.now()
    cast = make_people(now - timedelta(days=100))
    make_companies(cast, now - timedelta(days=100), now)
    make_prices(seed=1, now=now)
    make_months(seed=1, now=now)
    complaints: list[str] = []
    client = Client()
    sign_in(client, User.objects.get(username="caiwu"))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    desk = come(browser, live_server.url, "/admin/login/", complaints, width=1366)
    desk.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    desk.goto("/admin/billing/statement/board/")
    ages = desk.get_by_role("region", name="应收账龄")
    expect(ages.locator("tfoot")).to_contain_text("¥")
    weeks = desk.get_by_role("region", name="预计每周回款")
    expect(weeks.locator("tbody tr")).to_have_count(9)
    picture(desk, "finance-desk")
    ages.locator("tbody a").nth(1).click()
    expect(desk.locator("#result_list")).to_contain_text("鲜达")

    disputed = Statement.objects.filter(disputes__state=DisputeState.OPEN).first()
    assert disputed is not None and disputed.bill_to is not None
    payer = come(
        browser, live_server.url, f"/statement/{token_of(disputed)}", complaints, width=900
    )
    expect(payer.locator("main")).to_contain_text(disputed.number)
    picture(payer, "statement")
    assert complaints == []


def come(browser: Browser, url: str, path: str, complaints: list[str], *, width: int) -> Page:
    context = browser.new_context(
        base_url=url, locale="zh-CN", viewport={"width": width, "height": 900}
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path)
    return page
