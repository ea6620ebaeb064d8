"""Late and stuck shipments are found by themselves and followed to the end."""

import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.queries import system_user
from apps.events.models import Event
from apps.events.queries import timeline
from apps.quality.enums import LateState
from apps.quality.queries.late import with_state
from apps.tracking.enums import (
    LateKind,
    LateOutcome,
    Stage,
    Status,
)
from apps.tracking.lateness import SILENCE, WORSE, judge, worse_of
from apps.tracking.models import LateShipment, ServiceLevel, ShipmentWatch, Waybill
from apps.tracking.promise import Progress, Standards
from apps.tracking.services.late import find_late
from apps.tracking.services.watch import enrol_forgotten, look_again
from apps.tracking.tasks import find_late as find_late_task
from apps.tracking.tasks import watch_forgotten
from tests.factories.shipments import ago, level, scan, shipment
from tests.tracking.test_promise import SHANGHAI, heading, moments, standards

pytestmark = pytest.mark.requirement("TRK-7")


def sweep(**more: Any) -> Counter[str]:
    return find_late(by=system_user("sweeper"), **more)


def late(hours: float = 60, **fields: Any) -> LateShipment:
    """A case: issued ``hours`` ago, promised within 48."""
    if not ServiceLevel.objects.exists():
        level()
    waybill = shipment(at=ago(hours=hours), service_level="std", **fields)
    look_again([waybill.pk])
    sweep()
    return LateShipment.objects.get(waybill=waybill)


def state_of(case: LateShipment) -> Any:
    found: Any = with_state(LateShipment.objects.filter(pk=case.pk)).get()
    return found.state


# --- judging -----------------------------------------------------------------------------------


@given(heading, moments, st.timedeltas(timedelta(0), timedelta(days=20)), standards)
def test_the_next_look_is_not_too_late(
    status: Status, at: datetime, later: timedelta, found: Standards
) -> None:
    """Until the next look is due, the answer would have been the same."""
    progress = Progress(status, "", at, at)
    promised = at + found.promised

    def verdict(now: datetime) -> Any:
        return judge(progress, promised_at=promised, standards=found, now=now, zone=SHANGHAI)

    first = verdict(at + later)
    assert first.look_again_at > at + later
    if first.look_again_at - (at + later) > timedelta(minutes=1):
        just_before = verdict(first.look_again_at - timedelta(seconds=2))
        assert just_before.kind == first.kind


@pytest.mark.parametrize(
    ("status", "hours", "kind"),
    [
        (Status.PICKED_UP, 10, None),
        (Status.PICKED_UP, 13, LateKind.STUCK),
        (Status.IN_TRANSIT, 35, None),
        (Status.IN_TRANSIT, 37, LateKind.STUCK),
        (Status.OUT_FOR_DELIVERY, 25, LateKind.STUCK),
        (Status.RETURNING, 37, LateKind.STUCK),
    ],
)
def test_silence_is_measured_by_stage(status: Status, hours: int, kind: LateKind | None) -> None:
    now = timezone.now()
    at = now - timedelta(hours=hours)
    progress = Progress(status, "", at, at, last_event_at=at)
    assert judge(progress, promised_at=None, standards=None, now=now, zone=SHANGHAI).kind == kind
    patient = dict.fromkeys(Stage, timedelta(days=9))
    quiet = judge(
        progress, promised_at=None, standards=None, now=now, zone=SHANGHAI, silence=patient
    )
    assert quiet.kind is None


def test_a_case_never_looks_better_than_it_was_found() -> None:
    assert set(WORSE) == set(LateKind)
    assert set(SILENCE) == set(Stage)
    assert worse_of(LateKind.WILL_MISS, LateKind.MISSED) == LateKind.MISSED
    assert worse_of(LateKind.MISSED, LateKind.STUCK) == LateKind.MISSED


# --- sweeping ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_past_its_promise_is_found_once() -> None:
    level()
    waybill = shipment(at=ago(hours=60), service_level="std")
    assert sweep() == Counter(looked=1, found=1)
    case = LateShipment.objects.get()
    assert (case.kind, case.closed_at) == (LateKind.MISSED, None)
    assert case.promised_at == waybill.promised_at
    assert timeline(waybill)[0].kind == "waybill.running_late"
    assert sweep() == Counter()  # nothing is due
    look_again([waybill.pk])
    assert sweep() == Counter(looked=1, found=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        LateShipment.objects.create(waybill=waybill, kind=LateKind.STUCK, found_by=case.found_by)


@pytest.mark.django_db
def test_what_will_miss_is_found_before_it_does_and_gets_a_new_expectation() -> None:
    level()  # 48 promised; after a failed attempt the 12 of delivery begin again
    waybill = shipment(at=ago(hours=40), service_level="std")
    scan(waybill, "picked_up", ago(hours=38))
    scan(waybill, "arrived_dest_city", ago(hours=12))
    assert sweep()["found"] == 0
    waybill.refresh_from_db()
    assert abs(waybill.expected_at - timezone.now()) < timedelta(minutes=1)
    scan(waybill, "consignee_absent", ago(hours=1))
    look_again([waybill.pk])
    assert sweep()["found"] == 1
    waybill.refresh_from_db()
    assert waybill.expected_at > waybill.promised_at > timezone.now()
    assert LateShipment.objects.get().kind == LateKind.WILL_MISS
    Waybill.objects.update(promised_at=ago(minutes=5))
    look_again([waybill.pk])
    assert sweep()["worsened"] == 1
    assert LateShipment.objects.get().kind == LateKind.MISSED


@pytest.mark.django_db
def test_misrouted_and_lost_are_found_whatever_was_promised() -> None:
    astray, gone, fine = (shipment(at=ago(hours=2)) for _ in range(3))
    scan(astray, "misrouted")
    scan(gone, "lost")
    assert sweep() == Counter(looked=3, found=2)
    assert LateShipment.objects.get(waybill=astray).kind == LateKind.MISROUTED
    assert LateShipment.objects.get(waybill=gone).kind == LateKind.LOST
    assert set(ShipmentWatch.objects.values_list("waybill_id", flat=True)) == {astray.pk, fine.pk}


@pytest.mark.django_db
def test_a_delivery_takes_it_off_the_watch_and_a_mistake_puts_it_back() -> None:
    case = late()
    waybill = scan(case.waybill, "delivered", ago(hours=1), source_id="x", revision=1)
    look_again([waybill.pk])
    assert sweep()["arrived"] == 1
    assert state_of(case) == LateState.ARRIVED
    assert not ShipmentWatch.objects.exists()
    scan(waybill, "in_transit", ago(hours=1), source_id="x", revision=2)
    assert enrol_forgotten() == 1
    assert enrol_forgotten() == 0
    sweep()
    assert state_of(case) == LateState.OPEN


@pytest.mark.django_db
def test_a_case_that_ended_otherwise_is_not_begun_again() -> None:
    case = late()
    LateShipment.objects.update(
        outcome=LateOutcome.RESHIPPED,
        closed_at=timezone.now(),
        closed_by=case.found_by,
    )
    ShipmentWatch.objects.all().delete()
    assert watch_forgotten() == 0


@pytest.mark.django_db
def test_the_task_works_through_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.tracking.tasks.late.BATCH", 2)
    level()
    for _ in range(5):
        shipment(at=ago(hours=60), service_level="std")
    assert find_late_task() == 5
    assert LateShipment.objects.count() == 5


@pytest.mark.django_db
def test_a_sweep_costs_the_same_queries_for_one_and_for_three() -> None:
    level()
    counts = []
    for n in (1, 3):
        for _ in range(n):
            shipment(at=ago(hours=60), service_level="std")
        sweeper = system_user("sweeper")
        with CaptureQueriesContext(connection) as queries:
            assert find_late(by=sweeper)["found"] == n
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_nothing_due_is_read_from_the_index() -> None:
    shipment(at=ago(hours=1))
    sweep()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT s.waybill_id FROM tracking_shipmentwatch s"
            " WHERE s.due_at <= statement_timestamp() ORDER BY s.due_at LIMIT 500"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "watch_due" in plan


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_share_the_work_and_never_find_twice() -> None:
    level()
    for _ in range(30):
        shipment(at=ago(hours=60), service_level="std")
    sweeper = system_user("sweeper")
    found: list[int] = []

    def work() -> None:
        try:
            found.extend(find_late(by=sweeper, limit=3)["found"] for _ in range(20))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(found) == LateShipment.objects.count() == 30
    assert Event.objects.filter(kind="waybill.running_late").count() == 30
