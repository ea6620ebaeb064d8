"""What the demonstration shows of duty and handover."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import DutyShift
from apps.desk.demo.duty import make_roster
from apps.desk.demo.people import make_people
from apps.shifts import services
from apps.shifts.demo import make_duty
from apps.shifts.enums import HandoverState, SwapState
from apps.shifts.models import Gap, Handover, Swap
from tests.factories import shifts as f

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-9")]


def test_beijings_nights_a_swap_and_two_handovers() -> None:
    now = timezone.now()
    cast = make_people(now - timedelta(days=9))
    make_roster(cast, now)
    for n in range(2):
        f.clock(cast["lina"], cast.units["SHA"], now + timedelta(hours=1), title=f"CS{n}")
    make_duty(seed=1, now=now)
    gaps = Gap.objects.filter(closed_at=None).order_by("starts_at")
    assert {gap.unit.code for gap in gaps} == {"BJS"}
    first = timezone.localtime(gaps[0].starts_at)
    assert (first.isoweekday(), first.hour) == (4, 20)
    assert Swap.objects.get().state == SwapState.ASKED
    found = {
        row.giver.display_name: row for row in Handover.objects.filter(offered_at__isnull=False)
    }
    assert found["李娜"].state == HandoverState.ACCEPTED
    assert sum(item.why != "" for item in found["李娜"].items.all()) <= 1
    assert found["王芳"].state == HandoverState.LAPSED
    assert timezone.localtime(found["王芳"].lapsed_at).strftime("%H:%M") == "22:15"
    assert services.refresh_gaps(at=now) == 0
    assert DutyShift.objects.filter(starts_at__gt=now + timedelta(days=12)).exists()
