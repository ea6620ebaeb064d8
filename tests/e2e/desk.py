"""What the browser stories of the desk share: signing in, keys, time that passes, the bell.

With SCREENSHOTS set to a folder, pictures are taken on the way.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.db.models import Min
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.accounts.models import User
from apps.complaints import services
from apps.complaints.enums import CaseChannel, CaseClass
from apps.complaints.inputs import NewCase
from apps.complaints.models import Case
from apps.desk.demo.people import PASSWORD, Cast
from apps.sla.models import Clock
from apps.sla.services import sweep
from apps.tracking.models import Waybill
from tests.factories.notifications import relay_all, send_all
from tests.factories.sla import let_pass

PICTURES = os.environ.get("SCREENSHOTS", "")
PHONE = "13912345678"
# Milliseconds. How fast this machine is just now says nothing about the page.
PATIENCE = 90_000
# Whoever it is, the language and the width: a page of theirs.
Enter = Callable[[User, str, int], Page]


def picture(page: Page, name: str, **options: Any) -> None:
    if PICTURES:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), **options)


def signed_in(
    browser: Browser, url: str, username: str, *, wide: int = 1440, language: str = "zh-CN"
) -> Page:
    context = browser.new_context(
        base_url=url, locale=language, viewport={"width": wide, "height": 900}
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/admin/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#staff-search")).to_be_visible()
    return page


def opened(cast: Cast, waybill: Waybill | None = None, **fields: Any) -> Case:
    """An ordinary complaint by e-mail, two minutes ago."""
    values: dict[str, Any] = {
        "case_class": CaseClass.COMPLAINT, "channel": CaseChannel.EMAIL, "waybill": waybill,
        "description": "说好昨天到，没有人联系我，请尽快处理。", "contact_name": "周小梅",
        "contact_phone": PHONE, "contact_email": "zhou@example.com", **fields,
    }  # fmt: skip
    return services.open_case(
        new=NewCase(**values), by=cast["wangfang"], at=timezone.now() - timedelta(minutes=2)
    ).case


def press(page: Page, key: str, panel: str) -> None:
    """A key opens its panel, from anywhere but a text field, once the page's script has run; its form
    comes then."""
    page.wait_for_load_state("load")
    page.keyboard.press(key)
    expect(page.locator(f"#act-{panel}")).to_have_attribute("open", "")
    expect(page.locator(f"#act-{panel} form")).to_be_visible()


def send(page: Page) -> None:
    page.keyboard.press("Control+Enter")


def time_passes(**span: float) -> None:
    """The faster clock: so much time is gone, and every step on the way was told when it came."""
    left = timedelta(**span)
    while left > timedelta(0):
        first = Clock.objects.aggregate(first=Min("next_at"))["first"]
        gap = left
        if first is not None:
            gap = min(left, max(first - timezone.now(), timedelta(0)) + timedelta(seconds=1))
        let_pass(seconds=gap.total_seconds())
        left -= gap
        tell_everybody()


def tell_everybody() -> None:
    """What the watch, the relay and the sending process do."""
    while sweep().steps:
        pass
    relay_all()
    send_all("in_app")


def bell_of(page: Page) -> list[str]:
    """Opens what the bell of this person leads to; the unread messages, newest first."""
    page.goto("/admin/")
    expect(page.locator("#msg-bell .msg-bell-count")).to_be_visible()
    page.locator("#msg-bell").click()
    expect(page.locator(".msg-mine")).to_be_visible()  # the page of messages has been reached
    return page.locator(".msg-mine li.is-unread").all_inner_texts()


def clean(page: Page) -> None:
    """Nothing that axe finds wrong, and no scrolling sideways."""
    found = Axe().run(page, context=".page")
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
