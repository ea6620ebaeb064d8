"""A private claimant is paid by transfer: account named on the page of the case behind a code, released by two; the case
says what its closing waits for (CMP-6). In both languages and on a phone."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.claims.enums import ClaimState
from apps.complaints.queries.links import token_of
from tests.doubles.sms_gateway import SmsGateway
from tests.e2e.desk import PATIENCE, picture
from tests.e2e.test_claims import signed_in
from tests.factories import claims as f
from tests.factories.banking import bank_account
from tests.factories.complaints import PHONE, case
from tests.factories.notifications import send_all

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("CMP-6"),
]
TYPED = {"holder": "王小明", "bank": "中国工商银行", "branch": "杭州武林支行"}
CARD = "6222021001116245702"


def in_english(page: Page, name: str) -> None:
    """The same page in the other language, and back."""
    page.locator("a.tongue").click()
    expect(page.locator("h1")).to_have_text("Your account for the compensation")
    picture(page, name, full_page=True)
    page.locator("a.tongue").click()
    expect(page.locator("h1")).to_contain_text("赔款收款账户")


def test_the_money_goes_to_the_claimants_own_card(
    browser: Browser, live_server: Any, settings: Any
) -> None:
    desk = f.Desk()
    bank_account()
    shipment = desk.shipment()
    about = case(by=desk.agent, customer=desk.customer, waybill=shipment, contact_phone=PHONE)
    claim = f.approved(
        desk, "500", waybill=shipment, case=about, customer=None, party_name="王小明", party_phone=PHONE
    )  # fmt: skip
    with SmsGateway() as gateway:
        settings.SMS_URL = gateway.url
        settings.SMS_ACCESS_KEY, settings.SMS_ACCESS_SECRET = gateway.key, gateway.secret
        settings.SMS_SIGN_NAME = "一票速递"
        page = browser.new_context(
            base_url=live_server.url, locale="zh-CN", viewport={"width": 390, "height": 844}
        ).new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"/case/{token_of(about)}")
        picture(page, "account-offered-zh-390", full_page=True)
        page.get_by_role("button", name="转账收款：填写收款账户").click()
        expect(page.locator("h1")).to_contain_text("赔款收款账户")
        picture(page, "account-code-zh-390", full_page=True)
        in_english(page, "account-code-en-390")
        send_all("sms")
        page.locator("#code").fill(json.loads(gateway.sent[-1]["param"])["code"])
        page.locator("form.search button").click()
        expect(page.locator("#number")).to_be_visible()
        in_english(page, "account-en-390")
        for name, text in {**TYPED, "holder": "王大明", "number": CARD}.items():
            page.locator(f"#{name}").fill(text)
        page.locator(".form form button").click()
        expect(page.locator("#errors")).to_contain_text("本人的账户")
        expect(page.locator("#number")).to_have_value("")
        picture(page, "account-refused-zh-390", full_page=True)
        page.locator("#holder").fill(TYPED["holder"])
        page.locator("#number").fill(CARD)
        page.locator(".form form button").click()
        expect(page.locator("#claims")).to_contain_text("**** 5702")
    english = browser.new_context(
        base_url=live_server.url, locale="en", viewport={"width": 1440, "height": 900}
    ).new_page()
    english.goto(f"/case/{token_of(about)}")
    expect(english.locator("#claims")).to_contain_text("To your account")
    picture(english, "account-named-en-1440", full_page=True)
    english.locator("#claims button", has_text="I agree").click()
    expect(english.locator("#claims .tag")).to_have_class("tag tag-teal")
    agent = signed_in(browser, live_server.url, desk.agent)
    agent.goto(f"/admin/complaints/case/number/{about.number}/")
    waits = agent.locator("#holds")
    expect(waits).to_contain_text(claim.number)
    expect(waits).to_contain_text("结案前需先办结")
    picture(agent, "case-held-zh-1440")
    waits.locator("a").click()
    expect(agent.locator("h1.page-title")).to_contain_text(claim.number)
    agent.goto(f"/admin/claims/claim/{claim.pk}/do/plan/")
    agent.locator("[name=way]").select_option("transfer")
    agent.locator("[name=from_account]").select_option(index=1)
    agent.locator(".page form button[type=submit]").last.click()
    expect(agent.locator(".clm")).to_contain_text("**** 5702")
    picture(agent, "claim-transfer-zh-1440", full_page=True)
    director = signed_in(browser, live_server.url, desk.director)
    payout = claim.payments.get().payout
    director.goto(f"/admin/banking/payout/{payout.pk}/change/")
    expect(director.locator(".page-about")).to_contain_text("个人索赔人")
    picture(director, "payout-private-zh-1440", full_page=True)
    director.goto(f"/admin/banking/payeeaccount/{payout.payee_id}/change/")
    expect(director.locator(".staff-note").first).to_contain_text("本人手机验证码")
    picture(director, "payee-private-zh-1440", full_page=True)
    claim.refresh_from_db()
    assert claim.state == ClaimState.AGREED
