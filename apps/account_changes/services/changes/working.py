"""What time brings to account changes: they start and close by themselves (COD-4)."""

import logging
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.account_changes.enums import ProjectState
from apps.account_changes.models import ChangeProject
from apps.account_changes.services.changes.ending import close_change
from apps.account_changes.services.changes.running import WORK, pause_change, start_change
from apps.accounts.models import User
from apps.accounts.queries import system_user
from apps.core.errors import RuleBroken
from apps.core.times import now
from apps.events.services import record

__all__ = ["DUE", "WORK", "work_changes"]

log = logging.getLogger(__name__)
# Asked all the time; each half has an index of its own. Paused ones wait for a person.
DUE = """
SELECT '', LEAST(
    (SELECT since FROM account_changes_changeproject WHERE state = 'scheduled' AND paused_at IS NULL ORDER BY since LIMIT 1),
    (SELECT accept_until FROM account_changes_changeproject WHERE state = 'transition' AND paused_at IS NULL
     ORDER BY accept_until LIMIT 1))
"""


def work_changes() -> int:
    """Start what is to start and close what is over, by the database's clock; how many. One that cannot
    start (customers were not told, somebody has not read the briefing, something was changed after it was
    approved) is paused with the reason, for a person to see to; so is one at which the work itself fails.
    Each is its own transaction, and none holds up the others."""
    by, done, tried = system_user("clocks"), 0, set[int]()
    while (pk := _work_next(tried, by=by)) is not None:
        tried.add(pk)
        done += 1
    return done


def _work_next(tried: Collection[int], *, by: User) -> int | None:
    """The next that is due and not ``tried`` in this turn; None where nothing is."""
    with transaction.atomic():
        at = now()
        project = _next(at, tried)
        if project is None:
            return None
        try:
            _work(project, by=by, at=at)
        except RuleBroken as refusal:
            pause_change(project, reason=str(refusal), by=by, at=at)
        except Exception as error:
            # It has undone what it did. Tried again and again it would fail the same way unseen: it is paused,
            # and whoever runs the change asks those who run the system.
            log.exception("account change %s cannot be worked on", project.number)
            data = {"error": type(error).__name__}
            record("accountchange.failed", project, by=by, at=at, data=data)
            pause_change(project, reason=_words(error), by=by, at=at)
        found: int = project.pk
    return found


def _work(project: ChangeProject, *, by: User, at: datetime) -> None:
    if project.state == ProjectState.SCHEDULED:
        start_change(project, by=by, at=at)
    else:
        close_change(project, by=by, at=at)


def _words(error: Exception) -> str:
    text = _("An unexpected error (%(error)s) stopped it; it is in the system's log.")
    return text % {"error": type(error).__name__}


def _next(at: datetime, tried: Collection[int]) -> ChangeProject | None:
    due = Q(state=ProjectState.SCHEDULED, since__lte=at)
    due |= Q(state=ProjectState.TRANSITION, accept_until__lte=at)
    rows = ChangeProject.objects.select_for_update(skip_locked=True, of=("self",))
    left = rows.filter(due, paused_at=None).exclude(pk__in=tried)
    found: ChangeProject | None = left.order_by("pk").first()
    return found
