"""An invoice's way through the tax channel in a real browser: asked for, issued, taken back by a red form that
the payer confirms; and one whose answer was lost (BIL-4)."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from apps.accounts.enums import Role
from apps.billing.models import Invoice, RedForm
from tests.billing.conftest import bureau as bureau
from tests.doubles.tax_platform import TaxPlatform
from tests.e2e.desk import picture
from tests.e2e.test_statements import desk_of, do, sees_no_barrier
from tests.factories.billing import payer, sent
from tests.factories.tax import coded_class, submitted, work

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("BIL-4"),
]


def test_an_invoice_is_issued_by_the_channel_and_taken_back(
    browser: Browser, live_server: Any, bureau: TaxPlatform
) -> None:
    statement = sent(payer(name="上海云裳服饰有限公司"), "106.00", tax=coded_class().pk)
    finance = desk_of(browser, live_server.url, Role.FINANCE)
    finance.goto(f"/admin/billing/statement/{statement.pk}/change/")
    do(finance, "invoice", kind="e_special")
    invoice = Invoice.objects.get()
    page = f"/admin/billing/invoice/{invoice.pk}/change/"
    finance.goto(page)
    do(finance, "submit")
    expect(finance.locator(".trk-head")).to_contain_text("税务通道开具中")
    expect(finance.locator(".trk-facts")).to_contain_text("尚未发出")
    work()
    finance.reload()
    expect(finance.locator(".trk-facts")).to_contain_text("已提交")
    picture(finance, "invoice-with-the-tax-channel", full_page=True)
    do(finance, "ask")
    work()
    finance.reload()
    (made,) = bureau.issued()
    expect(finance.locator(".trk-head h1")).to_have_text(made.number)
    expect(finance.locator(".trk-head")).to_contain_text("已开具")
    sees_no_barrier(finance, ".trk")

    do(finance, "red-form", reason="01")
    work(2)
    form = RedForm.objects.get()
    finance.goto(f"/admin/billing/redform/{form.pk}/change/")
    expect(finance.locator(".trk-head")).to_contain_text("待确认")
    expect(finance.locator(".trk-facts")).to_contain_text("确认截止")
    sees_no_barrier(finance, ".trk")
    picture(finance, "red-form-waits", full_page=True)
    bureau.buyer_answers(form.channel_order or "", agrees=True)
    do(finance, "ask")
    work()
    finance.reload()
    expect(finance.locator(".trk-head")).to_contain_text("红字发票已开")
    finance.goto(page)
    expect(finance.locator(".trk-head")).to_contain_text("已红冲")
    finance.goto(f"/admin/billing/statement/{statement.pk}/change/")
    do(finance, "invoice", kind="e_special")
    assert Invoice.objects.count() == 2, "its part can be asked for again"


def test_a_lost_answer_is_in_sight_and_clears_up_by_itself(
    browser: Browser, live_server: Any, bureau: TaxPlatform
) -> None:
    invoice = submitted()
    bureau.plan(None, "drop")
    work()
    finance = desk_of(browser, live_server.url, Role.FINANCE)
    finance.goto("/admin/billing/invoice/?state__exact=unclear")
    finance.get_by_role("link", name=invoice.serial).click()
    expect(finance.locator(".trk-head")).to_contain_text("不明")
    expect(finance.locator(".trk-facts")).to_contain_text("答复之前连接中断。")
    expect(finance.locator("#act-submit")).to_have_count(0)
    work()
    finance.reload()
    expect(finance.locator(".trk-head")).to_contain_text("已开具")
    assert len(bureau.asked("requestBillingNew")) == 1
