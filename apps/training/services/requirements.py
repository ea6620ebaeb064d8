"""What is required for an area, and the first day of it: enrolments, waivers for those who are here."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.enums import Role
from apps.accounts.models import User, UserRole
from apps.core.errors import BadInput, RuleBroken
from apps.core.models import save_checked
from apps.events.services import record
from apps.training.enums import Area
from apps.training.models import Course, Exam, Qualification, Requirement
from apps.training.queries import requirements_in_force
from apps.training.services.courses import enrol_required
from apps.training.services.qualifications import check_waiver_end, grant, settle_qualifications
from apps.training.services.saving import one_at_a_time


@transaction.atomic
def set_requirement(
    *,
    role: Role,
    area: Area,
    exam: Exam,
    courses: Collection[Course],
    valid_months: int,
    by: User,
    at: datetime,
    needs_observation: bool = False,
    waive_until: datetime | None = None,
) -> Requirement:
    """From now on whoever holds ``role`` works in ``area`` only when qualified; the one in force ends.
    ``waive_until`` gives everybody of the role who is not qualified a waiver until then, so that work
    goes on; all of them are enrolled."""
    if exam.versions.first() is None:
        raise BadInput(_("Write the exam first: it draws nothing."), code="no_exam", field="exam")
    check_waiver_end(waive_until, at, "waive_until")
    one_at_a_time(f"requirement:{role}:", 0)
    for old in requirements_in_force(at).filter(role=role, area=area).select_for_update():
        _end(old, by=by, at=at)
    row = Requirement(
        role=role, area=area, exam=exam, valid_months=valid_months, since=at, at=at, by=by,
        needs_observation=needs_observation,
    )  # fmt: skip
    save_checked(row)
    row.courses.set(courses)
    people = list(_holders(role, at))
    waived = _waive_present(people, area, waive_until, by=by, at=at) if waive_until else 0
    data = {
        "role": str(role), "area": str(area), "exam": exam.code, "waived": waived,
        "waiver_until": waive_until.isoformat() if waive_until else "",
    }  # fmt: skip
    record("requirement.set", row, by=by, at=at, data=data)
    enrol_required(people, by=by, at=at)
    for user in people:
        settle_qualifications(user, by=by, at=at)
    return row


def _holders(role: Role, at: datetime) -> Sequence[User]:
    held = UserRole.objects.current(at).filter(role=role)
    people: Sequence[User] = User.objects.active().people().filter(pk__in=held.values("user"))
    return people


def _waive_present(
    people: Sequence[User], area: Area, until: datetime, *, by: User, at: datetime
) -> int:
    current = Qualification.objects.filter(area=area, since__lte=at, until__gt=at)
    have = set(current.values_list("user", flat=True))
    # Nobody answers for themselves: whoever sets it and holds the role passes the exam.
    waived = [user for user in people if user.pk not in have and user.pk != by.pk]
    for user in waived:
        grant(user, area, until, reason=_("Here when the requirement began"), by=by, at=at)
    return len(waived)


@transaction.atomic
def end_requirement(requirement: Requirement, *, by: User, at: datetime) -> Requirement:
    """The area is open again to whoever holds the role; qualifications stay on record."""
    row = Requirement.objects.select_for_update().get(pk=requirement.pk)
    if row.until is not None and row.until <= at:
        raise RuleBroken(_("It has ended already."), code="ended_already")
    _end(row, by=by, at=at)
    return row


def _end(row: Requirement, *, by: User, at: datetime) -> None:
    row.until = max(at, row.since)
    row.save(update_fields=["until"])
    data = {"area": row.area, "role": row.role}
    record("requirement.ended", row, by=by, at=at, data=data)
