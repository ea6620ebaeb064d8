"""Waiting for the customer pauses the clocks where the policy says so (CMP-2)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.enums import CaseState, EntryKind
from apps.complaints.models import Case
from apps.complaints.rules.cases import check_live, needed
from apps.complaints.services.locking import begin, lock_case, move_case
from apps.complaints.services.talking import add_internal
from apps.core.errors import RuleBroken
from apps.events.services import record


@transaction.atomic
def wait_for_customer(*, case_id: int, reason: str, by: User, at: datetime) -> Case:
    """Nothing goes on without the customer; ``reason`` says what we wait for. Their next message
    or call ends the wait by itself."""
    reason = needed(reason, "reason", most=500)
    case = lock_case(case_id, by)
    check_live(case)
    begin(case, by=by, at=at)
    values = {"waiting_at": at, "waiting_by": by, "awaits_answer": False}
    move_case(case, CaseState.WAITING, by=by, at=at, **values)
    add_internal(case, EntryKind.SYSTEM, reason, by=by, at=at)
    record("case.waiting", case, by=by, at=at, data={"revision": case.version})
    return case


@transaction.atomic
def resume_case(*, case_id: int, by: User, at: datetime) -> Case:
    """Go on without an answer. RuleBroken ``illegal_move`` unless it waits."""
    case = lock_case(case_id, by)
    check_live(case)
    if case.state != CaseState.WAITING:
        raise RuleBroken(
            _("This case does not wait for the customer."), code="illegal_move", field="state"
        )
    move_case(case, CaseState.OPEN, by=by, at=at)
    record("case.resumed", case, by=by, at=at, data={"revision": case.version})
    return case
