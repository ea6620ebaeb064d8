"""Matters to time, policies to time them by, and a way to let time pass."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.accounts.enums import Role, UnitKind
from apps.accounts.models import Unit, User
from apps.accounts.queries import system_user
from apps.complaints.enums import CaseMatter
from apps.core.database import database_now
from apps.events.models import Event
from apps.sla import services
from apps.sla.enums import Metric, TellBy, Whom
from apps.sla.models import Clock, FiredStep, Matter, Policy, PolicyVersion, WorkingCalendar
from apps.sla.rules import Attributes
from apps.sla.services import Conditions, NewStep, NewTarget
from tests.factories.accounts import UnitFactory, UserFactory

COMPLAINT = Attributes(klass="complaint", severity="ordinary", channel="phone")
MAJOR = Attributes(klass="complaint", severity="major", channel="phone")
NORMAL_DAY = [["09:00", "12:00"], ["13:00", "18:00"]]
_TIMES = {
    "sla_matter": ["policy_as_of", "opened_at", "closed_at", "stopped_at"],
    "sla_fact": ["at"],
    "sla_interval": ["since", "until"],
    "sla_clock": [
        "started_at",
        "due_at",
        "paused_since",
        "met_at",
        "stopped_at",
        "breached_at",
        "missed_before",
        "next_at",
    ],
    "sla_firedstep": ["due_at", "at", "fired_at"],
}


def let_pass(**span: float) -> None:
    """Everything that is timed becomes so much older: the same as waiting. ``let_pass(hours=3)``"""
    gap = timedelta(**span)
    with connection.cursor() as cursor:
        for table, columns in _TIMES.items():
            moved = ", ".join(f"{name} = {name} - %(gap)s" for name in columns)
            if table == "sla_clock":
                moved += "".join(
                    f", {name} = (SELECT coalesce(array_agg(t - %(gap)s ORDER BY n), '{{}}')"
                    f" FROM unnest({name}) WITH ORDINALITY AS s (t, n))"
                    for name in ("schedule", "held_starts")
                )
            cursor.execute(f"UPDATE {table} SET {moved}", {"gap": gap})


def subject() -> Unit:
    """Any row can be timed; the clocks know nothing of it."""
    unit: Unit = UnitFactory(kind=UnitKind.STATION)
    return unit


def machine() -> User:
    return system_user("tests")


def staff(role: Role, unit: Unit, **fields: Any) -> User:
    user: User = UserFactory(roles=[role], unit=unit, **fields)
    return user


def open_case(
    what: Any = None, *, attributes: Attributes = COMPLAINT, **fields: Any
) -> tuple[Any, Matter]:
    """A case of the kind that policies call so, and what it is about."""
    what = what or subject()
    matter = services.open_matter(
        kind=fields.pop("kind", CaseMatter.CASE),
        subject=what,
        title=fields.pop("title", "CS20261125-00001"),
        attributes=attributes,
        by=fields.pop("by", machine()),
        **fields,
    )
    return what, matter


def clock_of(matter: Matter, metric: Metric, *, cycle: int | None = None) -> Clock:
    clocks = matter.clocks.filter(metric=metric, key=0)
    return clocks.get(cycle=cycle) if cycle else clocks.latest("cycle")


def clock_events_of(matter: Matter) -> list[str]:
    """The kinds of the clock events of a matter, oldest first."""
    events = Event.objects.filter(
        subject_type=matter.subject_type, subject_id=matter.subject_id, kind__startswith="clock."
    )
    return list(events.order_by("id").values_list("kind", flat=True))


def fired(clock: Clock) -> list[tuple[str, bool]]:
    """What a clock told, oldest first: the step's English name ("due" for the due instant itself) and
    whether silently."""
    rows = FiredStep.objects.filter(clock=clock).select_related("step").order_by("at", "id")
    return [(row.step.english_name if row.step else "due", row.is_silent) for row in rows]


def calendar(code: str = "always") -> WorkingCalendar:
    return WorkingCalendar.objects.get(code=code)


def step(name: str, offset: timedelta, **fields: Any) -> NewStep:
    """Tells the owner in the back office unless said otherwise."""
    fields.setdefault("whom", Whom.OWNER)
    fields.setdefault("channels", [TellBy.IN_APP])
    return NewStep(name=name, english_name=name, offset=int(offset.total_seconds()), **fields)


def target(
    metric: Metric, within: timedelta | None, *steps: NewStep, code: str = "always", **fields: Any
) -> NewTarget:
    seconds = None if within is None else int(within.total_seconds())
    return NewTarget(metric, seconds, calendar(code), steps=steps, **fields)


def publish(
    *targets: NewTarget,
    policy: Policy | None = None,
    kind: str = CaseMatter.CASE,
    priority: int = 100,
    conditions: Mapping[str, Sequence[Any]] | None = None,
    valid_from: datetime | None = None,
    apply_to_open: bool = False,
) -> PolicyVersion:
    """A version of a policy of the tests, above those that the house comes with."""
    policy = policy or services.create_policy(
        code=f"test-{Policy.objects.count()}",
        name="测试",
        kind=kind,
        priority=priority,
        by=machine(),
    )
    return services.publish_version(
        policy=policy,
        targets=targets,
        conditions=Conditions(**(conditions or {})),
        valid_from=valid_from or database_now() - timedelta(days=30),
        apply_to_open=apply_to_open,
        by=machine(),
    )


def office() -> WorkingCalendar:
    """The one that every house starts with."""
    found: WorkingCalendar = WorkingCalendar.objects.get(code="office")
    return found


def make_calendar(
    code: str = "plain", *, is_official: bool = False, **fields: Any
) -> WorkingCalendar:
    """Monday to Friday, no public holidays unless asked for."""
    values: dict[str, Any] = {
        "name": f"日历 {code}",
        "english_name": f"Calendar {code}",
        "week": [NORMAL_DAY] * 5 + [[], []],
        **fields,
    }
    return services.add_calendar(
        code=code,
        is_official=is_official,
        by=system_user("tests"),
        at=timezone.now(),
        **values,
    )
