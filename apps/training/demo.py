"""Training in the demonstration: the ten courses with their questions, a requirement for agents with waivers
for those who are here; a new colleague in the middle of the exam, one who failed and waits, one whose
qualification ends in three weeks."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from django.db import transaction

from apps.accounts.enums import ObjectScope, Role
from apps.accounts.models import Unit, User
from apps.accounts.services import create_user, grant_role
from apps.training import services
from apps.training.enums import Area, AttemptState, QuestionKind
from apps.training.models import Attempt, Course, Exam, Qualification
from apps.training.queries import lessons_unread

BANK = Path(__file__).with_name("demo_bank.json")
ENGLISH = Path(__file__).with_name("demo_bank_english.json")
# username, name, number: who came after the requirement; the first is in the middle of the exam.
NEWCOMERS = (("xinren", "方晓雨", "YP0101"), ("peixun", "罗一鸣", "YP0102"))
TERMS = {"minutes": 45, "pass_mark": 80, "attempts": 3, "pause_hours": 24, "shuffles": True}
DRAWS = {
    "ethics": 2,
    "phone-manners": 3,
    "departments": 1,
    "quoting": 1,
    "inquiries": 1,
    "email": 2,
}
RIGHT_ANSWERS = 5


@transaction.atomic
def make_training(*, seed: int, now: datetime) -> None:
    leader = User.objects.get(username="jingli")
    courses = _bank(leader, now - timedelta(days=15))
    exam = services.enter_exam(
        code="first-line", values={"name": "客服上岗考试", "english_name": "First-line exam"},
        by=leader, at=now - timedelta(days=12),
    )  # fmt: skip
    draws = {courses[code]: count for code, count in DRAWS.items()}
    services.write_exam(
        exam, draws=draws, values=TERMS, after=0, by=leader, at=now - timedelta(days=12)
    )
    services.set_requirement(
        role=Role.AGENT, area=Area.CASES, exam=exam, courses=list(courses.values()), valid_months=12,
        waive_until=now + timedelta(days=60), by=leader, at=now - timedelta(days=6),
    )  # fmt: skip
    _ends_soon(now)
    learning, failed = (_newcomer(row, leader, now) for row in NEWCOMERS)
    dice = Random(seed)  # noqa: S311  # which questions the demonstration shows
    _fails(failed, exam, now - timedelta(hours=5), dice)
    attempt = services.start_attempt(exam, by=learning, at=now - timedelta(minutes=4), dice=dice)
    _answer(attempt, 4, now - timedelta(minutes=1))


def _bank(by: User, at: datetime) -> dict[str, Course]:
    found: dict[str, Course] = {}
    in_english = json.loads(ENGLISH.read_text("utf-8"))
    for place, (code, name, english, body, questions) in enumerate(
        json.loads(BANK.read_text("utf-8"))["courses"], start=1
    ):
        values = {
            "name": name,
            "english_name": english,
            "position": place,
            "days": 7,
            "is_active": True,
        }
        course = services.enter_course(code=code, values=values, by=by, at=at)
        english_body, english_questions = in_english[code]
        services.write_lesson(
            course, title=name, body=body, english_title=english, english_body=english_body, by=by, at=at
        )  # fmt: skip
        for (kind, text, options, right, why), theirs in zip(
            questions, english_questions, strict=True
        ):
            asked = _question(QuestionKind(kind), text, options, right, why)
            asked |= dict(
                zip(("english_text", "english_options", "english_why"), theirs, strict=True)
            )
            services.enter_question(course=course, values=asked, by=by, at=at)
        found[code] = course
    return found


def _question(
    kind: QuestionKind, text: str, options: list[str], right: Any, why: str
) -> dict[str, Any]:
    values: dict[str, Any] = {
        "kind": kind,
        "text": text,
        "options": options,
        "why": why,
        "points": 1,
    }
    if kind == QuestionKind.NUMBER:
        return {**values, "number": Decimal(right), "expected": ""}
    if kind == QuestionKind.TEXT:
        return {**values, "expected": right, "points": 3}
    return {**values, "right": right, "expected": ""}


def _ends_soon(now: datetime) -> None:
    """Of those with a waiver one has it for three weeks only."""
    row = Qualification.objects.filter(user__username="chenjie").first()
    director = User.objects.get(username="linzhuren")
    if row is not None:
        services.revoke(row, reason="改为三周后复核", by=director, at=now - timedelta(days=3))
        services.waive(
            user=row.user, area=Area.CASES, until=now + timedelta(days=21), reason="北京夜班缺人，月底前补考",
            by=director, at=now - timedelta(days=3),
        )  # fmt: skip


def _newcomer(row: tuple[str, str, str], by: User, now: datetime) -> User:
    username, name, number = row
    at = now - timedelta(days=4)
    user = create_user(
        username=username, display_name=name, staff_number=number, email=f"{username}@yipiao.example",
        scope=ObjectScope.UNITS, by=by, at=at,
    )  # fmt: skip
    grant_role(
        user=user, role=Role.AGENT, unit=Unit.objects.get(code="SHA"), since=at, by=by, at=at
    )
    user.password = by.password  # the demonstration has one
    user.save(update_fields=["password"])
    services.enrol_required([user], by=by, at=at)
    for version in lessons_unread(user, list(Course.objects.values_list("pk", flat=True))):
        services.read_lesson(version, by=user, at=now - timedelta(days=1))
    return user


def _fails(user: User, exam: Exam, at: datetime, dice: Random) -> None:
    attempt = services.start_attempt(exam, by=user, at=at, dice=dice)
    _answer(attempt, RIGHT_ANSWERS, at + timedelta(minutes=20))
    services.submit_attempt(attempt, by=user, at=at + timedelta(minutes=25))
    attempt.refresh_from_db()
    if attempt.state == AttemptState.SUBMITTED:
        director = User.objects.get(username="linzhuren")
        for row in attempt.questions.filter(points=None):
            services.mark_answer(
                row, points=1, remark="没有约回复时间", by=director, at=at + timedelta(hours=1)
            )


def _answer(attempt: Attempt, right: int, at: datetime) -> None:
    """So many right answers, the rest is left out or in words."""
    given: dict[int, Any] = {}
    for n, row in enumerate(attempt.questions.select_related("version")):
        version = row.version
        if version.kind == QuestionKind.TEXT:
            given[row.place] = "您好，非常抱歉给您添了麻烦。请您先保留外箱并拍照。"
        elif n < right:
            is_number = version.kind == QuestionKind.NUMBER
            given[row.place] = str(version.number) if is_number else list(version.right)
    services.save_answers(attempt, given, by=attempt.user, at=at)


PARTS = ((16, make_training),)
