"""The knowledge base in a real browser: an agent finds the reply by a key and sends it; a visitor finds the
public article and not the draft; in both languages (STF-2).

With SCREENSHOTS set to a folder, pictures are taken on the way.
"""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.complaints.enums import EntryKind
from apps.desk.demo.people import Cast
from apps.knowledge import services
from apps.knowledge.enums import ArticleKind, Audience, FitAspect, UseHow
from apps.knowledge.models import ArticleVersion, Use
from apps.tracking.models import Waybill
from tests.e2e.desk import PATIENCE, opened, picture, send, signed_in
from tests.factories.knowledge import article, published, without_seeds, written
from tests.waiting import eventually

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("STF-2"),
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def axe(page: Page) -> None:
    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, [(one["id"], one["nodes"][0]["html"]) for one in found]


def fit(version: ArticleVersion, **values: list[str]) -> None:
    services.set_fits(
        version.article, values={FitAspect(name): codes for name, codes in values.items()},
        by=version.by, at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def replies(cast: Cast) -> None:
    """Three that fit a complaint by e-mail, the second with a reply in both languages."""
    without_seeds()
    inside = published("guide", "投诉怎么接", "先道歉，再记清楚。", audience=Audience.INTERNAL)
    fit(inside, **{"class": ["complaint"], "channel": ["email"]})
    for language, title, text in (
        ("zh-hans", "晚点致歉", "{contact}您好，没有按时送达，非常抱歉。编号 {case}。"),
        ("en", "Apology for a delay", "Dear {contact}, we are sorry for the delay. {case}."),
    ):
        late = published(
            "late", title, "", reply=text, language=language, audience=Audience.INTERNAL,
            kind=ArticleKind.REPLY,
        )  # fmt: skip
    fit(late, **{"class": ["complaint"]})
    fit(published("greeting", "已收到", "已收到", audience=Audience.INTERNAL), any=[""])


@pytest.mark.usefixtures("replies")
@pytest.mark.parametrize(
    ("language", "locale", "words"),
    [("zh-hans", "zh-CN", "没有按时送达，非常抱歉"), ("en", "en-GB", "we are sorry for the delay")],
)
def test_an_agent_finds_the_reply_by_a_key_and_sends_it(
    browser: Browser, live_server: Any, cast: Cast, waybill: Waybill,
    language: str, locale: str, words: str,
) -> None:  # fmt: skip
    case = opened(cast, waybill, keep=True, language=language)
    agent = signed_in(browser, live_server.url, "wangfang", language=locale)
    agent.context.add_cookies(
        [{"name": "yipiao_language", "value": language, "url": live_server.url}]
    )
    agent.goto(f"/admin/complaints/case/number/{case.number}/")
    agent.wait_for_load_state("load")
    expect(agent.locator("#known details")).to_have_count(3)
    agent.keyboard.press("3")
    agent.keyboard.press("2")
    line = agent.locator("#known details[data-known='2']")
    expect(line).to_have_attribute("open", "")
    expect(line).to_contain_text(case.number)
    picture(agent, f"known-{language}", full_page=True)
    agent.keyboard.press("Enter")
    text = agent.locator("[name=reply-text]")
    expect(text).to_have_value(re.compile(words))
    expect(agent.locator("[name=reply-used]")).to_have_value("late")
    send(agent)
    expect(agent.locator(".cs-entries")).to_contain_text(words)
    assert case.entries.filter(kind=EntryKind.MESSAGE_OUT).count() == 1
    assert eventually(lambda: Use.objects.filter(how=UseHow.SENT).count() == 1)
    assert eventually(lambda: Use.objects.filter(how=UseHow.READ).exists())


@pytest.mark.parametrize(
    ("locale", "asked", "title"),
    [("zh-CN", "申请理赔", "如何申请理赔"), ("en-GB", "claim", "How to claim")],
)
@pytest.mark.parametrize("wide", [1280, 390])
def test_a_visitor_finds_the_public_article_and_not_the_draft(
    browser: Browser, live_server: Any, locale: str, asked: str, title: str, wide: int
) -> None:
    published("how-to-claim", "如何申请理赔", "- 先拍照\n- 再[告诉我们](/report)")
    published(
        "how-to-claim", "How to claim", "- Take pictures\n- [Tell us](/report)", language="en"
    )
    written(article("draft"), "申请理赔的草稿 claim draft")
    context = browser.new_context(
        base_url=live_server.url, locale=locale, viewport={"width": wide, "height": 800}
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/help")
    axe(page)
    page.fill("#q", asked)
    page.keyboard.press("Enter")
    page.wait_for_url("**/help?q=*")  # the page before it lists the same one article
    expect(page.locator(".help-list li")).to_have_count(1)
    axe(page)
    page.get_by_role("link", name=title).click()
    expect(page.locator("h1")).to_have_text(title)
    axe(page)
    picture(page, f"help-{locale}-{wide}", full_page=True)
    page.locator("a[href^='/report?']").last.click()
    expect(page.locator("#text")).to_have_value(re.compile(title))
    expect(page.locator("#text")).to_have_value(re.compile(asked))
    page.goto("/help?q=draft")
    expect(page.locator(".help-list li")).to_have_count(0)
