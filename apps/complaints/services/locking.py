"""A case, locked; and the one way its row, and an exception's, is written."""

from datetime import datetime
from typing import Any

from apps.accounts.models import User
from apps.complaints.enums import AssignedHow, CaseState, Timing
from apps.complaints.models import Case
from apps.complaints.rules.privacy import known_names
from apps.complaints.services import clocks
from apps.complaints.states import CASE_MOVES, TIMING
from apps.customers.grams import MOST_TEXT, grams, searchable
from apps.events.services import record
from apps.sla.enums import FactKind
from apps.training.enums import Area
from apps.training.queries import check_may_work, has_requirement


def lock_case(case_id: int, by: User) -> Case:
    """The case, locked until the transaction ends; Case.DoesNotExist for whoever may not see it."""
    return (
        Case.objects.visible_to(by)
        .select_for_update(of=["self"], no_key=True)
        .select_related("customer", "waybill", "owner", "unit", "merged_into")
        .annotate(is_gated=has_requirement(Area.CASES))
        .get(pk=case_id)
    )


def write(row: Any, *, at: datetime, bump: bool = True, **values: Any) -> None:
    """Save ``values`` on a locked row. ``bump``: somebody who has it open must look again."""
    if bump:
        values["version"] = row.version + 1
    if isinstance(row, Case):
        values["updated_at"] = max(at, row.updated_at)
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def move_case(case: Case, to: CaseState, *, by: User, at: datetime, **values: Any) -> None:
    """By the table, with what belongs to the new state. Its clocks wait as long as it does: a wait
    begins and ends with WAITING, and where the case ends the end of its clocks ends it (CMP-2)."""
    CASE_MOVES.check(CaseState(case.state), to)
    waited = TIMING[CaseState(case.state)] == Timing.PAUSED
    if waited:
        values |= {"waiting_at": None, "waiting_by": None}
    write(case, at=at, state=to, **values)
    if TIMING[to] == Timing.PAUSED:
        clocks.waiting(case, by=by, at=at)
    elif waited and TIMING[to] == Timing.RUNS:
        clocks.resumed(case, by=by, at=at)


def begin(case: Case, *, by: User, at: datetime) -> None:
    """Whoever acts on a new case has begun it; one that nobody owns is theirs from now on, with its
    clocks, and so handed to the team. RuleBroken ``not_qualified`` for whoever may not work on live
    cases: they answer nobody and promise nothing (STF-1)."""
    if getattr(case, "is_gated", True):
        check_may_work(by, Area.CASES, at)
    if case.state != CaseState.NEW:
        return
    values: dict[str, Any] = {}
    taken, first = case.owner_id is None, case.handed_over_at is None
    if taken:
        values |= {"owner": by, "assigned_at": at, "assigned_by": by}
        values |= {"handed_over_at": case.handed_over_at or at}
        values |= {"handed_over_by": case.handed_over_by or by}
    move_case(case, CaseState.OPEN, by=by, at=at, **values)
    if taken:
        clocks.changed(case, by=by, at=at)
        if first:
            clocks.done(case, FactKind.HANDED_OVER, by=by, at=at)
    data = {"owner": case.owner_id, "how": str(AssignedHow.TAKEN), "revision": case.version}
    record("case.assigned", case, by=by, at=at, data=data)


def add_to_search(case: Case, *parts: str) -> dict[str, Any]:
    """What to write so that the case is found by these words too; nothing once it is full."""
    if len(case.search_text) >= MOST_TEXT - 1:
        return {}
    text = f"{case.search_text}\n{searchable(*parts, names=known_names(case))}".strip()[:MOST_TEXT]
    return {"search_text": text, "search_grams": grams(text)}
