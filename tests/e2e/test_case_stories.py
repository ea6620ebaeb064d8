"""Cases as the department lives them, in a real browser: a loss reported at night before a make-up
workday, an answer that does not satisfy, a director's morning."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Locator, expect

from apps.accounts.queries import system_user
from apps.complaints import services
from apps.complaints.enums import CaseChannel, CaseClass, CaseState, Outcome
from apps.complaints.models import Case, CauseNode, SatisfactionAsk
from apps.complaints.queries.satisfaction import token_of
from apps.desk.demo.people import Cast
from apps.notifications.models import Delivery, PhoneTask
from apps.sla.enums import DayKind
from apps.sla.inputs import DayEntry
from apps.sla.models import Clock
from apps.sla.services import add_days, change_week, remove_day
from apps.tracking.models import Waybill
from tests.doubles.mail_server import MailServer
from tests.e2e.desk import PHONE, bell_of, opened, picture, press, send, signed_in, time_passes
from tests.e2e.desk import tell_everybody as tell_everybody
from tests.factories.notifications import send_all
from tests.factories.sla import NORMAL_DAY, clock_of, office

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.slow,
]
WAITING = ("queued", "held")
HOURS = ((9 * 3600, 12 * 3600), (13 * 3600, 18 * 3600))


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with MailServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.DEFAULT_FROM_EMAIL = "一票速递 <service@yipiao.example>"
        yield server


def tonight_before_a_make_up_workday() -> date:
    """The office is closed now; tomorrow is a day on which it never opens, worked all the same
    because of a public holiday. Returns that day."""
    who = {"by": system_user("tests"), "at": timezone.now()}
    today = timezone.localdate()
    tomorrow = today + timedelta(days=1)
    calendar = office()
    for day in (today, tomorrow):
        if calendar.days.filter(day=day).exists():
            remove_day(calendar_id=calendar.pk, day=day, **who)
    closed = {today.weekday(), tomorrow.weekday()}
    week = [[] if n in closed else NORMAL_DAY for n in range(7)]
    change_week(calendar_id=calendar.pk, week=week, **who)
    worked = DayEntry(tomorrow, DayKind.WORKDAY, "国庆节调休上班", hours=HOURS)
    add_days(calendar_id=calendar.pk, days=[worked], **who)
    return tomorrow


@pytest.mark.requirement("CMP-2")
@pytest.mark.requirement("CMP-3")
def test_a_loss_reported_off_hours_on_the_eve_of_a_make_up_workday(
    browser: Browser, live_server: Any, cast: Cast, waybill: Waybill, mail: MailServer
) -> None:
    """A call to the leaders now; the e-mail before nine on the next working day, which by the week
    alone would be a day off."""
    tomorrow = tonight_before_a_make_up_workday()
    for n, leader in enumerate(("jingli", "zhikong")):
        cast[leader].phone = f"+861380013800{n}"
        cast[leader].save()
    nine = timezone.make_aware(datetime.combine(tomorrow, time(9, 0)))
    agent = signed_in(browser, live_server.url, "wangfang")
    agent.goto(f"/admin/complaints/case/intake/?waybill={waybill.number}")
    agent.fill("[name=contact_phone]", PHONE)
    agent.fill("[name=contact_name]", "周小梅")
    agent.check("[name=case_class][value=loss]")
    agent.fill("[name=description]", "签收短信说已送到，可是家里没人收过，包裹不见了。")
    send(agent)
    expect(agent.locator(".is-aloud")).to_be_visible()
    case = Case.objects.get()
    assert case.case_class == CaseClass.LOSS

    # Nobody reports it within five minutes: both leaders are to be called, and will find a mail.
    time_passes(minutes=6)
    send_all("phone")
    for leader in ("jingli", "zhikong"):
        queued = Delivery.objects.filter(
            recipient=f"user:{cast[leader].pk}",
            topic="staff.clock_escalated",
            event__data__metric="report",
        )
        channels = dict(queued.values_list("channel", "state"))
        # The mail waits for its hour, whether or not it is quiet until then.
        assert channels.pop("phone") == "handed_over" and channels.keys() == {"email"}, leader
        assert channels["email"] in WAITING, leader
        written = queued.get(channel="email").due_at
        assert timezone.now() < written <= nine and timezone.localdate(written) == tomorrow

    # The calls stand in the queue of whoever is there at night.
    director = signed_in(browser, live_server.url, "linzhuren")
    director.goto("/admin/notifications/phonetask/")
    rows = director.locator("#result_list tbody tr")
    expect(rows.filter(has_text="蒋")).to_have_count(1)
    expect(rows.filter(has_text="卫")).to_have_count(1)
    picture(director, "calls-off-hours", full_page=True)
    rows.filter(has_text="蒋").locator("a").first.click()
    expect(director.locator(".msg-words")).to_contain_text(case.number)
    assert PhoneTask.objects.open().count() == 2

    # The agent calls them herself: on record at once, and the written report goes out in the morning.
    agent.goto(f"/admin/complaints/case/number/{case.number}/")
    press(agent, "b", "report")
    agent.keyboard.type("已电话报告蒋雯、卫国，正在查监控")
    send(agent)
    expect(agent.locator("#to-report")).to_have_count(0)
    tell_everybody()
    reports = Delivery.objects.filter(topic="staff.case_reported")
    assert {f"user:{cast[leader].pk}" for leader in ("jingli", "zhikong")} <= {
        row.recipient for row in reports
    }
    for row in reports:
        assert row.channel == "email" and row.state in WAITING
        assert timezone.now() < row.due_at <= nine
    # In the morning they go out, and none has gone before.
    assert mail.recipients == []
    Delivery.objects.filter(channel="email", state__in=WAITING).update(due_at=timezone.now())
    send_all("email")
    assert {cast[leader].email for leader in ("jingli", "zhikong")} <= set(mail.recipients)
    # The clock of the report is met; those of the customer run on through the night.
    matter = Clock.objects.filter(metric="report").get().matter
    assert clock_of(matter, "report").met_at is not None  # type: ignore[arg-type]  # a metric's value
    assert clock_of(matter, "plan_reply").is_open  # type: ignore[arg-type]  # a metric's value


@pytest.mark.requirement("CMP-7")
def test_who_is_dissatisfied_is_not_let_go(browser: Browser, live_server: Any, cast: Cast) -> None:
    """Asked by a link on their phone; two of five open the case again, the second time the leaders
    have it."""
    case = opened(cast, keep=True)
    who: dict[str, Any] = {"by": cast["wangfang"], "at": timezone.now()}

    def answer(stars: int, words: str) -> None:
        services.solve_case(
            case_id=case.pk, solution="已补送，并致歉", outcome=Outcome.APOLOGISED,
            cause=CauseNode.objects.get(code="delivery.late"), channel=CaseChannel.PHONE,
            **{**who, "at": timezone.now()},
        )  # fmt: skip
        services.ask_satisfaction(case_id=case.pk, **{**who, "at": timezone.now()})
        ask = SatisfactionAsk.objects.filter(case=case, answered_at__isnull=True).get()
        customer = browser.new_context(
            base_url=live_server.url, locale="zh-CN", viewport={"width": 390, "height": 844}
        ).new_page()
        customer.goto(f"/rate/{token_of(ask)}")
        customer.fill("textarea[name=comment]", words)
        picture(customer, f"rate-{stars}", full_page=True)
        customer.locator(f"button[name=score][value='{stars}']").click()
        expect(customer.get_by_role("heading", level=1)).to_contain_text("抱歉")
        customer.context.close()

    answer(2, "补送的那天也没有提前打电话")
    agent = signed_in(browser, live_server.url, "wangfang")
    agent.goto(f"/admin/complaints/case/number/{case.number}/")
    expect(agent.locator(".cs-head")).to_contain_text("重新打开")
    expect(agent.locator(".cs-entries")).to_contain_text("没有提前打电话")
    # Its clocks run anew, from now.
    expect(agent.locator(".cs-clocks li.is-open", has_text="方案")).to_be_visible()
    case.refresh_from_db()
    assert (case.state, case.severity, case.reopened_count) == (CaseState.OPEN, "ordinary", 1)

    answer(1, "还是一样")
    case.refresh_from_db()
    assert (case.state, case.severity, case.reopened_count) == (CaseState.OPEN, "major", 2)
    agent.reload()
    expect(agent.locator(".cs-head")).to_contain_text("重大")
    expect(agent.locator(".cs-clocks li.is-open", has_text="响应")).to_be_visible()
    picture(agent, "case-dissatisfied", full_page=True)


def in_hand(row: Locator) -> int:
    """New and open cases of one person in the team's view."""
    cells = row.locator("td.num").all_inner_texts()[:2]
    return sum(int(cell) for cell in cells if cell.isdecimal())


@pytest.mark.requirement("REP-1")
def test_a_director_s_morning(
    browser: Browser, live_server: Any, cast: Cast, waybill: Waybill
) -> None:
    """What is overdue and with whom, which hours will be hot; then work goes from the one who has too
    much to the one who has time, and she is told."""
    for n in range(3):
        opened(cast, waybill, keep=True, contact_phone=f"1390000000{n}", title=f"催第 {n + 1} 次")
    mine = opened(cast, None, keep=True, contact_phone="13911112222", title="另一位客户的投诉")
    services.assign_case(
        case_id=mine.pk, owner=cast["lina"], by=cast["linzhuren"], at=timezone.now(), reason="熟悉"
    )
    services.make_promise(
        case_id=Case.objects.order_by("pk")[0].pk, label="回电", by=cast["wangfang"],
        due_at=timezone.now() + timedelta(hours=2), at=timezone.now(),
    )  # fmt: skip
    time_passes(minutes=12)
    director = signed_in(browser, live_server.url, "linzhuren")
    rung = bell_of(director)
    assert rung and any("首次回应" in message for message in rung)

    director.goto("/admin/")
    director.get_by_role("link", name="团队实况").last.click()
    grid = director.locator(".desk-grid")
    expect(grid).to_contain_text("内部汇报")
    expect(grid.locator("[data-row]").first).to_contain_text("超时")
    people = director.locator(".desk-heat tbody tr")
    wang, li = people.filter(has_text="王芳"), people.filter(has_text="李娜")
    expect(wang.locator("td.clock-over")).to_contain_text("⚠")
    assert in_hand(wang) == 3
    expect(wang.locator("td.heat:not(.heat-0)").first).to_be_visible()
    expect(li).to_have_count(1)
    picture(director, "team", full_page=True)

    # From her name to her cases, all of them chosen, given to a colleague.
    wang.get_by_role("link", name="王芳").click()
    expect(director.locator("[data-row]")).to_have_count(3)
    director.locator("#choose-all").check()
    expect(director.locator("#chosen")).to_contain_text("3")
    director.locator("button[formaction$='/do-many/assign/']").click()
    director.select_option("[name=owner]", str(cast["lina"].pk))
    director.fill("[name=reason]", "王芳今天培训")
    director.locator("button[name=go]").click()
    expect(director.locator(".tag-green")).to_have_count(3)
    assert not Case.objects.filter(owner=cast["wangfang"]).exists()
    assert not Clock.objects.open().filter(owner=cast["wangfang"], kind="case").exists()

    tell_everybody()
    colleague = signed_in(browser, live_server.url, "lina")
    given = [message for message in bell_of(colleague) if "由您负责" in message]
    assert len(given) == 4
    colleague.goto("/admin/")
    expect(colleague.locator(".desk-wide [data-row]").first).to_contain_text("超时")
    director.goto("/admin/desk/team")
    assert in_hand(li) == 4
