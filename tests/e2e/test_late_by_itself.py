"""A shipment that nobody watched is late: the house finds it, tells the parties first, has the freight
centre and the partner chased, and does not let go before the signed receipt is filed (TRK-7)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.accounts.queries import system_user
from apps.customers.models import Customer
from apps.desk.demo.people import Cast
from apps.notifications.models import Delivery
from apps.notifications.queries.words import render
from apps.quality.enums import ExceptionState
from apps.quality.models import ChaseTask, ExceptionReport
from apps.quality.queries.late import late_of
from apps.sla.models import Clock
from apps.tracking.enums import DocumentState
from apps.tracking.models import LateShipment, ReturnDocument
from apps.tracking.services.documents import file_document, move_document
from apps.tracking.services.late import find_late
from apps.tracking.services.watch import look_again
from tests.e2e.desk import bell_of, picture, signed_in, time_passes
from tests.e2e.desk import tell_everybody as tell_everybody
from tests.factories.shipments import ago, level, scan, shipment
from tests.factories.tracking import carrier

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.requirement("TRK-7"),
]


def act(page: Page, name: str, **typed: str) -> None:
    """Open what can be done, fill it in, send it."""
    panel = page.locator(f"#act-{name}")
    panel.locator("summary").click()
    for field, value in typed.items():
        box = panel.locator(f"[name={name}-{field}]")
        if box.evaluate("e => e.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)
    with page.expect_navigation():
        panel.locator("button[type=submit]").click()


def look() -> None:
    """What the watch over shipments does by itself."""
    find_late(by=system_user("sweeper"))
    tell_everybody()


@pytest.mark.requirement("CMP-4")
def test_a_shipment_is_found_late_by_itself(browser: Browser, live_server: Any, cast: Cast) -> None:
    level()
    customer = Customer.objects.get(code="YUNSHANG")
    partner = carrier()
    parcel = shipment(
        at=ago(hours=60), customer=customer, service_level="std", return_document_required=True
    )
    parcel.carrier = partner
    parcel.save()
    scan(parcel, "picked_up", ago(hours=58))

    # Nobody looks; it is found, and found once.
    look_again([parcel.pk])
    look()
    look()
    late = LateShipment.objects.get(waybill=parcel)
    report = ExceptionReport.objects.get(waybill=parcel)
    assert report.late == late and report.found_by == "own_check"

    # Customer and consignee hear it from us first: an apology, why, and a new time.
    for audience in ("customer_contacts", "consignee"):
        message = Delivery.objects.filter(topic="waybill.late", audience=audience).first()
        assert message is not None, audience
        words = render(message, frozenset()).text
        assert "抱歉" in words and "新的预计送达时间" in words, words

    # Freight centre and partner are chased, with a clock that somebody owns.
    chases = {(c.unit or c.carrier).code for c in report.chases.all()}  # type: ignore[union-attr]  # one of them is there
    assert chases == {"SHA-FC", partner.code}
    agent = signed_in(browser, live_server.url, "wangfang")
    assert any(parcel.number in message for message in bell_of(agent))
    agent.goto("/admin/")
    expect(agent.locator(".desk-wide")).to_contain_text(report.number)
    time_passes(hours=2, minutes=5)
    agent.goto("/admin/")
    expect(agent.locator(".desk-wide [data-row]", has_text=report.number).first).to_contain_text(
        "超时"
    )

    # She takes it, says why and until when, and tells both.
    new_time = timezone.localtime() + timedelta(hours=20)
    when = new_time.strftime("%Y-%m-%dT%H:%M")
    agent.goto(f"/admin/tracking/lateshipment/{late.pk}/change/")
    expect(agent).to_have_url(re.compile(f"/admin/quality/exceptionreport/{report.pk}/change/"))
    act(agent, "take")
    act(agent, "cause", cause="line_haul", note="干线车在嘉兴抛锚，已换车", expected_at=when)
    for party in ("customer", "consignee"):
        act(agent, "contact", party=party, channel="phone", expected_at=when, answer="知道了")
    assert late_of(report).state == "told"  # type: ignore[union-attr]  # read with the shipment
    picture(agent, "late-told", full_page=True)

    # What the chased say stands on the exception; their clocks are met.
    for chase in ChaseTask.objects.order_by("pk"):
        act(agent, "answer", chase=str(chase.pk), answer="换车后今晚发出，明早到")
    expect(agent.get_by_text("换车后今晚发出").first).to_be_visible()
    assert not Clock.objects.open().filter(kind="chase").exists()
    picture(agent, "exception-chased", full_page=True)

    # Arrived; but the signed receipt is on its way back, and so it stays open.
    scan(parcel, "out_for_delivery", ago(minutes=10))
    scan(parcel, "delivered", ago(minutes=1))
    look_again([parcel.pk])
    look()
    act(agent, "right", line="换车后次日送达")
    expect(agent.get_by_role("alert")).to_be_visible()
    act(agent, "close_late", note="已签收")
    expect(agent.get_by_role("alert")).to_be_visible()
    report.refresh_from_db()
    assert report.state == ExceptionState.OPEN

    clerk: dict[str, Any] = {"by": cast["yunying"], "at": timezone.now()}
    document = ReturnDocument.objects.get(waybill=parcel)
    back = DocumentState.RECEIVED_AT_ORIGIN
    move_document(document_id=document.pk, to=back, **clerk)
    file_document(document_id=document.pk, location="A-1", **clerk)
    agent.goto(f"/admin/quality/exceptionreport/{report.pk}/change/")
    act(agent, "close_late", note="已签收，回单已存档")
    act(agent, "right", line="换车后次日送达，回单已存档")
    report.refresh_from_db()
    assert report.state == ExceptionState.CLOSED
    assert not Clock.objects.open().filter(kind__in=["chase", "exception"]).exists()
    expect(agent.get_by_text("换车后次日送达，回单已存档").first).to_be_visible()
