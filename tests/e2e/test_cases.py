"""Cases in a real browser: a call, two people on one case, a merge, a case that comes back."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from apps.complaints import services
from apps.complaints.enums import CaseChannel, CaseClass, EntryKind, Outcome
from apps.complaints.inputs import NewMessage
from apps.complaints.models import Case, CauseNode
from apps.desk.demo.people import Cast
from apps.events.models import Event
from apps.notifications.models import Delivery
from apps.sla.models import Clock
from apps.tracking.models import Waybill
from tests.e2e.desk import (
    PHONE,
    PICTURES,
    bell_of,
    opened,
    picture,
    press,
    send,
    signed_in,
    time_passes,
)
from tests.factories.sla import let_pass
from tests.waiting import eventually

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.slow,
]


@pytest.mark.requirement("CMP-1")
@pytest.mark.requirement("CMP-2")
@pytest.mark.requirement("CMP-3")
@pytest.mark.requirement("CMP-7")
def test_a_direct_complaint_by_phone_from_first_word_to_satisfied(
    browser: Browser, live_server: Any, cast: Cast, waybill: Waybill
) -> None:
    """Its clocks are watched on a faster clock: five minutes to report, thirty to respond, four hours
    for the plan. The first two are missed, and the leaders hear of it; the third is kept."""
    agent = signed_in(browser, live_server.url, "wangfang")
    agent.goto("/admin/complaints/case/intake/")
    agent.keyboard.type(waybill.number)
    expect(agent.locator("#context")).to_contain_text("羊毛衫")
    agent.keyboard.press("Enter")
    agent.keyboard.type(PHONE)
    agent.keyboard.press("Enter")
    agent.keyboard.type("周小梅")
    agent.keyboard.press("Enter")
    agent.keyboard.press("2")
    agent.keyboard.type("快递员态度很差，还说要威胁我，再不处理我找媒体曝光。")
    expect(agent.locator("#severity-proposal")).to_contain_text("重大")
    expect(agent.locator("#draft-state")).to_contain_text(re.compile(r"\d\d:\d\d"))
    picture(agent, "intake", full_page=True)

    # The window is closed by mistake; everything typed is still there.
    agent.goto("/admin/")
    agent.goto("/admin/complaints/case/intake/")
    agent.locator(".cs-drafts summary").click()
    agent.locator(".cs-drafts li a").first.click()
    expect(agent.locator("[name=description]")).to_have_value(re.compile("媒体曝光"))
    agent.keyboard.press("F2")
    agent.check("[name=keep]")  # a major one would go to the director
    agent.locator("[name=description]").focus()
    send(agent)

    expect(agent.locator(".is-aloud")).to_be_visible()
    case = Case.objects.get()
    assert (case.severity, case.is_direct, case.owner) == ("major", True, cast["wangfang"])
    expect(agent.locator(".cs-big")).to_contain_text(case.number)
    expect(agent.locator(".is-aloud")).to_contain_text("王芳")
    # The general manager too, since it is direct.
    expect(agent.locator(".cs-note")).to_contain_text("韩松")
    picture(agent, "opened")
    agent.locator(".buttons a.is-primary").click()
    clocks = agent.locator(".cs-clocks")
    report, response, plan = (
        clocks.locator("li", has_text=name) for name in ("内部汇报", "响应", "方案")
    )
    expect(report.locator("time")).to_contain_text(re.compile(r"00:0[34]:\d\d"))
    expect(response.locator("time").first).to_contain_text(re.compile(r"00:2[89]:\d\d"))
    expect(plan.locator("time")).to_contain_text(re.compile(r"03:5[89]:\d\d"))
    picture(agent, "case", full_page=True)

    # The report is not made. The page says so by itself, second by second; it stands first on the desk.
    time_passes(minutes=4, seconds=10)
    assert any("内部汇报" in message for message in bell_of(agent))
    agent.goto("/admin/")
    expect(agent.locator(".desk-wide [data-row]").first).to_contain_text("内部汇报")
    picture(agent, "my-desk", full_page=True)
    # However long that took: fifty seconds are left when the case is opened again.
    due = Clock.objects.get(metric="report").due_at
    let_pass(seconds=(due - timezone.now()).total_seconds() - 50)
    agent.locator(".desk-wide [data-row] a[data-open]").first.click()
    expect(report.locator("time")).to_have_class(re.compile("clock-soon"))
    agent.evaluate("() => { const now = Date.now; Date.now = () => now() + 60000; }")
    expect(report.locator("time")).to_have_class(re.compile("clock-over"))
    expect(response.locator("time").first).not_to_have_class(re.compile("clock-(over|soon)"))
    time_passes(minutes=1)
    late = Event.objects.filter(kind="clock.overdue", data__metric="report")
    assert late.count() == 1
    for leader in ("jingli", "zhikong"):
        assert Delivery.objects.filter(
            recipient=f"user:{cast[leader].pk}", topic="staff.clock_escalated"
        ).exists(), leader

    press(agent, "b", "report")
    agent.keyboard.type("已电话报告蒋雯、卫国、韩松")
    picture(agent, "case-panel")
    send(agent)
    expect(report).to_contain_text("⚠")

    # Nor does anybody answer within thirty minutes: the director's bell rings, and then QC's.
    time_passes(minutes=17)
    agent.reload()
    expect(response.locator("time").first).to_have_class(re.compile("clock-soon"))
    time_passes(minutes=10)
    director = signed_in(browser, live_server.url, "linzhuren")
    rung = [message for message in bell_of(director) if case.number in message]
    assert len([message for message in rung if "响应" in message]) == 1
    picture(director, "bell-director", full_page=True)
    director.locator(".msg-mine a", has_text=case.number).first.click()
    expect(director.locator(".cs-number.is-title")).to_have_text(case.number)
    expect(director.locator(".cs-clocks li", has_text="响应").locator("time")).to_have_class(
        re.compile("clock-over")
    )
    time_passes(minutes=31)
    quality = signed_in(browser, live_server.url, "zhikong")
    assert [m for m in bell_of(quality) if case.number in m and "响应" in m]

    # The agent speaks with the customer, promises a call, and keeps the four hours.
    agent.reload()
    press(agent, "p", "promise")
    agent.fill("[name=promise-due_at]", "+20")
    send(agent)
    expect(agent.locator(".cs-side")).to_contain_text("回电")
    press(agent, "c", "call")
    agent.keyboard.type("已致歉，查到快递员姓名，正在核实")
    send(agent)
    expect(clocks.locator("li.is-done", has_text="响应")).to_contain_text("⚠")
    agent.locator(".cs-side form button", has_text="✓").click()
    expect(agent.locator(".cs-side form button", has_text="✓")).to_have_count(0)
    time_passes(hours=2)
    agent.reload()
    expect(plan.locator("time")).to_have_class(re.compile("clock-soon"))
    press(agent, "l", "plan")
    agent.keyboard.type("快递员停岗培训，今天 18:00 前由站长上门致歉")
    agent.select_option("[name=plan-channel]", "phone")
    send(agent)
    expect(clocks.locator("li.is-done", has_text="方案")).to_contain_text("✓")

    press(agent, "s", "solve")
    agent.fill("[name=solve-solution]", "站长已上门致歉，客户接受；快递员停岗三天")
    agent.select_option("[name=solve-outcome]", "apologised")
    agent.select_option(
        "[name=solve-cause]", str(CauseNode.objects.get(code="delivery.attitude").pk)
    )
    agent.select_option("[name=solve-channel]", "phone")
    agent.locator("[name=solve-solution]").focus()
    send(agent)
    expect(agent.locator(".cs-head .tag").first).to_have_text("已解决，待确认")
    press(agent, "f", "confirm")
    agent.locator("[name=confirm-score]").first.focus()
    agent.keyboard.press("5")
    agent.fill("[name=confirm-comment]", "满意，谢谢")
    send(agent)
    expect(agent.get_by_text("可以结案")).to_be_visible()
    press(agent, "x", "close")
    agent.locator("#act-close button[type=submit]").click()
    expect(agent.locator(".cs-head .tag").first).to_have_text("已关闭")
    case.refresh_from_db()
    assert (case.state, case.satisfied_score) == ("closed", 5)
    assert not Clock.objects.open().filter(kind="case").exists()
    picture(agent, "case-closed", full_page=True)

    # Every step was told once, and nothing is told of a case that is over.
    written = Event.objects.filter(kind__startswith="clock.", data__kind="case")
    steps = list(written.values_list("kind", "data__clock", "data__step", "data__due_at"))
    assert len(steps) == len(set(steps))
    time_passes(hours=30)
    assert written.count() == len(steps)


@pytest.mark.requirement("CMP-1")
def test_two_people_on_one_case(
    browser: Browser, live_server: Any, cast: Cast, waybill: Waybill
) -> None:
    case = opened(cast, waybill, keep=True)
    agent = signed_in(browser, live_server.url, "wangfang")
    director = signed_in(browser, live_server.url, "linzhuren")
    address = f"/admin/complaints/case/number/{case.number}/"
    agent.goto(address)
    director.goto(address)
    expect(director.locator("#presence")).to_contain_text("王芳")
    press(director, "r", "reply")
    director.keyboard.type("周女士您好，我是主任林静")
    expect(director.locator("#draft-state")).to_contain_text(re.compile(r"\d\d:\d\d"))
    agent.reload()
    expect(agent.locator("#presence")).to_contain_text("林静")

    def writes_on() -> bool:
        director.keyboard.type("。")
        agent.wait_for_timeout(300)
        return "正在" in agent.locator("#presence").inner_text()

    assert eventually(writes_on)
    press(agent, "r", "reply")
    agent.select_option("#ready-reply", label="已收到，正在处理")
    expect(agent.locator("[name=reply-text]")).to_have_value(re.compile(case.number))
    director.locator("[name=reply-text]").focus()
    send(director)
    expect(director.locator(".cs-entries")).to_contain_text("主任林静")

    # The agent sends what is typed: first told what the director has said, then it goes out.
    agent.locator("[name=reply-text]").focus()
    send(agent)
    expect(agent.locator("#act-reply .form-errors")).to_contain_text("主任林静")
    expect(agent.locator("[name=reply-text]")).to_have_value(re.compile(case.number))
    picture(agent, "case-collision", full_page=True)
    agent.locator("[name=reply-text]").focus()
    send(agent)
    expect(agent.locator(".cs-entries")).to_contain_text("一有结果马上联系您")
    expect(agent.locator("#act-reply .form-errors")).to_have_count(0)
    assert case.entries.filter(kind=EntryKind.MESSAGE_OUT).count() == 2

    # Both change it: the second save says what the first changed, and keeps what was typed.
    agent.goto(address)
    director.goto(address)
    press(agent, "e", "change")
    press(director, "e", "change")
    director.fill("[name=change-title]", "主任改过的标题")
    send(director)
    expect(director.locator(".cs-head h1")).to_have_text("主任改过的标题")
    agent.fill("[name=change-title]", "客服改的标题")
    send(agent)
    expect(agent.locator("#act-change .form-errors")).to_contain_text("林静")
    expect(agent.locator("[name=change-title]")).to_have_value("客服改的标题")
    agent.locator("[name=change-title]").focus()
    send(agent)
    expect(agent.locator(".cs-head h1")).to_have_text("客服改的标题")


@pytest.mark.requirement("CMP-1")
@pytest.mark.requirement("CMP-7")
def test_a_merge_and_a_case_that_comes_back(
    browser: Browser, live_server: Any, cast: Cast, waybill: Waybill
) -> None:
    first = opened(cast, waybill, keep=True)
    agent = signed_in(browser, live_server.url, "wangfang")

    # They call about it again: the page says that it is there already, one click adds the words.
    agent.goto(f"/admin/complaints/case/intake/?waybill={waybill.number}")
    agent.locator("[name=description]").fill("又打来问，说今天必须给答复")
    agent.locator(f"button[name=add_to][value='{first.number}']").click()
    expect(agent.locator(".cs-entries")).to_contain_text("今天必须给答复")
    assert Case.objects.count() == 1

    # Their mail became a second case all the same; it is merged into the first.
    second = opened(cast, waybill, description="邮件：请问我的羊毛衫在哪里", title="羊毛衫在哪里")
    agent.goto(f"/admin/complaints/case/number/{second.number}/")
    agent.keyboard.press("m")
    agent.locator(f"a[href='?with={first.number}']").first.click()
    picture(agent, "case-merge", full_page=True)
    agent.locator(f"button[name=stays][value='{first.number}']").click()
    expect(agent.locator(".cs-number.is-title")).to_have_text(first.number)
    expect(agent.locator(".cs-entries")).to_contain_text("羊毛衫在哪里")
    second.refresh_from_db()
    assert second.merged_into == first

    # Solved and closed; then they write again, and it is taken up once more.
    who = {"by": cast["wangfang"], "at": timezone.now()}
    services.solve_case(
        case_id=first.pk, solution="已送达", outcome=Outcome.RESOLVED, channel=CaseChannel.PHONE,
        cause=CauseNode.objects.get(code="delivery.late"), **who,
    )  # fmt: skip
    services.confirm_result(case_id=first.pk, score=4, comment="", **who)
    services.close_case(case_id=first.pk, **who)
    message = NewMessage(EntryKind.MESSAGE_IN, "收到的少了一件", CaseChannel.EMAIL)
    services.add_message(case_id=first.pk, message=message, by=cast["wangfang"], at=timezone.now())
    agent.keyboard.press("/")
    agent.keyboard.type("少了一件")
    agent.keyboard.press("Enter")
    expect(agent.locator(".cs-number.is-title")).to_have_text(first.number)
    press(agent, "o", "reopen")
    agent.keyboard.type("少一件，重新核查")
    send(agent)
    expect(agent.locator(".cs-head")).to_contain_text("重新打开")
    first.refresh_from_db()
    assert (first.state, first.reopened_count) == ("open", 1)
    assert Clock.objects.open().filter(matter__subject_id=str(first.pk)).exists()

    # The keys are listed; the shipment's screen shows its cases and opens a new one.
    agent.keyboard.press("?")
    expect(agent.locator("#keys")).to_be_visible()
    picture(agent, "case-keys")
    agent.keyboard.press("Escape")
    agent.goto(f"/admin/desk/shipment/{waybill.number}")
    expect(agent.get_by_text(first.number)).to_be_visible()
    agent.locator("a[href*='intake']", has_text="这票").click()
    expect(agent.locator("[name=waybill]")).to_have_value(waybill.number)


@pytest.mark.requirement("CMP-1")
def test_the_list_filters_chooses_and_does_many_at_once(
    browser: Browser, live_server: Any, cast: Cast, waybill: Waybill
) -> None:
    cases = [
        opened(
            cast,
            waybill,
            description=f"第 {n} 次反映：没有人联系我",
            contact_phone=f"1390000000{n}",
        )
        for n in range(4)
    ]
    opened(
        cast,
        None,
        case_class=CaseClass.INQUIRY,
        description="请问运费怎么算",
        contact_phone="13911112222",
    )
    director = signed_in(browser, live_server.url, "linzhuren")
    director.goto("/admin/complaints/case/")
    expect(director.locator("[data-row]")).to_have_count(5)
    picture(director, "cases", full_page=True)
    director.fill("#id_q", "没有人联系")
    director.keyboard.press("Enter")
    expect(director.locator("[data-row]")).to_have_count(4)
    director.fill("#filter-name", "没人联系的")
    director.locator(".list-save button").click()
    expect(director.locator(".list-saved")).to_contain_text("没人联系的")
    director.wait_for_load_state("load")
    director.keyboard.press("j")
    director.keyboard.press("x")
    expect(director.locator("#chosen")).to_contain_text("1")
    director.locator("#choose-all").check()
    expect(director.locator("#chosen")).to_contain_text("4")
    director.locator("button[formaction$='/do-many/assign/']").click()
    director.select_option("[name=owner]", str(cast["lina"].pk))
    picture(director, "cases-bulk", full_page=True)
    director.locator("button[name=go]").click()
    expect(director.locator(".tag-green")).to_have_count(4)
    assert set(
        Case.objects.filter(pk__in=[c.pk for c in cases]).values_list("owner", flat=True)
    ) == {cast["lina"].pk}
    with director.expect_download() as download:
        director.goto("/admin/complaints/case/?view=all")
        director.locator("button[name=format][value=csv]").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert text.count("CS20") == 5 and PHONE not in text and "周小梅" not in text


@pytest.mark.skipif(not PICTURES, reason="pictures only")
def test_pictures_in_english_and_on_a_phone(
    browser: Browser, live_server: Any, cast: Cast, waybill: Waybill
) -> None:
    case = opened(cast, waybill, keep=True, language="en")
    services.make_promise(
        case_id=case.pk, label="Call back", due_at=timezone.now() + timedelta(minutes=9),
        by=cast["wangfang"], at=timezone.now(),
    )  # fmt: skip
    opened(cast, waybill, description="另一件事：包装破损", case_class=CaseClass.DAMAGE)
    for language, wide in (("en-GB", 1440), ("zh-CN", 390), ("en-GB", 390)):
        page = signed_in(browser, live_server.url, "linzhuren", wide=wide, language=language)
        if language == "en-GB":
            page.context.add_cookies(
                [{"name": "yipiao_language", "value": "en", "url": live_server.url}]
            )
        name = f"{language[:2]}-{wide}"
        page.goto(f"/admin/complaints/case/number/{case.number}/")
        picture(page, f"case-{name}", full_page=True)
        page.goto("/admin/complaints/case/")
        picture(page, f"cases-{name}", full_page=True)
        page.goto(f"/admin/complaints/case/intake/?waybill={waybill.number}")
        picture(page, f"intake-{name}", full_page=True)
        page.goto(f"/admin/complaints/case/number/{case.number}/do/reply/")
        picture(page, f"reply-{name}", full_page=True)
        page.goto(f"/admin/complaints/case/number/{case.number}/opened/")
        picture(page, f"opened-{name}", full_page=True)
        page.context.close()


@pytest.mark.requirement("CMP-1")
def test_the_next_act_stands_out_and_the_others_behind_it_in_groups(
    browser: Browser, live_server: Any, cast: Cast
) -> None:
    """By mouse as by key: the button that stands out, a group and an act in it."""
    case = opened(cast, keep=True)
    agent = signed_in(browser, live_server.url, "wangfang")
    agent.goto(f"/admin/complaints/case/number/{case.number}/")
    first = agent.locator("#acts .is-next")
    expect(first).to_have_count(1)
    expect(first).to_have_id("act-report")
    first.locator("summary").click()
    expect(first.locator("form")).to_be_visible()
    agent.locator("#acts-talk > summary").click()
    expect(agent.locator("#act-promise > summary")).to_be_visible()
    expect(agent.locator("#act-wait > summary")).to_be_hidden()
    agent.locator("#act-promise > summary").click()
    expect(agent.locator("#act-promise form")).to_be_visible()
    expect(first).not_to_have_attribute("open", "")
    picture(agent, "case-acts", full_page=True)
    agent.keyboard.press("Escape")
    expect(agent.locator("#act-promise form")).to_be_hidden()
    # A key opens its group too.
    press(agent, "w", "wait")
    expect(agent.locator("#acts-talk")).not_to_have_attribute("open", "")
    agent.keyboard.press("Escape")

    press(agent, "b", "report")
    agent.keyboard.type("已电话报告蒋雯")
    send(agent)
    expect(agent.locator("#acts .is-next")).to_have_count(1)
    expect(agent.locator("#acts .is-next")).not_to_have_id("act-report")
    picture(agent, "case-next", full_page=True)
    # The record comes when it is opened.
    agent.locator("#record > summary").click()
    expect(agent.locator("#record .staff-timeline li").first).to_be_visible()
