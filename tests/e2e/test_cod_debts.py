"""In a browser: a courier's debt is asked to be waived, and a merchant is paid ahead of the bank, in both languages
(COD-7)."""

import pytest
from playwright.sync_api import expect

from apps.accounts.enums import Role
from apps.cod.models import CodDecision, Remittance
from tests.e2e.desk import Enter, clean
from tests.factories import cod
from tests.factories import remittances as f

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("COD-7"),
]


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_a_waiver_is_asked_for_and_a_merchant_is_paid_ahead(enter: Enter, language: str) -> None:
    courier = cod.courier()
    cod.collected("100.00", by=courier)
    cod.counted(courier, "60.00")
    merchant = f.merchant()
    policy = f.policy(merchant)
    f.on_its_way(merchant, "80.00")
    page = enter(f.person(Role.FINANCE), language, 1280)
    page.goto("/admin/cod/debtor/")
    page.get_by_role("link", name=courier.number).click()
    expect(page.locator(".page")).to_contain_text("40.00")
    clean(page)
    page.locator("#act-waive summary").click()
    page.fill("[name=waive-amount]", "40.00")
    page.fill("[name=waive-reason]", "路遇抢劫，已报警")
    page.keyboard.press("Enter")
    expect(page.locator("#act-waive")).to_have_count(0)
    assert CodDecision.objects.get(kind="waiver").amount == 40

    page.goto(f"/admin/cod/advancepolicy/{policy.pk}/change/")
    clean(page)
    page.locator("#act-pay-ahead summary").click()
    page.locator("[name=pay-ahead-amount]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".page h1")).to_contain_text("RM")
    clean(page)
    assert Remittance.objects.get().advanced == 80
