"""Cases in a real browser: a call, two people on one case, a merge, a case that comes back.

With SCREENSHOTS set to a folder, pictures are taken on the way.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.complaints import services
from apps.complaints.enums import CaseChannel, CaseClass, EntryKind, Outcome
from apps.complaints.inputs import NewCase, Said
from apps.complaints.models import Case, CauseNode
from apps.customers.models import Customer
from apps.desk.demo.companies import make_companies
from apps.desk.demo.people import PASSWORD, Cast, make_people
from apps.sla.models import Clock
from apps.tracking.models import Waybill
from tests.factories.orders import confirmed_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
PICTURES = os.environ.get("SCREENSHOTS", "")
PHONE = "13912345678"


def picture(page: Page, name: str, **options: Any) -> None:
    if PICTURES:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), **options)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    now = timezone.now()
    began = now - timedelta(days=20)
    cast = make_people(began)
    make_companies(cast, began, now)
    return cast


@pytest.fixture
def waybill(cast: Cast) -> Waybill:
    customer = Customer.objects.filter(agent=cast["wangfang"]).order_by("pk")[0]
    made = confirmed_order(
        customer, by=cast["wangfang"], delivery_contact="周小梅", delivery_phone=PHONE,
        goods_name="羊毛衫", declared_value="1200",
    )  # fmt: skip
    found: Waybill = Waybill.objects.get(work_orders=made)
    return found


def signed_in(
    browser: Browser, url: str, username: str, *, wide: int = 1440, language: str = "zh-CN"
) -> Page:
    context = browser.new_context(
        base_url=url, locale=language, viewport={"width": wide, "height": 900}
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto("/admin/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#house-search")).to_be_visible()
    return page


def opened(cast: Cast, waybill: Waybill | None = None, **fields: Any) -> Case:
    values: dict[str, Any] = {
        "case_class": CaseClass.COMPLAINT, "channel": CaseChannel.EMAIL, "waybill": waybill,
        "description": "说好昨天到，没有人联系我，请尽快处理。", "contact_name": "周小梅",
        "contact_phone": PHONE, "contact_email": "zhou@example.com", **fields,
    }  # fmt: skip
    return services.open_case(
        new=NewCase(**values), by=cast["wangfang"], at=timezone.now() - timedelta(minutes=2)
    ).case


def press(page: Page, key: str, panel: str) -> None:
    """A key opens its panel, from anywhere but a text field."""
    page.keyboard.press(key)
    expect(page.locator(f"#act-{panel}")).to_have_attribute("open", "")


def send(page: Page) -> None:
    page.keyboard.press("Control+Enter")


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
        case_id=first.pk, solution="已送达", outcome=Outcome.RESOLVED, told_by=CaseChannel.PHONE,
        cause=CauseNode.objects.get(code="delivery.late"), **who,
    )  # fmt: skip
    services.confirm_result(case_id=first.pk, score=4, comment="", **who)
    services.close_case(case_id=first.pk, **who)
    said = Said(EntryKind.MESSAGE_IN, "收到的少了一件", CaseChannel.EMAIL)
    services.add_message(case_id=first.pk, said=said, by=cast["wangfang"], at=timezone.now())
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
