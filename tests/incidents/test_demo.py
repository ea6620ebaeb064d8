"""What the demonstration shows of incidents, in how many statements."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.desk.demo.people import make_people
from apps.incidents.demo import make_incidents
from apps.incidents.enums import IncidentState, RecipientState
from apps.incidents.models import Drill, Incident, NoticeRecipient
from apps.quality.models import ReviewItem
from tests.acts import counted
from tests.factories import incidents as f
from tests.factories.complaints import any_cause

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-8")]
STATEMENTS = 400


def test_snow_a_sorting_line_and_an_overdue_drill() -> None:
    now = timezone.now()
    cast = make_people(now - timedelta(days=300))
    any_cause()
    for _n in range(2):
        f.parcel(customer=f.customer())
    f.parcel(destination="北京市", responsible_unit=cast.units["CAN-FC"], at=now - timedelta(days=11),
             promised_at=now - timedelta(days=8))  # fmt: skip
    with counted() as statements:
        make_incidents(seed=1, now=now)
    closed, snow = Incident.objects.order_by("pk")
    assert (closed.state, snow.state) == (IncidentState.CLOSED, IncidentState.DECLARED)
    assert closed.affected.count() == 1 and not closed.affected.filter(released_at=None).exists()
    assert ReviewItem.objects.filter(exception=closed.exception).exclude(conclusion="").exists()
    assert (snow.affected.count(), snow.notices.count()) == (2, 2)
    recipients = NoticeRecipient.objects.filter(notice__incident=snow, customer__isnull=False)
    by_phone = recipients.filter(state=RecipientState.TO_CALL).values_list("customer").distinct()
    assert by_phone.count() == 1 and recipients.filter(state=RecipientState.REACHED).exists()
    today = timezone.localdate(now)
    assert Drill.objects.filter(held_at=None, due_on__lt=today).count() == 1
    assert len(statements) <= STATEMENTS, len(statements)
