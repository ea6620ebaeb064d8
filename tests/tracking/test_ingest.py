"""Taking in events: repeats, order, refusals, corrections, and many senders at once."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.enums import ObjectScope
from apps.accounts.queries import system_user
from apps.core.errors import BadInput
from apps.customers.models import CustomerScope
from apps.events.models import Event
from apps.tracking.codes import CODES
from apps.tracking.inputs import IncomingEvent, IngestResult
from apps.tracking.models import EventBatch, RefusedEvent, TrackingEvent, Waybill
from apps.tracking.reading import read_event
from apps.tracking.services import ingest
from apps.tracking.status import Scan, derive
from tests.factories.accounts import ServiceUserFactory, UnitFactory
from tests.factories.customers import CustomerFactory
from tests.factories.tracking import event, events_of, report, waybill, waybills
from tests.waiting import LIMIT

requirement = pytest.mark.requirement
JOURNEY = ["picked_up", "departed", "arrived", "sorted", "out_for_delivery", "delivered"]


def take(events: list[object], source: str = "tests", **more: object) -> IngestResult:
    return ingest(
        events,  # type: ignore[arg-type]
        source=source,
        by=more.pop("by", None) or system_user("tests"),  # type: ignore[arg-type]
        at=timezone.now(),
        **more,  # type: ignore[arg-type]
    )


def status_of(of: Waybill) -> dict[str, object]:
    of.refresh_from_db()
    names = [f.name for f in Waybill._meta.fields if f.name.startswith("status")]
    names += ["picked_up_at", "delivered_at", "concluded_at", "last_event_at", "last_place"]
    return {name: getattr(of, name) for name in names}


@requirement("TRK-2")
@pytest.mark.django_db
class TestOneBatch:
    def test_a_journey_ends_delivered(self) -> None:
        parcel = report(waybill(), *JOURNEY)
        assert parcel.status == "delivered"
        assert parcel.status_reason == "self"
        assert parcel.delivered_at == parcel.status_at == parcel.concluded_at
        assert parcel.picked_up_at == events_of(parcel)[0].occurred_at
        assert [e.code for e in events_of(parcel)] == JOURNEY

    def test_a_repeat_changes_nothing_and_says_so(self) -> None:
        parcel = waybill()
        batch = [event(parcel, code, n) for n, code in enumerate(JOURNEY)]
        assert take(batch).accepted == 6
        before, answers = status_of(parcel), Event.objects.count()
        again = take(batch)
        assert (again.accepted, again.repeated, again.refused) == (0, 6, [])
        assert status_of(parcel) == before
        assert Event.objects.count() == answers
        assert TrackingEvent.objects.filter(waybill=parcel).count() == 6

    def test_the_same_instant_told_in_another_zone_is_a_repeat(self) -> None:
        parcel = waybill()
        one = event(parcel, "arrived", occurred_at=datetime(2026, 3, 1, 6, tzinfo=UTC))
        two = event(
            parcel, "arrived", occurred_at=datetime.fromisoformat("2026-03-01T14:00:00+08:00")
        )
        assert take([one, two]).outcomes == ["accepted", "repeated"]
        assert take([two]).outcomes == ["repeated"]

    def test_two_different_events_in_the_same_second_are_both_kept(self) -> None:
        parcel = waybill()
        when = timezone.now() - timedelta(hours=1)
        take([event(parcel, code, occurred_at=when) for code in ("arrived", "departed")])
        assert len(events_of(parcel)) == 2
        assert [e.code for e in events_of(parcel)] == ["arrived", "departed"]

    def test_one_event_tells_each_change_once(self) -> None:
        first, second = waybills(2)
        take([event(first, "picked_up", 3), event(first, "arrived", 2), event(second, "sorted")])
        answers = Event.objects.filter(kind="waybill.status_changed").order_by("id")
        assert [(e.data["number"], e.data["from"], e.data["to"]) for e in answers] == [
            (first.number, "created", "in_transit"),
            (second.number, "created", "in_transit"),
        ]

    def test_an_old_scan_leaves_the_status_and_fills_the_history(self) -> None:
        parcel = report(waybill(), "out_for_delivery")
        take([event(parcel, "picked_up", 30)])
        now = status_of(parcel)
        assert now["status"] == "out_for_delivery"
        assert now["picked_up_at"] is not None
        assert Event.objects.filter(kind="waybill.status_changed").count() == 1

    def test_an_event_lies_in_the_month_of_its_waybill_whatever_it_claims(self) -> None:
        parcel = waybill()
        take([event(parcel, "arrived", occurred_at=datetime(2003, 5, 5, tzinfo=UTC))])
        with connection.cursor() as cursor:
            cursor.execute("SELECT tableoid::regclass::text FROM tracking_trackingevent")
            (table,) = cursor.fetchone()
        assert table.endswith(parcel.issued_month.strftime("%Y_%m"))

    def test_a_waybill_number_may_be_typed_any_way(self) -> None:
        parcel = waybill()
        spaced = f"{parcel.number[:2].lower()} {parcel.number[2:6]}-{parcel.number[6:]}"
        assert take([event(spaced, "arrived")]).accepted == 1

    def test_a_unit_is_kept_and_an_unknown_one_refused(self) -> None:
        parcel, unit = waybill(), UnitFactory()
        result = take(
            [
                event(parcel, "arrived", unit_code=unit.code),
                event(parcel, "departed", unit_code="NOWHERE"),
            ]
        )
        assert result.outcomes == ["accepted", "refused"]
        assert result.refused[0].code == "unknown_unit"
        assert events_of(parcel)[0].unit_id == unit.pk

    def test_no_more_queries_for_more_events(self) -> None:
        counts = []
        for size in (1, 3):
            parcels = waybills(size)
            with CaptureQueriesContext(connection) as queries:
                take([event(p, code) for p in parcels for code in ("picked_up", "arrived")])
            counts.append(len(queries))
        assert counts[0] == counts[1]


def bad(parcel: Waybill) -> list[tuple[dict[str, object], str]]:
    good = {
        "waybill_number": parcel.number,
        "code": "arrived",
        "occurred_at": "2026-03-01T14:00:00+08:00",
    }
    last = parcel.number[-1]
    wrong_digit = parcel.number[:-1] + ("1" if last != "1" else "2")
    ahead = (timezone.now() + timedelta(minutes=11)).isoformat()
    return [
        (good | {"waybill_number": "YP000000000000"}, "unknown_waybill"),
        (good | {"waybill_number": wrong_digit}, "number_check_digit"),
        (good | {"waybill_number": "SF1234567890"}, "number_prefix"),
        (good | {"waybill_number": "YP12"}, "number_length"),
        (good | {"waybill_number": ""}, "missing"),
        (good | {"waybill_number": None}, "missing"),
        (good | {"waybill_number": 12345}, "bad_type"),
        (good | {"waybill_number": "YP\x00\ud800"}, "number_characters"),
        (good | {"code": "teleported"}, "unknown_code"),
        (good | {"code": ["arrived"]}, "bad_type"),
        (good | {"occurred_at": "yesterday"}, "bad_time"),
        (good | {"occurred_at": "2026-02-30T14:00:00+08:00"}, "bad_time"),
        (good | {"occurred_at": "2026-03-01T14:00:00"}, "time_without_zone"),
        (good | {"occurred_at": "2026-03-01"}, "time_without_zone"),
        (good | {"occurred_at": 1772344800}, "bad_type"),
        (good | {"occurred_at": ahead}, "future_time"),
        (good | {"occurred_at": "9999-12-31T23:59:59+00:00"}, "future_time"),
        (good | {"occurred_at": "0001-01-01T00:00:00+14:00"}, "time_too_early"),
        (good | {"occurred_at": "1999-12-31T23:59:59+00:00"}, "time_too_early"),
        (good | {"text": "x" * 501}, "too_long"),
        (good | {"text": "\x00"}, "bad_text"),
        (good | {"text": "bell \x07"}, "bad_text"),
        (good | {"place": "lone \ud83d surrogate"}, "bad_text"),
        (good | {"city": {"name": "上海"}}, "bad_type"),
        (good | {"source_id": 7}, "bad_type"),
        (good | {"source_id": "x" * 81}, "too_long"),
        (good | {"revision": -1}, "bad_type"),
        (good | {"revision": True}, "bad_type"),
        (good | {"supersedes": 2**70}, "bad_type"),
        (good | {"supersedes": 987654321}, "unknown_event"),
        (good | {"withdraws": True}, "missing"),
        (good | {"withdraws": "yes"}, "bad_type"),
        (good | {"unit_code": "\udc00"}, "unknown_unit"),
        (good | {"surprise": 1}, "unknown_field"),
        ({}, "missing"),
    ]


@requirement("TRK-2")
@pytest.mark.django_db
def test_each_bad_item_is_refused_with_its_reason_and_the_rest_is_kept() -> None:
    parcel = waybill()
    cases = bad(parcel)
    raws: list[object] = [raw for raw, _code in cases] + ["text", None, 7, [1]]
    codes = [code for _raw, code in cases] + ["bad_type"] * 4
    good = {
        "waybill_number": parcel.number,
        "code": "arrived",
        "occurred_at": "2026-03-01T14:00:00+08:00",
        "text": "已到达\t【上海\n转运中心】 😀",
    }
    raws.insert(3, good)
    codes.insert(3, "")
    result = take([read_event(raw) for raw in raws])
    answers = {r.index: r.code for r in result.refused}
    assert [answers.get(n, "") for n in range(len(raws))] == codes
    assert all(r.message and r.message.isprintable() for r in result.refused)
    assert result.accepted == 1
    assert events_of(parcel)[0].text == "已到达 【上海 转运中心】 😀"
    stored = RefusedEvent.objects.all()
    assert stored.count() == len(raws) - 1
    assert EventBatch.objects.get().refused == len(raws) - 1
    assert {k.code for k in stored} == set(codes) - {""}


@pytest.mark.django_db
def test_a_backslash_and_a_tab_survive_the_copy() -> None:
    parcel = waybill()
    take([event(parcel, "arrived", text=r"C:\new\tab \N \.", place="a\\")])
    assert events_of(parcel)[0].text == r"C:\new\tab \N \."
    assert events_of(parcel)[0].place == "a\\"


@pytest.mark.django_db
def test_python_callers_are_checked_too() -> None:
    parcel = waybill()
    naive = event(parcel, "arrived", occurred_at=datetime(2026, 3, 1))
    odd = event(parcel, "arrived", text=7)
    assert [r.code for r in take([naive, odd]).refused] == ["time_without_zone", "bad_type"]


@pytest.mark.django_db
def test_more_than_5000_are_refused_whole() -> None:
    one = event("YP000000000000", "arrived")
    with pytest.raises(BadInput) as refused:
        take([one] * 5_001)
    assert refused.value.code == "too_many_events"
    assert take([]).outcomes == []


@requirement("TRK-2")
@pytest.mark.django_db
class TestCorrections:
    def test_the_same_id_with_another_content_corrects(self) -> None:
        parcel = waybill()
        take([event(parcel, "delivered", 2, source_id="a1")])
        result = take([event(parcel, "refused", 2, source_id="a1")])
        assert result.outcomes == ["corrected"]
        assert status_of(parcel)["status"] == "refused"
        assert status_of(parcel)["delivered_at"] is None
        assert len(events_of(parcel)) == 2
        answers = Event.objects.filter(kind="waybill.status_changed").order_by("id").last()
        assert answers is not None
        assert (answers.data["from"], answers.data["to"]) == ("delivered", "refused")

    def test_what_was_corrected_stays_so_when_the_old_one_comes_again(self) -> None:
        parcel = waybill()
        old = event(parcel, "delivered", 2, source_id="a1")
        new = event(parcel, "refused", 2, source_id="a1")
        take([old])
        take([new])
        assert take([old]).outcomes == ["repeated"]
        assert take([new]).outcomes == ["repeated"]
        assert take([old, new, event(parcel, "picked_up", 9)]).outcomes[:2] == ["repeated"] * 2
        assert status_of(parcel)["status"] == "refused"

    def test_within_one_batch_the_later_one_counts(self) -> None:
        parcel = waybill()
        batch = [
            event(parcel, "delivered", 2, source_id="a"),
            event(parcel, "arrived", 3, source_id="a"),
            event(parcel, "arrived", 3, source_id="a"),
        ]
        batch[2].occurred_at = batch[1].occurred_at
        assert take(batch).outcomes == ["accepted", "corrected", "repeated"]
        assert status_of(parcel)["status"] == "in_transit"

    def test_a_revision_decides_whatever_comes_first(self) -> None:
        for order in ([1, 2], [2, 1]):
            parcel = waybill()
            versions = {
                1: event(parcel, "delivered", 1, source_id="r", revision=1),
                2: event(parcel, "attempt_failed", 2, source_id="r", revision=2),
            }
            for n in order:
                take([versions[n]])
            assert status_of(parcel)["status"] == "attempt_failed"

    def test_an_event_may_name_the_one_it_replaces(self) -> None:
        parcel, other = waybills(2)
        report(parcel, "picked_up", "delivered")
        wrong = events_of(parcel)[-1]
        foreign = take([event(other, "arrived", supersedes=wrong.pk)])
        assert foreign.refused[0].code == "unknown_event"
        take([event(parcel, "ready_for_pickup", 1, supersedes=wrong.pk)])
        assert status_of(parcel)["status"] == "ready_for_pickup"

    def test_an_event_may_be_taken_back(self) -> None:
        parcel = report(waybill(), "picked_up", "delivered")
        wrong = events_of(parcel)[-1]
        take([event(parcel, "delivered", 0, supersedes=wrong.pk, withdraws=True)])
        now = status_of(parcel)
        assert (now["status"], now["delivered_at"]) == ("picked_up", None)

    def test_the_same_id_from_another_source_is_another_event(self) -> None:
        parcel = waybill()
        take([event(parcel, "picked_up", 3, source_id="7")], source="one")
        assert take([event(parcel, "arrived", 2, source_id="7")], source="two").outcomes == [
            "accepted"
        ]


@pytest.mark.django_db
def test_a_sender_reaches_only_the_waybills_it_may_see() -> None:
    mine, theirs = CustomerFactory(), CustomerFactory()
    sender = ServiceUserFactory(scope=ObjectScope.CUSTOMERS)
    CustomerScope.objects.create(
        user=sender, customer=mine, **_stamp(CustomerScope, system_user("tests"))
    )
    ours, foreign = waybill(customer=mine), waybill(customer=theirs)
    result = take([event(ours, "arrived"), event(foreign, "arrived")], by=sender)
    assert result.outcomes == ["accepted", "refused"]
    assert result.refused[0].code == "unknown_waybill"
    assert status_of(foreign)["status"] == "created"


def _stamp(model: type, by: object) -> dict[str, object]:
    names = {f.name for f in model._meta.fields}  # type: ignore[attr-defined]
    return {n: by for n in ("created_by", "granted_by") if n in names}


CODE_NAMES = sorted(CODES)


@requirement("TRK-2")
@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_batches_in_any_order_end_like_a_full_recompute(data: st.DataObject, db: None) -> None:
    parcels = waybills(2, customer=_shared_customer())
    base = timezone.now() - timedelta(days=1)
    made = data.draw(
        st.lists(
            st.tuples(
                st.sampled_from([0, 1]),
                st.sampled_from(CODE_NAMES),
                st.integers(0, 6),
                st.sampled_from(["", "A", "B"]),
            ),
            min_size=1,
            max_size=10,
        )
    )

    def build(item: tuple[int, str, int, str]) -> IncomingEvent:
        which, code, minutes, place = item
        when = base + timedelta(minutes=minutes)
        return event(parcels[which], code, occurred_at=when, place=place)

    repeated = made + data.draw(st.lists(st.sampled_from(made), max_size=4))
    order = data.draw(st.permutations(repeated))
    while order:
        size = data.draw(st.integers(1, len(order)))
        take([build(item) for item in order[:size]])
        order = order[size:]
    for which, parcel in enumerate(parcels):
        scans = [_scan(e) for e in TrackingEvent.objects.filter(waybill=parcel)]
        assert len(scans) == len({item for item in made if item[0] == which})
        expected = derive(scans, issued_at=parcel.issued_at)
        now = status_of(parcel)
        assert (now["status"], now["status_reason"]) == (expected.status, expected.reason)
        assert (now["status_at"], now["status_hash"].hex) == (expected.at, expected.hash)
        for name in ("picked_up_at", "delivered_at", "concluded_at", "last_event_at"):
            assert now[name] == getattr(expected, name)
        assert now["last_place"] == expected.last_place


def _shared_customer() -> object:
    from apps.customers.models import Customer

    return Customer.objects.order_by("id").first() or CustomerFactory()


def _scan(e: TrackingEvent) -> Scan:
    return Scan(**{name: getattr(e, name) for name in Scan.__slots__})


@requirement("TRK-2")
@pytest.mark.django_db(transaction=True)
def test_64_senders_of_the_same_shuffled_events_end_in_one_timeline() -> None:
    parcels = waybills(5)
    base = timezone.now() - timedelta(days=1)
    everything = [
        (parcel, code, base + timedelta(minutes=10 * n + k))
        for k, parcel in enumerate(parcels)
        for n, code in enumerate(JOURNEY)
    ]
    by = system_user("tests")

    def send(seed: int) -> tuple[int, int]:
        mine = everything.copy()
        random.Random(seed).shuffle(mine)
        try:
            result = ingest(
                [event(p, code, occurred_at=when) for p, code, when in mine],
                source="tests",
                by=by,
                at=timezone.now(),
            )
            return result.accepted, len(result.refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        sent = list(pool.map(send, range(64), timeout=LIMIT))
    assert sum(accepted for accepted, _refused in sent) == len(everything)
    assert not any(refused for _accepted, refused in sent)
    for parcel in parcels:
        assert [e.code for e in events_of(parcel)] == JOURNEY
        assert status_of(parcel)["status"] == "delivered"
    answers = Event.objects.filter(kind="waybill.status_changed")
    assert answers.count() == len(parcels)
