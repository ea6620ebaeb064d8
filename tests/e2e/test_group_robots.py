"""Robots of groups in a real browser: one is entered and tested, and an escalation is taken from its group."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Browser, expect

from apps.desk.demo.people import Cast
from apps.notifications.models import Delivery, GroupRobot
from tests.doubles.wecom_platform import WeComPlatform
from tests.e2e.desk import opened, picture, signed_in
from tests.factories import platforms as f
from tests.factories.notifications import relay_all, send_all

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def wecom(settings: Any, live_server: Any) -> Iterator[WeComPlatform]:
    with WeComPlatform() as platform:
        f.lead_to_wecom(settings, platform)
        settings.SITE_URL = live_server.url
        yield platform


@pytest.mark.requirement("NTF-1")
def test_a_robot_is_entered_tested_and_an_escalation_is_taken_from_its_group(
    browser: Browser, live_server: Any, cast: Cast, wecom: WeComPlatform
) -> None:
    address = wecom.robot()
    page = signed_in(browser, live_server.url, "linzhuren")
    page.goto("/admin/notifications/grouprobot/add/")
    page.get_by_label("机器人名称").fill("主任群机器人")
    page.locator("[name$=group]").fill("上海客服主任群")
    page.locator("[name$=address]").fill("https://evil.example/webhook?key=12345678")
    page.locator("form button.is-primary").click()
    expect(page.locator("small.form-error")).to_contain_text("正确的地址以")
    page.locator("[name$=address]").fill(address)
    page.locator("form button.is-primary").click()
    expect(page.get_by_text("机器人已添加").first).to_be_visible()
    picture(page, "robot")
    robot = GroupRobot.objects.get()
    page.get_by_role("link", name="发送测试消息").click()
    page.locator("form button.is-primary").click()
    expect(page.get_by_text("测试消息已发出").first).to_be_visible()
    send_all("wecom_group")
    assert len(wecom.robots[robot.key]) == 1

    case = opened(cast)
    f.groups_hear_of("staff.clock_escalated")
    with transaction.atomic():
        f.escalated(case, cast["linzhuren"])
    relay_all()
    send_all("wecom_group")
    card = wecom.robots[robot.key][-1]["template_card"]
    page.goto(card["jump_list"][0]["url"])
    expect(page.get_by_text(case.number).first).to_be_visible()
    picture(page, "robot-take")
    page.locator("form button.is-primary").click()
    expect(page.get_by_text("已接手，现由您负责。").first).to_be_visible()
    case.refresh_from_db()
    assert case.owner == cast["linzhuren"]
    assert Delivery.objects.filter(audience="group", state="accepted").count() == 2
