from apps.training.models.attempts import Attempt, AttemptQuestion, ExtraAttempt, Regrade
from apps.training.models.courses import Course, Enrolment, Lesson, LessonRead, LessonVersion
from apps.training.models.exams import Exam, ExamDraw, ExamVersion
from apps.training.models.qualifications import Observation, Qualification, Requirement
from apps.training.models.questions import Question, QuestionVersion

__all__ = [
    "Attempt",
    "AttemptQuestion",
    "Course",
    "Enrolment",
    "Exam",
    "ExamDraw",
    "ExamVersion",
    "ExtraAttempt",
    "Lesson",
    "LessonRead",
    "LessonVersion",
    "Observation",
    "Qualification",
    "Question",
    "QuestionVersion",
    "Regrade",
    "Requirement",
]
