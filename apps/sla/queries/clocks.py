"""Lists of clocks, by what runs out next; never counted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from apps.sla.kinds import timed_kinds
from apps.sla.models import Clock
from apps.sla.models.clock import OPEN

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True, slots=True)
class ClockFilter:
    """Empty means any. ``stand``: running, mine (running, too), overdue, missed or all."""

    stand: str = "all"
    kind: str = ""
    metric: str = ""
    state: str = ""


def visible_clocks(user: "User") -> "QuerySet[Clock]":
    """Own clocks and those of the units one sees, about what one may see: the title of a case is no
    more public than the case."""
    kinds = [kind for kind, one in timed_kinds().items() if user.has_perm(one.seen_with)]
    rows: QuerySet[Clock] = Clock.objects.filter(kind__in=kinds)
    units = user.visible_unit_ids()
    return rows if units is None else rows.filter(Q(unit__in=units) | Q(owner=user.pk))


def clock_list(user: "User", filters: ClockFilter) -> "QuerySet[Clock]":
    """With what a row shows at hand (one query)."""
    rows = visible_clocks(user).select_related("matter", "owner", "unit")
    if filters.stand == "missed":
        rows = rows.filter(Q(breached_at__isnull=False) | Q(missed_before__isnull=False))
    elif filters.stand != "all":
        rows = rows.filter(OPEN)
    if filters.stand == "overdue":
        rows = rows.filter(due_at__lte=Now())
    if filters.stand == "mine":
        rows = rows.filter(owner=user.pk)
    chosen = {"kind": filters.kind, "metric": filters.metric, "state": filters.state}
    return rows.filter(**{name: value for name, value in chosen.items() if value})
