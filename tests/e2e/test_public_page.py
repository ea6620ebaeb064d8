"""The public page in a real browser: the main job, without a script, small, dark, live, printed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.accounts.queries import system_user
from apps.portal import pages
from apps.tracking.models import Waybill
from apps.tracking.numbers import compose, group_number, new_key
from apps.tracking.services import ingest
from tests.e2e.desk import PATIENCE
from tests.factories.tracking import event, waybill

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("TRK-8")]
UNKNOWN = compose("YP", 1, new_key())


@pytest.fixture(autouse=True)
def _quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "LOOK_EVERY", 1)


@pytest.fixture
def parcel(transactional_db: None) -> Waybill:
    now = timezone.now()
    made = waybill(promised_at=now + timedelta(hours=30), expected_at=now + timedelta(hours=24))
    scans = [("picked_up", "上海", 20), ("departed", "上海", 18), ("arrived", "济南", 3)]
    ingest(
        [
            event(made, code, hours, city=city, place=f"{city}转运中心")
            for code, city, hours in scans
        ],
        source="tests",
        by=system_user("tests"),
        at=now,
    )
    return made


@pytest.fixture
def visitor(browser: Browser, live_server: Any) -> Iterator[Any]:
    """Opens pages as somebody with these habits; nothing may fail or ask another host."""
    complaints: list[str] = []

    def open_as(path: str, **habits: Any) -> Page:
        width = habits.pop("width", 1200)
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 800},
            **{"locale": "zh-CN", **habits},
        )
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type == "error" and "Failed to load" not in message.text
                else None
            ),
        )
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((live_server.url, "data:"))
                else complaints.append(asked.url)
            ),
        )
        page.goto(path)
        return page

    yield open_as
    assert complaints == []


@pytest.mark.parametrize(
    ("locale", "button", "sentence", "details", "show"),
    [
        ("zh-CN", "查询", "运输中，预计", "查看完整信息", "查看完整信息"),
        ("en-GB", "Track", "On its way, expected", "Open the full details", "Show the details"),
    ],
)
def test_from_the_number_to_the_details(
    visitor: Any, parcel: Waybill, locale: str, button: str, sentence: str, details: str, show: str
) -> None:
    page = visitor("/", locale=locale)
    page.get_by_role("textbox").fill(group_number(parcel.number))
    page.get_by_role("button", name=button).click()
    expect(page).to_have_url(f"{page.url.split('/track')[0]}/track/{parcel.number}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(sentence)
    expect(page.locator(".route")).to_contain_text("济南")
    expect(page.locator("body")).not_to_contain_text("李小红")
    page.get_by_role("link", name=details).click()
    page.get_by_role("textbox").fill("0000")
    page.get_by_role("button", name=show).click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("textbox").fill("9002")
    page.get_by_role("button", name=show).click()
    expect(page.locator("body")).to_contain_text("李小红")


def test_enter_sends_and_the_switch_keeps_the_page(visitor: Any, parcel: Waybill) -> None:
    page = visitor("/")
    page.get_by_role("textbox").fill(parcel.number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("运输中")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("On its way")
    page.goto(f"/track/{parcel.number}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("On its way")


def test_everything_works_without_a_script(visitor: Any, parcel: Waybill) -> None:
    page = visitor("/", java_script_enabled=False, locale="en-GB")
    page.get_by_role("textbox").fill(f"{parcel.number}\n{UNKNOWN}")
    page.get_by_role("button", name="Track").click()
    expect(page.get_by_text("Not found")).to_be_visible()
    page.get_by_role("link", name=group_number(parcel.number).replace(" ", "")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("On its way")
    expect(page.get_by_role("button", name="Copy", exact=True)).to_be_hidden()
    expect(page.locator(".link-text")).to_contain_text(f"/track/{parcel.number}")
    page.get_by_role("link", name="Open the full details").click()
    page.get_by_role("textbox").fill("8001")
    page.get_by_role("button", name="Show the details").click()
    expect(page.locator("body")).to_contain_text("王小明")


def test_the_open_page_updates_itself_and_says_so(visitor: Any, parcel: Waybill) -> None:
    page = visitor(f"/track/{parcel.number}", locale="en-GB")
    expect(page.get_by_text("This page updates itself.")).to_be_visible()
    page.locator("#copy-number").focus()
    ingest(
        [event(parcel, "out_for_delivery", 0, city="北京")],
        source="tests",
        by=system_user("tests"),
        at=timezone.now(),
    )
    expect(page.get_by_role("heading", level=1)).to_contain_text("Out for delivery")
    expect(page.locator("#announce")).to_contain_text("Out for delivery")
    expect(page.locator("#copy-number")).to_be_focused()


def _looks(page: Page) -> list[str]:
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/live" in request.url else None
    )
    return asked


def test_it_rests_while_nobody_looks(visitor: Any, parcel: Waybill) -> None:
    page = visitor(f"/track/{parcel.number}", locale="en-GB")
    turn = "h => { Object.defineProperty(document, 'hidden', {value: h, configurable: true}); "
    turn += "document.dispatchEvent(new Event('visibilitychange')) }"
    page.evaluate(turn, True)
    asked = _looks(page)
    page.wait_for_timeout(2500)
    assert asked == []
    with page.expect_request("**/live*", timeout=PATIENCE):
        page.evaluate(turn, False)


def test_it_rests_when_nothing_more_can_happen(visitor: Any, parcel: Waybill) -> None:
    ingest(
        [event(parcel, "delivered", 0, city="北京")],
        source="tests",
        by=system_user("tests"),
        at=timezone.now(),
    )
    page = visitor(f"/track/{parcel.number}", locale="en-GB")
    asked = _looks(page)
    page.wait_for_timeout(2500)
    assert asked == []


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("width", [320])
def test_nothing_is_cut_off_on_a_small_screen(
    visitor: Any, parcel: Waybill, locale: str, width: int
) -> None:
    number = parcel.number
    paths = ["/", f"/track/{number}", f"/track?n={number}+{UNKNOWN}+zzz", f"/track/{UNKNOWN}"]
    page = visitor("/", width=width, locale=locale)
    for path in [*paths, f"/track/{number}/details", "/no"]:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_twice_the_letters_still_fit(visitor: Any, parcel: Waybill) -> None:
    page = visitor(f"/track/{parcel.number}", width=640, locale="en-GB")
    page.evaluate("document.styleSheets[0].insertRule('html{font-size:200%}')")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_axe_finds_nothing(visitor: Any, parcel: Waybill, colours: str, locale: str) -> None:
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    number = parcel.number
    paths = ["/", f"/track/{number}", f"/track?n={number}+{UNKNOWN}+zzz", f"/track/{UNKNOWN}"]
    page = visitor("/", color_scheme=colours, locale=locale)
    for path in [*paths, f"/track/{number}/details", "/no/such/page"]:
        page.goto(path)
        found = Axe().run(page, options=rules)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_in_the_details(visitor: Any, parcel: Waybill, colours: str) -> None:
    page = visitor(f"/track/{parcel.number}/details", color_scheme=colours, locale="en-GB")
    page.get_by_role("textbox").fill("9002")
    page.get_by_role("button", name="Show the details").click()
    expect(page.locator("body")).to_contain_text("李小红")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_print_has_the_answer_and_no_buttons(visitor: Any, parcel: Waybill) -> None:
    page = visitor(f"/track/{parcel.number}", locale="en-GB", color_scheme="dark")
    page.emulate_media(media="print")
    expect(page.get_by_text("Printed 20")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("textbox")).to_have_count(0)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_copying_gives_the_number_without_gaps(visitor: Any, parcel: Waybill) -> None:
    page = visitor(
        f"/track/{parcel.number}", permissions=["clipboard-read", "clipboard-write"], locale="en-GB"
    )
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == parcel.number
    assert page.locator(".number").first.evaluate("e => e.textContent") == parcel.number


def test_the_keyboard_reaches_the_content_first(visitor: Any, parcel: Waybill) -> None:
    page = visitor(f"/track/{parcel.number}", locale="en-GB")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    assert skip.bounding_box()["width"] > 20
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
