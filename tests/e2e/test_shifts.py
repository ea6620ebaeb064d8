"""Duty in a browser, in both languages: a gap seen on the ribbon and taken from its link, a handover with one item
returned, on a phone too (CMP-9)."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.models import DutyShift
from apps.core.times import day_start
from apps.shifts import services
from apps.shifts.enums import GapEnd, HandoverState
from apps.shifts.models import Gap
from tests.e2e.desk import Enter, clean, picture
from tests.factories import shifts as f

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("CMP-9"),
]
WORDS = {
    "zh-CN": ("缺1人", "我来顶班", "交班人自留", "没有权限"),
    "en-GB": ("1 missing", "I take it", "Kept by the giver", "no right to it"),
}


@pytest.mark.parametrize(("language", "wide"), [("zh-CN", 1440), ("en-GB", 390)])
def test_the_night_nobody_has(enter: Enter, language: str, wide: int) -> None:
    missing, take, kept, why = WORDS[language]
    unit, giver, receiver, row = f.ending(clocks=2)
    boss, volunteer = f.director(unit), f.agent(unit)
    f.need(unit, boss)
    gap = Gap.objects.filter(closed_at=None).order_by("starts_at")[2]

    planner = enter(boss, language, wide)
    planner.goto("/admin/shifts/gap/ribbon/")
    expect(planner.locator(".ribbon td.gap").first).to_contain_text(missing)
    clean(planner)
    picture(planner, f"ribbon-{wide}", full_page=True)
    services.ask_volunteers(gap_id=gap.pk, users=[volunteer], by=boss, at=timezone.now())

    colleague = enter(volunteer, language, wide)
    colleague.goto(f"/admin/desk/open/shifts.gap/{gap.pk}")
    colleague.locator("#act-take summary").click()
    clean(colleague)
    colleague.locator("#act-take button").click()
    expect(colleague.get_by_text(take).first).not_to_be_visible()
    gap.refresh_from_db()
    assert gap.closed_as == GapEnd.FILLED

    first, second = row.items.all()
    leaving = enter(giver, language, wide)
    leaving.goto("/admin/shifts/swap/mine/")
    clean(leaving)
    picture(leaving, f"my-shifts-{wide}", full_page=True)
    leaving.locator(f"a[href$='/shifts/handover/{row.pk}/change/']").click()
    leaving.locator("#act-offer summary").click()
    leaving.fill(f"[name=offer-word_{first.pk}]", "先打这个电话")
    leaving.check(f"[name=offer-keep_{second.pk}]")
    clean(leaving)
    picture(leaving, f"handover-offer-{wide}", full_page=True)
    leaving.locator("#act-offer button").click()
    expect(leaving.locator(".staff-table")).to_contain_text(kept)

    coming = enter(receiver, language, wide)
    coming.goto(f"/admin/shifts/handover/{row.pk}/change/")
    coming.locator("#act-accept summary").click()
    coming.fill(f"[name=accept-why_{first.pk}]", why)
    coming.locator("#act-accept button").click()
    expect(coming.locator(".staff-table")).to_contain_text(why)
    clean(coming)
    picture(coming, f"handover-{wide}", full_page=True)
    row.refresh_from_db()
    assert row.state == HandoverState.ACCEPTED

    leaving.goto("/admin/shifts/handover/away/")
    clean(leaving)


def test_a_shift_is_moved_by_keyboard_and_by_pointer(enter: Enter) -> None:
    unit = f.branch()
    boss, one = f.director(unit), f.agent(unit)
    f.need(unit, boss)
    begins = day_start(timezone.localdate(), 2) + 8 * f.HOUR
    f.on_duty(one, unit, begins, begins + 8 * f.HOUR)

    def span() -> tuple[float, float]:
        shift = DutyShift.objects.standing().get()
        return (shift.starts_at - begins) / f.HOUR, (shift.ends_at - begins) / f.HOUR

    page = enter(boss, "zh-CN", 1440)
    page.goto(f"/admin/shifts/gap/ribbon/?unit={unit.pk}&role=agent")
    button = page.locator(".ribbon button")
    status = page.locator("#ribbon-said")
    button.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    expect(status).to_contain_text("09:00")
    expect(status).to_contain_text("16:30")
    page.keyboard.press("Escape")
    expect(status).to_be_empty()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("班次已调整")
    assert span() == (0, 8.5)
    clean(page)
    box = button.bounding_box()
    assert box is not None
    step, y = box["width"] / 17, box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 20, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 20 + 2 * step, y, steps=4)
    expect(status).to_contain_text("09:00")
    picture(page, "shifts-ribbon-moved")
    page.mouse.up()
    expect(page.locator("body")).to_contain_text("17:30")
    expect(status).to_be_empty()
    assert span() == (1, 9.5)
