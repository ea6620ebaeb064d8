"""What customers think of us, in a browser: the survey is answered from the link of its message, in both languages and on
small phones; quality control writes the quarter's analysis with its first action (CMP-7, CMP-4)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from apps.accounts.enums import Role
from apps.notifications.models import Delivery, NotificationPolicy
from apps.quality.models import QuarterlyAnalysis
from apps.surveys.models import SurveyAsk
from apps.surveys.queries import survey_token
from tests.e2e.desk import PATIENCE, Enter, clean, picture
from tests.factories.complaints import Team
from tests.factories.notifications import relay_all
from tests.factories.surveys import ask_one

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
WORDS = {"zh-CN": ("满意", "谢谢"), "en-GB": ("Satisfied", "Thank you")}
WRITE = {"zh-CN": ("预览", "撰写季度分析"), "en-GB": ("Preview", "Write the analysis of a quarter")}


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
    clean(page)
    page.locator("#comment").fill("派送员很客气")
    page.get_by_role("button", name=satisfied, exact=True).tap()
    expect(page.get_by_role("heading", name=thanks)).to_be_visible()
    expect(page.locator(".scores")).to_have_count(0)
    picture(page, f"survey-thanks-{language}-{wide}", full_page=True)
    clean(page)
    ask = SurveyAsk.objects.get()
    assert (ask.score, ask.words) == (4, "派送员很客气")
    page.goto(message.link)
    expect(page.get_by_role("heading", name=thanks)).to_be_visible()
    expect(page.locator(".scores")).to_have_count(0)


@pytest.mark.requirement("CMP-4")
@pytest.mark.parametrize(("language", "wide"), [("zh-CN", 1440), ("en-GB", 390)])
def test_a_quarter_is_analysed_with_its_first_action(
    enter: Enter, language: str, wide: int
) -> None:
    preview, write = WRITE[language]
    team = Team()
    qc = enter(team.qc, language, wide)
    qc.goto("/admin/quality/quarterlyanalysis/add/")
    expect(qc.locator("[name=findings]")).to_be_visible()
    qc.locator("[name=findings]").fill("派送前没有电话的占四成")
    qc.locator("[name=what]").fill("派送前一小时发短信")
    qc.locator("[name=owner]").select_option(str(team.qc.pk))
    qc.locator("[name=due_at]").fill(f"{timezone.localdate() + timedelta(days=20):%Y-%m-%d} 18:00")
    picture(qc, f"analysis-new-{language}-{wide}", full_page=True)
    clean(qc)
    qc.get_by_role("button", name=preview, exact=True).click()
    expect(qc.locator("#surveys-title")).to_be_visible()
    picture(qc, f"analysis-preview-{language}-{wide}", full_page=True)
    qc.get_by_role("button", name=write, exact=True).click()
    expect(qc.locator("#act-action")).to_be_visible()
    expect(qc.get_by_text("派送前一小时发短信").first).to_be_visible()
    picture(qc, f"analysis-{language}-{wide}", full_page=True)
    clean(qc)
    row = QuarterlyAnalysis.objects.get()
    assert row.actions.get().owner == team.qc
    qc.goto("/admin/quality/quarterlyanalysis/")
    expect(qc.get_by_role("link", name=row.name)).to_be_visible()
    clean(qc)
    colleague = enter(team.person(Role.FINANCE), language, wide)
    answer = colleague.goto(f"/admin/quality/quarterlyanalysis/{row.pk}/change/")
    assert answer is not None and answer.status == 403
