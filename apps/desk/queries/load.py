"""How many cases everybody has in hand, by state."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from apps.accounts.models import User
from apps.complaints.enums import CaseMatter, CaseState, Severity
from apps.complaints.models import Case
from apps.complaints.states import IN_HAND
from apps.sla.models import Clock


@dataclass(frozen=True, slots=True)
class Load:
    """One person's cases by state; ``in_hand`` is what assignment compares."""

    user: User
    new: int
    open: int
    waiting: int
    solved: int
    major: int
    awaiting: int
    overdue: int  # cases with a clock past its due time

    @property
    def in_hand(self) -> int:
        return self.new + self.open + self.major

    @property
    def live(self) -> int:
        """All on which somebody still has to do something."""
        return self.new + self.open + self.waiting + self.solved


def team_load(user: User) -> list[Load]:
    """Everybody's live cases among those ``user`` sees, most in hand first: three queries."""
    state = {name: Count("pk", filter=Q(state=value)) for name, value in _STATES.items()}
    rows = (
        Case.objects.live()
        .visible_to(user)
        .filter(owner__isnull=False)
        .order_by()
        .values("owner")
        .annotate(
            **state,
            major=Count("pk", filter=Q(severity=Severity.MAJOR, state__in=IN_HAND)),
            awaiting=Count("pk", filter=Q(awaits_answer=True)),
        )
    )
    counted: dict[int, dict[str, Any]] = {row["owner"]: dict(row) for row in rows}
    people = User.objects.in_bulk(counted)
    late = _overdue(list(counted))
    loads = []
    for pk, row in counted.items():
        figures: dict[str, int] = {name: row[name] for name in _COUNTED}
        loads.append(Load(people[pk], overdue=late.get(pk, 0), **figures))
    return sorted(loads, key=lambda load: (-load.in_hand, load.user.display_name))


def _overdue(user_ids: Collection[int]) -> dict[int, int]:
    rows = (
        Clock.objects.overdue()
        .filter(kind=CaseMatter.CASE, owner__in=user_ids)
        .order_by()
        .values("owner")
        .annotate(n=Count("matter", distinct=True))
    )
    return {row["owner"]: row["n"] for row in rows}


_COUNTED = ("new", "open", "waiting", "solved", "major", "awaiting")
_STATES = {
    "new": CaseState.NEW,
    "open": CaseState.OPEN,
    "waiting": CaseState.WAITING,
    "solved": CaseState.SOLVED,
}
