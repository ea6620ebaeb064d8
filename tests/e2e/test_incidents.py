"""Snow at Hangzhou in the browser, both languages: the number counts while the place is typed, the incident is declared,
its page says who was told, and the public page says what happened and the new time."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from apps.incidents import services
from apps.incidents.models import Incident
from tests.e2e.desk import PATIENCE
from tests.factories import incidents as f
from tests.factories.accounts import sign_in

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("CMP-8"),
]
WORDS = {
    "zh-CN": ("1 票快件", "杭州大雪", "已通知收件人"),
    "en-US": ("1 shipment", "Snow at Hangzhou", "Consignees told so far"),
}


def signed_in(browser: Browser, client: Client, url: str, user: Any, locale: str) -> Page:
    user.language = "en" if locale == "en-US" else "zh-hans"
    user.save(update_fields=["language"])
    sign_in(client, user)
    context = browser.new_context(base_url=url, locale=locale)
    context.set_default_timeout(PATIENCE)
    cookies = [{"name": name, "value": client.cookies[name].value, "url": url}
               for name in (settings.SESSION_COOKIE_NAME,)]  # fmt: skip
    language = {"name": settings.LANGUAGE_COOKIE_NAME, "value": user.language, "url": url}
    context.add_cookies([*cookies, language])  # type: ignore[list-item]  # as a browser keeps them
    return context.new_page()


@pytest.mark.parametrize("locale", list(WORDS))
def test_snow_is_declared(browser: Browser, client: Client, live_server: Any, locale: str) -> None:
    counted, title, notified = WORDS[locale]
    unit, boss = f.unit_with_manager()
    waybill = f.parcel(customer=f.customer())
    page = signed_in(browser, client, live_server.url, boss, locale)
    page.goto("/admin/incidents/incident/board/")
    page.locator("a[href$='/incident/add/']").first.click()
    expect(page.locator("#id_cities")).to_be_visible()
    page.fill("#id_title", "杭州大雪")
    page.fill("#id_title_en", "Snow at Hangzhou")
    page.select_option("#id_kind", "weather")
    page.select_option("#id_unit", str(unit.pk))
    page.fill("#id_cities", "杭州")
    expect(page.locator("#count")).to_contain_text(counted)
    page.fill("#id_text_zh", "杭州大雪，快件预计晚到约 24 小时。")
    page.fill("#id_text_en", "Snow at Hangzhou: about 24 hours late.")
    page.locator(".page form button[type=submit]").last.click()
    expect(page.locator(".inc-figures")).to_be_visible()
    services.work_incidents()
    page.reload()
    expect(page.locator(".inc-figures")).to_contain_text(notified)
    assert Incident.objects.get().affected.count() == 1
    page.goto(f"/track/{waybill.number}")
    expect(page.locator("#shipment .notice")).to_contain_text(title)
