"""Stages from events, overruns by unit and partner, agreements and scorecards."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.enums import ObjectScope
from apps.tracking.codes import CODES
from apps.tracking.enums import Stage, Status
from apps.tracking.models import PartnerCarrier, Waybill
from apps.tracking.queries.stage_report import StageRow, stage_rows
from apps.tracking.stages import Interval, Scan, intervals, level
from tests.factories.accounts import UnitFactory, UserFactory, superuser
from tests.factories.shipments import ago, agreement, scan, shipment
from tests.factories.shipments import level as service_level

pytestmark = pytest.mark.requirement("TRK-5")

START = datetime(2026, 3, 2, 10, tzinfo=UTC)


def seen(code: str, after: float, unit: int | None = None, carrier: int | None = None) -> Scan:
    at = START + timedelta(hours=after)
    return Scan(int(after * 100), at, code, CODES[code].status, unit, carrier)


def shape(found: list[Interval]) -> list[tuple[str, float | None, int | None, int | None]]:
    return [
        (
            i.stage.value,
            (i.ended_at - i.started_at).total_seconds() / 3600 if i.ended_at else None,
            i.unit_id,
            i.carrier_id,
        )
        for i in found
    ]


def test_a_whole_way_has_four_stages_and_who_answers_for_each() -> None:
    scans = [
        seen("picked_up", 2, unit=1),
        seen("sorted", 4, unit=2),
        seen("departed", 5, unit=2),
        seen("arrived", 9, unit=3),
        seen("departed", 10, unit=3),
        seen("arrived_dest_city", 20, carrier=7),
        seen("out_for_delivery", 22, carrier=7),
        seen("delivered", 25, carrier=8),
    ]
    assert shape(intervals(scans, requested_at=START, unit_id=9)) == [
        ("pickup", 2, 1, None),
        ("sort", 3, 2, None),
        ("line_haul", 15, 2, None),  # who sent it off answers, not who received it
        ("delivery", 5, None, 8),
    ]


def test_a_missing_scan_leaves_its_stage_out_and_nothing_is_lost() -> None:
    scans = [seen("picked_up", 2), seen("out_for_delivery", 20), seen("delivered", 21)]
    assert shape(intervals(scans, requested_at=START, unit_id=9)) == [
        ("pickup", 2, 9, None),
        ("sort", 18, 9, None),
        ("delivery", 1, 9, None),
    ]
    only = intervals([seen("delivered", 21)], requested_at=START, carrier_id=4, unit_id=9)
    assert shape(only) == [("pickup", 21, None, 4)]
    assert shape(intervals([], requested_at=START)) == [("pickup", None, None, None)]
    running = intervals([seen("picked_up", 2)], requested_at=START)
    assert shape(running)[-1] == ("sort", None, None, None)
    assert running[-1].took(START + timedelta(hours=5)) == timedelta(hours=3)


codes = st.sampled_from(sorted(CODES))
histories = st.lists(st.tuples(codes, st.integers(0, 200)), max_size=12)


@given(histories, st.randoms())
def test_order_of_arrival_cannot_matter_and_stages_are_without_gaps(
    history: list[tuple[str, int]], dice: Any
) -> None:
    scans = [
        Scan(n, START + timedelta(hours=after), code, CODES[code].status)
        for n, (code, after) in enumerate(history)
    ]
    found = intervals(scans, requested_at=START)
    shuffled = scans[:]
    dice.shuffle(shuffled)
    assert intervals(shuffled, requested_at=START) == found
    for one, following in pairwise(found):
        assert one.ended_at == following.started_at
        assert list(Stage).index(one.stage) < list(Stage).index(following.stage)
    assert all(i.ended_at for i in found[:-1])


def test_hub_scans_prove_no_more_than_the_pickup() -> None:
    assert [level(c, CODES[c].status) for c in ("sorted", "arrived", "departed")] == [1, 1, 2]
    assert level("damaged", Status.EXCEPTION) == 0
    assert level("returning", Status.RETURNING) == 0


# --- the report ------------------------------------------------------------------------------


def report(**more: Any) -> list[StageRow]:
    today = timezone.localdate()
    values = {"user": superuser(), "now": timezone.now(), **more}
    return stage_rows(today - timedelta(days=40), today, **values)


def row(rows: list[StageRow], stage: Stage, **who: int) -> StageRow:
    [found] = [
        r for r in rows if r.stage == stage and all(getattr(r, k) == v for k, v in who.items())
    ]
    return found


@pytest.fixture
def depot() -> Any:
    return UnitFactory(code="SH-D")


@pytest.mark.django_db
def test_overruns_by_unit_and_partner(depot: Any) -> None:
    service_level()  # pickup 4, sort 4, line-haul 24, delivery 12
    partner = PartnerCarrier.objects.create(code="yunda", name="韵达")
    for pickup_hours in (3, 6, 9):
        at = ago(hours=60)
        waybill = shipment(at=at, service_level="std")
        scan(waybill, "picked_up", at + timedelta(hours=pickup_hours), unit_code="SH-D")
        scan(waybill, "departed", at + timedelta(hours=10), carrier=partner)
        scan(waybill, "arrived_dest_city", at + timedelta(hours=40), carrier=partner)
    rows = report()
    pickup = row(rows, Stage.PICKUP, unit_id=depot.pk)
    assert (pickup.ended, pickup.running, pickup.measured, pickup.over) == (3, 0, 3, 2)
    assert pickup.average == Decimal("6.0")
    assert (pickup.average_over, pickup.longest_over) == (Decimal("3.5"), Decimal("5.0"))
    assert pickup.over_share == Decimal("66.7")
    line_haul = row(rows, Stage.LINE_HAUL, carrier_id=partner.pk)
    assert (line_haul.over, line_haul.average) == (3, Decimal("30.0"))
    delivery = row(rows, Stage.DELIVERY, carrier_id=partner.pk)
    assert (delivery.ended, delivery.running, delivery.over) == (0, 3, 3)
    assert {r.carrier_id for r in report(carrier_id=partner.pk)} == {partner.pk}


@pytest.mark.django_db
def test_an_agreement_goes_before_the_lane_in_its_area(depot: Any) -> None:
    service_level()
    partner = PartnerCarrier.objects.create(code="yunda", name="韵达")
    agreement(partner, area="北京市", line_haul_hours=32)
    at = ago(hours=60)
    for destination in ("北京", "广州"):
        waybill = shipment(at=at, service_level="std", destination_city=destination)
        scan(waybill, "departed", at + timedelta(hours=5), carrier=partner)
        scan(waybill, "arrived_dest_city", at + timedelta(hours=35), carrier=partner)
    found = row(report(), Stage.LINE_HAUL, carrier_id=partner.pk)
    assert (found.measured, found.over) == (2, 1)  # 30 hours: fine for 32, over for 24


@pytest.mark.django_db
def test_corrections_and_other_peoples_shipments_do_not_count(depot: Any) -> None:
    at = ago(hours=30)
    waybill = shipment(at=at)
    scan(waybill, "picked_up", at + timedelta(hours=9), unit_code="SH-D", source_id="a", revision=1)
    scan(waybill, "picked_up", at + timedelta(hours=2), unit_code="SH-D", source_id="a", revision=2)
    found = row(report(), Stage.PICKUP)
    assert (found.average, found.measured, found.over_share) == (Decimal("2.0"), 0, None)
    nobody = UserFactory(scope=ObjectScope.CUSTOMERS)
    assert report(user=nobody) == []


@pytest.mark.django_db
def test_a_cancelled_shipment_has_no_running_stage() -> None:
    waybill = shipment(at=ago(hours=30))
    scan(waybill, "cancelled.before_pickup", ago(hours=29))
    assert report() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(6))
def test_the_report_says_what_the_pure_function_says(seed: int, depot: Any) -> None:
    """The SQL over random histories, one shipment at a time, against stages.intervals."""
    import random

    dice = random.Random(seed)
    partner = PartnerCarrier.objects.create(code="yunda", name="韵达")
    at = ago(hours=300)
    waybill = shipment(at=at, responsible_unit=depot)
    scans = []
    words = [c for c in CODES if not c.startswith(("cancelled", "return", "expired", "created"))]
    for n in range(dice.randint(0, 8)):
        code, after = dice.choice(words), dice.randint(0, 200)
        by_unit, by_partner = dice.random() < 0.5, dice.random() < 0.4
        scan(
            waybill,
            code,
            at + timedelta(hours=after, minutes=n),
            unit_code="SH-D" if by_unit else "",
            carrier=partner if by_partner else None,
            source_id=str(n),
        )
        scans.append(
            Scan(
                n,
                at + timedelta(hours=after, minutes=n),
                code,
                CODES[code].status,
                depot.pk if by_unit else None,
                partner.pk if by_partner else None,
            )
        )
    expected = {
        (i.stage, i.unit_id, i.carrier_id, i.ended_at is not None)
        for i in intervals(scans, requested_at=at, unit_id=depot.pk)
        if i.ended_at or not Waybill.objects.get().concluded_at
    }
    found = {
        (r.stage, r.unit_id, r.carrier_id, bool(r.ended))
        for r in report()
        if r.stage != Stage.RECEIPT_RETURN
    }
    assert found == expected


@pytest.mark.django_db
def test_the_report_is_one_statement_however_many_shipments(depot: Any) -> None:
    user, today = superuser(), timezone.localdate()
    counts = []
    for _ in range(2):
        scan(shipment(at=ago(hours=20)), "picked_up", ago(hours=15), unit_code="SH-D")
        with CaptureQueriesContext(connection) as queries:
            stage_rows(today - timedelta(days=2), today, user=user, now=timezone.now())
        counts.append(len(queries))
    assert counts == [1, 1]
