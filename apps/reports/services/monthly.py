"""The month's turn: figures of each month that is over are frozen once, by themselves (REP-3, REP-4)."""

from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.reports.enums import ScopeKind
from apps.reports.kpis import Period
from apps.reports.queries.frozen import unfrozen_months
from apps.reports.services.figures import freeze_figures
from apps.reports.services.summaries import draft_missing


def freeze_past_months(*, at: datetime) -> int:
    """Everybody's figures of the months that are over and have never been frozen, the oldest first; returns how many
    computings were made. Each kind of scope of a month is a transaction of its own, so what was killed half-way goes on
    where it was. With the customers' figures come the drafts of their summaries, or neither."""
    by = system_user("reports")
    due = unfrozen_months(at)
    for period, kind in due:
        _freeze(period, kind, by, at)
    return len(due)


@transaction.atomic
def _freeze(period: Period, kind: ScopeKind, by: User, at: datetime) -> None:
    freeze = freeze_figures(period, kind, by=by, at=at, once=True)
    if kind == ScopeKind.CUSTOMER:
        draft_missing(freeze, by=by, at=at)
