"""Figures in a browser, in both languages: units compared, the reason of one red figure with its shipment in two clicks
(REP-4)."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.enums import ObjectScope, Role
from tests.e2e.desk import Enter, clean, picture
from tests.factories.accounts import UserFactory
from tests.factories.months import Size, make_month

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("REP-4"),
]
WORDS = {"zh-CN": ("指标", "对比"), "en-GB": ("Figures", "Comparison")}


@pytest.mark.parametrize(("language", "wide"), [("zh-CN", 1440), ("en-GB", 390)])
def test_the_reason_of_a_red_figure_is_two_clicks_away(
    enter: Enter, language: str, wide: int
) -> None:
    last_month = timezone.localdate().replace(day=1) - timedelta(days=1)
    make_month(Size(shipments=200, cases=30, calls=60), last_month)
    leader = UserFactory(roles=[Role.DEPARTMENT_MANAGER], scope=ObjectScope.ALL)
    page = enter(leader, language, wide)
    page.goto("/admin/reports/figure/compare/")
    expect(page.locator("h1.page-title")).to_have_text(WORDS[language][1])
    expect(page.locator("svg.kpi-interval").first).to_be_visible()
    picture(page, f"comparison-{wide}", full_page=True)
    clean(page)

    page.goto("/admin/reports/figure/")
    expect(page.locator("h1.page-title")).to_have_text(WORDS[language][0])
    page.locator("details.kpi-why summary").first.click()
    expect(page.locator("details.kpi-why p").first).to_be_visible()
    picture(page, f"figures-{wide}", full_page=True)
    clean(page)
    page.locator("a.kpi-rest[href*='kpi=on_time&']").click()
    expect(page.locator("table a[href*='/tracking/waybill/']").first).to_be_visible()
    picture(page, f"figure-list-{wide}", full_page=True)
    clean(page)
    number = page.locator("table a[href*='/tracking/waybill/']").first.inner_text()
    page.locator("table a[href*='/tracking/waybill/']").first.click()
    expect(page.locator("body")).to_contain_text(number)
