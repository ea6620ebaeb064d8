"""Two persons approve in a real browser; what is changed behind their back is not approved."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.customers import services
from apps.customers.models import HandoverForm
from tests.e2e.desk import Enter, picture
from tests.factories.customers import Signers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def sees_what_waits(page: Page, form: HandoverForm) -> None:
    """From the list 待我审批 to the record."""
    page.goto("/admin/approvals/")
    expect(page.locator("h1.page-title")).to_have_text("待我审批")
    page.get_by_role("link", name=form.number).click()
    expect(page.locator(".approval .is-next")).to_be_visible()


@pytest.mark.requirement("ORD-3")
def test_two_persons_approve_and_an_edit_makes_it_void(enter: Enter) -> None:
    signers = Signers()
    form = signers.in_signing()
    services.sign_handover_form(form, by=signers.sales, at=timezone.now())

    delivery = enter(signers.delivery, "zh-CN", 1440)
    sees_what_waits(delivery, form)
    delivery.get_by_role("link", name="签字", exact=True).click()
    expect(delivery.locator(".approval-content")).to_contain_text("2026 标准价 95 折")
    delivery.locator("[name=remark]").fill("有车")
    found = Axe().run(delivery, context=".page")
    assert found.violations_count == 0, found.generate_report()
    picture(delivery, "approve", full_page=True)
    delivery.get_by_role("button", name="签字").click()
    expect(delivery.locator(".approval .is-approved")).to_have_count(2)
    expect(delivery.locator(".approval")).to_contain_text("有车")
    delivery.goto("/admin/approvals/")
    expect(delivery.get_by_role("status")).to_have_text("没有等你审批的事项。")

    # The general manager has the page open while the price is changed behind everybody's back.
    general = enter(signers.general, "zh-CN", 390)
    sees_what_waits(general, form)
    general.get_by_role("link", name="签字", exact=True).click()
    expect(general.locator("[name=remark]")).to_be_visible()
    HandoverForm.objects.filter(pk=form.pk).update(price_agreed="2026 标准价 60 折")
    general.get_by_role("button", name="签字").click()
    expect(general.locator(".form-errors, [role=alert]").first).to_be_visible()
    form.refresh_from_db()
    assert form.state == "in_signing"
    general.goto(f"/admin/customers/handoverform/{form.pk}/change/")
    expect(general.locator(".approval-changed")).to_be_visible()
    assert general.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    picture(general, "approval-changed", full_page=True)

    # Sent back and round again: everybody sees the new price before they sign.
    general.get_by_role("link", name="退回修改", exact=True).click()
    general.locator("[name=reason]").fill("价格被改过")
    general.get_by_role("button", name="退回修改").click()
    expect(general.locator(".approval")).to_contain_text("价格被改过")
    form.refresh_from_db()
    form = services.submit_handover_form(form, by=signers.drafter, at=timezone.now())
    for person in (signers.sales, signers.delivery):
        services.sign_handover_form(form, by=person, at=timezone.now())
    sees_what_waits(general, form)
    general.get_by_role("link", name="签字", exact=True).click()
    expect(general.locator(".approval-content")).to_contain_text("2026 标准价 60 折")
    general.get_by_role("button", name="签字").click()
    expect(general.locator(".approval .is-approved")).to_have_count(3)
    form.refresh_from_db()
    assert form.state == "accepted" and form.accepted_by == signers.general
