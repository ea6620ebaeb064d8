"""One shipment through the whole house, in a real browser, by the people who do it.

By phone → read back → confirmed → printed → picked up … delivered with proof → seen by the
customer. With SCREENSHOTS set to a folder, the pictures of the README are taken on the way.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.desk.demo.companies import COMPANIES
from apps.desk.demo.people import PASSWORD, Cast
from apps.orders.models import PrintRecord, WorkOrder
from apps.tracking.models import ProofOfDelivery, Waybill
from tests.e2e.desk import PATIENCE

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.slow,
]
PICTURES = os.environ.get("SCREENSHOTS", "")


def picture(page: Page, name: str, **options: Any) -> None:
    if PICTURES:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), **options)


def signed_in(browser: Browser, url: str, username: str) -> Page:
    context = browser.new_context(
        base_url=url, locale="zh-CN", viewport={"width": 1366, "height": 900}
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/admin/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#staff-search")).to_be_visible()
    return page


def take_the_order(page: Page) -> None:
    """Company by pinyin initials, the rest in the order it is spoken; the mouse stays where it is."""
    page.goto("/admin/orders/workorder/enter/")
    page.locator("#customer-search").press_sequentially("ysfs", delay=20)
    expect(page.locator("#customer-results li").first).to_contain_text("云裳")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[name=pickup_address]")).to_have_value(COMPANIES[0].site)
    for name, value in {
        "delivery_contact": "周小梅",
        "delivery_phone": "13912345678",
        "destination_city": "北京",
        "delivery_address": "北京市朝阳区建国路88号3号楼1203室",
        "goods_name": "羊毛衫",
        "pieces": "2",
        "weight_kg": "3.5",
    }.items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=settlement_method]", "cod")
    page.fill("[name=cod_amount]", "399")
    picture(page, "order-entry")
    page.keyboard.press("Control+Enter")


def confirm_the_order(page: Page) -> None:
    expect(page.get_by_text("周小梅").first).to_be_visible()
    page.check("[name=agreed]")
    page.fill("[name=heard_by]", "朱丽")
    picture(page, "read-back")
    for _step in ("read back", "confirmed"):
        with page.expect_navigation():
            page.locator("form button.is-primary").click()


def scan(page: Page, code: str, number: str) -> None:
    page.goto("/admin/tracking/scan/")
    page.select_option("[name=code]", code)
    page.select_option("[name=unit]", "BJS-CY")
    page.fill("[name=numbers]", number)
    page.locator("#scan-form button[type=submit]").click()
    expect(page.locator("#scan-answers")).to_contain_text(number)
    expect(page.locator("#scan-taken")).to_have_text("1")


@pytest.mark.requirement("ORD-4")
@pytest.mark.requirement("TRK-6")
@pytest.mark.requirement("TRK-8")
def test_from_the_phone_call_to_the_signature(
    browser: Browser, live_server: Any, cast: Cast
) -> None:
    agent = signed_in(browser, live_server.url, "wangfang")
    take_the_order(agent)
    confirm_the_order(agent)
    order = WorkOrder.objects.get()
    waybill = Waybill.objects.get()
    assert (order.status, order.read_back_with, order.confirmed_by) == (
        "confirmed",
        "朱丽",
        cast["wangfang"],
    )
    expect(agent.get_by_text(waybill.number).first).to_be_visible()
    picture(agent, "work-order")

    dispatcher = signed_in(browser, live_server.url, "huoyun")
    dispatcher.goto(f"/admin/orders/workorder/{order.pk}/do/print-label/")
    dispatcher.locator("form button[type=submit]").last.click()
    expect(dispatcher.locator("svg").first).to_be_visible()
    picture(dispatcher, "label")
    assert PrintRecord.objects.get().printed_by == cast["huoyun"]

    clerk = signed_in(browser, live_server.url, "yunying")
    for code in ("picked_up", "departed", "arrived", "out_for_delivery"):
        scan(clerk, code, waybill.number)
    clerk.goto(f"/admin/tracking/delivery/{waybill.pk}/change/")
    clerk.locator("#act-record > summary").click()
    clerk.fill("[name=record-signed_by]", "周小梅")
    clerk.fill("[name=record-cod_paid]", "399")
    clerk.select_option("[name=record-cod_method]", "wechat")
    picture(clerk, "proof-of-delivery")
    clerk.locator("#act-record button[type=submit]").click()
    expect(clerk.get_by_text("399.00").first).to_be_visible()
    proof = ProofOfDelivery.objects.get()
    assert (proof.signed_by, proof.packaging_intact) == ("周小梅", True)

    agent.keyboard.press("/")
    agent.keyboard.type(waybill.number)
    agent.keyboard.press("Enter")
    expect(agent.locator(".ship-number")).to_contain_text("已签收")
    picture(agent, "shipment")

    customer = browser.new_context(
        base_url=live_server.url, locale="zh-CN", viewport={"width": 390, "height": 844}
    ).new_page()
    customer.goto("/")
    customer.locator("form [name]").first.fill(waybill.number)
    customer.keyboard.press("Enter")
    expect(customer.get_by_text("已签收").first).to_be_visible()
    shown = customer.content()
    for secret in ("周小梅", "12345678", "5678", "1203"):
        assert secret not in shown.replace(waybill.number, "")
    picture(customer, "track-zh", full_page=True)
    customer.goto(f"/track/{waybill.number}?lang=en")
    expect(customer.get_by_text("Delivered").first).to_be_visible()
    picture(customer, "track-en", full_page=True)
