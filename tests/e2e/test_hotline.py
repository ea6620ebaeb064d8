"""A director takes in the phone system's file, sees the bad hour in red, and an agent calls back; the key c notes a call."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from apps.accounts.enums import Role
from apps.hotline.enums import CallBackState
from apps.hotline.models import Call, CallBack
from tests.e2e.desk import PATIENCE
from tests.factories import hotline as f
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.imports import work
from tests.scenarios.test_bad_hour import hour_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("CMP-10"),
]


def signed_in(browser: Browser, client: Client, url: str) -> Page:
    sign_in(client, UserFactory(roles=[Role.DIRECTOR]))
    context = browser.new_context(base_url=url, locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
    return context.new_page()


def test_a_bad_hour_and_its_call_backs(browser: Browser, client: Client, live_server: Any) -> None:
    system, begin = f.system(queues=["hotline"]), f.ago(60)
    page = signed_in(browser, client, live_server.url)
    data = f.content(hour_of(begin))
    for _time in range(2):  # the same file twice
        page.goto(f"/admin/hotline/phonesystem/{system.pk}/do/take-file/")
        page.locator("input[type=file]").set_input_files(
            {"name": "queue_log", "mimeType": "text/plain", "buffer": data}
        )
        page.locator(".page form button[type=submit]").last.click()
        expect(page.locator("h1.page-title")).to_have_text("queue_log")
        take = page.locator("#act-take")
        if take.count():
            take.locator("summary").click()
            take.locator("button[type=submit]").click()
            work()
    assert Call.objects.count() == 103
    page.goto("/admin/hotline/call/board/")
    if page.locator("#rate").inner_text().find("91.0 %") < 0:
        page.locator("p.buttons a").first.click()  # around midnight the hour is yesterday's
    expect(page.locator("#rate.is-missed")).to_contain_text("91.0 %")
    expect(page.locator(".hot-waiting li")).to_have_count(5)
    # Three call again and are answered.
    later = [
        line
        for n in range(3)
        for line in f.answered_call(f"r.{n}", begin + 2_000, caller=f"1390000000{n}")
    ]
    f.taken(system, later)
    page.reload()
    expect(page.locator(".hot-waiting li")).to_have_count(2)
    # The next one is called back.
    page.locator(".hot-waiting a").first.click()
    page.locator("#act-done summary").click()
    page.locator("#act-done textarea").fill("已告知派送时间")
    page.locator("#act-done button[type=submit]").click()
    expect(page.locator(".page-about .tag").first).to_have_text("已通话")
    assert CallBack.objects.filter(state=CallBackState.DONE).count() == 4
    # A call is noted with one key from any page.
    page.keyboard.press("c")
    page.wait_for_url("**/admin/hotline/call/add/**")
    page.locator("input[name=number]").fill("13800138001")
    page.locator(".page form button[type=submit]").last.click()
    expect(page.locator("h1.page-title")).to_have_text("138********")
