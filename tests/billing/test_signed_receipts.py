"""A customer wants signed receipts back within so many days: a clock warns before, and ends with each
(BIL-3)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.queries import system_user
from apps.billing import services
from apps.billing.enums import BillingMatter
from apps.billing.models import BillingTerms
from apps.customers.models import Customer
from apps.sla.models import Clock, Matter
from apps.tracking.enums import DocumentState as D
from apps.tracking.models import ReturnDocument
from apps.tracking.services.documents import expect_documents, file_document, move_document
from tests.factories.billing import payer
from tests.factories.notifications import relay_all
from tests.factories.shipments import ago, scan, shipment

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("BIL-3")]


def who() -> dict[str, Any]:
    return {"by": system_user("tests"), "at": timezone.now()}


def wants_back(days: int | None) -> Customer:
    customer = payer()
    services.change_terms(BillingTerms(customer=customer, receipt_return_days=days), **who())
    return customer


def delivered(customer: Customer, days_ago: float = 1) -> ReturnDocument:
    made = shipment(at=ago(days=days_ago + 3), customer=customer, return_document_required=True)
    scan(made, "delivered", ago(days=days_ago))
    expect_documents([made], **who())
    relay_all()
    return ReturnDocument.objects.get(waybill=made)


def matter() -> Matter:
    return Matter.objects.get(kind=BillingMatter.SIGNED_RECEIPT)


def move(document: ReturnDocument, *steps: D, **more: Any) -> None:
    for step in steps:
        move_document(document_id=document.pk, to=step, **more, **who())
    relay_all()


def test_the_clock_ends_with_the_day_that_the_terms_say() -> None:
    document = delivered(wants_back(15))
    assert document.owed_since is not None
    last = timezone.localdate(document.owed_since) + timedelta(days=16)
    due = timezone.make_aware(datetime.combine(last, datetime.min.time()))
    assert Clock.objects.get(matter=matter()).due_at == due
    again = services.time_signed_receipts(waybill_ids=[document.waybill_id], **who())
    assert (again, Matter.objects.filter(kind=BillingMatter.SIGNED_RECEIPT).count()) == (0, 1)


def test_back_at_origin_it_has_met_its_clock_and_filing_changes_nothing() -> None:
    document = delivered(wants_back(15))
    move(document, D.COLLECTED, D.IN_TRANSIT_BACK)
    assert matter().closed_at is None
    move(document, D.RECEIVED_AT_ORIGIN)
    ended = matter().closed_at
    assert ended is not None
    file_document(document_id=document.pk, location="A-12-3", **who())
    relay_all()
    assert matter().closed_at == ended


def test_one_that_is_missing_keeps_its_clock_and_one_not_needed_stops() -> None:
    document = delivered(wants_back(15))
    move(document, D.MISSING, note="司机说已交前台")
    assert matter().closed_at is None and matter().stopped_at is None
    move(document, D.VOID, note="客户不再需要")
    assert matter().stopped_at is not None


def test_without_a_limit_or_a_receipt_there_is_no_clock() -> None:
    delivered(wants_back(None))
    delivered(payer())
    plain = shipment(at=ago(days=4), customer=wants_back(15))
    scan(plain, "delivered", ago(days=1))
    relay_all()
    assert not Matter.objects.filter(kind=BillingMatter.SIGNED_RECEIPT).exists()
