"""Who has a case: by rule and load, taken, or given (CMP-1, CMP-2 "at once")."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Unit, User
from apps.complaints.enums import AssignedHow, CaseState
from apps.complaints.models import Case
from apps.complaints.queries.team import CaseAssigner, unowned
from apps.complaints.rules.cases import check_live
from apps.complaints.rules.privacy import one_line
from apps.complaints.services import clocks
from apps.complaints.services.locking import lock_case, write
from apps.core.errors import BadInput, RuleBroken
from apps.events.services import record
from apps.sla.enums import FactKind


def hand_on(case: Case, *, by: User, at: datetime, how: str = AssignedHow.RULE) -> bool:
    """Give a new case to whom the rules say; False when nobody is there to take it."""
    owner_id = CaseAssigner(at).owner_of(case)
    if owner_id is None:
        return False
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
    RuleBroken ``nothing_changed`` when it is theirs and begun already."""
    case = lock_case(case_id, by)
    check_live(case)
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

    BadInput ``owner`` for someone who is no active person.
    """
    case = lock_case(case_id, by)
    check_live(case)
    if not owner.is_active or not owner.is_staff:
        raise BadInput(_("Choose an active colleague."), code="bad_owner", field="owner")
    if case.owner_id == owner.pk and unit in (None, case.unit):
        raise RuleBroken(
            _("%(name)s has this case already.") % {"name": owner.display_name},
            code="nothing_changed",
            field="owner",
        )
    give(case, owner, how=AssignedHow.GIVEN, by=by, at=at, unit=unit, reason=reason.strip()[:200])
    return case


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
