"""The demonstration in a real browser: what a director sees in the morning, and a visitor's chat.

With SCREENSHOTS set to a folder, the README's pictures of cases are taken on the way.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.complaints.enums import CaseState
from apps.complaints.models import Case
from apps.desk.demo.people import PASSWORD
from apps.desk.demo.week import make_week
from tests.e2e.desk import PATIENCE

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
    expect(desk.locator("#house-search")).to_be_visible()
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


def come(browser: Browser, url: str, path: str, complaints: list[str], *, width: int) -> Page:
    context = browser.new_context(
        base_url=url, locale="zh-CN", viewport={"width": width, "height": 900}
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path)
    return page
