"""A new colleague in a real browser: cannot take a case, learns, fails, waits, passes at exactly the mark, takes
their first one; each answer is saved as it is given (STF-1). In both languages."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.accounts.enums import Role
from apps.complaints.models import Case
from apps.desk.demo.people import PASSWORD, Cast
from apps.training import services
from apps.training.models import Attempt, Course
from tests.e2e.desk import opened, picture, signed_in
from tests.factories.accounts import UserFactory
from tests.factories.training import course, exam, required
from tests.waiting import eventually

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("STF-1"),
]
HOME = "/admin/training/course/learning/"
WORDS = {
    "zh-CN": ("开始考试", "我已读完", "交卷", "未通过", "通过：", "上岗资格", "下一次考试最早可在"),
    "en-GB": ("Start the exam", "I have read it", "Hand in", "Not passed", "Passed:", "not qualified", "next attempt is possible from"),
}  # fmt: skip


def sit(page: Page, attempt: Attempt, right: int) -> None:
    """Answers as a person gives them; the page saves each by itself."""
    for n, row in enumerate(attempt.questions.select_related("version")):
        value = row.version.right[0] if n < right else 1
        page.locator(f"[name=q{row.place}][value='{value}']").check()
    saved = attempt.questions.filter(answered_at__isnull=False)
    expect(page.locator("[data-saved]")).to_contain_text("✓")
    asked = attempt.questions.count()
    assert eventually(lambda: saved.count() == asked), "nothing was pressed yet"


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_from_the_first_lesson_to_the_first_case(
    browser: Browser, live_server: object, cast: Cast, language: str
) -> None:
    start, read, hand_in, failed, passed, unqualified, pause = WORDS[language]
    of = exam(questions=5, pass_mark=80, of=course(lessons=2))
    until = timezone.now() + timedelta(days=60)
    required(of, by=cast["jingli"], waive_until=until)
    new = UserFactory(
        display_name="方晓雨", roles=[Role.AGENT], unit=cast.units["SHA"], password=PASSWORD,
        language="en" if language == "en-GB" else "zh-hans",
    )  # fmt: skip
    services.enrol_required([new], by=cast["jingli"], at=timezone.now())
    waiting = opened(cast)
    page = signed_in(browser, str(live_server), new.username, language=language)  # type: ignore[arg-type]  # pytest-django's

    page.goto(f"/admin/complaints/case/number/{waiting.number}/do/take/")
    page.locator("form button.is-primary").click()
    expect(page.locator("main, body").first).to_contain_text(unqualified)

    page.goto(HOME)
    picture(page, f"learning-{language}", full_page=True)
    page.locator("a[href*='/learning/']").filter(has_text="第").first.click()
    for _lesson in Course.objects.get().lessons.all():
        page.get_by_role("button", name=read).click()
    page.get_by_role("button", name=start).click()
    page.wait_for_url("**/attempt/mine/**")
    sit(page, Attempt.objects.get(), 3)
    found = Axe().run(page, context=".page")
    assert found.violations_count == 0, found.generate_report()
    picture(page, f"exam-{language}", full_page=True)
    page.get_by_role("button", name=hand_in).click()
    expect(page.locator(".exam-result")).to_contain_text(failed)
    picture(page, f"exam-failed-{language}", full_page=True)
    page.goto(HOME)
    expect(page.locator(".page")).to_contain_text(pause)

    # A day later.
    Attempt.objects.update(
        started_at=timezone.now() - timedelta(hours=26),
        submitted_at=timezone.now() - timedelta(hours=25),
    )
    page.reload()
    page.get_by_role("button", name=start).click()
    page.wait_for_url("**/attempt/mine/**")
    page.set_viewport_size({"width": 390, "height": 800})
    sit(page, Attempt.objects.get(n=2), 4)
    picture(page, f"exam-phone-{language}")
    page.get_by_role("button", name=hand_in).click()
    expect(page.locator(".exam-result")).to_contain_text(passed)
    page.set_viewport_size({"width": 1440, "height": 900})

    page.goto(f"/admin/complaints/case/number/{waiting.number}/do/take/")
    page.locator("form button.is-primary").click()
    page.wait_for_url(f"**/{waiting.number}/**")
    assert Case.objects.get(pk=waiting.pk).owner == new

    # Their leader sees who may work.
    leader = signed_in(browser, str(live_server), "linzhuren", language=language)
    leader.goto("/admin/training/course/who-learns/")
    expect(leader.locator(".page")).to_contain_text("方晓雨")
    found = Axe().run(leader, context=".page")
    assert found.violations_count == 0, found.generate_report()
    picture(leader, f"who-learns-{language}", full_page=True)
    leader.set_viewport_size({"width": 390, "height": 800})
    picture(leader, f"who-learns-phone-{language}", full_page=True)
