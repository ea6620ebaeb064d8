"""Writes of the training floor."""

from apps.training.services.attempts import (
    close_attempts,
    save_answers,
    start_attempt,
    submit_attempt,
)
from apps.training.services.courses import (
    change_course,
    drop_lesson,
    enrol,
    enrol_required,
    enter_course,
    read_lesson,
    write_lesson,
)
from apps.training.services.exams import allow_attempt, enter_exam, write_exam
from apps.training.services.marking import mark_answer, regrade_question, would_regrade
from apps.training.services.observations import observe
from apps.training.services.qualifications import (
    note_expired,
    revoke,
    settle_qualifications,
    waive,
)
from apps.training.services.questions import change_question, enter_question, write_question
from apps.training.services.requirements import end_requirement, set_requirement

__all__ = [
    "allow_attempt",
    "change_course",
    "change_question",
    "close_attempts",
    "drop_lesson",
    "end_requirement",
    "enrol",
    "enrol_required",
    "enter_course",
    "enter_exam",
    "enter_question",
    "mark_answer",
    "note_expired",
    "observe",
    "read_lesson",
    "regrade_question",
    "revoke",
    "save_answers",
    "set_requirement",
    "settle_qualifications",
    "start_attempt",
    "submit_attempt",
    "waive",
    "would_regrade",
    "write_exam",
    "write_lesson",
    "write_question",
]
