"""Reading of the training floor. ``check_may_work`` and ``who_may_work`` are what live work asks."""

from apps.training.queries.bank import bank_sizes, newest_questions, question_list, versions_of
from apps.training.queries.gate import check_may_work, has_requirement, may_work, who_may_work
from apps.training.queries.learning import (
    courses_of,
    current_lessons,
    current_version,
    exam_progress,
    exams_of,
    lessons_unread,
    qualifications_of,
    requirements_in_force,
    who_completed,
)
from apps.training.queries.people import learners, led_by, required_areas

__all__ = [
    "bank_sizes",
    "check_may_work",
    "courses_of",
    "current_lessons",
    "current_version",
    "exam_progress",
    "exams_of",
    "has_requirement",
    "learners",
    "led_by",
    "lessons_unread",
    "may_work",
    "newest_questions",
    "qualifications_of",
    "question_list",
    "required_areas",
    "requirements_in_force",
    "versions_of",
    "who_completed",
    "who_may_work",
]
