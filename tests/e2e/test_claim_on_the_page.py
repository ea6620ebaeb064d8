"""A consignee claims on the page of their case: rules read, things named, an invoice sent as PDF, the amount disputed, then
agreed to, then paid (CMP-6). On a phone, in both languages."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.complaints.queries.links import token_of
from tests.e2e.desk import PATIENCE, picture
from tests.factories import claims as f
from tests.factories import pdfs
from tests.factories.complaints import PHONE, case

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("CMP-6"),
]
PHONE_SIZE, DESK_SIZE = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
TEXTS = {
    "zh-CN": {
        "ask": "申请赔偿", "send": "提交索赔", "unread": "请阅读", "papers": "为这笔理赔补充凭证",
        "send_papers": "发送凭证", "locked": "设有密码", "sent": "您已发送", "disagree": "不同意",
        "looking": "正在核实", "agree": "同意赔付 ¥450.00", "paid": "赔付日期",
    },
    "en": {
        "ask": "Ask for compensation", "send": "Send the claim", "unread": "Read the rules",
        "papers": "Send papers for this claim", "send_papers": "Send the papers", "locked": "locked with a password",
        "sent": "You have sent", "disagree": "I do not agree", "looking": "We are looking into it",
        "agree": "I agree to ¥450.00", "paid": "Paid on",
    },
}  # fmt: skip


def look(page: Page, name: str, language: str) -> None:
    """A picture at both widths; no page is wider than the window."""
    for size in (DESK_SIZE, PHONE_SIZE):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # a width and a height
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], name
        picture(page, f"claim-{name}-{language}-{size['width']}", full_page=True)


def decide(desk: f.Desk, claim: Claim, amount: str) -> None:
    claim = f.fresh(claim)
    f.assess(claim, desk.agent, amount)
    f.approve(f.fresh(claim), desk.director)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_from_the_rules_to_the_money(browser: Browser, live_server: Any, language: str) -> None:
    desk, texts = f.Desk(), TEXTS[language]
    about = case(
        by=desk.agent, customer=desk.customer, waybill=desk.shipment(consignee_phone=PHONE),
        contact_name="王小明", contact_phone=PHONE,
    )  # fmt: skip
    page = browser.new_context(
        base_url=live_server.url, locale=language, viewport=PHONE_SIZE  # type: ignore[arg-type]  # as above
    ).new_page()  # fmt: skip
    page.set_default_timeout(PATIENCE)
    page.goto(f"/case/{token_of(about)}")
    page.get_by_role("link", name=texts["ask"]).click()
    expect(page.locator("#rules-title")).to_be_visible()
    look(page, "rules", language)
    page.locator("#items").fill("青花瓷瓶 ×2 500")
    page.get_by_role("button", name=texts["send"]).click()
    expect(page.locator("#errors")).to_contain_text(texts["unread"])
    look(page, "unread", language)
    page.locator("#agreed").check()
    page.get_by_role("button", name=texts["send"]).click()
    expect(page.locator("#claims .claim")).to_contain_text("青花瓷瓶 × 2")
    look(page, "filed", language)
    claim = Claim.objects.get()
    page.locator("summary", has_text=texts["papers"]).click()
    page.locator("input[name=papers]").set_input_files(
        [
            {"name": "发票.pdf", "mimeType": "application/pdf", "buffer": pdfs.pdf()},
            {"name": "锁住.pdf", "mimeType": "application/pdf", "buffer": pdfs.locked()},
        ]
    )
    page.get_by_role("button", name=texts["send_papers"]).click()
    expect(page.locator("#errors")).to_contain_text(texts["locked"])
    expect(page.locator("#papers .kept")).to_contain_text("发票.pdf")
    look(page, "papers-refused", language)
    page.get_by_role("button", name=texts["send_papers"]).click()
    expect(page.locator("#claims")).to_contain_text(texts["sent"])
    decide(desk, claim, "300")
    page.reload()
    look(page, "approved", language)
    page.locator("summary", has_text=texts["disagree"]).click()
    page.locator("[name=reason]").first.fill("发票是 450 元")
    page.locator("details form[action$=dispute] button").click()
    expect(page.locator("#claims .tag").first).to_contain_text(texts["looking"])
    look(page, "disputed", language)
    decide(desk, claim, "450")
    page.reload()
    page.get_by_role("button", name=texts["agree"]).click()
    expect(page.locator("#claims .tag").first).to_have_class("tag tag-teal")
    look(page, "agreed", language)
    f.release(f.plan(claim, desk.agent), desk.director)
    page.reload()
    expect(page.locator("#claims")).to_contain_text(texts["paid"])
    look(page, "paid", language)
    assert f.fresh(claim).state == ClaimState.PAID
