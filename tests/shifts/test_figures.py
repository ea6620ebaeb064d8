"""What was covered, and what was taken over in time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.shifts import services
from apps.shifts.models import Gap
from apps.shifts.queries.figures import cover, taken_over
from tests.factories import shifts as f

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("CMP-9")]


def test_minutes_that_came_without_anybody_are_not_covered() -> None:
    unit = f.branch()
    boss, one = f.director(unit), f.agent(unit)
    f.need(unit, boss, begins="08:00", ends="18:00")
    first, second = Gap.objects.filter(closed_at=None).order_by("starts_at")[:2]
    f.on_duty(one, unit, first.starts_at, first.starts_at + 6 * f.HOUR)
    f.on_duty(one, unit, second.starts_at, second.ends_at)
    services.refresh_gaps(at=timezone.now())
    services.refresh_gaps(at=second.ends_at)
    day = first.starts_at - 8 * f.HOUR
    assert cover(day, day + f.DAY) == (360, 600)
    assert cover(day, day + 2 * f.DAY, units=[unit.pk]) == (960, 1200)
    assert cover(day, day + f.DAY, units=[]) == (0, 0)


def test_accepted_within_a_quarter_of_an_hour() -> None:
    _unit, _giver, receiver, row = f.offered(clocks=1)
    day = (row.ends_at - f.HOUR, row.ends_at + f.HOUR)
    assert taken_over(*day) == (0, 1)
    at = row.ends_at + timedelta(minutes=15)
    services.accept_handover(handover_id=row.pk, by=receiver, at=at)
    assert taken_over(*day) == (1, 1)
