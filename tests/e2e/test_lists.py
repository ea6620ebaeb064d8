"""A staff list in a browser: rows chosen, filters, the box that Ctrl K opens, on a phone."""

import re

import pytest
from playwright.sync_api import Browser, expect

from apps.quality.enums import ExceptionKind
from apps.tracking.models import Waybill
from tests.e2e.desk import signed_in
from tests.factories.complaints import exception
from tests.factories.orders import order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_a_list_is_worked_with(browser: Browser, live_server: object, waybill: Waybill) -> None:
    for _n in range(2):
        order(waybill.customer)
    desk = signed_in(browser, str(live_server), "linzhuren")
    desk.goto("/admin/orders/workorder/")
    desk.wait_for_load_state("load")
    desk.keyboard.press("Tab")
    expect(desk.locator(".shell-skip")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("#content")).to_be_focused()
    rows = desk.locator("#result_list tbody tr")
    ticks = rows.locator(".tick input")
    bar = desk.locator(".list-bar")
    expect(bar).to_be_hidden()
    ticks.first.check()
    expect(bar).to_be_visible()
    expect(desk.locator("#chosen")).to_contain_text("1")
    desk.locator("#choose-all").check()
    expect(desk.locator("#result_list tbody input:checked")).to_have_count(rows.count())
    desk.locator("#choose-all").uncheck()
    expect(bar).to_be_hidden()

    desk.locator(".list-filters").click()
    desk.locator("#changelist-filter a[href*='status__exact=']").first.click()
    expect(desk).to_have_url(re.compile("status__exact="))
    expect(desk.locator(".list-filters")).to_have_class(re.compile("is-on"))

    # The keys are those of the page's script, which comes after the page.
    desk.wait_for_function("document.querySelector('.shell-command')._x_dataStack !== undefined")
    desk.keyboard.press("Control+k")
    expect(desk.locator("#search-input-command")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.locator("#search-input-command")).to_be_hidden()


@pytest.mark.requirement("CMP-4")
def test_a_declared_list_is_filtered_walked_and_opened(
    browser: Browser, live_server: object, waybill: Waybill
) -> None:
    lost = exception(kind=ExceptionKind.LOST, waybill=waybill)
    exception(kind=ExceptionKind.DAMAGED, unit=lost.unit)
    desk = signed_in(browser, str(live_server), "linzhuren")
    desk.goto("/admin/quality/exceptionreport/")
    expect(desk.get_by_role("heading", name="异常汇报表", exact=True)).to_be_visible()
    rows = desk.locator("#result_list tbody tr")
    expect(rows).to_have_count(2)
    desk.locator(".list-more summary").click()
    desk.select_option(".list-fields [name=kind]", "lost")
    desk.locator(".list-asked > .button").click()
    expect(rows).to_have_count(1)
    desk.fill("#filter-name", "丢失的")
    desk.locator(".list-save button").click()
    expect(desk.locator(".list-saved")).to_contain_text("丢失的")
    desk.locator(".list-chips a").click()
    expect(rows).to_have_count(2)
    expect(desk.locator(".list-chips")).to_have_count(0)
    desk.get_by_role("link", name="★ 丢失的").click()
    expect(rows).to_have_count(1)
    desk.wait_for_load_state("load")
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(f"/{lost.pk}/change/"))


def test_on_a_phone_nothing_lies_over_the_page(
    browser: Browser, live_server: object, waybill: Waybill
) -> None:
    desk = signed_in(browser, str(live_server), "linzhuren", wide=390)
    desk.goto("/admin/orders/workorder/")
    box = desk.locator(".staff-search").bounding_box()
    head = desk.locator(".shell-top").bounding_box()
    assert box and head
    assert box["y"] + box["height"] <= head["y"] + head["height"], "within the head of the page"
    assert desk.evaluate("document.documentElement.scrollWidth") <= 390
    desk.locator(".shell-fold").click()
    expect(desk.locator("#nav-sidebar")).to_be_visible()
    desk.locator(".shell-close").click()
    expect(desk.locator("#nav-sidebar")).to_be_hidden()
