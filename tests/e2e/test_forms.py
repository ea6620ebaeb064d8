"""Typing at the desk: times as they are said, the first wrong field, sessions that end in the middle,
the last second's typing, and what has to fit on a card."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.backoffice.models import Draft
from apps.complaints import services
from apps.complaints.models import CaseEntry
from apps.desk.demo.people import PASSWORD, Cast
from apps.sla.models import Clock
from tests.e2e.desk import opened, press, send, signed_in
from tests.waiting import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def at_case(page: Page, number: str) -> None:
    page.goto(f"/admin/complaints/case/number/{number}/")


@pytest.mark.requirement("CMP-1")
def test_a_promise_is_typed_as_it_is_said_and_read_back(
    browser: Browser, live_server: Any, cast: Cast
) -> None:
    made = opened(cast)
    agent = signed_in(browser, live_server.url, "wangfang")
    at_case(agent, made.number)
    press(agent, "p", "promise")
    due = agent.locator("[name=promise-due_at]")
    back = agent.locator("#act-promise .staff-moment")
    due.fill("有空就打")
    expect(back).to_have_class(re.compile("is-wrong"))
    send(agent)
    expect(due).to_be_focused()
    expect(due).to_have_value("有空就打")
    due.fill("明早9点半")
    expect(back).to_contain_text("09:30")
    send(agent)
    expect(agent.locator("#act-promise")).not_to_have_attribute("open", "")
    tomorrow = timezone.localtime() + timedelta(days=1)
    (due,) = Clock.objects.filter(metric="promise").values_list("due_at", flat=True)
    assert timezone.localtime(due).strftime("%m-%d %H:%M") == tomorrow.strftime("%m-%d 09:30")


@pytest.mark.requirement("CMP-1")
def test_a_form_whose_session_has_ended_comes_back_as_it_was_typed(
    browser: Browser, live_server: Any, cast: Cast
) -> None:
    made = opened(cast)
    agent = signed_in(browser, live_server.url, "wangfang")
    at_case(agent, made.number)
    press(agent, "n", "note")
    agent.locator("[name=note-text]").fill("客户要求改到下午")
    before = CaseEntry.objects.count()
    Session.objects.all().delete()
    send(agent)
    agent.locator("[name=username]").fill("wangfang")
    agent.locator("[name=password]").fill(PASSWORD)
    agent.keyboard.press("Enter")
    expect(agent.locator(".staff-held")).to_be_visible()
    expect(agent.locator("[name=note-text]")).to_have_value("客户要求改到下午")
    assert CaseEntry.objects.count() == before, "nothing of it was done"
    agent.locator("[name=note-text]").focus()
    send(agent)
    expect(agent.locator(".cs-entries")).to_contain_text("改到下午")


@pytest.mark.requirement("CMP-1")
def test_what_was_typed_in_the_last_second_is_in_the_draft(
    browser: Browser, live_server: Any, cast: Cast
) -> None:
    agent = signed_in(browser, live_server.url, "wangfang")
    agent.goto("/admin/complaints/case/intake/")
    agent.locator("[name=description]").fill("箱子")
    expect(agent).to_have_url(re.compile(r"draft=[0-9a-f-]{36}"))
    here = agent.url
    agent.locator("[name=description]").fill("箱子破了，里面湿透")
    agent.goto("/admin/")  # at once, without a pause
    assert eventually(lambda: "湿透" in Draft.objects.get().form)
    agent.goto(here)
    expect(agent.locator("[name=description]")).to_have_value("箱子破了，里面湿透")


@pytest.mark.parametrize("wide", [1440, 1280])
def test_nothing_of_a_card_is_cut_off(
    browser: Browser, live_server: Any, cast: Cast, wide: int
) -> None:
    title = "CS 运单三天没有更新了里面是给孩子的生日礼物请帮忙找找谢谢非常着急"
    made = opened(cast, title=title)
    services.make_promise(
        case_id=made.pk,
        label="派送前回电确认时间和放置地点并告知司机电话",
        due_at=timezone.now() + timedelta(hours=3),
        by=cast["wangfang"],
        at=timezone.now(),
    )
    agent = signed_in(browser, live_server.url, "wangfang", wide=wide)
    agent.goto("/admin/")
    expect(agent.get_by_role("button", name="已兑现")).to_be_visible()
    cut_off = agent.evaluate(
        "() => [...document.querySelectorAll('.staff-card')].filter("
        "card => card.scrollWidth > card.clientWidth).map(card => card.innerText.slice(0, 60))"
    )
    assert cut_off == []
