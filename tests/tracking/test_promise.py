"""What is promised, what is expected, and how a promise changes."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import RuleBroken
from apps.events.queries import timeline
from apps.tracking.enums import PromiseCause, Reason, Stage, Status
from apps.tracking.models import PromiseChange, ServiceLane, ServiceLevel, Waybill
from apps.tracking.promise import (
    OFF_COURSE,
    Progress,
    Standards,
    clock_start,
    expected_at,
    outlook,
    promised_at,
)
from apps.tracking.queries.feedback import on_time
from apps.tracking.queries.standards import city_key, standards_table
from apps.tracking.services.masters import save_row
from apps.tracking.services.promise import (
    apply_promises,
    change_promise,
    change_promises,
)
from tests.factories.accounts import UserFactory
from tests.factories.shipments import ago, level, scan, shipment

pytestmark = pytest.mark.requirement("TRK-7")

SHANGHAI = ZoneInfo("Asia/Shanghai")
hours = st.integers(0, 96).map(lambda n: timedelta(hours=n))
moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from([SHANGHAI, ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")])
standards = st.builds(
    Standards,
    promised=st.integers(1, 200).map(lambda n: timedelta(hours=n)),
    opens=st.times(time(0), time(9)),
    cut_off=st.times(time(12), time(23, 59)),
    stages=st.fixed_dictionaries(dict.fromkeys(Stage, hours)),
)
heading = st.sampled_from([s for s in Status if s not in OFF_COURSE])
DAY = Standards(
    promised=timedelta(hours=24),
    opens=time(8),
    cut_off=time(18),
    stages={
        Stage.PICKUP: timedelta(hours=2),
        Stage.SORT: timedelta(hours=2),
        Stage.LINE_HAUL: timedelta(hours=10),
        Stage.DELIVERY: timedelta(hours=6),
    },
)


def here(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("asked", "starts"),
    [
        (here(2026, 3, 2, 10), here(2026, 3, 2, 10)),
        (here(2026, 3, 2, 18), here(2026, 3, 2, 18)),  # at the very cut-off: in time
        (here(2026, 3, 2, 18, 0, 1), here(2026, 3, 3, 8)),
        (here(2026, 3, 2, 23, 59), here(2026, 3, 3, 8)),
        (here(2026, 3, 3, 3), here(2026, 3, 3, 8)),  # before opening
        (here(2026, 12, 31, 19), here(2027, 1, 1, 8)),
    ],
)
def test_the_clock_starts_by_the_cut_off(asked: datetime, starts: datetime) -> None:
    assert clock_start(asked, DAY, SHANGHAI) == starts
    assert promised_at(asked, DAY, SHANGHAI) == starts + timedelta(hours=24)


@given(moments, moments, standards, zones)
def test_a_later_request_is_never_promised_earlier(
    one: datetime, other: datetime, found: Standards, zone: ZoneInfo
) -> None:
    first, second = sorted([one, other])
    assert promised_at(first, found, zone) <= promised_at(second, found, zone)
    assert clock_start(first, found, zone) >= first


def progress(status: Status, at: datetime, **more: object) -> Progress:
    values = {"reason": "", "requested_at": at, "status_at": at, "picked_up_at": None, **more}
    return Progress(status=status, **values)  # type: ignore[arg-type]  # a test's shorthand


@given(heading, moments, st.timedeltas(timedelta(0), timedelta(days=30)), standards, zones)
def test_never_expected_before_now(
    status: Status, at: datetime, later: timedelta, found: Standards, zone: ZoneInfo
) -> None:
    now = at + later
    expected = expected_at(progress(status, at), found, now=now, zone=zone)
    done = outlook(progress(status, at), found, zone) is None
    assert (expected is None) == done
    assert expected is None or expected >= now


@given(
    heading,
    moments,
    st.timedeltas(timedelta(0), timedelta(days=9)),
    st.timedeltas(timedelta(0), timedelta(days=9)),
    standards,
)
def test_waiting_never_makes_it_sooner(
    status: Status, at: datetime, wait: timedelta, more: timedelta, found: Standards
) -> None:
    how_far = progress(status, at)
    early = expected_at(how_far, found, now=at + wait, zone=SHANGHAI)
    late = expected_at(how_far, found, now=at + wait + more, zone=SHANGHAI)
    assert (early is None and late is None) or (early and late and early <= late)


@given(moments, standards, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_progress_never_makes_it_later(at: datetime, found: Standards, later: timedelta) -> None:
    """At one instant each step ahead leaves less to do."""
    way = [Status.IN_TRANSIT, Status.ARRIVED_DEST_CITY, Status.OUT_FOR_DELIVERY]
    seen = [
        expected_at(progress(status, at, picked_up_at=at), found, now=at + later, zone=SHANGHAI)
        for status in way
    ]
    assert seen == sorted(seen, reverse=True)


@given(moments, standards, zones)
def test_the_plan_keeps_the_promise(at: datetime, found: Standards, zone: ZoneInfo) -> None:
    """Standards that fit the promise never begin as late."""
    total = found.lasting(Stage.PICKUP, Stage.SORT, Stage.LINE_HAUL, Stage.DELIVERY)
    expected = expected_at(progress(Status.CREATED, at), found, now=at, zone=zone)
    assert expected is not None
    assert (expected <= promised_at(at, found, zone)) == (total <= found.promised)


def test_scans_on_the_way_do_not_delay_and_a_wrong_way_does() -> None:
    at = here(2026, 3, 2, 10)
    on_the_way = progress(Status.IN_TRANSIT, at, picked_up_at=at, status_at=at + timedelta(hours=9))
    now = at + timedelta(hours=9)
    assert expected_at(on_the_way, DAY, now=now, zone=SHANGHAI) == at + timedelta(hours=18)
    astray = progress(
        Status.EXCEPTION,
        at,
        reason=Reason.MISROUTED,
        picked_up_at=at,
        status_at=at + timedelta(hours=9),
    )
    assert expected_at(astray, DAY, now=now, zone=SHANGHAI) == at + timedelta(hours=25)
    assert expected_at(progress(Status.RETURNING, at), DAY, now=now, zone=SHANGHAI) is None


@pytest.mark.parametrize(
    ("city", "key"),
    [("上海市", "上海"), ("上海", "上海"), (" 上 海 市 ", "上海"), ("沙市", "沙市"), ("", "")],
)
def test_one_city_has_one_key(city: str, key: str) -> None:
    assert city_key(city) == key


@pytest.mark.django_db
def test_the_narrowest_valid_lane_counts() -> None:
    std = level()
    level(scope="same_city", promised_hours=24, line_haul_hours=0)
    named = {"scope": "lane", "origin_city": "上海", "destination_city": "北京市"}
    level(**named, promised_hours=60, valid_from="2026-01-01", valid_until="2026-07-01")
    level(**named, promised_hours=72, valid_from="2026-07-01")
    table = standards_table([std.code])

    def promised(origin: str, destination: str, day: date) -> int | None:
        found = table.of("std", origin, destination, day)
        return None if found is None else int(found.promised.total_seconds() // 3600)

    assert promised("上海市", "上海", date(2026, 5, 1)) == 24
    assert promised("上海", "北京", date(2026, 6, 30)) == 60
    assert promised("上海", "北京", date(2026, 7, 1)) == 72
    assert promised("上海", "广州", date(2026, 7, 1)) == 48
    assert promised("上海", "广州", date(2019, 7, 1)) is None
    assert table.of("other", "上海", "广州", date(2026, 7, 1)) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lane",
    [
        {"valid_from": "2025-01-01"},  # overlaps the open-ended one
        {"scope": "lane", "origin_city": "上海"},
        {"scope": "same_city", "origin_city": "上海"},
        {"scope": "same_city", "promised_hours": 10},  # less than its stages need
        {"scope": "same_city", "promised_hours": 0},
        {"scope": "same_city", "valid_until": "2019-01-01"},
        {"scope": "same_city", "opens": "18:00", "cut_off": "08:00"},
        {"scope": "same_city", "sort_hours": -1},
    ],
)
def test_the_database_refuses_impossible_lanes(lane: dict[str, object]) -> None:
    level()
    with pytest.raises(IntegrityError), transaction.atomic():
        level(**lane)


@pytest.mark.django_db
def test_a_lane_is_checked_before_it_is_kept() -> None:
    std, user = level(), UserFactory()
    lane = ServiceLane.objects.get(level=std)
    twin = ServiceLane(
        level=std, scope="inter_city", promised_hours=Decimal(10), valid_from=date(2026, 1, 1)
    )
    with pytest.raises(ValidationError):
        save_row(twin, by=user, at=timezone.now())
    lane.promised_hours = Decimal(50)
    save_row(lane, by=user, at=timezone.now())
    assert timeline(lane)[0].kind == "servicelane.changed"


@pytest.mark.django_db
def test_issuing_promises_by_the_usual_level_in_two_queries() -> None:
    level()
    ServiceLevel.objects.update(is_default=True)
    at = ago(hours=1)
    between = {"origin_city": "上海", "destination_city": "北京"}
    fresh = [Waybill(job_type="door_to_door", issued_at=at, **between) for _ in range(3)]
    without = Waybill(job_type="dedicated", issued_at=at, **between)
    apply_promises([without])
    assert without.promised_at is None
    fresh[0].promised_at = by_hand = at + timedelta(hours=5)
    with CaptureQueriesContext(connection) as queries:
        apply_promises(fresh)
    assert len(queries) == 2
    assert fresh[0].promised_at == by_hand
    assert {w.service_level for w in fresh} == {"std"}
    assert fresh[1].promised_at == at + timedelta(hours=48)
    assert fresh[1].expected_at == at + timedelta(hours=44)


@pytest.mark.django_db
def test_a_promise_changes_with_a_reason_and_keeps_its_past() -> None:
    level()
    user, waybill = UserFactory(), shipment(service_level="std")
    before, at = waybill.promised_at, timezone.now()
    later = at + timedelta(days=4)
    change_promise(
        waybill_id=waybill.pk,
        promised=later,
        cause=PromiseCause.INCIDENT,
        reason="台风停运",
        by=user,
        at=at,
    )
    waybill.refresh_from_db()
    assert waybill.promised_at == later
    change = PromiseChange.objects.get()
    assert (change.promised_before, change.promised_now, change.changed_by) == (before, later, user)
    assert timeline(waybill)[0].kind == "waybill.promise_changed"
    for wrong in ({"reason": " "}, {"promised": at}, {"promised": later}):
        values = {
            "promised": later + timedelta(hours=1),
            "cause": PromiseCause.OWN,
            "reason": "x",
            **wrong,
        }
        with pytest.raises(RuleBroken):
            change_promise(waybill_id=waybill.pk, by=user, at=at, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        PromiseChange.objects.create(
            waybill=waybill,
            promised_now=later,
            cause="own",
            reason="",
            changed_at=at,
            changed_by=user,
        )
    scan(waybill, "delivered")
    with pytest.raises(RuleBroken, match=r"promise|承诺"):
        change_promise(
            waybill_id=waybill.pk,
            promised=later + timedelta(1),
            cause=PromiseCause.OWN,
            reason="x",
            by=user,
            at=at,
        )


@pytest.mark.django_db
def test_our_own_changes_never_polish_punctuality() -> None:
    level()
    user, waybill, at = UserFactory(), shipment(service_level="std"), timezone.now()
    first = waybill.promised_at
    assert first is not None

    def move(days: int, cause: PromiseCause) -> tuple[bool | None, bool | None]:
        change_promise(
            waybill_id=waybill.pk, promised=first + timedelta(days=days), cause=cause, reason="x", by=user, at=at
        )  # fmt: skip
        waybill.refresh_from_db()
        waybill.delivered_at = first + timedelta(days=1)
        before = on_time(waybill, at)
        waybill.delivered_at = waybill.promised_at
        return before, on_time(waybill, at)

    assert move(2, PromiseCause.OWN) == (False, False)
    assert move(3, PromiseCause.OWN) == (False, False)
    assert waybill.measured_promise_at == first
    assert move(4, PromiseCause.CUSTOMER) == (True, True)
    assert move(5, PromiseCause.OWN) == (True, False)
    assert waybill.measured_promise_at == first + timedelta(days=4)
    assert move(6, PromiseCause.INCIDENT) == (True, True)
    assert waybill.measured_promise_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("count", [2, 12])
def test_many_promises_move_in_few_statements(count: int) -> None:
    level()
    user, at = UserFactory(), timezone.now()
    shipments = [shipment(service_level="std") for _n in range(count)]
    same, gone = shipments[0], shipment(service_level="std")
    scan(gone, "delivered")
    later = at + timedelta(days=5)
    Waybill.objects.filter(pk=same.pk).update(promised_at=later)
    wanted = dict.fromkeys([*(one.pk for one in shipments), gone.pk], later)
    with CaptureQueriesContext(connection) as queries:
        changes = change_promises(
            wanted, cause=PromiseCause.INCIDENT, reason="杭州暴雪", by=user, at=at
        )
    assert {one.waybill_id for one in changes} == {one.pk for one in shipments[1:]}
    assert len(queries) <= 16
    assert set(Waybill.objects.filter(promised_at=later).values_list("pk", flat=True)) == {
        one.pk for one in shipments
    }
    assert not change_promises(
        wanted, cause=PromiseCause.INCIDENT, reason="杭州暴雪", by=user, at=at
    ), "pressed twice, moved once"
