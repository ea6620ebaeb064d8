"""The feedback sheet: on screen, as a spreadsheet, on paper, and sent."""

import io
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from apps.accounts.enums import ObjectScope
from apps.core.errors import RuleBroken
from apps.customers.models import Customer, CustomerScope
from apps.events.models import Event
from apps.events.queries import timeline
from apps.tracking import references
from apps.tracking.enums import Satisfaction
from apps.tracking.models import FeedbackSheet, ShipmentFeedback, Waybill
from apps.tracking.queries import feedback
from apps.tracking.queries.feedback import SheetFilter, sheet_page, sheet_rows
from apps.tracking.services.feedback import record_satisfaction, send_sheet
from tests.factories.accounts import UserFactory, sign_in, superuser
from tests.factories.customers import CustomerFactory
from tests.factories.shipments import ago, level, scan, shipment

pytestmark = pytest.mark.requirement("TRK-4")


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory(code="C00001")


def wanted(customer: Customer, days: int = 30, **more: Any) -> SheetFilter:
    today = timezone.localdate()
    return SheetFilter(customer.pk, today - timedelta(days=days), today, **more)


def rate(waybill: Waybill, word: Satisfaction = Satisfaction.SATISFIED, comment: str = "") -> None:
    record_satisfaction(
        waybill_id=waybill.pk, satisfaction=word, comment=comment,
        by=superuser(), at=timezone.now(),
    )  # fmt: skip


def three(customer: Customer) -> tuple[Waybill, Waybill, Waybill]:
    """On time and praised, late and not asked, on its way."""
    level()
    on_time, late, running = (
        shipment(at=ago(hours=60), service_level="std", customer=customer, customer_reference=f"PO-{n}")
        for n in range(3)
    )  # fmt: skip
    scan(on_time, "delivered", ago(hours=20))
    scan(late, "delivered", ago(hours=5))
    rate(on_time)
    Waybill.objects.filter(pk=running.pk).update(promised_at=timezone.now() + timedelta(hours=9))
    shipment(at=ago(hours=60))  # somebody else's
    return on_time, late, running


@pytest.mark.django_db
def test_a_sheet_says_when_each_was_due_and_came_and_what_was_said(customer: Customer) -> None:
    on_time, late, running = three(customer)
    rows, following = sheet_page(wanted(customer), user=superuser())
    assert following is None
    assert [(r.number, r.on_time, r.satisfaction) for r in rows] == [
        (running.number, None, None),
        (late.number, False, None),
        (on_time.number, True, Satisfaction.SATISFIED),
    ]
    assert (rows[2].reference, rows[2].destination) == ("PO-0", "北京")
    assert rows[2].expected == on_time.promised_at
    assert rows[2].arrived == on_time.delivered_at


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "positions"),
    [
        ({"timeliness": feedback.ON_TIME}, [0]),
        ({"timeliness": feedback.LATE}, [1]),
        ({"timeliness": feedback.RUNNING}, [2]),
        ({"satisfaction": "satisfied"}, [0]),
        ({"satisfaction": "none"}, [2, 1]),
        ({"satisfaction": "dissatisfied"}, []),
    ],
)
def test_filters(customer: Customer, asked: dict[str, str], positions: list[int]) -> None:
    shipments = three(customer)
    rows, _following = sheet_page(wanted(customer, **asked), user=superuser())
    assert [r.number for r in rows] == [shipments[n].number for n in positions]


@pytest.mark.django_db
def test_the_days_are_local_and_both_count(customer: Customer) -> None:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday = midnight - timedelta(days=1)
    for at in (yesterday - timedelta(seconds=1), yesterday, midnight - timedelta(seconds=1)):
        shipment(at=at, customer=customer)
    day = yesterday.date()
    rows, _following = sheet_page(SheetFilter(customer.pk, day, day), user=superuser())
    assert len(rows) == 2


@pytest.mark.django_db
def test_work_orders_come_from_the_floor_above(customer: Customer, monkeypatch: Any) -> None:
    on_time, *_others = three(customer)
    monkeypatch.setattr(references, "_loaders", [])
    loader = references.name_work_orders(lambda ids: {on_time.pk: "WO-7"} if ids else {})
    assert references.name_work_orders(loader) is loader
    assert len(references._loaders) == 1
    rows, _following = sheet_page(wanted(customer), user=superuser())
    assert [r.work_order for r in rows] == ["", "", "WO-7"]


@pytest.mark.django_db
def test_pages_and_chunks_cost_the_same_queries(customer: Customer, monkeypatch: Any) -> None:
    monkeypatch.setattr(feedback, "PAGE", 2)
    monkeypatch.setattr(feedback, "CHUNK", 2)
    user = superuser()
    counts = []
    for n in (1, 2):
        for _ in range(n):
            shipment(customer=customer)
        with CaptureQueriesContext(connection) as queries:
            rows, following = sheet_page(wanted(customer), user=user)
        counts.append(len(queries))
    assert counts == [2, 2], "the shipments, and their work order numbers"
    assert following == rows[-1].waybill_id
    rest, end = sheet_page(wanted(customer), user=user, before=following)
    assert end is None
    everything = [r.number for r in sheet_rows(wanted(customer), user=user)]
    assert everything == [r.number for r in [*rows, *rest]]


@pytest.mark.django_db
def test_satisfaction_is_asked_after_arrival_and_the_latest_word_counts() -> None:
    waybill = shipment()
    with pytest.raises(RuleBroken):
        rate(waybill)
    scan(waybill, "delivered")
    with pytest.raises(RuleBroken):
        rate(waybill, Satisfaction.DISSATISFIED)
    rate(waybill)
    rate(waybill, Satisfaction.DISSATISFIED, "外箱破，13800138000")
    stored = ShipmentFeedback.objects.get()
    assert stored.satisfaction == Satisfaction.DISSATISFIED
    events = [e for e in timeline(waybill) if e.kind == "waybill.satisfaction_recorded"]
    assert [e.data["satisfaction"] for e in events] == ["dissatisfied", "satisfied"]
    assert "13800138000" not in str(events[0].data)
    with pytest.raises(IntegrityError), transaction.atomic():
        ShipmentFeedback.objects.update(comment="")


@pytest.mark.django_db
def test_sending_is_on_record(customer: Customer) -> None:
    user, today = superuser(), timezone.localdate()
    values: dict[str, Any] = {
        "customer_id": customer.pk, "first_day": today - timedelta(days=30), "last_day": today,
        "channel": "email", "recipient": "wu@example.com", "by": user, "at": timezone.now(),
    }  # fmt: skip
    with pytest.raises(RuleBroken):
        send_sheet(**values)
    three(customer)
    sheet = send_sheet(**values)
    assert (sheet.shipments, sheet.sent_by) == (3, user)
    event = Event.objects.get(kind="feedback_sheet.sent")
    assert event.data["channel"] == "email"
    assert "wu@example.com" not in str(event.data)
    with pytest.raises(IntegrityError), transaction.atomic():
        FeedbackSheet.objects.update(last_day=date(2000, 1, 1))


# --- in the browser ------------------------------------------------------------------------------

SHEET = "admin:tracking_feedbacksheet_sheet"


def asked(customer: Customer, **more: str) -> dict[str, str]:
    today = timezone.localdate()
    first = today - timedelta(days=30)
    days = {"first_day": first.isoformat(), "last_day": today.isoformat()}
    return {"customer": customer.code.lower(), **days, **more}


@pytest.mark.django_db
def test_on_screen_as_xlsx_on_paper_and_sent(client: Client, customer: Customer) -> None:
    on_time, late, running = three(customer)
    Waybill.objects.filter(pk=late.pk).update(customer_reference="=1+1")
    sign_in(client, superuser())
    assert client.get(reverse(SHEET)).status_code == 200
    shown = client.get(reverse(SHEET), asked(customer)).content.decode()
    assert all(w.number in shown for w in (on_time, late, running))
    where = f"{reverse(SHEET)}?{urlencode(asked(customer))}"
    answer: Any = client.post(where, {"format": "xlsx"})
    book = load_workbook(io.BytesIO(answer.getvalue()))
    grid = list(book.worksheets[0].iter_rows())
    assert len(grid) == 4
    references = [row[2] for row in grid[1:]]
    assert {cell.data_type for cell in references} == {"s"}  # "=1+1" stays text
    paper = client.get(reverse("admin:tracking_feedbacksheet_print"), asked(customer))
    assert paper.status_code == 200 and late.number in paper.content.decode()
    query = "&".join(f"{k}={v}" for k, v in asked(customer).items())
    where = f"{reverse('admin:tracking_feedbacksheet_send')}?{query}"
    assert client.get(where).status_code == 405
    assert client.post(where, {"channel": "fax"}).status_code == 302
    assert FeedbackSheet.objects.get().channel == "fax"
    assert client.get(reverse("admin:tracking_feedbacksheet_changelist")).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"customer": "NOBODY"},
        {"first_day": "2026-02-30"},
        {"first_day": "2026-03-02", "last_day": "2026-03-01"},
        {"first_day": "2020-01-01", "last_day": "2026-03-01"},
        {"timeliness": "whenever"},
    ],
)
def test_wrong_questions_are_answered(
    client: Client, customer: Customer, wrong: dict[str, str]
) -> None:
    sign_in(client, superuser())
    for name in ("sheet", "print"):
        url = reverse(f"admin:tracking_feedbacksheet_{name}")
        assert client.get(url, asked(customer) | wrong).status_code == 422
    url = f"{reverse(SHEET)}?{urlencode(asked(customer) | wrong)}"
    assert client.post(url, {"format": "xlsx"}).status_code == 422


@pytest.mark.django_db
def test_the_screen_costs_the_same_for_one_and_for_three(
    client: Client, customer: Customer
) -> None:
    sign_in(client, superuser())
    counts = []
    for n in (1, 2):
        for _ in range(n):
            rate(scan(shipment(customer=customer), "delivered"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(SHEET), asked(customer))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


@pytest.mark.django_db
def test_who_may_not_pass(client: Client, customer: Customer) -> None:
    three(customer)
    sign_in(client, UserFactory())
    for name in ("sheet", "print"):
        url = reverse(f"admin:tracking_feedbacksheet_{name}")
        assert client.get(url, asked(customer)).status_code == 403
    url = f"{reverse(SHEET)}?{urlencode(asked(customer))}"
    assert client.post(url, {"format": "xlsx"}).status_code == 403
    send = reverse("admin:tracking_feedbacksheet_send")
    assert client.post(send, {"channel": "fax"}).status_code == 403
    outsider = UserFactory(scope=ObjectScope.CUSTOMERS)
    assert sheet_page(wanted(customer), user=outsider) == ([], None)
    with pytest.raises(Customer.DoesNotExist):
        today = timezone.localdate()
        send_sheet(
            customer_id=customer.pk, first_day=today, last_day=today, channel="fax",
            recipient="", by=outsider, at=timezone.now(),
        )  # fmt: skip
    CustomerScope.objects.create(user=outsider, customer=customer, created_by=superuser())
    assert len(sheet_page(wanted(customer), user=outsider)[0]) == 3
