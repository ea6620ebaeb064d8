"""From the solution to the customer's own word: solved, confirmed, closed, reopened (CMP-7)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.complaints.enums import CaseChannel, CaseState, EntryKind, Outcome
from apps.complaints.models import Case, CauseNode
from apps.complaints.queries.opinions import praise_of
from apps.complaints.rules.cases import (
    check_closing,
    check_live,
    check_praise,
    check_promises,
    check_score,
    needed,
)
from apps.complaints.rules.privacy import one_line
from apps.complaints.services import clocks
from apps.complaints.services.holding import check_holds
from apps.complaints.services.locking import add_to_search, begin, lock_case, move_case, write
from apps.complaints.services.reporting import add_answer
from apps.complaints.services.satisfaction import act_on_score, record_answer
from apps.complaints.services.talking import ANSWER, add_internal
from apps.complaints.states import CASE_MOVES
from apps.core.errors import RuleBroken
from apps.events.services import NewEvent, new_event, record, record_many
from apps.sla.enums import FactKind

# A solution that the customer has not heard of meets no clock.
HEARD = (FactKind.FED_BACK, FactKind.SOLVED)


@transaction.atomic
def solve_case(
    *,
    case_id: int,
    solution: str,
    outcome: Outcome,
    by: User,
    at: datetime,
    cause: CauseNode | None = None,
    channel: CaseChannel | None = None,
) -> Case:
    """State the solution. ``channel``: the customer hears it now by that channel, which meets the
    clocks of the solution, the feedback (24 hours at the latest) and the legal seven days; without
    it they run on until ``confirm_result`` (CMP-2)."""
    solution = needed(solution, "solution")
    case = lock_case(case_id, by)
    check_live(case)
    begin(case, by=by, at=at)
    CASE_MOVES.check(CaseState(case.state), CaseState.SOLVED)
    values: dict[str, Any] = {"solution": solution, "outcome": outcome}
    values |= {"solved_at": at, "solved_by": by, "confirmed_at": None, "confirmed_by": None}
    if cause is not None:
        values["cause"] = cause
    before: list[NewEvent] = []
    facts: tuple[FactKind, ...] = ()
    if channel is not None:
        answer = add_answer(case, EntryKind.SOLUTION, solution, channel, by=by, at=at)
        values, before, facts = values | answer.values, answer.events, (*ANSWER, *HEARD)
    else:
        add_internal(case, EntryKind.NOTE, solution, by=by, at=at)
        values |= add_to_search(case, solution)
    move_case(case, CaseState.SOLVED, by=by, at=at, **values)
    clocks.done(case, *facts, by=by, at=at)
    data = {"outcome": str(outcome), "told": channel is not None, "revision": case.version}
    record_many([*before, new_event("case.solved", case, by=by, at=at, data=data)])
    return case


@transaction.atomic
def confirm_result(
    *,
    case_id: int,
    score: int,
    comment: str,
    by: User,
    at: datetime,
    channel: CaseChannel = CaseChannel.PHONE,
) -> Case:
    """The agent went through the result with the customer and asked how satisfied they are, 1–5
    (CMP-7). Meets the feedback clock. 2 or less reopens the case, the second time it escalates."""
    check_score(score)
    case = lock_case(case_id, by)
    if case.state != CaseState.SOLVED:
        raise RuleBroken(
            _("State the solution first; then confirm it with the customer."),
            code="illegal_move",
            field="state",
            rule="CMP-7",
        )
    write(case, at=at, confirmed_at=at, confirmed_by=by, awaits_answer=False)
    clocks.done(case, *HEARD, by=by, at=at)
    record("case.result_confirmed", case, by=by, at=at, data={"score": score})
    record_answer(case, score, comment, channel, by=by, at=at)
    act_on_score(case, score, by=by, at=at)
    return case


@transaction.atomic
def close_case(*, case_id: int, by: User, at: datetime, note: str = "") -> Case:
    """End it. RuleBroken ``not_yet`` names what is missing: the cause of a complaint, loss or
    damage, the customer's confirmation or a note that says why there is none, a promise that is not
    settled (CMP-7)."""
    case = lock_case(case_id, by)
    CASE_MOVES.check(CaseState(case.state), CaseState.CLOSED)
    check_closing(case, note)
    check_praise(case, praise_of(case) is not None, note)
    was_held = check_holds(case)
    check_promises([promise.label for promise in clocks.open_promises(case)])
    values: dict[str, Any] = {"closed_at": at, "closed_by": by, "awaits_answer": False}
    values["closing_note"] = one_line(note, case, most=300)
    move_case(case, CaseState.CLOSED, by=by, at=at, **values)
    clocks.closed(case, by=by, at=at)
    data = {"outcome": case.outcome, "channel": case.channel, "owner": case.owner_id}
    data |= {"number": case.number, "revision": case.version}
    record("case.closed", case, by=by, at=at, data=data)
    if was_held:
        record("case.closed_after_hold", case, by=by, at=at)
    return case


@transaction.atomic
def cancel_case(*, case_id: int, reason: str, by: User, at: datetime) -> Case:
    """Opened by mistake, a test, or an advertisement: no work, no clocks; it stays on record."""
    reason = needed(reason, "reason", most=200)
    case = lock_case(case_id, by)
    check_holds(case)
    move_case(
        case,
        CaseState.CANCELLED,
        by=by,
        at=at,
        cancelled_at=at,
        cancelled_by=by,
        cancel_reason=one_line(reason, case),
        awaits_answer=False,
    )
    clocks.stopped(case, reason="cancelled", by=by, at=at)
    data = {"reason": case.cancel_reason, "revision": case.version}
    record("case.cancelled", case, by=by, at=at, data=data)
    return case
