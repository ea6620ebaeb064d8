"""A leader takes in next year's public holidays, in a real browser."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.sla.models import WorkingCalendar
from apps.sla.queries import calendars
from tests.e2e.desk import PATIENCE
from tests.factories.accounts import sign_in, superuser

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("CMP-2"),
]
NEXT = timezone.localdate().year + 1
ROWS = f"""日期,至,类型,名称,英文名称,时段
{NEXT}-01-01,{NEXT}-01-03,放假,元旦,New Year's Day,
{NEXT}-05-01,{NEXT}-05-05,放假,劳动节,Labour Day,
{NEXT}-10-01,{NEXT}-10-07,放假,国庆节,National Day,
"""


def signed_in(browser: Browser, client: Client, url: str, **options: Any) -> Page:
    """With the second factor passed, which a leader's role demands."""
    sign_in(client, superuser())
    context = browser.new_context(base_url=url, **{"locale": "zh-CN", **options})
    context.set_default_timeout(PATIENCE)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
    return context.new_page()


def test_a_leader_takes_in_next_year_s_list(
    browser: Browser,
    client: Client,
    live_server: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calendars, "WARN_FROM", 1)  # it is November for the test
    office = WorkingCalendar.objects.get(code="office")
    page = signed_in(browser, client, live_server.url)
    page.goto("/admin/")
    alarm = page.get_by_role("alert")
    expect(alarm).to_contain_text(str(NEXT))
    alarm.get_by_role("link").first.click()

    wrong = tmp_path / "list.csv"
    wrong.write_text(ROWS + f"{NEXT}-02-30,,放假,春节,,\n", encoding="gb18030")
    page.locator("[name=source]").fill("国办发明电〔2026〕8号")
    page.locator("input[type=file]").set_input_files(wrong)
    page.locator("form button.is-primary").click()
    expect(page.get_by_role("alert")).to_contain_text("第 5 行")
    assert not office.years.filter(year=NEXT).exists()

    right = tmp_path / "right.csv"
    right.write_text(ROWS, encoding="gb18030")
    page.locator("input[type=file]").set_input_files(right)
    page.locator("form button.is-primary").click()
    page.goto(f"/admin/sla/workingcalendar/{office.pk}/change/?year={NEXT}")
    expect(page.locator(".sla-month").nth(9)).to_contain_text("1–7 国庆节")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert office.years.get(year=NEXT).source == "国办发明电〔2026〕8号"

    found = Axe().run(page, context=".page")
    assert found.violations_count == 0, found.generate_report()
