"""The night that nobody has (CMP-9): a gap is seen a week ahead, a volunteer who is asked by message takes it, a swap in
the middle of a shift, a handover with one item returned, another that nobody accepts; the owner comes back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.enums import AbsenceKind
from apps.accounts.models import Absence, DutyShift
from apps.accounts.queries.duty import Roster
from apps.events.services import record, relay_due
from apps.notifications.models import Delivery
from apps.shifts import services
from apps.shifts.enums import GapEnd, HandoverState, ItemState
from apps.shifts.models import Gap, Handover
from apps.shifts.queries.handing_over import last_away, while_away
from apps.sla.models import Matter
from apps.sla.services import sweep
from tests.factories import shifts as f

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-9")]
MINUTES = timedelta(minutes=1)


def recipients(topic: str) -> set[str]:
    """Who has a message about it."""
    relay_due()
    return set(Delivery.objects.filter(topic=topic).values_list("recipient_label", flat=True))


def test_the_night_nobody_has() -> None:
    unit, at = f.branch(name="北京分公司"), timezone.now()
    boss = f.director(unit, display_name="林静")
    chen, zhou, wu = (f.agent(unit, display_name=name) for name in ("陈洁", "周宁", "吴桐"))

    # Nobody has the nights; the director hears of the coming week's first, which the clocks warn of.
    f.need(unit, boss, begins="20:00", ends="08:00")
    gap = Gap.objects.filter(closed_at=None).order_by("starts_at")[2]
    assert gap.starts_at - at < timedelta(days=7)
    sweep()
    assert boss.display_name in recipients("staff.clock_warned")

    # Two are asked by message; the first who opens the link and takes it has it.
    services.ask_volunteers(gap_id=gap.pk, users=[chen, zhou], by=boss, at=timezone.now())
    assert recipients("staff.gap_asked") == {"陈洁", "周宁"}
    services.take_gap(gap_id=gap.pk, by=zhou, at=timezone.now())
    gap.refresh_from_db()
    assert gap.closed_as == GapEnd.FILLED

    # In the middle of it she cannot: 吴桐 works from two o'clock on.
    night = DutyShift.objects.get(user=zhou)
    half = night.starts_at + 6 * f.HOUR
    swap = services.ask_swap(
        shift_id=night.pk, starts_at=half, to_user=wu, by=zhou, at=timezone.now()
    )
    assert recipients("staff.swap_asked") == {"吴桐"}
    services.take_swap(swap_id=swap.pk, by=wu, at=timezone.now())
    services.confirm_swap(swap_id=swap.pk, by=boss, at=timezone.now())
    assert not Gap.objects.filter(closed_at=None, starts_at=night.starts_at).exists()
    f.on_duty(chen, unit, night.ends_at, night.ends_at + 8 * f.HOUR)
    f.on_duty(zhou, unit, night.ends_at + 12 * f.HOUR, night.ends_at + 20 * f.HOUR)

    # At two 周宁 hands over; one item goes back.
    case, _matter = f.clock(zhou, unit, half + 2 * f.HOUR, title="CS-A")
    f.clock(zhou, unit, half + 3 * f.HOUR, title="CS-B")
    services.work_handovers(at=half - 30 * MINUTES)
    row = Handover.objects.get(giver=zhou)
    assert row.receiver == wu and "周宁" in recipients("staff.handover_opened")
    first, second = row.items.all()
    services.offer_handover(
        handover_id=row.pk,
        receiver=wu,
        words={first.pk: "两点半回电"},
        by=zhou,
        at=half - 10 * MINUTES,
    )
    services.accept_handover(
        handover_id=row.pk, returned={second.pk: "要主任批"}, by=wu, at=half + 3 * MINUTES
    )
    assert row.items.get(pk=second.pk).state == ItemState.RETURNED
    assert {"周宁", "林静"} <= recipients("staff.handover_returned")
    assert Roster([], half + f.HOUR).instead_of(zhou.pk) == wu.pk
    assert Matter.objects.get(pk=first.subject_id).owner == zhou, "ownership stays"

    # In the morning 陈洁 does not accept: the director has the watch over what 吴桐 had.
    services.work_handovers(at=night.ends_at)
    services.work_handovers(at=night.ends_at + 15 * MINUTES)
    lapsed = Handover.objects.get(giver=wu)
    assert (lapsed.state, lapsed.watch) == (HandoverState.LAPSED, boss)
    assert "林静" in recipients("staff.handover_lapsed")
    assert Roster([], night.ends_at + f.HOUR).instead_of(zhou.pk) == boss.pk

    # The owner comes back, and sees what was done meanwhile and by whom.
    record("unit.changed", case, by=wu, at=half + f.HOUR)
    back = night.ends_at + 12 * f.HOUR
    away = last_away(zhou, back)
    assert away == row
    news = while_away(zhou, away.ends_at, back)
    assert [(one.by, one.kind) for one in news] == [(wu, "unit.changed")]
    assert Roster([], back).instead_of(zhou.pk) == zhou.pk
    assert set(Absence.objects.values_list("kind", flat=True)) == {AbsenceKind.OFF_SHIFT}
