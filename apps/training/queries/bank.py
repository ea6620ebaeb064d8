"""The question bank: what can be asked now."""

from collections.abc import Collection

from django.db.models import Count, Exists, OuterRef, QuerySet

from apps.training.models import Question, QuestionVersion


def newest_questions(courses: Collection[int] | None = None) -> "QuerySet[QuestionVersion]":
    """The newest version of each question in use."""
    newer = QuestionVersion.objects.filter(question=OuterRef("question"), n__gt=OuterRef("n"))
    rows = QuestionVersion.objects.filter(
        ~Exists(newer), question__is_active=True, question__course__is_active=True
    )
    if courses is not None:
        rows = rows.filter(question__course__in=courses)
    return rows


def bank_sizes() -> dict[int, int]:
    """Course → questions in use."""
    rows = newest_questions().values("question__course").annotate(n=Count("pk")).order_by()
    return {row["question__course"]: row["n"] for row in rows}


def versions_of(questions: Collection[int]) -> dict[int, QuestionVersion]:
    """Question → its newest version, in use or not."""
    rows = (
        QuestionVersion.objects.filter(question__in=list(questions))
        .order_by("question_id", "-n")
        .distinct("question_id")
    )
    return {row.question_id: row for row in rows}


def question_list(view: str) -> "QuerySet[Question]":
    rows = Question.objects.select_related("course")
    return rows if view == "all" else rows.filter(is_active=view != "unused")
