"""21:40, a box is broken: the agent pays on the spot; a larger one is assessed, approved by the manager, agreed to by the
claimant on the page of the case, and paid by two people (CMP-6). In both languages."""

from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from apps.accounts.models import User
from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.complaints.queries.links import token_of
from tests.e2e.desk import PATIENCE, picture
from tests.factories import claims as f
from tests.factories.accounts import sign_in
from tests.factories.complaints import PHONE, case
from tests.factories.customers import png

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("CMP-6"),
]


def signed_in(browser: Browser, url: str, user: User) -> Page:
    client = Client()
    sign_in(client, user)
    context = browser.new_context(base_url=url, locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
    return context.new_page()


def act(page: Page, claim: Claim, name: str, **typed: str) -> None:
    page.goto(f"/admin/claims/claim/{claim.pk}/do/{name}/")
    for field, text in typed.items():
        page.locator(f"[name={field}]").fill(text)
    page.locator(".page form button[type=submit]").last.click()
    expect(page.locator("h1.page-title")).to_contain_text(claim.number)


def test_a_broken_box_at_night(browser: Browser, live_server: Any) -> None:
    desk = f.Desk()
    about = case(
        by=desk.agent, customer=desk.customer, waybill=desk.shipment(), contact_phone=PHONE
    )
    agent = signed_in(browser, live_server.url, desk.agent)
    agent.goto(f"/admin/claims/claim/add/?case={about.number}")
    agent.locator("[name=items]").fill("玻璃杯 ×2 80")
    agent.locator("[name=received_by]").fill("李小红")
    agent.locator("[name=pay_now]").check()
    for n, name in enumerate(("picture", "signature")):
        file = {"name": f"{name}.png", "mimeType": "image/png", "buffer": png((4, 4 + n))}
        agent.locator(f"input[name={name}]").set_input_files(file)
    agent.locator(".page form button[type=submit]").last.click()
    spot = "CL"
    expect(agent.locator("h1.page-title")).to_contain_text(spot)
    expect(agent.locator(".clm")).to_contain_text("现场现金")
    picture(agent, "claim-spot", full_page=True)
    assert Claim.objects.get().state == ClaimState.PAID

    second = desk.shipment(declared_value=Decimal(5000), insured_amount=Decimal(3000))
    other = case(by=desk.agent, customer=desk.customer, waybill=second, contact_phone=PHONE)
    claim = f.filed(
        desk,
        "3500",
        waybill=second,
        case=other,
        customer=None,
        party_name="王小明",
        party_phone=PHONE,
    )
    item = claim.items.get()
    act(agent, claim, "assess", **{f"proved_{item.pk}": "3200"})
    expect(agent.locator(".clm")).to_contain_text("以保价金额 ¥3,000.00 为限")
    expect(agent.locator(".clm")).to_contain_text(desk.manager.display_name)
    picture(agent, "claim-assessed", full_page=True)
    manager = signed_in(browser, live_server.url, desk.manager)
    manager.goto("/admin/claims/claim/")
    expect(manager.locator("table")).to_contain_text(claim.number)
    picture(manager, "claim-list")
    manager.goto(f"/admin/claims/claim/{claim.pk}/change/")
    manager.keyboard.press("y")
    manager.get_by_role("button", name="批准").click()
    expect(manager.locator(".clm")).to_contain_text("已批准")

    customer = browser.new_context(base_url=live_server.url, locale="en").new_page()
    customer.goto(f"/case/{token_of(other)}")
    picture(customer, "claim-public", full_page=True)
    customer.locator("#claims button[type=submit]").first.click()
    expect(customer.locator("#claims .tag")).to_have_class("tag tag-teal")
    act(agent, claim, "plan", received_by="王小明")
    payment = claim.payments.get()
    director = signed_in(browser, live_server.url, desk.director)
    director.goto(f"/admin/claims/claim/{claim.pk}/do/release/{payment.pk}/")
    director.locator(".page form button[type=submit]").last.click()
    expect(director.locator(".clm")).to_contain_text("¥3,000.00")
    picture(director, "claim-paid", full_page=True)
    claim.refresh_from_db()
    assert claim.state == ClaimState.PAID
