from apps.training.admin.attempts import AttemptAdmin
from apps.training.admin.courses import CourseAdmin
from apps.training.admin.exams import ExamAdmin
from apps.training.admin.qualifications import (
    ObservationAdmin,
    QualificationAdmin,
    RequirementAdmin,
)
from apps.training.admin.questions import QuestionAdmin

__all__ = [
    "AttemptAdmin",
    "CourseAdmin",
    "ExamAdmin",
    "ObservationAdmin",
    "QualificationAdmin",
    "QuestionAdmin",
    "RequirementAdmin",
]
