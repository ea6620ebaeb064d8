"""What leaders do with exceptions and clocks, in a real browser, in both languages, wide and narrow."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.desk.demo.people import Cast
from apps.quality.enums import ExceptionKind
from apps.quality.models import ReviewMeeting
from apps.sla.enums import Metric
from apps.sla.models import Policy
from tests.e2e.desk import Enter, bell_of, picture, tell_everybody
from tests.factories.complaints import exception

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
SIGHTS = [("zh-hans", 1440), ("en", 390)]


def in_language(enter: Enter, user: User, language: str, wide: int) -> Page:
    """Somebody at the desk, whose messages come in that language too."""
    user.language = language
    user.save(update_fields=["language"])
    return enter(user, "zh-CN" if language == "zh-hans" else "en-GB", wide)


def look_well(page: Page, part: str) -> None:
    """Nothing is cut off, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    found = Axe().run(page, context=part)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.requirement("CMP-2")
@pytest.mark.parametrize(("language", "wide"), SIGHTS)
def test_a_manager_looks_at_a_new_version_and_publishes_it(
    enter: Enter, cast: Cast, language: str, wide: int
) -> None:
    policy = Policy.objects.get(code="case-inquiry")
    page = in_language(enter, cast["jingli"], language, wide)
    page.goto(f"/admin/sla/policy/{policy.pk}/publish/")
    chinese = language == "zh-hans"
    expect(page.locator(".page-title")).to_contain_text("2")
    page.locator("[name=v-channels][value=phone]").check()
    target = page.locator("details.sla-target").filter(has_text="10")
    target.locator("summary").click()
    target.locator("[name$='-number']").first.fill("8")
    page.locator("#id_v-note").fill("客户反映首次回应太慢")
    picture(page, f"publish-{language}-{wide}", full_page=True)
    page.locator(".buttons.is-sticky [name=look]").click()
    effects = page.locator(".sla-effects")
    expect(effects).to_contain_text("8 分" if chinese else "8 min")
    assert policy.versions.count() == 1, "looking publishes nothing"
    look_well(page, ".page")
    picture(page, f"publish-effects-{language}-{wide}", full_page=True)
    page.locator("[name=publish]").click()
    expect(page).to_have_url(re.compile(rf"/policy/{policy.pk}/change/"))
    version = policy.versions.get(number=2)
    assert version.channels == ["phone"] and version.published_by == cast["jingli"]
    assert version.targets.get(metric=Metric.FIRST_WORD).seconds == 480
    # In words, not in codes.
    conditions = page.locator("section", has=page.locator("#v2")).locator(".tag-grey")
    expect(conditions).to_have_text("电话" if chinese else "Phone")
    look_well(page, ".page")
    picture(page, f"policy-{language}-{wide}", full_page=True)


@pytest.mark.requirement("CMP-4")
@pytest.mark.parametrize(("language", "wide"), SIGHTS)
def test_a_director_gives_an_exception_on_and_the_follower_hears_of_it(
    enter: Enter, cast: Cast, language: str, wide: int
) -> None:
    agent, director = cast["wangfang"], cast["linzhuren"]
    report = exception(unit=cast.units["SHA"], by=agent, owner=agent, kind=ExceptionKind.DAMAGED)
    page = in_language(enter, director, language, wide)
    page.goto(f"/admin/quality/exceptionreport/{report.pk}/change/")
    form = page.locator("#act-assign")
    form.locator("summary").click()
    chooser = form.locator("select")
    assert agent.display_name not in chooser.inner_text(), "who follows it already is no choice"
    chooser.select_option(label=cast["lina"].display_name)
    form.locator("textarea").fill("王芳休假")
    look_well(page, "#act-assign")
    picture(page, f"assign-{language}-{wide}", full_page=True)
    form.locator("button").click()
    expect(page.locator("body")).to_contain_text(
        "王芳休假"  # it stands in the timeline, with the reason
    )
    report.refresh_from_db()
    assert report.owner == cast["lina"]
    tell_everybody()
    follower = in_language(enter, cast["lina"], language, wide)
    [line] = bell_of(follower)
    assert report.number in line
    follower.locator(".msg-mine li.is-unread a").first.click()
    expect(follower.locator(".trk-head h1")).to_contain_text(report.number)


@pytest.mark.requirement("CMP-5")
@pytest.mark.parametrize(("language", "wide"), SIGHTS)
def test_a_review_meeting_is_planned_and_held(
    enter: Enter, cast: Cast, language: str, wide: int
) -> None:
    qc, unit = cast["zhikong"], cast.units["SHA"]
    for _n in range(3):
        exception(unit=unit, by=qc, kind=ExceptionKind.LOST, is_serious=True)
    page = in_language(enter, qc, language, wide)
    page.goto("/admin/quality/reviewmeeting/add/")
    page.locator("[name=title]").fill("周异常评审会")
    page.locator("[name=unit]").select_option(label=str(unit))
    later = timezone.localtime() + timedelta(minutes=5)
    page.locator("[name=planned_for]").fill(later.strftime("%Y-%m-%dT%H:%M"))
    for box in page.locator("[name=exception]").all():
        box.check()
    look_well(page, "form .form-fields")
    picture(page, f"meeting-plan-{language}-{wide}", full_page=True)
    page.locator(".trk button.is-primary").click()
    expect(page.locator(".trk-head h1")).to_contain_text("周异常评审会")
    hold = page.locator("#act-hold")
    hold.locator("summary").click()
    for field in hold.locator("textarea").all():
        field.fill("站长连带；下周复查")
    hold.locator("button").click()
    heading = "召开时间" if language == "zh-hans" else "Held on"
    expect(page.locator(".trk-facts")).to_contain_text(heading)
    meeting = ReviewMeeting.objects.get()
    assert meeting.held_by == qc and meeting.items.exclude(conclusion="").count() == 3
    line = page.locator(".staff-timeline li").first.locator("dl div")
    expect(line).to_contain_text("运作异常" if language == "zh-hans" else "Exceptions")
    expect(line).to_contain_text("3")
    look_well(page, ".trk-facts")
    picture(page, f"meeting-{language}-{wide}", full_page=True)
    page.goto("/admin/quality/reviewmeeting/")
    expect(page.locator("#result_list")).to_contain_text("+1")
    picture(page, f"meetings-{language}-{wide}", full_page=True)
