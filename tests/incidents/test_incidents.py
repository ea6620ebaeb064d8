"""Declaring, extending, ending: every move, who is concerned and why, promises once, everybody told once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.incidents import services
from apps.incidents.enums import Effect, IncidentState, Leg, Level, Seat, Why
from apps.incidents.models import Affected, Incident, IncidentSeat, NoticeRecipient
from apps.incidents.queries.finding import count_concerned
from apps.incidents.services import spreading
from apps.incidents.states import INCIDENT_MOVES
from apps.notifications.models import Announcement, Delivery
from apps.sla.enums import ClockState
from apps.sla.models import Clock
from apps.tracking.enums import PromiseCause
from apps.tracking.models import LateShipment, PromiseChange, ShipmentHold, ShipmentWatch, Waybill
from apps.tracking.services.late import find_late
from apps.tracking.services.promise import change_promise
from tests.factories import incidents as f
from tests.factories.accounts import UnitFactory, UserFactory
from tests.factories.notifications import relay_all, send_all
from tests.factories.shipments import level, scan
from tests.factories.tracking import carrier

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-8")]
S = IncidentState


def whys(incident: Incident) -> dict[int, str]:
    return dict(incident.affected.values_list("waybill", "why"))


def customers_notified(incident: Incident) -> int:
    return NoticeRecipient.objects.filter(notice__incident=incident, customer__isnull=False).count()


def test_who_is_concerned_and_why() -> None:
    """A has two shipments through Hangzhou in the window, B only Shanghai to Beijing, C one that left Hangzhou
    before the window began: A is told once about two, B and C hear nothing (OP04)."""
    unit, boss = f.unit_with_manager()
    a, b, c = f.customer(), f.customer(), f.customer()
    to_be_picked_up = f.parcel("浙江省杭州市", "上海市", customer=a)
    coming = scan(f.parcel("北京", "杭州", customer=a), "departed")
    f.parcel("上海市", "北京市", customer=b)
    scan(f.parcel("杭州市", "北京市", customer=c), "departed")
    late_promise = f.parcel(promised_at=timezone.now() + 9 * f.DAY)
    delivered = scan(f.parcel(customer=c), "delivered")
    assert count_concerned(f.where(), at=timezone.now()) == (2, 1)
    incident = f.running(unit, boss)
    assert whys(incident) == {
        to_be_picked_up.pk: Why.PICKED_UP_THERE, coming.pk: Why.ON_THE_WAY_THERE,
    }  # fmt: skip
    assert incident.affected.filter(place="浙江省杭州市").exists()
    row = NoticeRecipient.objects.get(customer__isnull=False)
    assert (row.customer, row.shipments) == (a, 2)
    assert late_promise.pk not in whys(incident) and delivered.pk not in whys(incident)


def test_by_unit_partner_leg_and_passing_through() -> None:
    unit, boss = f.unit_with_manager()
    hub = UnitFactory(parent=unit)
    partner = carrier()
    of_hub = f.parcel(destination="北京市", responsible_unit=hub)
    of_partner = f.parcel(destination="北京市", carrier=partner)
    passing = scan(f.parcel("上海", "福州"), "arrived", place="杭州转运中心")
    where = f.where("杭州", units=[unit.pk], carriers=[partner.pk])
    incident = f.running(unit, boss, where=where)
    assert whys(incident) == {
        of_hub.pk: Why.OF_UNIT, of_partner.pk: Why.OF_PARTNER, passing.pk: Why.PASSES_THERE,
    }  # fmt: skip
    delivery = f.where("上海", legs=[Leg.DELIVERY])
    assert count_concerned(delivery, at=timezone.now()).shipments == 0, "they begin there"


def test_promises_move_once_and_with_cause() -> None:
    unit, boss = f.unit_with_manager()
    waybill = f.parcel()
    before = waybill.promised_at
    incident = f.running(unit, boss, extra_hours=30)
    services.work_incidents()
    row = incident.affected.get()
    assert (row.promise_before, row.promise_now) == (before, before + timedelta(hours=30))
    change = PromiseChange.objects.get()
    assert (change.cause, change.promised_now) == (PromiseCause.INCIDENT, row.promise_now)
    assert incident.number in change.reason
    assert ShipmentHold.objects.get().number == incident.number


def test_held_promises_get_their_time_when_it_is_over() -> None:
    unit, boss = f.unit_with_manager()
    waybill = f.parcel()
    incident = f.running(unit, boss, effect=Effect.HELD, extra_hours=0)
    assert not PromiseChange.objects.exists()
    services.mark_stable(incident_id=incident.pk, by=boss, at=timezone.now())
    later = timezone.now() + timedelta(hours=2, minutes=10)
    services.end_incident(incident_id=incident.pk, by=boss, at=later)
    services.work_incidents()
    waybill.refresh_from_db()
    row = incident.affected.get()
    assert row.released_at and waybill.promised_at == row.promise_now
    assert row.promise_now == row.promise_before + timedelta(hours=3), "2 h 10 min, in whole hours"


def test_what_is_held_is_not_late() -> None:
    level()
    unit, boss = f.unit_with_manager()
    waybill = f.parcel(at=timezone.now() - 5 * f.DAY, promised_at=timezone.now() - 3 * f.DAY)
    incident = f.running(unit, boss, effect=Effect.HELD, extra_hours=0)
    find_late(by=boss)
    assert not LateShipment.objects.exists()
    services.withdraw_incident(
        incident_id=incident.pk, reason="误报", text_zh="误报。", text_en="False alarm.", by=boss,
        at=timezone.now(),
    )  # fmt: skip
    services.work_incidents()
    ShipmentWatch.objects.update(due_at=timezone.now() - f.HOUR)
    find_late(by=boss)
    assert LateShipment.objects.get().waybill == waybill, "found once it is let go"


def test_later_arrivals_join_until_it_is_over() -> None:
    unit, boss = f.unit_with_manager()
    f.parcel()
    incident = f.running(unit, boss)
    relay_all()
    later = f.parcel(customer=f.customer())
    other = scan(f.parcel("上海", "福州"), "departed")
    relay_all()
    services.work_incidents()
    assert set(whys(incident)) >= {later.pk} and other.pk not in whys(incident)
    services.mark_stable(incident_id=incident.pk, by=boss, at=timezone.now())
    services.end_incident(incident_id=incident.pk, by=boss, at=timezone.now())
    services.work_incidents()
    f.parcel()
    relay_all()
    assert incident.affected.count() == 2


def test_nobody_is_told_twice() -> None:
    """By repetition, extension, a second incident over the same shipments."""
    unit, boss = f.unit_with_manager()
    one, other = f.customer(), f.customer()
    f.parcel(customer=one)
    f.parcel(customer=other, consignee_phone="13900139777")
    incident = f.running(unit, boss)
    relay_all()
    first = Delivery.objects.count()
    services.extend_scope(incident_id=incident.pk, where=f.where(), by=boss, at=timezone.now())
    services.work_incidents()
    overlapping = f.running(unit, boss, title="杭州封路", title_en="Road closed", where=f.where())
    relay_all()
    assert (customers_notified(incident), customers_notified(overlapping)) == (2, 0)
    assert Delivery.objects.filter(topic__startswith="incident").count() <= first
    assert PromiseChange.objects.count() == 2, "no promise is moved twice"
    assert overlapping.affected.filter(leads=False).count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Affected.objects.filter(incident=overlapping).update(leads=True)
    row = NoticeRecipient.objects.filter(customer=one).get()
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeRecipient.objects.create(
            notice=row.notice, customer=one, waybill=row.waybill, notified_at=row.notified_at,
            state_at=row.notified_at,
        )  # fmt: skip


def test_a_false_alarm_is_undone_in_one_act() -> None:
    unit, boss = f.unit_with_manager()
    waybill, moved = f.parcel(), f.parcel()
    before = waybill.promised_at
    incident = f.running(unit, boss)
    asked = timezone.now() + 9 * f.DAY
    change_promise(waybill_id=moved.pk, promised=asked, cause=PromiseCause.CUSTOMER, reason="客户改期", by=boss,
                   at=timezone.now())  # fmt: skip
    real = f.running(unit, boss, title="真的大雪", title_en="Real snow", extra_hours=5)
    services.withdraw_incident(
        incident_id=incident.pk, reason="预警解除", text_zh="误报，按原时间送达。", text_en="False alarm.",
        by=boss, at=timezone.now(),
    )  # fmt: skip
    services.work_incidents()
    waybill.refresh_from_db()
    moved.refresh_from_db()
    assert waybill.promised_at == before + timedelta(hours=5), "the one that is real leads now"
    assert moved.promised_at == asked + timedelta(hours=5), "what the customer asked for stays"
    assert set(ShipmentHold.objects.filter(released_at=None).values_list("number", flat=True)) == {
        real.number
    }
    assert customers_notified(incident) == 4, "two were told, and told again that it was none"
    assert not incident.tasks.filter(done_at=None, dropped_at=None).exists()


def in_state(state: S, unit: Any, boss: Any) -> Incident:
    incident = f.running(unit, boss)
    acts: dict[S, list[Any]] = {
        S.DECLARED: [],
        S.STABLE: [to_stable],
        S.OVER: [to_stable, to_over],
        S.CLOSED: [to_stable, to_over, to_closed],
        S.WITHDRAWN: [to_withdrawn],
    }
    for act in acts[state]:
        act(incident, boss)
    incident.refresh_from_db()
    assert incident.state == state
    return incident


def to_stable(incident: Incident, by: Any) -> None:
    services.mark_stable(incident_id=incident.pk, by=by, at=timezone.now())


def to_over(incident: Incident, by: Any) -> None:
    services.end_incident(incident_id=incident.pk, by=by, at=timezone.now())
    services.work_incidents()


def to_closed(incident: Incident, by: Any) -> None:
    if incident.exception.state == "open":
        f.acted_on(incident, by)
    f.finish_steps(incident, by)
    services.close_incident(incident_id=incident.pk, by=by, at=timezone.now())


def to_withdrawn(incident: Incident, by: Any) -> None:
    services.withdraw_incident(
        incident_id=incident.pk, reason="误报", text_zh="误报。", text_en="False alarm.", by=by,
        at=timezone.now(),
    )  # fmt: skip
    services.work_incidents()


MOVES = {S.STABLE: to_stable, S.OVER: to_over, S.CLOSED: to_closed, S.WITHDRAWN: to_withdrawn}


@pytest.mark.parametrize("state", list(S))
def test_every_move(state: S) -> None:
    unit, boss = f.unit_with_manager()
    f.parcel()
    for to, act in MOVES.items():
        incident = in_state(state, unit, boss)
        if INCIDENT_MOVES.allows(state, to):
            act(incident, boss)
        else:
            with pytest.raises(RuleBroken) as refused, transaction.atomic():
                act(incident, boss)
            assert refused.value.code == "illegal_move"
        incident.refresh_from_db()
        assert incident.state == (to if INCIDENT_MOVES.allows(state, to) else state)


def test_closing_needs_all_of_it() -> None:
    unit, boss = f.unit_with_manager()
    f.parcel()
    seats = f.special_seats()
    incident = f.declared(unit, boss, level=Level.SPECIAL, seats=seats)
    to_stable(incident, boss)
    services.end_incident(incident_id=incident.pk, by=boss, at=timezone.now())
    with pytest.raises(RuleBroken) as refused:
        services.close_incident(incident_id=incident.pk, by=boss, at=timezone.now())
    incident.refresh_from_db()
    assert refused.value.code == "not_yet" and incident.state == S.OVER
    assert len(services.missing_before_closing(incident)) == 3
    services.work_incidents()
    assert len(services.missing_before_closing(incident)) == 2
    f.acted_on(incident, boss, reviewed=True)
    incident.exception.refresh_from_db()
    assert not services.missing_before_closing(incident)


def test_one_commander_and_nobody_is_red() -> None:
    unit, boss = f.unit_with_manager()
    incident = f.declared(unit, boss)
    command = incident.seats.get(seat=Seat.COMMAND)
    assert command.user == boss, "the project manager, by the roster"
    other = UserFactory()
    at = timezone.now()
    services.take_seat(incident_id=incident.pk, seat=Seat.COMMAND, user=other, by=boss, at=at)
    assert incident.seats.get(seat=Seat.COMMAND, until=None).user == other
    with pytest.raises(IntegrityError), transaction.atomic():
        IncidentSeat.objects.create(incident=incident, seat=Seat.COMMAND, user=boss, since=at)
    services.leave_seat(
        seat_id=incident.seats.get(seat=Seat.COMMAND, until=None).pk, by=other, at=timezone.now()
    )
    empty = incident.seats.get(seat=Seat.COMMAND, until=None)
    clock = Clock.objects.get(
        matter__subject_type="incidents.incidentseat", matter__subject_id=str(empty.pk)
    )
    assert empty.user is None and clock.state == ClockState.RUNNING
    with pytest.raises(RuleBroken) as refused:
        to_stable(incident, boss)
    assert refused.value.code == "no_commander"
    services.take_seat(
        incident_id=incident.pk, seat=Seat.COMMAND, user=boss, by=boss, at=timezone.now()
    )
    clock.refresh_from_db()
    assert clock.state != ClockState.RUNNING


def test_a_special_one_needs_its_group() -> None:
    unit, boss = f.unit_with_manager()
    seats = f.special_seats()
    few = {Seat.ON_THE_SPOT: seats["on_the_spot"], Seat.COMMAND: seats["command"]}
    incident = f.declared(unit, boss, level=Level.SPECIAL, seats=few)
    with pytest.raises(RuleBroken) as refused:
        to_stable(incident, boss)
    assert refused.value.code == "group_incomplete"
    for seat in (Seat.OPERATIONS, Seat.MARKET, Seat.FINANCE):
        services.take_seat(
            incident_id=incident.pk, seat=seat, user=seats[seat], by=boss, at=timezone.now()
        )
    to_stable(incident, boss)


def test_the_law_has_its_clocks() -> None:
    """A blocked network is reported and made public within 24 hours of being known."""
    unit, boss = f.unit_with_manager()
    plan = f.plan(unit, boss, steps=(*f.STEPS, f.law_step()))
    incident = f.declared(unit, boss, is_blocked=True, version=plan.versions.first())
    tasks = {task.kind: task for task in incident.tasks.all()}
    assert set(tasks) == {"ordinary", "authority", "public_notice", "next_word"}
    assert tasks["public_notice"].due_at == incident.known_at + timedelta(hours=24)
    assert tasks["authority"].due_at == incident.declared_at + timedelta(hours=1)
    assert Clock.objects.filter(kind="incident_task").count() == incident.tasks.count()
    with pytest.raises(BadInput) as refused:
        services.finish_task(task_id=tasks["authority"].pk, proof=" ", by=boss, at=timezone.now())
    assert refused.value.field == "proof"
    services.announce(
        incident_id=incident.pk, until=timezone.now() + f.DAY, by=boss, at=timezone.now()
    )
    assert incident.tasks.get(kind="public_notice").done_at
    relay_all()
    send_all("site")
    assert Announcement.objects.count() == 1


def test_a_further_word_is_a_further_row() -> None:
    unit, boss = f.unit_with_manager()
    f.parcel(customer=f.customer())
    incident = f.running(unit, boss)
    services.send_notice(
        incident_id=incident.pk, text_zh="仍在铲雪。", text_en="Still clearing.", by=boss,
        at=timezone.now(),
    )  # fmt: skip
    assert customers_notified(incident) == 2
    words = incident.tasks.filter(kind="next_word")
    assert [bool(word.done_at) for word in words] == [True, False], "the next one runs"
    given = words.get(done_at=None)
    services.give_task(task_id=given.pk, owner=UserFactory(), by=boss, at=timezone.now())
    f.parcel(customer=f.customer(), consignee_phone="13900139888")
    relay_all()
    services.work_incidents()
    newest = incident.notices.get(n=2)
    assert newest.recipients.filter(customer__isnull=False).count() == 2, (
        "newcomers get the newest alone"
    )
    assert customers_notified(incident) == 3


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"where": f.where(ends_at=timezone.now() - 2 * f.HOUR)}, "ends_at", "ends_before_begin"),
    ({"where": f.where(starts_at=timezone.now() - 9 * f.HOUR, ends_at=timezone.now() - f.HOUR)}, "ends_at", "past"),
    ({"where": f.where(cities=[])}, "cities", "no_place"),
    ({"where": f.where("哥谭")}, "cities", "unknown_city"),
    ({"where": f.where(everywhere=True)}, "everywhere", "place_and_everywhere"),
    ({"where": f.where(legs=[])}, "legs", "no_leg"),
    ({"extra_hours": 0}, "extra_hours", "bad_hours"),
    ({"extra_hours": 9999}, "extra_hours", "bad_hours"),
    ({"effect": Effect.HELD, "extra_hours": 3}, "extra_hours", "bad_hours"),
    ({"title": " "}, "title", "required"),
    ({"title_en": "x" * 130}, "title_en", "required"),
    ({"text_en": " "}, "text_en", "text_missing"),
    ({"text_zh": "雪" * 501}, "text_zh", "too_long"),
    ({"known_at": timezone.now() + 9 * f.DAY}, "known_at", "times_out_of_order"),
    ({"happened_at": timezone.now() - f.HOUR / 2}, "known_at", "times_out_of_order"),
    ({"level": Level.SPECIAL}, "on_the_spot", "nobody_on_the_spot"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "field", "code"), BAD)
def test_bad_input_is_refused_in_words(fields: dict[str, Any], field: str, code: str) -> None:
    unit, boss = f.unit_with_manager()
    with pytest.raises(BadInput) as refused:
        f.declared(unit, boss, **fields)
    assert (refused.value.field, refused.value.code) == (field, code) and str(refused.value)
    assert not Incident.objects.exists()


def test_all_of_the_country_asks_twice_with_the_number() -> None:
    unit, boss = f.unit_with_manager()
    for _n in range(3):
        f.parcel(destination="北京市")
    everywhere = f.where(cities=[], everywhere=True)
    for typed in (None, 1, 4):
        with pytest.raises(RuleBroken) as refused:
            f.declared(unit, boss, where=everywhere, confirmed=typed)
        assert refused.value.code == "confirm_number" and "3" in str(refused.value)
    incident = f.running(unit, boss, where=everywhere, confirmed=3)
    assert set(whys(incident).values()) == {Why.EVERYWHERE} and incident.affected.count() == 3


def test_a_batch_at_a_time_and_any_may_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is undone in the middle of a batch is done again, and nothing of it twice (OP03)."""
    unit, boss = f.unit_with_manager()
    customers = [f.customer() for _n in range(3)]
    for n in range(6):
        f.parcel(customer=customers[n % 3], consignee_phone=f"1390013{n:04d}")
    incident = f.declared(unit, boss)
    with transaction.atomic():
        spreading.work_batch(2)
        transaction.set_rollback(True)
    assert not NoticeRecipient.objects.exists() and not PromiseChange.objects.exists()
    while spreading.work_batch(2) is not None:
        pass
    assert (customers_notified(incident), PromiseChange.objects.count()) == (3, 6)
    assert NoticeRecipient.objects.filter(phone_index__gt="").count() == 6
    assert Event.objects.filter(kind="incident.told").count() == 9
    assert Waybill.objects.filter(holds__released_at=None).count() == 6
