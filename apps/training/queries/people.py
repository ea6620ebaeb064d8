"""Who learns, who is late, who may do live work: for leaders, by unit."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from apps.accounts.models import Unit, User, UserRole
from apps.training.enums import Area
from apps.training.models import Attempt, Enrolment, Qualification
from apps.training.queries.gate import who_may_work
from apps.training.queries.learning import requirements_in_force


@dataclass
class Learner:
    """One person as leaders see them."""

    user: User
    units: str
    open: int = 0  # courses not completed
    late: int = 0
    last: Attempt | None = None
    qualifications: dict[str, Qualification] = field(default_factory=dict)
    may: set[str] = field(default_factory=set)  # areas with a requirement

    @property
    def pk(self) -> int:
        return self.user.pk


def led_by(leader: User, unit: Unit | None = None) -> "QuerySet[User]":
    """People with a role in the units that ``leader`` sees, or in ``unit`` and below it."""
    held = UserRole.objects.current()
    seen = leader.visible_unit_ids()
    if seen is not None:
        held = held.filter(unit__in=seen)
    if unit is not None:
        held = held.filter(unit__path__startswith=unit.path)
    people: QuerySet[User] = User.objects.active().people()
    return people.filter(pk__in=held.values("user"))


def required_areas(at: datetime) -> list[Area]:
    found = set(requirements_in_force(at).values_list("area", flat=True))
    return [area for area in Area if area.value in found]


def learners(
    leader: User, at: datetime, *, unit: Unit | None = None, progress: str = ""
) -> list[Learner]:
    """Everybody who learns, was examined, or must be qualified; ``stand``: "late", "learning",
    "not_qualified". Statements by areas, not by people."""
    areas = required_areas(at)
    roles = set(requirements_in_force(at).values_list("role", flat=True))
    held = UserRole.objects.current(at)
    people = led_by(leader, unit).filter(
        Q(pk__in=held.filter(role__in=roles).values("user"))
        | Q(pk__in=Enrolment.objects.values("user"))
        | Q(pk__in=Attempt.objects.values("user"))
    )
    rows = {user.pk: Learner(user, "") for user in people.order_by("display_name", "pk")}
    _fill(rows, held, at)
    for area in areas:
        for pk in who_may_work(list(rows), area, at):
            rows[pk].may.add(area.value)
    return [row for row in rows.values() if _fits(row, progress, areas)]


def _fill(rows: dict[int, Learner], held: "QuerySet[UserRole]", at: datetime) -> None:
    names: dict[int, list[str]] = {}
    for user_id, name in held.filter(user__in=list(rows)).values_list("user", "unit__name"):
        names.setdefault(user_id, []).append(name)
    for pk, units in names.items():
        rows[pk].units = "、".join(dict.fromkeys(units))
    counted = (
        Enrolment.objects.filter(user__in=list(rows), completed_at=None)
        .order_by()
        .values("user")
        .annotate(open=Count("pk"), late=Count("pk", filter=Q(due_at__lte=at)))
    )
    for row in counted:
        rows[row["user"]].open, rows[row["user"]].late = row["open"], row["late"]
    latest = Attempt.objects.filter(user__in=list(rows)).order_by().values("user")
    last = [row["last"] for row in latest.annotate(last=Max("pk"))]
    for attempt in Attempt.objects.filter(pk__in=last).select_related("exam"):
        rows[attempt.user_id].last = attempt
    current = Qualification.objects.filter(user__in=list(rows), since__lte=at, until__gt=at)
    for qualification in current:
        rows[qualification.user_id].qualifications[qualification.area] = qualification


def _fits(row: Learner, progress: str, areas: Iterable[Area]) -> bool:
    if progress == "late":
        return row.late > 0
    if progress == "learning":
        return row.open > 0
    if progress == "not_qualified":
        return any(area.value not in row.may for area in areas)
    return True
