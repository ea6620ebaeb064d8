"""Training as a sentence: ``exam(questions=5)``, ``required(exam())``, ``passed(user, exam)``."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.training import services
from apps.training.enums import Area, AttemptState, QuestionKind
from apps.training.models import Attempt, Course, Exam, Question, Requirement
from apps.training.queries import lessons_unread
from tests.factories.accounts import UserFactory

TERMS = {"minutes": 30, "pass_mark": 80, "attempts": 2, "pause_hours": 24, "shuffles": True}
SINGLE = {
    "kind": QuestionKind.SINGLE, "text": "来电几声内接听？", "options": ["一声", "三声", "六声"], "right": [2],
    "number": None, "tolerance": None, "expected": "", "points": 1, "why": "三声内。",
}  # fmt: skip


def course(code: str = "phone-manners", *, lessons: int = 0, by: User | None = None) -> Course:
    found = Course.objects.filter(code=code).first()
    if found is not None:
        return found
    by, at = by or UserFactory(), timezone.now()
    values = {
        "name": f"课程 {code}",
        "english_name": code,
        "position": 1,
        "days": 7,
        "is_active": True,
    }
    made = services.enter_course(code=code, values=values, by=by, at=at)
    for n in range(lessons):
        services.write_lesson(made, title=f"第 {n + 1} 课", body="# 正文", by=by, at=at)
    return made


def question(of: Course | None = None, **values: Any) -> Question:
    return services.enter_question(
        course=of or course(), values={**SINGLE, **values}, by=UserFactory(), at=timezone.now()
    )


def exam(
    code: str = "phone", *, questions: int = 5, of: Course | None = None, **terms: Any
) -> Exam:
    """An exam with so many single-choice questions (the second option is right)."""
    by, at, of = UserFactory(), timezone.now(), of or course()
    for n in range(questions):
        question(of, text=f"第 {n + 1} 题")
    made = services.enter_exam(code=code, values={"name": f"考试 {code}"}, by=by, at=at)
    services.write_exam(
        made, draws={of: questions}, values={**TERMS, **terms}, after=0, by=by, at=at
    )
    return made


def required(
    of: Exam,
    *,
    role: Role = Role.AGENT,
    area: Area = Area.CASES,
    by: User | None = None,
    **more: Any,
) -> Requirement:
    given = {"courses": [course()], "valid_months": 12, **more}
    return services.set_requirement(
        role=role, area=area, exam=of, by=by or UserFactory(), at=timezone.now(), **given
    )


def read_all(user: User) -> None:
    for version in lessons_unread(user, list(Course.objects.values_list("pk", flat=True))):
        services.read_lesson(version, by=user, at=timezone.now())


def answer(attempt: Attempt, right: int, *, at: datetime | None = None) -> None:
    """So many right answers; the others wrong."""
    rows = attempt.questions.select_related("version")
    given: dict[int, Any] = {}
    for n, row in enumerate(rows):
        version, is_right = row.version, n < right
        if version.kind == QuestionKind.NUMBER:
            given[row.place] = str(version.number if is_right else Decimal(-1))
        elif version.kind == QuestionKind.TEXT:
            given[row.place] = "先道歉，再核实" if is_right else ""
        else:
            wrong = next(p for p in (1, 2, 3) if p not in version.right)
            given[row.place] = list(version.right) if is_right else [wrong]
    services.save_answers(attempt, given, by=attempt.user, at=at or timezone.now())


def sat(user: User, of: Exam, right: int, *, at: datetime | None = None) -> Attempt:
    """One attempt with so many right answers, handed in."""
    at = at or timezone.now()
    attempt = services.start_attempt(of, by=user, at=at)
    answer(attempt, right, at=at)
    services.submit_attempt(attempt, by=user, at=at)
    attempt.refresh_from_db()
    return attempt


def passed(user: User, of: Exam) -> Attempt:
    attempt = sat(user, of, right=99)
    assert attempt.state == AttemptState.MARKED and attempt.passed
    return attempt
