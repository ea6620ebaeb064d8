"""What staff type about courses, questions, exams and who may do live work."""

from apps.training.forms.courses import ChangeCourseForm, CourseForm, EnrolForm, LessonForm
from apps.training.forms.exams import AllowAttemptForm, ExamForm, ExamVersionForm, MarkForm
from apps.training.forms.fields import CODE, MARKDOWN, AreaField, LastDayField, PeopleForm
from apps.training.forms.qualifications import ObservationForm, RequirementForm, WaiverForm
from apps.training.forms.questions import (
    TRUTHS,
    AboutQuestionForm,
    ChangeQuestionForm,
    NewQuestionForm,
    QuestionForm,
)

__all__ = [
    "CODE",
    "MARKDOWN",
    "TRUTHS",
    "AboutQuestionForm",
    "AllowAttemptForm",
    "AreaField",
    "ChangeCourseForm",
    "ChangeQuestionForm",
    "CourseForm",
    "EnrolForm",
    "ExamForm",
    "ExamVersionForm",
    "LastDayField",
    "LessonForm",
    "MarkForm",
    "NewQuestionForm",
    "ObservationForm",
    "PeopleForm",
    "QuestionForm",
    "RequirementForm",
    "WaiverForm",
]
