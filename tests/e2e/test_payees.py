"""A merchant stops a payout account from the alert: asked for at the desk, told on the phone that was on file
before, stopped on a small screen without signing in, in both languages (COD-6)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as installation
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.banking import services
from apps.banking.enums import CallOutcome, PayeeState
from apps.banking.models import PayeeAccount
from apps.banking.queries import payee_account_for
from apps.customers.services import change_contact
from apps.notifications.models import Delivery, NotificationPolicy
from apps.notifications.queries.words import render
from tests.doubles.sms_gateway import SmsGateway
from tests.e2e.desk import PATIENCE, picture
from tests.factories import payees as f
from tests.factories.accounts import UserFactory, sign_in, superuser
from tests.factories.customers import PDF
from tests.factories.notifications import relay_all

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("COD-6"),
]
WORDS = {
    "zh-CN": ("停用这个账户", "已停用，不会向这个账户付款", "已经停用"),
    "en-GB": ("Stop this account", "Stopped. No money goes to this account.", "stopped already"),
}


@pytest.fixture
def sms(settings: Any, live_server: Any) -> Iterator[SmsGateway]:
    with SmsGateway() as gateway:
        settings.SITE_URL = live_server.url
        settings.SMS_URL = gateway.url
        settings.SMS_ACCESS_KEY, settings.SMS_ACCESS_SECRET = gateway.key, gateway.secret
        settings.SMS_SIGN_NAME = "一票速递"
        yield gateway


def at_desk(browser: Browser, client: Client, url: str, language: str) -> Page:
    sign_in(client, superuser())
    context = browser.new_context(base_url=url, locale=language)
    context.set_default_timeout(PATIENCE)
    name = installation.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
    return context.new_page()


def asked_for(page: Page, code: str, holder: str) -> None:
    page.goto("/admin/banking/payeeaccount/add/")
    for name, value in (
        ("customer", code), ("holder", holder), ("bank", "招商银行"), ("branch", "上海分行"),
        ("cnaps", "308290003027"), ("number", "6214 8500 1234 5678"),
    ):  # fmt: skip
        page.fill(f"[name={name}]", value)
    scan = {"name": "申请书.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.locator("input[type=file]").first.set_input_files([scan])  # type: ignore[list-item]  # a file's payload
    page.locator("form button.is-primary").click()
    expect(page.locator("h1.page-title")).to_contain_text("**** 5678")


def alert_to(address: str) -> str:
    """The link in the message that went to this phone."""
    relay_all()
    answers = Delivery.objects.filter(topic="payee.cooling").order_by("-pk")
    sent = next(one for one in answers if one.address == address)
    found = re.search(r"https?://\S+/payee/(\S+)", render(sent, frozenset()).text)
    assert found, "no link in the alert"
    return f"/payee/{found[1].rstrip('。.')}"


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_stopped_by_the_merchant_from_the_alert(
    browser: Browser, client: Client, live_server: Any, sms: SmsGateway, language: str
) -> None:
    NotificationPolicy.objects.update(quiet_from=None, quiet_until=None)
    old = f.active(f.merchant(name="上海甲贸易有限公司"))
    contact = old.customer.contacts.get()
    page = at_desk(browser, client, live_server.url, language)
    asked_for(page, old.customer.code, "上海甲贸易有限公司")
    picture(page, f"payee-{language}")
    found = Axe().run(page, context=".page")
    assert found.violations_count == 0, found.generate_report()
    payee = PayeeAccount.objects.get(state=PayeeState.REQUESTED)

    # Somebody at the merchant's was talked into it; then the thief changes who would hear of it.
    services.record_call(
        payee, contact=contact, outcome=CallOutcome.CONFIRMED, remark="前台说是", by=UserFactory(), at=timezone.now()
    )  # fmt: skip
    was = contact.phone
    change_contact(contact, {"phone": "13922223333"}, by=UserFactory(), at=timezone.now())
    f.cooling_of(payee)

    phone = browser.new_context(
        base_url=live_server.url, locale=language, viewport={"width": 320, "height": 640}
    )
    phone.set_default_timeout(PATIENCE)
    small = phone.new_page()
    button, done, again = WORDS[language]
    small.goto(alert_to(was))
    found = Axe().run(small)
    assert found.violations_count == 0, found.generate_report()
    picture(small, f"payee-stop-{language}")
    small.get_by_role("button", name=button).click()
    expect(small.locator(".notice.green")).to_contain_text(done)
    small.goto(alert_to(was))
    expect(small.locator("main")).to_contain_text(again)
    phone.close()

    page.goto(f"/admin/banking/payeeaccount/{payee.pk}/change/")
    expect(page.locator(".page")).to_contain_text("已停止" if language == "zh-CN" else "Stopped")
    assert f.fresh(payee).state == PayeeState.STOPPED
    assert payee_account_for(old.customer, timezone.now()) == old, "paid as before"
