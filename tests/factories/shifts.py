"""Duty and handover: people on the roster, needs, clocks that run out."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import DutyShift, Unit, User
from apps.accounts.services import NewShift, plan_shifts
from apps.shifts import services
from apps.shifts.models import Handover, Need
from apps.sla.enums import Metric
from tests.factories.accounts import UnitFactory, UserFactory, UserRoleFactory
from tests.factories.sla import open_case

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]


def branch(**fields: Any) -> Unit:
    unit: Unit = UnitFactory(**fields)
    return unit


def agent(unit: Unit, *, role: Role = Role.AGENT, **fields: Any) -> User:
    """Who has held the role for a year, so that any test's time is within it."""
    user: User = UserFactory(**fields)
    UserRoleFactory(user=user, role=role, unit=unit, since=timezone.now() - 365 * DAY)
    return user


def director(unit: Unit, **fields: Any) -> User:
    return agent(unit, role=Role.DIRECTOR, **fields)


def on_duty(
    user: User, unit: Unit, since: datetime, until: datetime, *, role: Role = Role.AGENT
) -> DutyShift:
    row = NewShift(user, role, unit, since, until)
    return plan_shifts([row], by=user, at=timezone.now())[0]


def need(unit: Unit, by: User, **fields: Any) -> Need:
    at = fields.pop("at", timezone.now())
    given = {
        "role": Role.AGENT, "weekdays": EVERY_DAY, "begins": "20:00", "ends": "08:00", "heads": 1,
        "since": timezone.localdate(at) + DAY, **fields,
    }  # fmt: skip
    return services.set_need(unit=unit, by=by, at=at, **given)


def clock(owner: User, unit: Unit, due_at: datetime, *, title: str = "CS1") -> Any:
    """A matter of ``owner``'s that is to be solved by ``due_at``."""
    what, matter = open_case(title=title, owner=owner, unit=unit, dues={Metric.SOLUTION: due_at})
    return what, matter


def ending(minutes: int = 20, **fields: Any) -> tuple[Unit, User, User, Handover]:
    """A shift that ends in ``minutes``, a colleague on duty after it, and the handover that has opened."""
    unit, at = branch(), timezone.now()
    giver, receiver = agent(unit), agent(unit)
    end = at + timedelta(minutes=minutes)
    on_duty(giver, unit, end - 8 * HOUR, end)
    on_duty(receiver, unit, end, end + 8 * HOUR)
    on_duty(giver, unit, end + 16 * HOUR, end + 24 * HOUR)
    for n in range(fields.pop("clocks", 0)):
        clock(giver, unit, at + HOUR + n * timedelta(minutes=1), title=f"CS{n}")
    services.open_due(at=at)
    return unit, giver, receiver, Handover.objects.get(giver=giver)


def offered(**fields: Any) -> tuple[Unit, User, User, Handover]:
    unit, giver, receiver, row = ending(**fields)
    services.offer_handover(handover_id=row.pk, receiver=receiver, by=giver, at=timezone.now())
    return unit, giver, receiver, row
