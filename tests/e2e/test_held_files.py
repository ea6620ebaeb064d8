"""In a browser a file is chosen once: an order and a spreadsheet whose first try is refused."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.backoffice.models import HeldFile, ImportFile
from apps.core.sheets import write_xlsx
from apps.customers.models import Customer
from apps.desk.demo.people import Cast
from apps.orders.models import WorkOrder
from tests.e2e.desk import picture, signed_in
from tests.orders.test_intake import GOOD, HEAD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
KEPT = "已保留的文件，无需重新选择"


def kept(page: Page, name: str) -> None:
    shown = page.get_by_role("list", name=KEPT)
    expect(shown).to_contain_text(name)
    expect(shown.get_by_text("不要这个文件")).to_be_visible()


@pytest.mark.requirement("ORD-4")
def test_the_original_of_an_order(
    browser: Browser, live_server: Any, cast: Cast, tmp_path: Path
) -> None:
    fax = tmp_path / "传真.tif"
    fax.write_bytes(b"II*\x00scan")
    agent = signed_in(browser, live_server.url, "wangfang")
    agent.goto("/admin/orders/workorder/enter/")
    agent.locator("#customer-search").press_sequentially("ysfs", delay=20)
    expect(agent.locator("#customer-results li").first).to_contain_text("云裳")
    agent.keyboard.press("ArrowDown")
    agent.keyboard.press("Enter")
    agent.locator(".orders-original summary").click()
    agent.locator("[name=original_file]").set_input_files(fax)
    agent.fill("[name=delivery_phone]", "12")
    agent.keyboard.press("Control+Enter")
    expect(agent.locator("#errors")).to_be_visible()
    kept(agent, "传真.tif")
    picture(agent, "order-kept")
    agent.fill("[name=delivery_phone]", "13912345678")
    agent.keyboard.press("Control+Enter")
    expect(agent.locator("#order-entry")).to_have_count(0)
    order = WorkOrder.objects.get(original_name="传真.tif")
    assert order.original_file.read() == b"II*\x00scan" and not HeldFile.objects.exists()


@pytest.mark.requirement("ORD-1")
def test_a_spreadsheet_of_orders(
    browser: Browser, live_server: Any, cast: Cast, tmp_path: Path
) -> None:
    sheet = tmp_path / "委托.xlsx"
    sheet.write_bytes(write_xlsx(HEAD, [GOOD]))
    agent = signed_in(browser, live_server.url, "wangfang")
    agent.goto("/admin/backoffice/importfile/new/orders.workorder/")
    agent.locator("[name=file]").set_input_files(sheet)
    agent.get_by_role("button", name="先看一看").click()
    kept(agent, "委托.xlsx")
    picture(agent, "intake-kept")
    customer = Customer.objects.visible_to(cast["wangfang"]).first()
    agent.select_option("[name=customer]", str(customer.pk))
    agent.get_by_role("button", name="先看一看").click()
    expect(agent.locator("h1.page-title")).to_contain_text("委托.xlsx")
    assert ImportFile.objects.get().rows_total == 1 and not HeldFile.objects.exists()
