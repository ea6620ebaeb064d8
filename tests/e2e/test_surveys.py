"""A satisfaction survey is answered from the link of its message, in both languages and on small phones (CMP-7)."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from apps.notifications.models import Delivery, NotificationPolicy
from apps.surveys.models import SurveyAsk
from apps.surveys.queries import survey_token
from tests.e2e.desk import PATIENCE, picture
from tests.factories.notifications import relay_all
from tests.factories.surveys import ask_one

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
WORDS = {"zh-CN": ("满意", "谢谢"), "en-GB": ("Satisfied", "Thank you")}


def clean_public(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.requirement("CMP-7")
@pytest.mark.parametrize(("language", "wide"), [("zh-CN", 320), ("en-GB", 390)])
def test_one_tap_from_the_link_in_the_message(
    browser: Browser, live_server: Any, settings: Any, language: str, wide: int
) -> None:
    settings.SITE_URL = live_server.url
    NotificationPolicy.objects.update(quiet_from=None, quiet_until=None)
    satisfied, thanks = WORDS[language]
    ask = ask_one()
    relay_all()
    message = Delivery.objects.get(topic="survey.satisfaction")
    assert message.link.endswith(f"/survey/{survey_token(ask)}")
    size: Any = {"width": wide, "height": 844}
    context = browser.new_context(locale=language, viewport=size, has_touch=True)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(message.link)
    expect(page.locator(".scores button")).to_have_count(5)
    picture(page, f"survey-{language}-{wide}", full_page=True)
    clean_public(page)
    page.locator("#comment").fill("派送员很客气")
    page.get_by_role("button", name=satisfied, exact=True).tap()
    expect(page.get_by_role("heading", name=thanks)).to_be_visible()
    expect(page.locator(".scores")).to_have_count(0)
    picture(page, f"survey-thanks-{language}-{wide}", full_page=True)
    clean_public(page)
    ask = SurveyAsk.objects.get()
    assert (ask.score, ask.words) == (4, "派送员很客气")
    page.goto(message.link)
    expect(page.get_by_role("heading", name=thanks)).to_be_visible()
    expect(page.locator(".scores")).to_have_count(0)
