"""A leader's pictures in a real browser: read on a screen and a phone, and followed to their rows."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from apps.complaints import services
from apps.desk.demo.people import Cast
from tests.e2e.desk import opened, picture, signed_in

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.slow,
]


@pytest.mark.requirement("REP-1")
@pytest.mark.parametrize(
    ("language", "wide"), [("zh-CN", 1440), ("zh-CN", 390), ("en", 1440), ("en", 390)]
)
def test_a_leader_follows_a_figure_to_its_rows(
    browser: Browser, live_server: Any, cast: Cast, language: str, wide: int
) -> None:
    cases = [
        opened(cast, keep=True, contact_phone=f"1390000000{n}", title=f"催第 {n + 1} 次")
        for n in range(3)
    ]
    at = timezone.now()
    services.make_promise(
        case_id=cases[0].pk, label="回电", by=cast["wangfang"], due_at=at + timedelta(hours=2), at=at
    )  # fmt: skip
    leader = signed_in(browser, live_server.url, "linzhuren", wide=wide, language=language)
    if language == "en":
        leader.context.add_cookies(
            [{"name": "yipiao_language", "value": "en", "url": live_server.url}]
        )
        leader.goto("/admin/")
    load = leader.locator("#figure-load")
    expect(load.locator("svg")).to_be_visible()
    expect(load.locator("tbody tr")).to_have_count(1)
    expect(leader.locator("#figure-due svg rect")).to_have_count(12)
    # No wider than the window, and no card narrower than its row.
    assert leader.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(leader, f"figures-{language}-{wide}", full_page=True)
    leader.evaluate("document.documentElement.classList.add('dark')")
    picture(leader, f"figures-{language}-{wide}-dark", full_page=True)
    load.get_by_role("link").click()
    expect(leader.locator("[data-row]")).to_have_count(3)
    leader.goto("/admin/desk/team")
    picture(leader, f"team-{language}-{wide}", full_page=True)
    count = leader.locator("#figure-due tbody a").first
    wanted = int(count.inner_text())
    count.click()
    expect(leader.locator("#result_list tbody tr")).to_have_count(wanted)
