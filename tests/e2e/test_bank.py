"""Finance takes in the bank's file, says whose payments they are and closes the month, in a real browser."""

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from apps.banking.models import BankAccount, BankLine
from apps.ledger.models import Period
from tests.e2e.desk import PATIENCE
from tests.factories.accounts import sign_in, superuser
from tests.factories.banking import export, row
from tests.factories.customers import CustomerFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("BIL-5"),
]


def signed_in(browser: Browser, client: Client, url: str, **options: Any) -> Page:
    """With the second factor passed, which finance's role demands."""
    sign_in(client, superuser())
    context = browser.new_context(base_url=url, **{"locale": "zh-CN", **options})
    context.set_default_timeout(PATIENCE)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
    return context.new_page()


def test_from_a_new_account_to_a_reconciled_month(
    browser: Browser, client: Client, live_server: Any, tmp_path: Path
) -> None:
    customer = CustomerFactory(name="上海甲贸易有限公司")
    page = signed_in(browser, client, live_server.url)
    page.goto("/admin/banking/bankaccount/add/")
    for name, value in (
        ("name", "基本户"),
        ("bank", "工商银行"),
        ("holder", "一票物流"),
        ("number", "0123456789012345"),
    ):
        page.fill(f"[name={name}]", value)
    page.locator("form button.is-primary").click()
    expect(page.locator("h1.page-title")).to_contain_text("**** 2345")
    account = BankAccount.objects.get()

    page.goto(f"/admin/banking/bankaccount/{account.pk}/do/opening/")
    page.fill("[name=day]", "2026-10-31")
    page.fill("[name=amount]", "500.00")
    page.locator("form button.is-primary").click()

    file = tmp_path / "流水.csv"
    file.write_bytes(export([row(), row("-30.00", text="手续费")], encoding="gb18030"))
    page.goto(f"/admin/banking/bankaccount/{account.pk}/do/take-file/")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("button[name=preview]").click()
    expect(page.get_by_role("status")).to_contain_text("570.00")
    assert not BankLine.objects.exists()
    page.locator("form button.is-primary").click()
    expect(page.locator("main, .page").first).to_contain_text("上海甲贸易有限公司")

    page.get_by_role("link", name="上海甲贸易有限公司").first.click()
    page.locator("#act-identify summary").click()
    page.get_by_label(str(customer)).check()
    page.locator("#act-identify button").click()
    expect(page.locator(".page")).to_contain_text("已认款")

    page.goto(f"/admin/banking/bankaccount/{account.pk}/reconcile/?day=2026-11-30")
    expect(page.get_by_role("status")).to_contain_text("两方相符")
    found = Axe().run(page, context=".page")
    assert found.violations_count == 0, found.generate_report()

    page.goto("/admin/ledger/account/trial-balance/?month=2026-11")
    expect(page.locator("table")).to_contain_text("预收账款")
    page.goto("/admin/ledger/period/add/")
    page.fill("[name=month]", "2026-10")
    with page.expect_navigation(url=re.compile(r"/period/(?!add/)")):
        page.locator("form button.is-danger").click()
    expect(page.locator("body")).to_contain_text("已结账")
    assert Period.objects.count() == 1
