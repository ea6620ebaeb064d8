"""The customer takes back what they brought (CMP-7)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.enums import CaseChannel, CaseState, EntryKind, Outcome
from apps.complaints.models import Case
from apps.complaints.rules.cases import check_live
from apps.complaints.services import clocks
from apps.complaints.services.locking import add_to_search, lock_case, move_case, write
from apps.complaints.services.talking import add_internal
from apps.core.errors import RuleBroken
from apps.core.masking import mask_text
from apps.events.services import record
from apps.sla.enums import FactKind

MOST_REASON = 500


@transaction.atomic
def withdraw_case(*, case_id: int, reason: str, by: User, at: datetime) -> Case:
    """The customer's own word that nothing more is wanted, whatever the reason.

    What nobody had begun is cancelled. Anything else is solved and confirmed by that word, and
    stays for its owner to close: a complaint has a cause, whether it is withdrawn or not. Again,
    and for a case that is over: RuleBroken ``illegal_move`` or ``merged``.
    """
    case = lock_case(case_id, by)
    check_live(case)
    if case.channel == CaseChannel.AUTHORITY:
        raise RuleBroken(
            _("This is an appeal to the postal authority; it is withdrawn there, by 12305."),
            code="appealed",
        )
    reason_given = mask_text(reason.strip())[:MOST_REASON]
    if case.state == CaseState.NEW and case.owner_id is None:
        _cancel(case, reason_given, by=by, at=at)
    else:
        _solve(case, reason.strip()[:MOST_REASON], by=by, at=at)
    data = {"reason": reason_given[:200], "owner": case.owner_id, "revision": case.version}
    record("case.withdrawn", case, by=by, at=at, data={**data, "number": case.number})
    return case


def _cancel(case: Case, reason_given: str, *, by: User, at: datetime) -> None:
    values: dict[str, Any] = {"cancelled_at": at, "cancelled_by": by, "awaits_answer": False}
    values["cancel_reason"] = (reason_given or _("Withdrawn by the customer."))[:200]
    move_case(case, CaseState.CANCELLED, by=by, at=at, **values)
    clocks.stopped(case, reason="withdrawn", by=by, at=at)


def _solve(case: Case, reason: str, *, by: User, at: datetime) -> None:
    text = _("Withdrawn by the customer.") + (f" {reason}" if reason else "")
    add_internal(case, EntryKind.SYSTEM, text, by=by, at=at)
    values: dict[str, Any] = {"confirmed_at": at, "confirmed_by": by, "awaits_answer": False}
    if case.state == CaseState.SOLVED:
        # The solution stands; that the customer wants no more confirms it.
        write(case, at=at, **values)
    else:
        if case.state == CaseState.NEW:
            move_case(case, CaseState.OPEN, by=by, at=at)
        values |= {"solution": text, "outcome": Outcome.WITHDRAWN}
        values |= {"solved_at": at, "solved_by": by, **add_to_search(case, text)}
        move_case(case, CaseState.SOLVED, by=by, at=at, **values)
    # Nothing is owed any more: neither the plan nor the solution is told to who wants none.
    clocks.done(case, FactKind.SOLVED, FactKind.FED_BACK, by=by, at=at)
