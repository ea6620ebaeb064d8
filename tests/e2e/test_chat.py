"""Online chat in real browsers: two agents, three visitors, a photo, a hand-over, the case that has
it all; and the message that it becomes when nobody is there (CMP-1).

With SCREENSHOTS set to a folder, pictures are taken on the way.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.chat.models import Chat
from apps.chat.services.maintaining import maintain_chats
from apps.complaints.enums import EntryKind
from apps.complaints.models import Case, CaseFile
from apps.desk.demo.people import PASSWORD, Cast
from apps.knowledge.enums import ArticleKind, Audience
from tests.e2e.desk import PATIENCE
from tests.factories.chats import agent, pass_time, reply, round_the_clock
from tests.factories.knowledge import published
from tests.factories.shipments import picture as photo
from tests.factories.tracking import waybill
from tests.waiting import eventually

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("CMP-1"),
]
PICTURES = os.environ.get("SCREENSHOTS", "")
EVIL = "<img src=x onerror=\"document.title='hacked'\">"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.wait_for_timeout(400)
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


@pytest.fixture
def cast(cast: Cast) -> Cast:
    round_the_clock()
    return cast


@pytest.fixture
def people(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Pages of people who know nothing of one another; nothing may fail or ask another host."""
    complaints: list[str] = []

    def come(path: str = "/chat", **habits: Any) -> Page:
        width = habits.pop("width", 900)
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            **{"locale": "zh-CN", **habits},
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((live_server.url, "data:", "blob:"))
                else complaints.append(asked.url)
            ),
        )
        page.goto(path)
        return page

    yield come
    assert complaints == []


def at_desk(come: Callable[..., Page], username: str, **habits: Any) -> Page:
    page = come("/admin/", width=habits.pop("width", 1440), **habits)
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#staff-search")).to_be_visible()
    page.goto("/admin/desk/chats")
    page.locator(".chat-seat button[value='1']").click()
    expect(page.locator(".chat-seat button[value='0']")).to_be_visible()
    return page


def begin(page: Page, text: str, **fields: str) -> None:
    page.fill("#text", text)
    for name, value in fields.items():
        page.fill(f"#{name}", value)
    page.locator("form.search button[type=submit]").click()
    expect(page.locator("#chat-lines")).to_contain_text(text[:10])
    # The words stand before the script has run, and without it Enter only breaks the line.
    page.wait_for_load_state()


def write(page: Page, text: str) -> None:
    page.fill("#chat-text", text)
    page.keyboard.press("Enter")


def column(desk: Page, text: str) -> Any:
    return desk.locator(".chat-column", has_text=text)


def answer(desk: Page, chat: Any, text: str) -> None:
    chat.locator("textarea[name=text]").fill(text)
    desk.keyboard.press("Enter")


def test_two_agents_three_visitors(people: Callable[..., Page], cast: Cast) -> None:
    mine = waybill()
    wang = at_desk(people, "wangfang")
    first = people(f"/chat?n={mine.number}")
    picture(first, "chat-entrance-zh")
    begin(first, "箱子压坏了，里面的杯子碎了", contact_name="张三", contact_phone="13800138000")
    second = people("/chat")
    begin(second, "你们几点下班？")
    third = people("/chat", locale="en-GB")
    begin(third, "Where is my parcel?")

    # They ring side by side; answering one tells its visitor who is there.
    expect(wang.locator(".chat-column")).to_have_count(3)
    damage = column(wang, "杯子碎了")
    damage.locator(".chat-ring button").first.click()
    expect(first.locator("#chat-status")).to_contain_text("客服 王* 正在为您服务")
    answer(wang, damage, "非常抱歉，请发一张照片。")
    expect(first.locator("#chat-lines")).to_contain_text("请发一张照片")
    expect(wang.locator("#chat-context")).to_contain_text(mine.number)

    # Typing shows on the other side, a photo arrives, markup stays text.
    def types_on() -> bool:
        first.locator("#chat-text").press_sequentially("马上", delay=20)
        first.wait_for_timeout(300)
        return "正在输入" in damage.locator(".chat-typing").inner_text()

    assert eventually(types_on)
    first.fill("#chat-text", "")
    first.set_input_files(
        "#chat-files",
        {"name": "杯子.jpg", "mimeType": "image/jpeg", "buffer": photo((600, 400)).getvalue()},
    )
    first.get_by_role("button", name="发送").click()
    expect(first.locator("#chat-lines img")).to_be_visible()
    expect(damage.locator(".chat-lines img")).to_be_visible()
    write(first, EVIL)
    expect(damage).to_contain_text(EVIL)
    assert "hacked" not in wang.title() + first.title()
    expect(first.locator("#chat-lines .line.mine:not(.pending)")).to_have_count(3)
    expect(first.locator("#chat-lines .line.mine")).to_have_count(3)  # each line once
    picture(wang, "chat-desk-zh")
    picture(first, "chat-talk-zh")

    # A colleague sits down; the damage is handed over with a note that the visitor never sees.
    li = at_desk(people, "lina")
    damage.locator("textarea[name=text]").focus()
    wang.keyboard.press("Alt+h")
    wang.fill("#hand-note", "杯子破损，已有照片")
    picture(wang, "chat-hand-zh")
    wang.locator("#chat-dialog button.primary").click()
    expect(wang.locator(".chat-column")).to_have_count(2)
    damage = column(li, "杯子碎了")
    expect(damage).to_contain_text("杯子破损，已有照片")
    answer(li, damage, "您好，我接着为您处理，已登记。")
    expect(first.locator("#chat-lines")).to_contain_text("改由客服 李* 为您服务")
    expect(first.locator("#chat-lines")).not_to_contain_text("已有照片")

    # Meanwhile the others are answered, by keyboard; the third in English.
    for visitor_page, words, text in (
        (second, "几点下班", "营业到 18:00。"),
        (third, "Where is my parcel", "Which number, please?"),
    ):
        chat = column(wang, words)
        answer(wang, chat, text)
        expect(visitor_page.locator("#chat-lines")).to_contain_text(text)
    expect(third.locator("#chat-status")).to_contain_text("of customer service answers you")
    picture(third, "chat-talk-en")

    # Closed as a damage: the case has the whole of it, and the visitor is asked how it was.
    damage.locator("textarea[name=text]").focus()
    li.keyboard.press("Alt+e")
    li.locator("#chat-dialog input[value=damage]").check()
    picture(li, "chat-close-zh")
    li.locator("#chat-dialog button.primary").click()
    expect(li.locator(".chat-column")).to_have_count(0)
    expect(first.get_by_role("heading", name="您对这次答复满意吗？")).to_be_visible()
    case = Case.objects.get(case_class="damage")
    expect(first.locator("main")).to_contain_text(case.number)
    first.locator("input[name=score][value='4']").check()
    first.get_by_role("button", name="提交评价").click()
    expect(first.locator("main")).to_contain_text("感谢您的评价")
    picture(first, "chat-ended-zh")
    texts = list(case.entries.order_by("at", "id").values_list("kind", "text"))
    text_in, text_out = EntryKind.MESSAGE_IN, EntryKind.MESSAGE_OUT
    assert (text_in, EVIL) in texts and (text_out, "非常抱歉，请发一张照片。") in texts
    assert (EntryKind.NOTE, "杯子破损，已有照片") in texts
    assert case.waybill == mine and case.contact_phone == "+8613800138000"
    assert CaseFile.objects.get(entry__case=case).content_type == "image/jpeg"
    case.refresh_from_db()
    assert case.satisfied_score == 4


@pytest.mark.parametrize(("wide", "narrow"), [(1366, 390)])
def test_the_desk_in_english_and_on_a_phone(
    people: Callable[..., Page], cast: Cast, wide: int, narrow: int
) -> None:
    desk = at_desk(people, "wangfang", width=wide, locale="en-GB")
    site = desk.url.removesuffix("/admin/desk/chats")
    desk.context.add_cookies([{"name": "yipiao_language", "value": "en", "url": site}])
    desk.reload()
    for path, text in ((f"/chat?n={waybill().number}", "The box is broken"), ("/chat", "你好")):
        begin(people(path), text)
    expect(desk.locator(".chat-column")).to_have_count(2)
    column(desk, "The box is broken").locator(".chat-ring button").first.click()
    expect(desk.locator("#chat-context")).to_contain_text("Shipment")
    for width in (wide, narrow):
        desk.set_viewport_size({"width": width, "height": 900})
        assert desk.evaluate("document.documentElement.scrollWidth") <= width
        for shown in desk.locator(".chat-column").all():
            box = shown.bounding_box()
            assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
        picture(desk, f"chat-desk-en-{width}")


def test_a_question_is_settled_in_the_chat(people: Callable[..., Page], cast: Cast) -> None:
    desk = at_desk(people, "wangfang")
    page = people("/chat")
    begin(page, "你们几点下班？")
    chat = column(desk, "几点下班")
    expect(chat).to_be_visible()
    answer(desk, chat, "营业到 18:00。")
    expect(page.locator("#chat-lines")).to_contain_text("18:00")
    desk.keyboard.press("Alt+e")
    desk.locator("#chat-dialog input[name=settled]").check()
    desk.locator("#chat-dialog button.primary").click()
    expect(desk.locator(".chat-column")).to_have_count(0)
    assert Case.objects.get().state == "closed"


def test_the_desk_loses_nothing(people: Callable[..., Page], cast: Cast) -> None:
    """A ready-made answer by keyboard, a line that is cut and sent again, a draft after a reload, an
    act that is refused."""
    published(
        "hours", "营业时间", "", reply="我们每天 18:00 关门。",
        audience=Audience.INTERNAL, kind=ArticleKind.REPLY,
    )  # fmt: skip
    desk = at_desk(people, "wangfang")
    page = people("/chat")
    begin(page, "你们几点下班？")
    chat = column(desk, "几点下班")
    field = chat.locator("textarea[name=text]")
    field.press_sequentially("/")
    expect(chat.locator(".chat-canned li").first).to_be_visible()
    field.press_sequentially("营业")
    expect(chat.locator(".chat-canned li")).to_have_count(1)
    desk.keyboard.press("Enter")
    expect(field).to_have_value("我们每天 18:00 关门。")
    expect(chat.locator(".chat-canned")).to_be_hidden()
    desk.keyboard.press("Enter")
    expect(page.locator("#chat-lines")).to_contain_text("18:00 关门")

    desk.context.set_offline(True)
    answer(desk, chat, "断线时写的")
    retry = chat.locator(".is-failed button")
    expect(retry).to_be_visible()
    expect(field).to_have_value("")
    desk.context.set_offline(False)
    retry.click()
    expect(
        chat.locator(".chat-line:not(.is-pending, .is-failed)", has_text="断线时")
    ).to_have_count(1)
    expect(chat.locator(".is-failed")).to_have_count(0)
    texts = [line.text for line in Chat.objects.get().lines.all()]
    assert texts.count("断线时写的") == 1

    field.fill("还没写完的")
    desk.reload()
    expect(field).to_have_value("还没写完的")
    expect(field).to_be_focused()
    desk.keyboard.press("Alt+e")
    desk.fill("#dismiss-reason", " ")
    desk.locator(".chat-dismiss button").click()
    expect(desk.locator("#chat-dialog .chat-problem")).not_to_be_empty()
    desk.fill("#dismiss-reason", "试一试")
    desk.locator(".chat-dismiss button").click()
    # It is gone, and what was being written is not.
    expect(desk.locator(".chat-column")).to_have_count(0)
    expect(desk.locator(".chat-gone-note")).to_contain_text("还没写完的")
    expect(desk.locator("#chat-none")).to_be_visible()


def test_outside_staffed_hours_it_is_a_message(people: Callable[..., Page], cast: Cast) -> None:
    page = people("/chat", width=390)
    expect(page.get_by_role("heading", level=1)).to_have_text("留言")
    picture(page, "chat-message-zh-narrow")
    page.locator("input[value=complaint]").check()
    page.fill("#text", "说好昨天到，没有人联系我。")
    page.locator("form.search button[type=submit]").click()
    expect(page.get_by_role("alert")).to_contain_text("请留下电话或邮箱")
    expect(page.locator("#text")).to_have_value("说好昨天到，没有人联系我。")
    page.fill("#contact_phone", "13800138000")
    page.locator("form.search button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("CS20")
    case = Case.objects.get()
    expect(page.locator("main")).to_contain_text(case.number)
    expect(page.locator("main")).to_contain_text(re.compile(r"\d\d:\d\d 前答复"))
    assert (case.case_class, case.channel) == ("complaint", "chat")


def test_it_works_without_a_script(people: Callable[..., Page], cast: Cast) -> None:
    agent("王芳")
    page = people("/chat", java_script_enabled=False, locale="en-GB")
    begin(page, "Hello, is anybody there?")
    chat = Chat.objects.get()
    reply(chat, "Yes, how can I help?")
    page.get_by_role("link", name="Look for an answer").click()
    expect(page.locator("#chat-lines")).to_contain_text("how can I help")
    reply(chat, "Are you still there?")
    page.get_by_role("link", name="Look for an answer").click()
    expect(page.locator("#chat-lines")).to_contain_text("still there")
    page.fill("#chat-text", "Thank you")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#chat-lines")).to_contain_text("Thank you")
    picture(page, "chat-no-script-en")
    page.get_by_role("button", name="End chat").click()
    expect(
        page.get_by_role("heading", name="How satisfied are you with our answer?")
    ).to_be_visible()


def test_a_lost_connection_loses_nothing(people: Callable[..., Page], cast: Cast) -> None:
    """Written while the line is down, sent again by a click, there once."""
    agent("王芳")
    page = people("/chat")
    begin(page, "在吗？")
    page.context.set_offline(True)
    write(page, "断线时写的")
    retry = page.locator(".line.failed button")
    expect(retry).to_be_visible()
    page.context.set_offline(False)
    retry.click()
    expect(page.locator(".line.mine:not(.pending)", has_text="断线时写的")).to_have_count(1)
    assert Chat.objects.get().lines.filter(side="visitor").count() == 2


def test_away_is_asked_then_ended(people: Callable[..., Page], cast: Cast) -> None:
    agent("王芳")
    page = people("/chat")
    begin(page, "在吗？")
    chat = Chat.objects.get()
    reply(chat, "在的")
    pass_time(301)
    maintain_chats(at=timezone.now())
    expect(page.locator("#chat-lines")).to_contain_text("您还在吗")
    pass_time(301)
    maintain_chats(at=timezone.now())
    expect(page.locator("#chat-lines")).to_contain_text("会话已结束")
    expect(page.get_by_role("button", name="开始新的会话")).to_be_visible()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_axe_finds_nothing_on_the_public_side(
    people: Callable[..., Page], cast: Cast, colours: str, locale: str
) -> None:
    habits = {"color_scheme": colours, "locale": locale, "width": 390}
    short = f"{locale[:2]}-{colours}"
    page = people("/chat", **habits)
    assert Axe().run(page, options=RULES).violations_count == 0, "message"
    agent("王芳", most=9)
    page.goto("/chat")
    assert Axe().run(page, options=RULES).violations_count == 0, "entrance"
    picture(page, f"chat-entrance-{short}-narrow")
    begin(page, "Is it here? 到了吗？")
    reply(Chat.objects.get(), "请稍等。One moment.")
    expect(page.locator("#chat-lines")).to_contain_text("One moment")
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    picture(page, f"chat-talk-{short}-narrow")
    page.locator(".chat-head button").click()
    expect(page.locator("input[name=score]").first).to_be_visible()
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
