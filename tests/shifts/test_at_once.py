"""However many take, accept or confirm at once, one has effect."""

import pytest
from django.utils import timezone

from apps.accounts.enums import AbsenceKind
from apps.accounts.models import Absence, DutyShift
from apps.events.models import Event
from apps.shifts import services
from apps.shifts.models import Gap
from tests.at_once import at_once
from tests.factories import shifts as f

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("CMP-9")]


def test_twenty_take_a_gap_a_swap_and_accept_a_handover() -> None:
    unit, _giver, receiver, row = f.offered()
    boss, people = f.director(unit), [f.agent(unit) for _n in range(20)]
    f.need(unit, boss)
    gap = Gap.objects.filter(closed_at=None).order_by("starts_at")[3]
    outcomes = at_once(
        20, lambda n: services.take_gap(gap_id=gap.pk, by=people[n], at=timezone.now())
    )
    assert outcomes == {"done": 1, "closed": 19}
    shift = DutyShift.objects.get(starts_at=gap.starts_at)

    swap = services.ask_swap(shift_id=shift.pk, by=shift.user, at=timezone.now())
    others = [one for one in people if one != shift.user]
    outcomes = at_once(
        19, lambda n: services.take_swap(swap_id=swap.pk, by=others[n], at=timezone.now())
    )
    assert outcomes == {"done": 1, "illegal_move": 18}
    outcomes = at_once(
        20, lambda _n: services.confirm_swap(swap_id=swap.pk, by=boss, at=timezone.now())
    )
    assert outcomes == {"done": 1, "illegal_move": 19}
    assert DutyShift.objects.standing().filter(starts_at=gap.starts_at).count() == 1

    outcomes = at_once(
        20, lambda _n: services.accept_handover(handover_id=row.pk, by=receiver, at=timezone.now())
    )
    assert outcomes == {"done": 1, "illegal_move": 19}
    assert Absence.objects.filter(kind=AbsenceKind.OFF_SHIFT).count() == 1
    assert Event.objects.filter(kind="handover.accepted").count() == 1


def test_ten_open_the_same_handovers() -> None:
    _unit, giver, _receiver, row = f.ending()
    assert Event.objects.filter(kind="handover.opened").count() == 1
    end = row.ends_at
    other = f.agent(row.shift.unit)
    f.on_duty(other, row.shift.unit, end - f.HOUR, end)
    at_once(10, lambda _n: services.open_due(at=timezone.now()))
    assert Event.objects.filter(kind="handover.opened").count() == 2
    assert giver != other
