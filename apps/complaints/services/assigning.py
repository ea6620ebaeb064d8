"""Who has a case: by rule and load, taken, or given (CMP-1, CMP-2 "at once")."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Unit, User
from apps.accounts.queries.duty import Roster
from apps.complaints.enums import AssignedHow, CaseState
from apps.complaints.models import Case
from apps.complaints.queries.team import FALLBACK, CaseAssigner, unowned
from apps.complaints.rules.cases import check_live
from apps.complaints.rules.privacy import one_line
from apps.complaints.services import clocks
from apps.complaints.services.locking import lock_case, write
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.sla.enums import FactKind
from apps.training.enums import Area
from apps.training.queries import check_may_work, may_work


def hand_on(case: Case, *, by: User, at: datetime, how: str = AssignedHow.RULE) -> bool:
    """Give a new case to whom the rules say; False when nobody is there to take it."""
    assigner = CaseAssigner(at)
    owner_id = assigner.owner_of(case)
    if owner_id is None:
        return False
    how = AssignedHow.UNQUALIFIED if assigner.passed_over else how
    give(case, User.objects.get(pk=owner_id), how=how, by=by, at=at)
    return True


def give(
    case: Case,
    owner: User,
    *,
    how: str,
    by: User,
    at: datetime,
    unit: Unit | None = None,
    reason: str = "",
) -> None:
    """Make ``owner`` responsible; the first owner of a case is the team that it was handed to."""
    values: dict[str, Any] = {"owner": owner, "assigned_at": at, "assigned_by": by}
    first = case.handed_over_at is None
    if first:
        values |= {"handed_over_at": at, "handed_over_by": by}
    if case.state == CaseState.NEW and owner.pk == by.pk:
        values["state"] = CaseState.OPEN
    if unit is not None:
        values["unit"] = unit
    was = case.owner_id
    write(case, at=at, **values)
    clocks.changed(case, by=by, at=at)
    if first:
        clocks.done(case, FactKind.HANDED_OVER, by=by, at=at)
    data = {"owner": owner.pk, "was": was, "how": str(how), "revision": case.version}
    record("case.assigned", case, by=by, at=at, data={**data, "reason": one_line(reason, case)})


@transaction.atomic
def take_case(*, case_id: int, by: User, at: datetime) -> Case:
    """Be responsible for it from now on; a colleague's case is taken over by the same word.
    RuleBroken ``nothing_changed`` when it is theirs and begun already, ``not_qualified`` for whoever
    may not work on live cases (STF-1)."""
    case = lock_case(case_id, by)
    check_live(case)
    check_may_work(by, Area.CASES, at)
    if case.owner_id == by.pk and case.state != CaseState.NEW:
        raise RuleBroken(_("You have this case already."), code="nothing_changed")
    give(case, by, how=AssignedHow.TAKEN, by=by, at=at)
    return case


@transaction.atomic
def assign_case(
    *,
    case_id: int,
    owner: User,
    by: User,
    at: datetime,
    unit: Unit | None = None,
    reason: str = "",
) -> Case:
    """Give it to ``owner``, and to another unit where that changes (both clocks move along).

    BadInput ``owner`` for someone who is no active person, or not qualified for live cases.
    """
    case = lock_case(case_id, by)
    check_live(case)
    if not owner.is_active or not owner.is_staff:
        raise BadInput(_("Choose an active colleague."), code="bad_owner", field="owner")
    if not may_work(owner, Area.CASES, at):
        raise BadInput(
            _("%(name)s is not qualified for live cases.") % {"name": owner.display_name},
            code="not_qualified",
            field="owner",
            rule="STF-1",
        )
    if case.owner_id == owner.pk and unit in (None, case.unit):
        raise RuleBroken(
            _("%(name)s has this case already.") % {"name": owner.display_name},
            code="nothing_changed",
            field="owner",
        )
    give(case, owner, how=AssignedHow.GIVEN, by=by, at=at, unit=unit, reason=reason.strip()[:200])
    return case


@transaction.atomic
def hand_to_director(owner_id: int, *, by: User, at: datetime) -> int:
    """Give the live cases of somebody who may not work on them any more to the director on duty for
    each, who gives them on (STF-1); how many. Those without a director stay with whoever reads them."""
    owner = User.objects.get(pk=owner_id)
    if may_work(owner, Area.CASES, at):
        return 0
    roster, given = Roster(FALLBACK, at), 0
    rows = Case.objects.live().filter(owner=owner).order_by("pk")
    for case in rows.select_for_update(of=["self"], no_key=True).select_related("customer", "unit"):
        people = [pk for role in FALLBACK for pk in roster.people(role, case.unit.path)]
        heir = next((pk for pk in people if pk != owner_id), None)
        if heir is not None:
            give(case, User.objects.get(pk=heir), how=AssignedHow.LAPSED, by=by, at=at)
            given += 1
    return given


def assign_waiting(*, by: User, at: datetime, limit: int = 200) -> int:
    """Give new cases that nobody has to whoever is there now; how many found an owner.

    Any number may run: each case is looked at in a transaction of its own, locked ones are left
    to whoever holds them.
    """
    given = 0
    for case_id in list(unowned(limit).values_list("pk", flat=True)):
        with transaction.atomic():
            case = (
                Case.objects.select_for_update(of=["self"], no_key=True, skip_locked=True)
                .select_related("customer__agent", "unit")
                .filter(pk=case_id, state=CaseState.NEW, owner__isnull=True)
                .first()
            )
            if case is not None:
                given += hand_on(case, by=by, at=at, how=AssignedHow.RESHUFFLED)
    return given
