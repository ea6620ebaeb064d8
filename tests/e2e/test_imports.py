"""In a browser: a file of orders is looked at, taken in, and the refused row comes back; a long list is
made by a job while its page shows how far it is."""

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, expect

from apps.backoffice.models import Job
from apps.core.sheets import write_xlsx
from apps.customers.models import Customer
from apps.desk.demo.people import Cast
from apps.orders.models import WorkOrder
from tests.e2e.desk import opened, picture, signed_in
from tests.factories.imports import work
from tests.orders.test_intake import HEAD, row

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.mark.requirement("ORD-1")
def test_a_file_is_looked_at_then_taken_in(
    browser: Browser, live_server: Any, cast: Cast, tmp_path: Path
) -> None:
    sheet = tmp_path / "委托.xlsx"
    sheet.write_bytes(write_xlsx(HEAD, [row(), row(客户单号="PO-2", 收货电话="12")]))
    customer = Customer.objects.visible_to(cast["wangfang"]).first()
    agent = signed_in(browser, live_server.url, "wangfang")
    agent.goto("/admin/backoffice/importfile/")
    agent.get_by_role("link", name="导入：委托单").click()
    agent.select_option("[name=customer]", str(customer.pk))
    agent.locator("[name=file]").set_input_files(sheet)
    agent.get_by_role("button", name="先看一看").click()
    expect(agent.locator("#import-now")).to_contain_text("收货电话")
    expect(agent.get_by_role("cell", name="PO-2")).to_be_visible()
    assert not WorkOrder.objects.exists()
    picture(agent, "import-preview")
    agent.get_by_role("button", name="导入 1 行").click()
    expect(agent.locator("#import-now progress")).to_be_visible()
    work()
    # The page comes anew by itself.
    expect(agent.locator("#import-now")).to_contain_text(WorkOrder.objects.get().number)
    expect(agent.locator("#import-now progress")).to_have_count(0)
    picture(agent, "import-taken")
    with agent.expect_download() as download:
        agent.get_by_role("link", name="下载未通过的行及原因").click()
    lines = list(load_workbook(io.BytesIO(download.value.path().read_bytes())).worksheets[0].values)
    assert lines[1][0] == "PO-2" and "收货电话" in str(lines[1][-1])


def test_a_long_list_is_made_while_one_looks_on(
    browser: Browser, live_server: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.backoffice.services.exporting.AT_ONCE", 1)
    numbers = [opened(cast).number for _n in range(2)]
    director = signed_in(browser, live_server.url, "linzhuren")
    director.goto("/admin/complaints/case/?view=all")
    director.get_by_role("button", name="csv", exact=True).click()
    expect(director.locator("#job-now")).to_contain_text("排队中")
    assert Job.objects.get().asked_by == cast["linzhuren"]
    work()
    link = director.get_by_role("link", name="下载")
    expect(link).to_be_visible()
    picture(director, "job-done")
    with director.expect_download() as download:
        link.click()
    text = download.value.path().read_text()
    assert all(number in text for number in numbers)
