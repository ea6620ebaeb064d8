"""The demonstration is a believable week, and the same week for the same seed."""

from collections import Counter
from datetime import datetime

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from apps.backoffice.models import ImportFile, Job
from apps.chat.models import Chat
from apps.complaints.models import Case
from apps.customers.enums import AuthorisationState, HandoverState
from apps.customers.models import Customer, HandoverForm, VerbalAuthorisation
from apps.desk.demo.week import make_week
from apps.orders.models import DeclaredCount, PrintJob, WorkOrder
from apps.quality.enums import LateState
from apps.quality.queries.late import with_state
from apps.sla.models import Clock
from apps.tracking.enums import RefusedState, Status
from apps.tracking.models import (
    FeedbackSheet,
    LateShipment,
    PartnerAgreement,
    PartnerNumber,
    ProofOfDelivery,
    RefusedEvent,
    ReturnDocument,
    ShipmentFeedback,
    Waybill,
)
from tests.desk.weight import walk_full_lists
from tests.factories.accounts import sign_in, superuser
from tests.timelines import names_in_words


class _Again(Exception):
    """Undoes one of the weeks."""


def _week(now: datetime) -> list[tuple[str, str, str]]:
    make_week(seed=1, per_day=2, now=now)
    waybills = Waybill.objects.order_by("pk")
    return list(waybills.values_list("status", "status_reason", "destination_city"))


@pytest.mark.django_db
def test_the_week_is_believable_and_the_same_again(client: Client) -> None:
    now = timezone.now()
    first: list[tuple[str, str, str]] = []
    with pytest.raises(_Again), transaction.atomic():
        first = _week(now)
        raise _Again
    assert _week(now) == first
    statuses = Counter(status for status, _reason, _city in first)
    assert statuses[Status.DELIVERED] >= 3
    assert statuses[Status.REFUSED], "somebody did not want it"
    assert statuses[Status.READY_FOR_PICKUP], "one waits at a station"
    assert len(statuses) >= 5, statuses
    _orders_and_customers()
    _what_went_wrong()
    _what_followed()
    _chats()
    names_in_words()
    sign_in(client, superuser())
    walk_full_lists(client, least=30)


def _chats() -> None:
    states = Counter(Chat.objects.values_list("state", flat=True))
    assert states == {"filed": 2, "queued": 2, "talking": 1}, "two are recorded, two visitors wait"
    assert set(Case.objects.filter(channel="chat").values_list("case_class", flat=True)) == {
        "inquiry",
        "damage",
    }


def _orders_and_customers() -> None:
    assert Customer.objects.count() == 8
    assert WorkOrder.objects.count() == 16, "two a day and two of the spreadsheet"
    assert WorkOrder.objects.unconfirmed().count() >= 2, "some clocks run"
    assert WorkOrder.objects.filter(cod_amount__gt=0).exists()
    assert PrintJob.objects.filter(printed_at__isnull=False).exists()
    assert HandoverForm.objects.filter(state=HandoverState.IN_SIGNING).count() == 1
    word = VerbalAuthorisation.objects.get()
    assert word.state == AuthorisationState.OPEN
    assert (
        Clock.objects.open().get(metric="paperwork", kind="authorisation").due_at == word.deadline
    )
    intake = ImportFile.objects.get()
    assert (intake.state, intake.rows_taken, intake.rows_refused) == ("taken", 2, 2)
    assert set(Job.objects.values_list("state", flat=True)) == {"done"} and Job.objects.count() == 2


def _what_went_wrong() -> None:
    states = set(with_state(LateShipment.objects.all()).values_list("state", flat=True))
    assert {LateState.TOLD, LateState.IN_HAND} <= states
    assert RefusedEvent.objects.filter(state=RefusedState.OPEN).count() == 2
    assert DeclaredCount.objects.filter(status="mismatch").count() == 1
    assert Waybill.objects.filter(events__code__in=["damaged", "lost"]).exists()


def _what_followed() -> None:
    assert ProofOfDelivery.objects.count() >= 3
    assert ReturnDocument.objects.exists()
    assert ShipmentFeedback.objects.count() >= 2
    assert FeedbackSheet.objects.count() == 1
    assert PartnerAgreement.objects.count() == 1
    assert PartnerNumber.objects.exists()
