"""Ownership stays, the watch passes: handovers, what is moved, what lapses, what happened meanwhile."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.enums import AbsenceKind
from apps.accounts.models import Absence
from apps.accounts.queries.duty import Roster
from apps.accounts.services import plan_absence, withdraw_shift
from apps.core.errors import BadInput, RuleBroken
from apps.core.handing_over import HandedOver, InHand
from apps.events.models import Event
from apps.events.services import record
from apps.shifts import services
from apps.shifts.enums import HandoverState, ItemState
from apps.shifts.models import Handover
from apps.shifts.queries import handing_over
from apps.shifts.states import HANDOVER_MOVES
from apps.sla.enums import Metric
from apps.sla.models import Clock, Matter
from tests.factories import shifts as f
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-9")]


def accept(row: Handover, **fields: Any) -> Handover:
    at = fields.pop("at", timezone.now())
    receiver = fields.pop("by", row.receiver)
    return services.accept_handover(handover_id=row.pk, by=receiver, at=at, **fields)


def instead_of(user: Any, at: Any) -> int:
    return Roster([], at).instead_of(user.pk)


def test_it_opens_by_itself_with_what_runs_out_first_and_the_next_on_duty() -> None:
    unit, giver, receiver, row = f.ending(clocks=2)
    assert (row.receiver, row.watch, row.state) == (receiver, giver, HandoverState.OPEN)
    assert row.until == row.ends_at + 16 * f.HOUR, "the giver's next shift"
    assert [item.title for item in handing_over.items_of(row)] == ["CS0", "CS1"]
    matter = Matter.objects.get(subject_type="shifts.handover", subject_id=str(row.pk))
    due = Clock.objects.get(matter=matter).due_at
    assert due == row.ends_at + timedelta(minutes=15) and matter.owner == giver
    assert services.open_due(at=timezone.now()) == 0, "once"
    assert Event.objects.filter(kind="handover.opened").count() == 1
    assert not Handover.objects.filter(giver=receiver).exists(), "their shift has hardly begun"
    assert unit.pk == row.shift.unit_id


def test_whoever_goes_on_hands_nothing_over() -> None:
    unit, at = f.branch(), timezone.now()
    one, end = f.agent(unit), at + timedelta(minutes=10)
    f.on_duty(one, unit, at - f.HOUR, end)
    f.on_duty(one, unit, end, end + f.HOUR)
    assert services.open_due(at=at) == 0


def test_accepted_the_watch_passes_and_the_owner_stays() -> None:
    _unit, giver, receiver, row = f.offered(clocks=2)
    first = row.items.all()[0]
    row = accept(row)
    assert row.state == HandoverState.ACCEPTED and row.watch == receiver
    span = Absence.objects.get(kind=AbsenceKind.OFF_SHIFT)
    assert (span.user, span.stand_in) == (giver, receiver)
    assert (span.starts_at, span.ends_at) == (row.ends_at, row.until)
    assert instead_of(giver, row.ends_at) == receiver.pk
    assert instead_of(giver, row.ends_at - timedelta(seconds=1)) == giver.pk
    assert instead_of(giver, row.until) == giver.pk, "back with the next shift"
    assert Matter.objects.get(pk=first.subject_id).owner == giver
    assert {item.state for item in row.items.all()} == {ItemState.PASSED}
    assert Clock.objects.get(matter__subject_type="shifts.handover").state == "met"
    with pytest.raises(RuleBroken):
        accept(row)
    with pytest.raises(IntegrityError, match="handover is over"), transaction.atomic():
        row.items.update(title="x")


def test_three_shifts_make_no_chain() -> None:
    unit, at = f.branch(), timezone.now()
    people = [f.agent(unit) for _n in range(8)]
    begin = at - timedelta(minutes=10)
    for n, one in enumerate(people):
        f.on_duty(one, unit, begin + n * f.HOUR, begin + (n + 1) * f.HOUR)
    for giver, receiver in pairwise(people):
        when = begin + people.index(receiver) * f.HOUR
        services.open_due(at=when - timedelta(minutes=5))
        row = Handover.objects.get(giver=giver)
        services.offer_handover(handover_id=row.pk, receiver=receiver, by=giver, at=when)
        accept(row, by=receiver, at=when + timedelta(minutes=1))
    last = begin + 7 * f.HOUR + timedelta(minutes=30)
    roster = Roster([], last)
    assert [roster.instead_of(one.pk) for one in people] == [people[-1].pk] * 8
    assert set(Absence.objects.at(last).values_list("stand_in", flat=True)) == {people[-1].pk}
    middle = begin + 3 * f.HOUR + timedelta(minutes=30)
    assert Roster([], middle).instead_of(people[0].pk) == people[3].pk, "as it was then"


def test_leave_counts_before_being_off_shift_and_a_new_shift_ends_it() -> None:
    unit, giver, _receiver, row = f.offered()
    row = accept(row)
    other = f.agent(unit)
    noon = row.ends_at + 4 * f.HOUR
    plan_absence(user=giver, stand_in=other, starts_at=noon, ends_at=noon + f.HOUR, by=giver)
    assert instead_of(giver, noon) == other.pk
    assert instead_of(giver, noon + f.HOUR) == row.receiver_id
    f.on_duty(giver, unit, noon + 2 * f.HOUR, noon + 3 * f.HOUR)
    assert instead_of(giver, noon + 2 * f.HOUR) == giver.pk, "on duty they have their own watch"


def test_words_what_is_kept_and_what_goes_back() -> None:
    unit, giver, receiver, row = f.ending(clocks=3)
    boss = f.director(unit)
    first, second, third = row.items.all()
    services.offer_handover(
        handover_id=row.pk, receiver=receiver, by=giver, at=timezone.now(), note="早上好",
        words={first.pk: "客户 9 点来电"}, kept={third.pk},
    )  # fmt: skip
    f.clock(giver, unit, row.ends_at + f.HOUR, title="CS9")
    with pytest.raises(BadInput) as refusal:
        accept(row, by=receiver, returned={second.pk: " "})
    assert refusal.value.field == "returned"
    with pytest.raises(BadInput):
        accept(row, by=receiver, returned={third.pk: "它不在"})
    row = accept(row, by=receiver, returned={second.pk: "要看北京的监控"})
    states = {item.title: (item.state, item.watch) for item in row.items.all()}
    assert states["CS0"] == (ItemState.PASSED, receiver)
    assert states["CS1"] == (ItemState.RETURNED, boss), "somebody who is there"
    assert states["CS2"] == (ItemState.KEPT, giver)
    event = Event.objects.get(kind="handover.returned")
    assert event.data["people"] == sorted([giver.pk, boss.pk])
    assert row.items.get(pk=first.pk).word == "客户 9 点来电"


def test_what_came_up_since_is_on_the_offered_list() -> None:
    unit, giver, receiver, row = f.ending(clocks=1)
    f.clock(giver, unit, row.ends_at + f.HOUR, title="late")
    _what, after = f.clock(giver, unit, row.until + f.HOUR, title="not before they are back")
    after.clocks.exclude(metric=Metric.SOLUTION).delete()
    services.offer_handover(handover_id=row.pk, receiver=receiver, by=giver, at=timezone.now())
    assert [item.title for item in row.items.all()] == ["CS0", "late"]


def test_nobody_accepts_the_director_has_it_and_nobody_is_locked_in() -> None:
    """OP06: who leaves leaves, and at every instant somebody is responsible."""
    unit, giver, receiver, row = f.ending(clocks=1)
    boss = f.director(unit)
    services.work_handovers(at=row.ends_at)
    row.refresh_from_db()
    assert row.state == HandoverState.OFFERED, "offered by itself when the shift ends"
    services.work_handovers(at=row.ends_at + timedelta(minutes=14))
    row.refresh_from_db()
    assert row.state == HandoverState.OFFERED and row.watch == giver
    late = row.ends_at + timedelta(minutes=16)
    services.work_handovers(at=late)
    row.refresh_from_db()
    assert (row.state, row.watch) == (HandoverState.LAPSED, boss)
    assert instead_of(giver, late + f.HOUR) == boss.pk
    assert Event.objects.get(kind="handover.lapsed").data["people"] == sorted([giver.pk, boss.pk])
    accept(row, by=receiver, at=late + f.HOUR)
    assert instead_of(giver, late + 2 * f.HOUR) == receiver.pk
    assert instead_of(giver, late + timedelta(minutes=30)) == boss.pk, "as it was then"
    assert Absence.objects.at(late + 2 * f.HOUR).count() == 1


def test_without_anybody_else_the_watch_stays_with_the_giver() -> None:
    unit, at = f.branch(), timezone.now()
    giver, end = f.agent(unit), at + timedelta(minutes=5)
    f.on_duty(giver, unit, at - f.HOUR, end)
    f.clock(giver, unit, end + f.HOUR)
    services.open_due(at=at)
    row = Handover.objects.get()
    assert row.receiver is None and row.watch == giver
    services.work_handovers(at=end + timedelta(minutes=20))
    row.refresh_from_db()
    assert (row.state, row.watch) == (HandoverState.LAPSED, giver)
    standby = f.director(unit)
    found = handing_over.receivers(row, end + timedelta(minutes=20))
    assert found == [standby], "the stand-by is offered"


def test_nothing_to_hand_over_and_nobody_to_hand_it_to() -> None:
    unit, at = f.branch(), timezone.now()
    f.on_duty(f.agent(unit), unit, at - f.HOUR, at + timedelta(minutes=5))
    assert services.open_due(at=at) == 0 == services.open_due(at=at)
    assert Handover.objects.get().state == HandoverState.VOID
    assert not Event.objects.filter(kind__startswith="handover.").exists()


def test_a_shift_that_is_taken_off_the_roster_hands_nothing_over() -> None:
    _unit, giver, _receiver, row = f.ending()
    withdraw_shift(shift_id=row.shift_id, by=giver, at=timezone.now())
    services.work_handovers()
    row.refresh_from_db()
    assert row.state == HandoverState.VOID


def test_whom_it_cannot_be_handed_to() -> None:
    unit, giver, receiver, row = f.ending()
    away, stranger = f.agent(unit), UserFactory()
    plan_absence(user=away, starts_at=row.ends_at - f.HOUR, ends_at=row.ends_at + f.HOUR, by=giver)
    for who, code in ((giver, "oneself"), (away, "may_not"), (stranger, "may_not")):
        with pytest.raises(RuleBroken) as refusal:
            services.offer_handover(handover_id=row.pk, receiver=who, by=giver, at=timezone.now())
        assert (refusal.value.code, refusal.value.field) == (code, "receiver")
    with pytest.raises(RuleBroken) as refusal:
        services.offer_handover(
            handover_id=row.pk, receiver=receiver, by=receiver, at=timezone.now()
        )
    assert refusal.value.code == "not_yours"
    with pytest.raises(RuleBroken):
        accept(row, by=receiver)  # not offered yet
    services.offer_handover(handover_id=row.pk, receiver=receiver, by=giver, at=timezone.now())
    with pytest.raises(RuleBroken) as refusal:
        accept(row, by=f.agent(unit))
    assert refusal.value.code == "not_offered"


@pytest.mark.parametrize("state", HandoverState)
def test_every_move_of_a_handover(state: HandoverState) -> None:
    _unit, giver, receiver, row = f.offered()
    if state == HandoverState.OPEN:
        Handover.objects.filter(pk=row.pk).update(state=state, offered_at=None, offered_by=None)
    elif state == HandoverState.LAPSED:
        Handover.objects.filter(pk=row.pk).update(state=state, lapsed_at=timezone.now())
    elif state == HandoverState.ACCEPTED:
        accept(row, by=receiver)
    else:
        Handover.objects.filter(pk=row.pk).update(state=state)
    row.refresh_from_db()
    for to, act in (
        (HandoverState.ACCEPTED, lambda: accept(row, by=receiver)),
        (HandoverState.OFFERED, lambda: services.offer_handover(
            handover_id=row.pk, receiver=receiver, by=giver, at=timezone.now())),
    ):  # fmt: skip
        if HANDOVER_MOVES.allows(state, to):
            with transaction.atomic():
                act()
                transaction.set_rollback(True)
        else:
            with pytest.raises(RuleBroken) as refusal:
                act()
            assert refusal.value.code in ("illegal_move", "not_offered")


def test_things_in_hand_are_really_moved_or_go_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another floor announces as moved is moved by its own service; what it refuses goes back."""
    hands: dict[int, Any] = {}
    there = [InHand(7, "#7"), InHand(8, "#8")]

    def hand(subject_id: int, *, giver: Any, to: Any, note: str, at: Any) -> None:
        if subject_id == 8:
            raise RuleBroken("没有座席", code="not_there")
        hands[subject_id] = (giver, to, note)

    kinds = {"call_back": HandedOver("call_back", "x", "a.b", lambda _pk: there, hand)}  # type: ignore[arg-type]
    monkeypatch.setattr(handing_over, "moved_kinds", lambda: kinds)
    monkeypatch.setattr("apps.shifts.services.handovers.moved_kinds", lambda: kinds)
    unit, giver, receiver, row = f.ending()
    boss = f.director(unit)
    first = row.items.get(subject_id=7)
    services.offer_handover(
        handover_id=row.pk, receiver=receiver, by=giver, at=timezone.now(), words={first.pk: "急"}
    )
    row = accept(row, by=receiver)
    assert hands == {7: (giver, receiver, "急")}
    back = row.items.get(subject_id=8)
    assert (back.state, back.why, back.watch) == (ItemState.RETURNED, "没有座席", boss)


def test_the_floors_below_announce_calls_and_chats() -> None:
    assert {"phone_task", "chat"} <= set(handing_over.moved_kinds())


@pytest.mark.parametrize("clocks", [1, 40])
def test_the_list_takes_eight_queries_whatever_its_length(
    clocks: int, django_assert_max_num_queries: Any
) -> None:
    _unit, _giver, _receiver, row = f.ending(clocks=clocks)
    with django_assert_max_num_queries(8):
        assert len(handing_over.candidates(row)) == clocks
        assert len([item.watch for item in handing_over.items_of(row)]) == clocks


def test_back_next_day_one_sees_what_others_did() -> None:
    unit, giver, receiver, row = f.ending(clocks=1)
    subject, _matter = f.clock(giver, unit, row.ends_at + f.HOUR, title="mine")
    services.offer_handover(handover_id=row.pk, receiver=receiver, by=giver, at=timezone.now())
    accept(row, by=receiver)
    when = row.ends_at + f.HOUR
    for by, at in ((receiver, when), (giver, when), (receiver, row.ends_at - f.HOUR)):
        with transaction.atomic():
            record("unit.changed", subject, by=by, at=at)
    found = handing_over.while_away(giver, row.ends_at, row.until)
    assert [(one.by, one.at) for one in found] == [(receiver, when)]
    assert handing_over.last_away(giver, row.until) == row
