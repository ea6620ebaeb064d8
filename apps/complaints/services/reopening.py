"""Taking up again what was over (CMP-7)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.enums import CaseState, EntryKind
from apps.complaints.models import Case
from apps.complaints.rules.cases import needed
from apps.complaints.rules.privacy import one_line
from apps.complaints.services import clocks
from apps.complaints.services.locking import lock_case, move_case
from apps.complaints.services.talking import add_internal
from apps.complaints.states import CASE_MOVES
from apps.core.errors import RuleBroken
from apps.events.services import record


@transaction.atomic
def reopen_case(*, case_id: int, reason: str, by: User, at: datetime) -> Case:
    """Take up a solved or closed case again; its owner has it still, its clocks run anew where the
    policy says so."""
    reason = needed(reason, "reason", most=500)
    case = lock_case(case_id, by)
    reopen(case, reason, by=by, at=at)
    return case


def reopen(case: Case, reason: str, *, by: User, at: datetime) -> None:
    """The caller holds the lock."""
    was = case.state
    if was not in (CaseState.SOLVED, CaseState.CLOSED):
        CASE_MOVES.check(CaseState(was), CaseState.OPEN)
        raise RuleBroken(_("This case is not over."), code="illegal_move", field="state")
    values: dict[str, Any] = {"closed_at": None, "closed_by": None, "closing_note": ""}
    values |= {"confirmed_at": None, "confirmed_by": None}
    values |= {"reopened_at": at, "reopened_by": by, "reopened_count": case.reopened_count + 1}
    move_case(case, CaseState.OPEN, by=by, at=at, **values)
    add_internal(case, EntryKind.SYSTEM, reason, by=by, at=at)
    clocks.reopened(case, was=was, by=by, at=at)
    data = {"from": was, "owner": case.owner_id, "revision": case.version}
    record("case.reopened", case, by=by, at=at, data={**data, "reason": one_line(reason, case)})
