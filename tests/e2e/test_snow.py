"""Snow at Hangzhou in the browser, both languages (CMP-8): declared, extended to Jiaxing, 87 customers told once, one by
phone, one who asked before being told; over, promises released, reviewed with two actions, closed; the month's summary
shows punctuality with and without it (REP-3)."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.core.times import day_start
from apps.incidents import services
from apps.incidents.enums import IncidentState, RecipientState
from apps.incidents.models import Affected, Incident, NoticeRecipient
from apps.notifications.models import Delivery
from apps.quality.services import add_action
from apps.tracking.models import ShipmentHold, Waybill
from tests.e2e.desk import Enter, clean, picture
from tests.factories import incidents as f
from tests.factories.complaints import case
from tests.factories.notifications import relay_all
from tests.factories.reports import Signers, last_month
from tests.factories.shipments import shipment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
CUSTOMERS, AT_FIRST = 87, 80
CONCERNED = "section[aria-labelledby=customers] tbody"
CLOSED = {"zh-CN": "已关闭", "en-GB": "Closed"}


def act(page: Page, name: str) -> None:
    page.locator(f"#act-{name} summary").click()
    page.locator(f"#act-{name} button[type=submit]").click()
    expect(page.locator(f"#act-{name}")).to_have_count(0)


def declare(page: Page, unit: int) -> Incident:
    page.goto("/admin/incidents/incident/add/")
    expect(page.locator("#id_cities")).to_be_visible()
    page.fill("#id_title", "杭州大雪")
    page.fill("#id_title_en", "Snow at Hangzhou")
    page.select_option("#id_kind", "weather")
    page.select_option("#id_unit", str(unit))
    page.fill("#id_cities", "杭州")
    page.fill("#id_text_zh", "杭州大雪，快件预计晚到约 24 小时。")
    page.fill("#id_text_en", "Snow at Hangzhou: about 24 hours late.")
    page.locator(".page form button[type=submit]").last.click()
    expect(page.locator(".inc-figures")).to_be_visible()
    return Incident.objects.get()


@pytest.mark.requirement("CMP-8")
@pytest.mark.parametrize(("language", "wide"), [("zh-CN", 1440), ("en-GB", 390)])
def test_from_its_declaration_to_its_review(enter: Enter, language: str, wide: int) -> None:
    unit, boss = f.unit_with_manager()
    concerned = [f.customer() for _n in range(CUSTOMERS)]
    parcels = [
        f.parcel(destination="杭州市" if n < AT_FIRST else "嘉兴市", customer=row)
        for n, row in enumerate(concerned)
    ]
    asks, by_phone = concerned[:2]
    page = enter(boss, language, wide)
    incident = declare(page, unit.pk)
    address = f"/admin/incidents/incident/{incident.pk}/change/"
    case(waybill=parcels[0], customer=asks, unit=unit, by=boss)
    services.work_incidents()
    page.goto(address)
    expect(page.locator(".inc-figures")).to_contain_text(f"{AT_FIRST} / {AT_FIRST}")

    page.locator("a[href*='/extend/']").first.click()
    expect(page.locator("#id_cities")).to_be_visible()
    page.fill("#id_cities", "杭州、嘉兴")
    page.locator(".page form button[type=submit]").last.click()
    expect(page.locator(".inc-figures")).to_be_visible()
    services.work_incidents()
    relay_all()
    page.goto(address)
    expect(page.locator(".inc-figures")).to_contain_text(f"{CUSTOMERS} / {CUSTOMERS}")
    clean(page)
    notified = Delivery.objects.filter(topic="incident.customer").values_list("customer", flat=True)
    assert len(notified) == len(set(notified)) == CUSTOMERS

    page.goto(f"{address}?customers=asked")
    expect(page.locator(f"{CONCERNED} tr")).to_have_count(1)
    expect(page.locator(CONCERNED)).to_contain_text(asks.display_name)
    row = NoticeRecipient.objects.get(customer=by_phone)
    services.note_call(recipient_id=row.pk, reached=False, by=boss, at=timezone.now())
    page.goto(f"{address}?customers=call")
    expect(page.locator(f"{CONCERNED} tr")).to_have_count(1)
    page.locator("a[href*='/called/']").click()
    expect(page.locator("[name=reached]")).to_be_checked()
    page.locator(".page form button[type=submit]").last.click()
    expect(page.locator(".inc-figures")).to_be_visible()
    row.refresh_from_db()
    assert (row.state, row.channel) == (RecipientState.REACHED, "phone")

    act(page, "stable")
    act(page, "over")
    services.work_incidents()
    assert not ShipmentHold.objects.filter(released_at=None).exists()
    f.acted_on(incident, boss, reviewed=True)
    at = timezone.now()
    add_action(
        exception_id=incident.exception_id, what="备足防滑链", owner=boss, due_at=at + 9 * f.DAY,
        by=boss, at=at,
    )  # fmt: skip
    f.finish_steps(incident, boss)
    page.goto(address)
    act(page, "close")
    expect(page.locator(".page-about").first).to_contain_text(CLOSED[language])
    picture(page, f"snow-closed-{language}-{wide}", full_page=True)
    clean(page)
    incident.refresh_from_db()
    assert incident.state == IncidentState.CLOSED and incident.exception.actions.count() == 2


@pytest.mark.requirement("REP-3")
@pytest.mark.parametrize(("language", "wide"), [("zh-CN", 1440), ("en-GB", 390)])
def test_the_summary_shows_on_time_with_and_without(enter: Enter, language: str, wide: int) -> None:
    """Of two shipments one came late, which an incident had held."""
    signers = Signers()
    promised = day_start(last_month(), 12)
    rows = [shipment(customer=signers.customer) for _n in range(2)]
    for row, came in zip(rows, (-1, 1), strict=True):
        at = promised + timedelta(days=came)
        Waybill.objects.filter(pk=row.pk).update(
            picked_up_at=promised - timedelta(days=3), promised_at=promised, delivered_at=at,
            concluded_at=at, status="delivered", status_at=at,
        )  # fmt: skip
    unit, boss = f.unit_with_manager()
    incident = f.running(unit, boss)
    now = timezone.now()
    Affected.objects.create(
        incident=incident, scope=incident.scopes.get(), waybill=rows[1], customer=signers.customer,
        why="delivered_there", leads=False, found_at=now, worked_at=now, released_at=now,
    )  # fmt: skip
    summary = signers.draft()
    page = enter(signers.agent, language, wide)
    page.goto(f"/admin/reports/summary/{summary.pk}/change/")
    for kpi, value in (("on_time", "50.00%"), ("on_time_own", "100.00%")):
        line = page.locator(".rep-figures tr", has=page.locator(f"a[href*='kpi={kpi}&']"))
        expect(line).to_contain_text(value)
