"""Twice pressed is once done, in a real browser: by key, by mouse, and without our script (CMP-1)."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from apps.complaints.enums import EntryKind
from apps.complaints.models import Case, CaseEntry
from apps.desk.demo.people import Cast
from tests.doubles.mail_server import MailServer
from tests.e2e.desk import opened, press, signed_in
from tests.factories.notifications import relay_all, send_all

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("CMP-1"),
]
TEXT = "快件今晚送到，抱歉让您久等。"


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with MailServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_PER_SECOND = 1000.0
        settings.DEFAULT_FROM_EMAIL = "一票速递 <service@yipiao.example>"
        settings.SITE_URL = "https://yp.example"
        yield server


@pytest.fixture
def desk(browser: Browser, live_server: Any, cast: Cast) -> Page:
    return signed_in(browser, live_server.url, "wangfang")


def at_reply(page: Page, case: Case) -> list[str]:
    """The panel of the reply with its text; what the page posts to it from now on."""
    posted: list[str] = []
    page.on(
        "request",
        lambda sent: (
            posted.append(sent.url) if "/reply/" in sent.url and sent.method == "POST" else None
        ),
    )
    page.goto(f"/admin/complaints/case/number/{case.number}/")
    press(page, "r", "reply")
    page.locator("#act-reply [name=reply-channel]").select_option("email")
    page.fill("#act-reply [name=reply-text]", TEXT)
    return posted


def replies(of: Case) -> int:
    return CaseEntry.objects.filter(case=of, kind=EntryKind.MESSAGE_OUT).count()


def went_out_once(page: Page, case: Case, mail: MailServer) -> None:
    # The page after the press: it says so, and the panel is empty again.
    expect(page.locator("body")).to_contain_text("通过电子邮件发出")
    expect(page.locator("#act-reply")).not_to_have_attribute("open", "")
    page.wait_for_load_state("load")
    assert replies(case) == 1
    relay_all()
    send_all("email")
    assert [
        TEXT in str(one.get_payload(0).get_payload(decode=True).decode()) for one in mail.accepted
    ].count(True) == 1


@pytest.mark.parametrize("script", ["with once.js", "without once.js"])
@pytest.mark.parametrize("gesture", ["keys", "double click"])
def test_a_reply_pressed_twice_goes_out_once(
    desk: Page, cast: Cast, mail: MailServer, gesture: str, script: str
) -> None:
    """Without our script the second press reaches the server, and the key of the form stops it."""
    case = opened(cast)
    if script.startswith("without"):
        desk.route("**/once.js", lambda route: route.abort())
    posted = at_reply(desk, case)
    button = desk.locator("#act-reply button[type=submit]")
    if gesture == "keys":
        desk.keyboard.press("Control+Enter")
        desk.keyboard.press("Control+Enter")
    else:
        button.dblclick(no_wait_after=True)
    went_out_once(desk, case, mail)
    if not script.startswith("without"):
        assert len(posted) == 1


def test_what_was_changed_meanwhile_may_be_sent_at_once(desk: Page, cast: Cast) -> None:
    """As a file in the other format: the page stays, and the form is held for some seconds."""
    case = opened(cast)
    posted = at_reply(desk, case)
    desk.route("**/reply/", lambda route: route.fulfill(status=204))
    form = desk.locator("#act-reply form")
    button = form.locator("button[type=submit]")
    button.click()
    expect(form).to_have_attribute("aria-busy", "true")
    button.click()
    desk.fill("#act-reply [name=reply-text]", TEXT + "！")
    button.click()
    expect(form).to_have_attribute("aria-busy", "true")
    assert len(posted) == 2


def test_the_server_alone_stops_the_second_of_two_that_arrived(
    desk: Page, cast: Cast, mail: MailServer
) -> None:
    """As when a connection was cut after the form had arrived: the same bytes come again."""
    case = opened(cast)
    at_reply(desk, case)
    again: list[int] = []

    def twice(route: Route) -> None:
        request = route.request
        if request.method == "POST" and "/reply/" in request.url:
            lost = desk.request.post(
                request.url,
                headers=request.all_headers(),
                data=request.post_data_buffer,
                max_redirects=0,
            )
            again.append(lost.status)
        route.continue_()

    desk.route("**/reply/", twice)
    desk.keyboard.press("Control+Enter")
    went_out_once(desk, case, mail)
    assert again == [302]


def test_what_came_back_with_errors_and_the_page_before_can_be_sent(desk: Page, cast: Cast) -> None:
    """The brake on the button is off again after an error and after the browser's “back”."""
    case = opened(cast)
    at_reply(desk, case)
    desk.fill("#act-reply [name=reply-text]", "")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#errors")).to_be_visible()
    desk.fill("#act-reply [name=reply-text]", TEXT)
    desk.locator("#act-reply button[type=submit]").click()
    expect(desk.locator("body")).to_contain_text("通过电子邮件发出")
    assert replies(case) == 1
    at_reply(desk, case)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("body")).to_contain_text("通过电子邮件发出")
    assert replies(case) == 2
    desk.go_back()
    expect(desk.locator("form[aria-busy]")).to_have_count(0)
    # Something else in the form of before is another reply.
    if desk.locator("#act-reply[open]").count() == 0:
        press(desk, "r", "reply")
    desk.fill("#act-reply [name=reply-text]", "还有一句：签收时请验货。")
    desk.locator("#act-reply button[type=submit]").click()
    expect(desk.locator("body")).to_contain_text("还有一句")
    assert replies(case) == 3


def test_a_visitors_double_click_reports_once(page: Page, live_server: Any, cast: Cast) -> None:
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    page.goto(f"{live_server.url}/report")
    page.check("[name=kind][value=damaged]")
    page.fill("[name=text]", "外箱破了一个洞，里面的杯子碎了两个。")
    page.fill("[name=phone]", "13812345678")
    page.locator("form[action='/report'] button[type=submit]").last.dblclick(no_wait_after=True)
    page.wait_for_url("**/case/**")
    assert Case.objects.count() == 1
    assert complaints == [], "the content policy lets the script in"
