"""Duty in a browser, in both languages: a gap seen on the ribbon and taken from its link, a handover with one item
returned, on a phone too (CMP-9)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.accounts.models import User
from apps.shifts import services
from apps.shifts.enums import GapEnd, HandoverState
from apps.shifts.models import Gap
from tests.e2e.desk import PATIENCE, picture
from tests.factories import shifts as f
from tests.factories.accounts import sign_in

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("CMP-9"),
]
Enter = Callable[[User, str, int], Page]
WORDS = {
    "zh-CN": ("缺1人", "我来顶班", "交班人自留", "没有权限"),
    "en-GB": ("1 missing", "I take it", "Kept by the giver", "no right to it"),
}


@pytest.fixture
def enter(browser: Browser, live_server: Any) -> Iterator[Enter]:
    """Somebody at the desk, past the second factor."""
    opened = []

    def come_in(user: User, language: str, wide: int) -> Page:
        client = Client()
        sign_in(client, user)
        size: Any = {"width": wide, "height": 900}
        context = browser.new_context(base_url=live_server.url, locale=language, viewport=size)
        context.set_default_timeout(PATIENCE)
        name = settings.SESSION_COOKIE_NAME
        cookie: Any = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
        context.add_cookies([cookie])
        opened.append(context)
        return context.new_page()

    yield come_in
    for context in opened:
        context.close()


def clean(page: Page) -> None:
    found = Axe().run(page, context=".page")
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize(("language", "wide"), [("zh-CN", 1440), ("en-GB", 390)])
def test_the_night_nobody_has(enter: Enter, language: str, wide: int) -> None:
    missing, take, kept, why = WORDS[language]
    unit, giver, receiver, row = f.ending(clocks=2)
    boss, volunteer = f.director(unit), f.agent(unit)
    f.need(unit, boss)
    gap = Gap.objects.filter(closed_at=None).order_by("starts_at")[2]

    planner = enter(boss, language, wide)
    planner.goto("/admin/shifts/gap/ribbon/")
    expect(planner.locator(".ribbon td.gap").first).to_contain_text(missing)
    clean(planner)
    picture(planner, f"ribbon-{wide}", full_page=True)
    services.ask_volunteers(gap_id=gap.pk, users=[volunteer], by=boss, at=timezone.now())

    colleague = enter(volunteer, language, wide)
    colleague.goto(f"/admin/desk/open/shifts.gap/{gap.pk}")
    colleague.locator("#act-take summary").click()
    clean(colleague)
    colleague.locator("#act-take button").click()
    expect(colleague.get_by_text(take).first).not_to_be_visible()
    gap.refresh_from_db()
    assert gap.closed_as == GapEnd.FILLED

    first, second = row.items.all()
    leaving = enter(giver, language, wide)
    leaving.goto("/admin/shifts/swap/mine/")
    clean(leaving)
    picture(leaving, f"my-shifts-{wide}", full_page=True)
    leaving.locator(f"a[href$='/shifts/handover/{row.pk}/change/']").click()
    leaving.locator("#act-offer summary").click()
    leaving.fill(f"[name=offer-word_{first.pk}]", "先打这个电话")
    leaving.check(f"[name=offer-keep_{second.pk}]")
    clean(leaving)
    picture(leaving, f"handover-offer-{wide}", full_page=True)
    leaving.locator("#act-offer button").click()
    expect(leaving.locator(".staff-table")).to_contain_text(kept)

    coming = enter(receiver, language, wide)
    coming.goto(f"/admin/shifts/handover/{row.pk}/change/")
    coming.locator("#act-accept summary").click()
    coming.fill(f"[name=accept-why_{first.pk}]", why)
    coming.locator("#act-accept button").click()
    expect(coming.locator(".staff-table")).to_contain_text(why)
    clean(coming)
    picture(coming, f"handover-{wide}", full_page=True)
    row.refresh_from_db()
    assert row.state == HandoverState.ACCEPTED

    leaving.goto("/admin/shifts/handover/away/")
    clean(leaving)
