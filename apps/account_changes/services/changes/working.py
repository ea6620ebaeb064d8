"""What time brings to account changes: they start and close by themselves (COD-4)."""

from django.db import transaction
from django.db.models import F, Q

from apps.account_changes.enums import ProjectState
from apps.account_changes.models import ChangeProject
from apps.account_changes.services.changes.ending import close_change
from apps.account_changes.services.changes.running import WORK, pause_change, start_change
from apps.accounts.queries import system_user
from apps.core.errors import RuleBroken
from apps.core.times import now

__all__ = ["DUE", "WORK", "work_changes"]

# Asked all the time; each half has an index of its own. Paused ones wait for a person.
DUE = """
SELECT '', LEAST(
    (SELECT since FROM account_changes_changeproject WHERE state = 'scheduled' AND paused_at IS NULL ORDER BY since LIMIT 1),
    (SELECT accept_until FROM account_changes_changeproject WHERE state = 'transition' AND paused_at IS NULL
     ORDER BY accept_until LIMIT 1))
"""


def work_changes() -> int:
    """Start what is to start and close what is over, by the database's clock; how many. One that cannot
    start (somebody has not read the briefing, something was changed after it was approved) is paused
    with the reason, for a person to see to."""
    by, done = system_user("clocks"), 0
    while True:
        with transaction.atomic():
            at = now()
            project = _next(at)
            if project is None:
                return done
            try:
                if project.state == ProjectState.SCHEDULED:
                    start_change(project, by=by, at=at)
                else:
                    close_change(project, by=by, at=at)
            except RuleBroken as refusal:
                pause_change(project, reason=str(refusal), by=by, at=at)
        done += 1


def _next(at: object) -> ChangeProject | None:
    due = Q(state=ProjectState.SCHEDULED, since__lte=at)
    due |= Q(state=ProjectState.TRANSITION, accept_until__lte=at)
    rows = ChangeProject.objects.select_for_update(skip_locked=True, of=("self",))
    found: ChangeProject | None = rows.filter(due, paused_at=None).order_by(F("pk")).first()
    return found
