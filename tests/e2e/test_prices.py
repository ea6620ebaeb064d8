"""Finance takes in a contract's prices, tries them and publishes them, in a real browser."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone, translation
from playwright.sync_api import Browser, Page, expect

from apps.pricing.enums import BillingEvent
from apps.pricing.models import TariffVersion
from apps.pricing.sheets import write_tariff_book
from tests.e2e.desk import picture
from tests.e2e.test_calendars import signed_in
from tests.factories.customers import CustomerFactory, ready_customer
from tests.factories.pricing import published, says

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("BIL-1"),
]


def workbook(path: Path, *, with_hole: bool) -> Path:
    what = says()
    if with_hole:
        what = replace(what, segments=tuple(replace(one, upto=9000) for one in what.segments))
    with translation.override("zh-hans"):
        data = write_tariff_book(
            what, since=timezone.localdate(), billing_event=BillingEvent.PICKED_UP
        )
    path.write_bytes(data)
    return path


def sees_no_barrier(page: Page) -> None:
    found = Axe().run(page, context=".page")
    assert found.violations_count == 0, found.generate_report()


def test_a_contract_s_prices_are_taken_in_tried_and_published(
    browser: Browser, client: Client, live_server: Any, tmp_path: Path
) -> None:
    customer = CustomerFactory(name="上海云裳服饰有限公司", short_name="云裳服饰")
    page = signed_in(browser, client, live_server.url)
    page.goto("/admin/pricing/tariff/add/")
    page.locator("[name=customer]").fill(customer.code)
    page.locator("[name=service]").select_option("standard")
    page.locator("[name=name]").fill("云裳服饰合同价")
    page.locator("form button.is-primary").click()
    page.locator("#act-draft summary").click()
    page.locator("[name=draft-since]").fill(timezone.localdate().isoformat())
    page.locator("#act-draft button.is-primary").click()
    page.get_by_role("link", name=f"{timezone.localdate():%Y-%m-%d}").click()

    # A sheet with a hole is refused with its row; the right one is taken.
    panel = page.locator("#act-import")
    panel.locator("summary").click()
    panel.locator("input[type=file]").set_input_files(
        workbook(tmp_path / "洞.xlsx", with_hole=True)
    )
    panel.locator("button.is-primary").click()
    expect(panel.locator(".form-errors, .form-error, [role=alert]").first).to_contain_text("价格")
    panel.locator("input[type=file]").set_input_files(
        workbook(tmp_path / "价格.xlsx", with_hole=False)
    )
    panel.locator("button.is-primary").click()
    expect(page.locator(".prc")).to_contain_text("同城")
    sees_no_barrier(page)
    picture(page, "tariff-draft", full_page=True)

    page.get_by_role("link", name="试算").click()
    page.locator("[name=origin]").fill("上海市")
    page.locator("[name=destination]").fill("拉萨市")
    page.locator("[name=weight]").fill("2.3")
    page.locator("form button.is-primary").click()
    expect(page.locator("#steps-title")).to_have_text("¥39.60")
    expect(page.locator("tfoot")).to_contain_text("¥39.60")
    picture(page, "tariff-tried", full_page=True)
    sees_no_barrier(page)

    page.locator(".page-about a").click()
    page.locator("a[href$='/do/publish/']").click()
    page.locator("button[name=preview]").click()
    expect(page.locator(".page-preview")).to_contain_text("没有适用")
    page.locator("form button.is-primary").click()
    expect(page.locator(".prc > p").first).to_contain_text("已发布")
    assert TariffVersion.objects.get().published_by is not None


def test_what_would_it_cost_in_english(browser: Browser, client: Client, live_server: Any) -> None:
    page = signed_in(browser, client, live_server.url, locale="en-GB")
    page.goto("/admin/pricing/tariff/try/?service=standard&weight=1&pieces=1")
    expect(page.get_by_role("status")).to_contain_text("There is no tariff")


def test_the_order_form_says_the_price_while_it_is_typed(
    browser: Browser, client: Client, live_server: Any
) -> None:
    customer = ready_customer(name="重庆长安汽车", short_name="长安")
    page = signed_in(browser, client, live_server.url)
    page.goto("/admin/orders/workorder/enter/")
    page.locator("#customer-search").press_sequentially(customer.code, delay=20)
    expect(page.locator("#customer-results li").first).to_contain_text("长安")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[name=origin_city]")).to_have_value("上海市")
    page.locator("[name=destination_city]").fill("拉萨")
    page.locator("[name=weight_kg]").fill("1")
    price = page.locator("#price-shown")
    expect(price).to_contain_text("没有“标准”的价格表")
    published()
    page.locator("[name=weight_kg]").fill("2.3")
    expect(price).to_contain_text("¥39.60")
