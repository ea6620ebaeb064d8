"""The question bank. What was asked stays; a correction is another version."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import RuleBroken
from apps.core.models import save_checked
from apps.events.services import record
from apps.knowledge.models import Article
from apps.training.models import Course, Question, QuestionVersion
from apps.training.rules.questions import check_question


@transaction.atomic
def enter_question(
    *,
    course: Course,
    values: Mapping[str, Any],
    by: User,
    at: datetime,
    article: Article | None = None,
) -> Question:
    """A question with its first version; BadInput names the field of ``values`` at fault."""
    row = Question(course=course, article=article, created_by=by)
    save_checked(row)
    record("question.entered", row, by=by, at=at, data={"course": course.code})
    _write(row, values, 1, by=by, at=at)
    return row


@transaction.atomic
def write_question(
    question: Question, *, values: Mapping[str, Any], after: int, by: User, at: datetime
) -> QuestionVersion:
    """Another version, after the one that the writer had before them. Exams written already keep
    theirs until they are regraded."""
    row = Question.objects.select_for_update().get(pk=question.pk)
    newest = row.versions.order_by("-n").first()
    if newest is None or newest.n != after:
        raise RuleBroken(
            _(
                "A colleague has written version %(n)d meanwhile. Read it, then write yours after it."
            )
            % {"n": newest.n if newest else 0},
            code="changed_meanwhile",
            field="text",
        )
    return _write(row, values, after + 1, by=by, at=at)


@transaction.atomic
def change_question(
    question: Question,
    *,
    course: Course,
    article: Article | None,
    is_active: bool,
    by: User,
    at: datetime,
) -> Question:
    """Under which course it is drawn, where it is looked up, whether it is drawn at all."""
    row = Question.objects.select_for_update().get(pk=question.pk)
    row.course, row.article, row.is_active = course, article, is_active
    save_checked(row)
    record("question.changed", row, by=by, at=at, data={"course": course.code, "active": is_active})
    return row


def _write(
    question: Question, values: Mapping[str, Any], n: int, *, by: User, at: datetime
) -> QuestionVersion:
    row = QuestionVersion(question=question, n=n, at=at, by=by, **check_question(values))
    save_checked(row)
    record("question.written", question, by=by, at=at, data={"n": n})
    return row
