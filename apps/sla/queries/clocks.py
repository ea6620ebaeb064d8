"""Lists of clocks, by what runs out next; never counted."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from apps.sla.enums import ClockState
from apps.sla.models import Clock
from apps.sla.models.clock import OPEN

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True, slots=True)
class ClockFilter:
    """Empty means any. ``stand``: running, mine (running, too), overdue, missed, late (missed or
    overdue), in_time or all. ``due_from`` counts in, ``due_to`` not."""

    view: str = "all"
    kind: str = ""
    metric: str = ""
    state: str = ""
    due_from: datetime | None = None
    due_to: datetime | None = None


def clock_list(user: "User", filters: ClockFilter) -> "QuerySet[Clock]":
    """With what a row shows at hand (one query)."""
    rows = Clock.objects.visible_to(user).select_related("matter", "owner", "unit")
    missed = Q(breached_at__isnull=False) | Q(missed_before__isnull=False)
    overdue = Q(state=ClockState.RUNNING, due_at__lte=Now())
    if filters.view in ("missed", "late"):
        rows = rows.filter(missed if filters.view == "missed" else missed | overdue)
    elif filters.view == "in_time":
        rows = rows.filter(state=ClockState.MET).exclude(missed)
    elif filters.view != "all":
        rows = rows.filter(OPEN)
    if filters.view == "overdue":
        rows = rows.filter(due_at__lte=Now())
    if filters.view == "mine":
        rows = rows.filter(owner=user.pk)
    chosen: dict[str, Any] = {
        "kind": filters.kind,
        "metric": filters.metric,
        "state": filters.state,
        "due_at__gte": filters.due_from,
        "due_at__lt": filters.due_to,
    }
    return rows.filter(**{name: value for name, value in chosen.items() if value})
