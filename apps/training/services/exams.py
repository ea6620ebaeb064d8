"""Exams and their versions; another attempt for somebody who has none left."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import BadInput, RuleBroken
from apps.core.models import save_checked
from apps.events.services import record
from apps.training.models import Course, Exam, ExamDraw, ExamVersion, ExtraAttempt
from apps.training.queries import bank_sizes


@transaction.atomic
def enter_exam(*, code: str, values: Mapping[str, Any], by: User, at: datetime) -> Exam:
    row = Exam(code=code.strip(), created_by=by, **values)
    save_checked(row)
    record("exam.entered", row, by=by, at=at, data={"code": row.code})
    return row


@transaction.atomic
def write_exam(
    exam: Exam,
    *,
    draws: Mapping[Course, int],
    values: Mapping[str, Any],
    after: int,
    by: User,
    at: datetime,
) -> ExamVersion:
    """Another version: how many questions of each course, and the terms. BadInput for one that draws
    nothing, or more of a course than the bank has."""
    row = Exam.objects.select_for_update().get(pk=exam.pk)
    newest = row.versions.order_by("-n").first()
    if (newest.n if newest else 0) != after:
        raise RuleBroken(
            _(
                "A colleague has written version %(n)d meanwhile. Read it, then write yours after it."
            )
            % {"n": newest.n if newest else 0},
            code="changed_meanwhile",
            field="minutes",
        )
    draws = {course: count for course, count in draws.items() if count}
    check_draws(draws)
    version = ExamVersion(exam=row, n=after + 1, at=at, by=by, **values)
    save_checked(version)
    ExamDraw.objects.bulk_create(
        ExamDraw(version=version, course=course, count=count) for course, count in draws.items()
    )
    record("exam.written", row, by=by, at=at, data={"n": version.n})
    return version


def check_draws(draws: Mapping[Course, int]) -> None:
    """BadInput unless the bank has as many questions of each course as are drawn of it."""
    if not draws:
        raise BadInput(
            _("Say of which course how many questions are drawn."),
            code="draws_nothing",
            field="draws",
        )
    there = bank_sizes()
    for course, count in draws.items():
        has = there.get(course.pk, 0)
        if count > has:
            raise BadInput(
                _("“%(course)s” has %(has)d questions in use; %(asked)d cannot be drawn.")
                % {"course": course, "has": has, "asked": count},
                code="draws_too_many",
                field=f"draw_{course.pk}",
            )


@transaction.atomic
def allow_attempt(exam: Exam, *, user: User, reason: str, by: User, at: datetime) -> ExtraAttempt:
    """``user`` may try once more, at once; nobody allows it to themselves."""
    if user.pk == by.pk:
        raise RuleBroken(
            _("Somebody else has to allow you another attempt."), code="own_attempt", field="user"
        )
    row = ExtraAttempt(exam=exam, user=user, reason=reason.strip(), at=at, by=by)
    save_checked(row)
    data = {"person": user.display_name, "holder": user.pk, "reason": row.reason}
    record("exam.attempt_allowed", exam, by=by, at=at, data=data)
    return row
