"""What of the log leaves the house: no row number, one time format, also in entries of before."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from apps.core.opaque import Id, unhide
from apps.customers.models import Customer
from apps.notifications.channels.webhook import body_of
from apps.notifications.models import WebhookEvent
from tests.factories.accounts import bearer
from tests.factories.customers import CustomerFactory
from tests.wire import check_times

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("NTF-4")]
STORED = {
    "waybill": "YP482915367204",
    "waybill_id": 4711,
    "promised_at": "2026-03-21T14:05:00+08:00",
    "expected_at": "2026-03-21T06:05:00.250Z",
    "occurred_at": "2026-03-21T06:05:00+00:00",
    "promised_before": None,
    "message": 4712,
    "endpoint": 4713,
    "customer_reference": "2026-03-21T14:05:00+08:00",
}


def entry(customer: Customer) -> WebhookEvent:
    return WebhookEvent.objects.create(
        customer=customer, type="case.message", at=timezone.now(), payload=STORED
    )


def test_a_body_tells_no_row_number_and_has_one_time_format() -> None:
    body = json.loads(body_of(entry(CustomerFactory())))
    check_times(body)
    data = body["data"]
    assert not {4711, 4712, 4713} & set(data.values()) and "waybill_id" not in data
    assert data["promised_at"] == data["occurred_at"] == "2026-03-21T06:05:00Z"
    assert data["expected_at"] == "2026-03-21T06:05:00.250000Z"
    assert unhide(Id.CASE_MESSAGE, data["message"]) == 4712
    assert unhide(Id.ENDPOINT, data["endpoint"]) == 4713
    # What the customer wrote itself is its own.
    assert data["customer_reference"] == STORED["customer_reference"]


def test_the_log_says_the_same_as_the_message(client: Client) -> None:
    made = entry(CustomerFactory())
    url = f"/api/v1/webhook-events/{made.message_id}"
    shown = client.get(url, headers=bearer("webhooks:read")).json()
    sent = json.loads(body_of(made))
    assert shown["data"] == sent["data"]
    assert shown["timestamp"] == sent["timestamp"]
