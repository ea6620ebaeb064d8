"""Twenty at once, and processes that are killed in the middle: everything happens once (OP03)."""

import os
import random
import signal
import time

import pytest
from django.db import connections
from django.utils import timezone

from apps.incidents import services
from apps.incidents.enums import IncidentState
from apps.incidents.models import Incident, NoticeRecipient
from apps.incidents.services import spreading
from apps.tracking.models import PromiseChange, ShipmentHold
from tests.at_once import at_once
from tests.factories import incidents as f

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("CMP-8")]
N = 20
SHIPMENTS, KILLS = 120, 30


def check_effects(incident: Incident, shipments: int, customers: int) -> None:
    assert (
        NoticeRecipient.objects.filter(notice__incident=incident, customer__isnull=False).count()
        == customers
    )
    assert PromiseChange.objects.count() == shipments
    assert ShipmentHold.objects.filter(released_at=None).count() == shipments
    assert not incident.affected.filter(worked_at=None).exists()


def test_twenty_workers_and_twenty_who_press() -> None:
    unit, boss = f.unit_with_manager()
    customers = [f.customer() for _n in range(3)]
    for n in range(6):
        f.parcel(customer=customers[n % 3])
    incident = f.declared(unit, boss)
    at_once(N, lambda _n: services.work_incidents(2))
    services.work_incidents()
    check_effects(incident, 6, 3)
    pressed = at_once(
        N, lambda _n: services.mark_stable(incident_id=incident.pk, by=boss, at=timezone.now())
    )
    assert pressed == {"done": 1, "illegal_move": N - 1}
    incident.refresh_from_db()
    assert incident.state == IncidentState.STABLE
    at_once(N, lambda _n: f.declared(unit, boss, title="重叠", title_en="Overlap"))
    while services.work_incidents():
        pass
    assert NoticeRecipient.objects.filter(customer__isnull=False).count() == 3, (
        "told by the first alone"
    )
    assert PromiseChange.objects.count() == 6


@pytest.mark.slow
def test_killed_in_the_middle_of_declaring() -> None:
    unit, boss = f.unit_with_manager()
    customers = [f.customer() for _n in range(8)]
    for n in range(SHIPMENTS):
        f.parcel(customer=customers[n % 8], consignee_phone=f"1390014{n:04d}")
    incident = f.declared(unit, boss)
    chance = random.Random(7)  # the same moments in every run
    for _n in range(KILLS):
        connections.close_all()
        child = os.fork()
        if child == 0:
            try:
                while spreading.work_batch(1) is not None:
                    pass
            finally:
                os._exit(0)
        time.sleep(chance.uniform(0.02, 0.12))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    while spreading.work_batch(7) is not None:
        pass
    check_effects(incident, SHIPMENTS, 8)
    assert NoticeRecipient.objects.filter(phone_index__gt="").count() == SHIPMENTS
