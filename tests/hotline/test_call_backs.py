"""Whoever waits in vain is called back: one row for a number, closed once (CMP-10)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.enums import Role
from apps.core.errors import BadInput, RuleBroken
from apps.events.models import Event
from apps.events.services import relay_due
from apps.hotline import services
from apps.hotline.enums import CallBackState, Direction, HotlineMatter
from apps.hotline.models import Call, CallBack
from apps.hotline.states import CALL_BACK_MOVES
from apps.notifications.models import Delivery
from apps.sla.models import Clock
from apps.training.enums import Area
from tests.factories import hotline as f
from tests.factories import training
from tests.factories.accounts import UnitFactory, UserFactory, UserRoleFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-10")]
S = CallBackState
OTHER = "13900139000"


def waiting(minutes: float = 20, **more: Any) -> CallBack:
    f.taken(f.system(**more), f.missed_call("1.1", f.ago(minutes)))
    found: CallBack = CallBack.objects.get(state=S.OPEN)
    return found


def end(row: CallBack, state: CallBackState = S.DONE, result: str = "已回电，查件") -> CallBack:
    return services.end_call_back(
        call_back_id=row.pk, state=state, result=result, by=UserFactory(), at=timezone.now()
    )


def kinds() -> list[str]:
    return list(
        Event.objects.filter(kind__startswith="callback.")
        .order_by("pk")
        .values_list("kind", flat=True)
    )


def test_three_calls_in_vain_of_one_number_are_one_row() -> None:
    system, t = f.system(), f.ago(30)
    lines = [line for n in range(3) for line in f.missed_call(f"1.{n}", t + n * 120)]
    f.taken(system, lines + f.missed_call("2.1", t, caller=OTHER))
    rows = {row.calls for row in CallBack.objects.all()}
    assert CallBack.objects.count() == 2 and rows == {3, 1}
    f.taken(system, f.missed_call("1.9", f.ago(1)))
    assert CallBack.objects.get(calls=4).missed.count() == 4
    assert kinds() == ["callback.opened", "callback.opened", "callback.joined"]
    assert Event.objects.filter(kind="call.abandoned").count() == 5


def test_a_later_answered_call_of_the_number_is_the_call_back() -> None:
    system, t = f.system(), f.ago(30)
    agent = f.seat(system, "802")
    f.taken(system, f.missed_call("1.1", t))
    f.taken(system, f.answered_call("1.2", t + 300))
    row = CallBack.objects.get()
    assert (row.state, row.ended_by, row.answered_by) == (
        S.DONE,
        agent,
        Call.objects.get(call_id="1.2"),
    )
    assert row.ended_at == Call.objects.get(call_id="1.2").answered_at
    assert kinds() == ["callback.opened", "callback.done"]
    assert Clock.objects.get(matter__kind=HotlineMatter.CALL_BACK).state in ("met", "missed")


def test_in_vain_answered_and_in_vain_again_in_one_file() -> None:
    t = f.ago(60)
    lines = (
        f.missed_call("1.1", t) + f.answered_call("1.2", t + 200) + f.missed_call("1.3", t + 900)
    )
    f.taken(f.system(), lines)
    assert list(CallBack.objects.order_by("pk").values_list("state", "calls")) == [
        (S.DONE, 1),
        (S.OPEN, 1),
    ]


def test_an_answer_before_closes_nothing() -> None:
    t = f.ago(60)
    f.taken(f.system(), f.answered_call("1.1", t) + f.missed_call("1.2", t + 900))
    assert CallBack.objects.get().state == S.OPEN


@pytest.mark.parametrize(
    "lines",
    [
        f.missed_call("1.1", 0, waited=2),  # hung up at once
        f.missed_call("1.1", 0, caller="anonymous"),
        f.missed_call("1.1", 0, caller="802"),
        f.missed_call("1.1", -3 * 86_400),  # history
        [f.entered("1.1", 0, queue="sales"), f.abandoned("1.1", 30, 30, queue="sales")],
    ],
)
def test_who_is_not_called_back(lines: list[str]) -> None:
    begin = f.ago(30)
    moved = [f"{int(line.split('|')[0]) + begin}|{line.split('|', 1)[1]}" for line in lines]
    f.taken(f.system(queues=["hotline"]), moved)
    assert Call.objects.count() == 1 and not CallBack.objects.exists()


def test_the_clock_runs_from_the_call_and_staff_on_duty_are_told() -> None:
    unit = UnitFactory()
    agent = UserFactory()
    UserRoleFactory(user=agent, role=Role.AGENT, unit=unit)
    row = waiting(unit=unit)
    clock = Clock.objects.get(matter__kind=HotlineMatter.CALL_BACK)
    assert clock.matter.opened_at == row.opened_at and clock.seconds == 30 * 60
    relay_due()
    delivery = Delivery.objects.get(topic="staff.call_back")
    assert delivery.recipient.endswith(f":{agent.pk}")


@pytest.mark.parametrize("to", [S.DONE, S.UNREACHABLE, S.NEEDLESS])
@pytest.mark.parametrize("frm", list(S))
def test_every_move(frm: CallBackState, to: CallBackState) -> None:
    row = waiting()
    if frm != S.OPEN:
        end(row, frm)
    if CALL_BACK_MOVES.allows(frm, to):
        ended = end(row, to)
        assert (ended.state, ended.result) == (to, "已回电，查件")
        assert kinds()[-1] == f"callback.{to.value}"
        assert not Clock.objects.filter(state="running").exists()
    else:
        with pytest.raises(RuleBroken) as refusal:
            end(row, to)
        assert refusal.value.code == "illegal_move"


def test_what_came_of_it_must_be_said() -> None:
    with pytest.raises(BadInput) as refusal:
        end(waiting(), result="  ")
    assert refusal.value.field == "result"


def test_who_has_not_passed_the_hotline_s_exam_ends_no_call_back() -> None:
    row = waiting()
    training.required(training.exam(), area=Area.HOTLINE)
    newcomer = UserRoleFactory(role=Role.AGENT, unit=row.unit).user
    with pytest.raises(RuleBroken) as refusal:
        services.end_call_back(
            call_back_id=row.pk, state=S.DONE, result="已回电", by=newcomer, at=timezone.now()
        )
    assert refusal.value.code == "not_qualified"
    row.refresh_from_db()
    assert row.state == S.OPEN


def test_the_database_keeps_one_open_row_per_number() -> None:
    row = waiting()
    with pytest.raises(IntegrityError, match="callback_one_open_per_number"), transaction.atomic():
        CallBack.objects.create(
            number=row.number,
            number_index=row.number_index,
            unit=row.unit,
            opened_at=row.opened_at,
            last_at=row.last_at,
        )
    with pytest.raises(IntegrityError, match="callback_ended_by_somebody"), transaction.atomic():
        CallBack.objects.filter(pk=row.pk).update(state=S.DONE)


def test_a_call_noted_by_hand_closes_it_when_somebody_was_spoken_with() -> None:
    waiting()
    given = {
        "number": f.CALLER,
        "direction": Direction.OUT,
        "minutes": 4,
        "note": "改址",
        "by": UserFactory(),
    }
    at = timezone.now()
    services.note_call(**given, offered_at=at - timedelta(minutes=5), is_answered=False, at=at)
    assert CallBack.objects.get().state == S.OPEN
    call = services.note_call(
        **given, offered_at=at - timedelta(minutes=4), is_answered=True, at=at
    )
    assert (CallBack.objects.get().state, CallBack.objects.get().answered_by) == (S.DONE, call)
    assert not call.is_hotline and call.talk_s == 240


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": "12ab"}, "number"),
        ({"offered_at": timezone.now() + timedelta(hours=1)}, "offered_at"),
    ],
)
def test_a_note_that_cannot_be(change: dict[str, Any], field: str) -> None:
    given = {
        "number": f.CALLER,
        "direction": Direction.IN,
        "offered_at": timezone.now(),
        "is_answered": True,
        "minutes": 1,
        "note": "",
    }
    with pytest.raises(BadInput) as refusal:
        services.note_call(**{**given, **change}, by=UserFactory(), at=timezone.now())
    assert refusal.value.field == field


def test_a_number_is_shown_with_a_reason_on_record() -> None:
    row = waiting()
    call = Call.objects.get()
    for one in (row, call):
        with pytest.raises(BadInput):
            services.reveal_number(call=one, reason=" ", by=UserFactory(), at=timezone.now())
        assert (
            services.reveal_number(call=one, reason="回电", by=UserFactory(), at=timezone.now())
            == "+8613800138001"
        )
    assert set(Event.objects.filter(kind__endswith=".revealed").values_list("kind", flat=True)) == {
        "callback.revealed",
        "call.revealed",
    }
    stored = (
        Call.objects.filter(pk=call.pk)
        .extra(select={"raw": "caller"})
        .values_list("raw", flat=True)
    )
    assert "1380013" not in stored[0] and "1380013" not in call.masked
