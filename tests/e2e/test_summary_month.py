"""A month in a browser, in both languages: the summary is written, returned by the director, signed four times, sent and
acknowledged; a late scan afterwards changes nothing in it and shows beside it (REP-3); yesterday's report is closed with
remarks (REP-2)."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.core.times import day_start
from apps.reports import services
from apps.reports.enums import SummaryState
from apps.reports.models import DailyReport, Summary
from apps.reports.queries.summary_links import token_of
from apps.tracking.models import Waybill
from tests.e2e.desk import Enter, clean, picture
from tests.factories.reports import Signers, last_month
from tests.factories.shipments import shipment

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("REP-3"),
]
WORDS = {
    "zh-CN": ("退回修改", "写客服说明（两段）", "发送给客户", "自您上次查看以来的改动", "确认收到"),
    "en-GB": ("Send back", "Write the agent's two paragraphs", "Send to the customer",
              "Changed since you last looked", "We have it"),
}  # fmt: skip


def with_a_late_shipment(signers: Signers) -> Summary:
    """Two shipments of last month, one of which has no scan of its delivery yet."""
    at = day_start(last_month(), 9)
    for _n in range(2):
        row = shipment(customer=signers.customer)
        Waybill.objects.filter(pk=row.pk).update(
            picked_up_at=at, promised_at=day_start(last_month(), 12)
        )
    return signers.draft()


def sign(page: Page, address: str) -> None:
    """By one key: it opens the signature, and signs."""
    page.goto(address)
    expect(page.locator("#act-approve")).to_be_visible()
    page.keyboard.press("s")
    expect(page.locator("#act-approve")).to_have_attribute("open", "")
    page.keyboard.press("s")
    expect(page.locator("#act-approve")).to_have_count(0)


@pytest.mark.parametrize(("language", "wide"), [("zh-CN", 1440), ("en-GB", 390)])
def test_a_month_is_returned_once_signed_four_times_and_acknowledged(
    enter: Enter, language: str, wide: int
) -> None:
    back, texts, send, changed, received = WORDS[language]
    signers = Signers()
    row = signers.with_texts(with_a_late_shipment(signers))
    address = f"/admin/reports/summary/{row.pk}/change/"

    agent = enter(signers.agent, language, wide)
    agent.goto(address)
    expect(agent.locator("#act-write")).to_be_visible()
    clean(agent)
    agent.keyboard.press("s")
    agent.keyboard.press("Escape")
    expect(agent.locator("#act-write")).not_to_have_attribute("open", "")
    agent.keyboard.press("s")
    agent.locator("#act-write button[type=submit]").click()
    expect(agent.locator("#act-write")).to_have_count(0)

    sign(enter(signers.project, language, wide), address)
    director = enter(signers.director, language, wide)
    director.goto("/admin/reports/summary/")
    director.get_by_role("link", name=row.number).click()
    director.locator("#act-refuse summary").click()
    director.locator("#act-refuse textarea").fill("原因请写具体")
    director.get_by_role("button", name=back).click()
    expect(director.locator("#act-refuse")).to_have_count(0)

    agent.goto(address)
    expect(agent.get_by_text("原因请写具体").first).to_be_visible()
    agent.get_by_text(texts).first.click()
    agent.locator("#act-texts textarea").first.fill("一票因封路晚到，已说明。")
    agent.locator("#act-texts button[type=submit]").click()
    expect(agent.get_by_text("一票因封路晚到，已说明。").first).to_be_visible()
    agent.locator("#act-write summary").click()
    agent.locator("#act-write button[type=submit]").click()
    expect(agent.locator("#act-write")).to_have_count(0)

    sign(enter(signers.project, language, wide), address)
    director.goto(address)
    expect(director.get_by_text(changed)).to_be_visible()
    picture(director, f"summary-{language}-{wide}")
    clean(director)
    sign(director, address)
    sign(enter(signers.deputy, language, wide), address)
    agent.goto(address)
    agent.get_by_text(send).first.click()
    agent.locator("#act-send button[type=submit]").click()
    expect(agent.locator("#act-send")).to_have_count(0)

    row.refresh_from_db()
    frozen = row.content
    came = day_start(last_month(), 11)
    late = Waybill.objects.filter(customer=signers.customer)[:1].values("pk")
    Waybill.objects.filter(pk__in=late).update(
        status="delivered", delivered_at=came, status_at=came
    )
    agent.goto(address)
    expect(agent.locator(".rep-figures .tag-amber").first).to_be_visible()
    row.refresh_from_db()
    assert row.state == SummaryState.SENT and row.content == frozen

    customer = enter(signers.agent, language, wide)
    customer.context.clear_cookies()
    customer.goto(f"/summary/{token_of(row)}")
    customer.locator("#name").fill("赵经理")
    customer.get_by_role("button", name=received).click()
    expect(customer.locator("#name")).to_have_count(0)
    agent.goto(address)
    expect(agent.get_by_text("赵经理").first).to_be_visible()


@pytest.mark.requirement("REP-2")
def test_yesterday_is_closed_with_remarks(enter: Enter) -> None:
    signers = Signers()
    services.prepare_reports(at=day_start(timezone.localdate()) + timezone.timedelta(minutes=10))
    report = DailyReport.objects.get(unit=signers.unit)
    page = enter(signers.director, "zh-CN", 1440)
    page.goto("/admin/reports/dailyreport/")
    page.get_by_role("link", name=f"{report.day:%Y-%m-%d}").first.click()
    expect(page.locator("#act-close")).to_be_visible()
    clean(page)
    page.locator("#act-close summary").click()
    page.locator("#act-close textarea").fill("一切正常。")
    page.locator("#act-close button[type=submit]").click()
    expect(page.locator(".rep-remarks")).to_have_text("一切正常。")
