"""The choices of the training floor, with the words and colours staff see (STF-1)."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Role
from apps.core.choices import ColourChoices
from apps.sla.kinds import Timed


class Area(ColourChoices):
    """Live work that a requirement may be set for; the doors of each ask ``may_work``."""

    CASES = "cases", _("Live cases"), "blue"
    CHAT = "chat", _("Online chat"), "teal"
    HOTLINE = "hotline", _("Hotline"), "teal"
    CLAIMS = "claims", _("Claims"), "amber"
    COD = "cod", _("Cash on delivery"), "green"


class QuestionKind(ColourChoices):
    SINGLE = "single", _("One right option"), "blue"
    MULTIPLE = "multiple", _("Several right options"), "purple"
    TRUE_FALSE = "true_false", _("True or false"), "teal"
    NUMBER = "number", _("A number"), "amber"
    TEXT = "text", _("Short text, marked by a person"), "grey"


WITH_OPTIONS = (QuestionKind.SINGLE, QuestionKind.MULTIPLE)
TRUE, FALSE = 1, 2  # what ``right`` and ``chosen`` hold of a question of true or false


class AttemptState(ColourChoices):
    RUNNING = "running", _("Running"), "blue"
    SUBMITTED = "submitted", _("Handed in, to be marked"), "amber"
    TIMED_OUT = "timed_out", _("Out of time, to be marked"), "amber"
    MARKED = "marked", _("Marked"), "green"


class Basis(ColourChoices):
    """Why somebody may work in an area."""

    EXAM = "exam", _("Exam passed"), "green"
    WAIVER = "waiver", _("Waiver"), "amber"


class ObservationPoint(ColourChoices):
    """What a leader listens for in a real call; no exam can ask it."""

    PROMPT = "prompt", _("Answered within three rings"), "blue"
    GREETING = "greeting", _("Said company and own name"), "blue"
    LISTENED = "listened", _("Let the customer finish"), "blue"
    READ_BACK = "read_back", _("Read number, address and phone back"), "blue"
    CALM = "calm", _("Stayed calm and courteous"), "blue"
    PROMISE = "promise", _("Said what happens next and by when"), "blue"
    FAREWELL = "farewell", _("Thanked, and hung up after the customer"), "blue"


class TrainingMatter(ColourChoices):
    COURSE = "training", _("Course"), "teal"
    QUALIFICATION = "qualification", _("Qualification"), "amber"


MATTER_KINDS = {
    TrainingMatter.COURSE: Timed(seen_with="training.view_enrolment"),
    TrainingMatter.QUALIFICATION: Timed(seen_with="training.view_qualification"),
}

EVENT_KINDS = {
    "course.entered": _("Course entered"),
    "course.changed": _("Course changed"),
    "course.lesson_written": _("Lesson written"),
    "course.lesson_dropped": _("Lesson taken out"),
    "enrolment.entered": _("Enrolled in a course"),
    "enrolment.completed": _("Course completed"),
    "question.entered": _("Question entered"),
    "question.written": _("Question written"),
    "question.changed": _("Question changed"),
    "question.regraded": _("Exams regraded"),
    "exam.entered": _("Exam entered"),
    "exam.written": _("Exam version written"),
    "exam.attempt_allowed": _("Another attempt allowed"),
    "attempt.started": _("Exam started"),
    "attempt.submitted": _("Exam handed in"),
    "attempt.timed_out": _("Exam out of time"),
    "attempt.answer_marked": _("Answer marked"),
    "attempt.marked": _("Exam marked"),
    "attempt.regraded": _("Exam regraded"),
    "observation.entered": _("Call observed"),
    "requirement.set": _("Requirement set"),
    "requirement.ended": _("Requirement ended"),
    "qualification.granted": _("Qualification granted"),
    "qualification.revoked": _("Qualification revoked"),
    "qualification.expired": _("Qualification expired"),
}
EVENT_DETAILS = {
    "area": _("area of work"),
    "points": _("points"),
    "maximum": _("points at most"),
    "passed": _("passed"),
    "basis": _("on what grounds"),
    "course": _("course"),
    "exam": _("exam"),
    "question.written/n": _("Version"),
    "exam.written/n": _("Version"),
    "exam.attempt_allowed/person": _("colleague"),
    "course.lesson_written/n": _("Version"),
    "course.lesson_written/title": _("title"),
    "course.lesson_dropped/title": _("title"),
    "attempt.answer_marked/place": _("exam question"),
    "attempt.regraded/was": _("points before"),
    "question.regraded/changed": _("exams whose points changed"),
    "qualification.granted/person": _("colleague"),
    "qualification.revoked/person": _("colleague"),
    "qualification.expired/person": _("colleague"),
    "requirement.set/waived": _("people with a waiver"),
    "requirement.set/waiver_until": _("waivers until"),
    "observation.entered/person": _("who was observed"),
}
EVENT_VALUES = {"area": Area, "basis": Basis, "requirement.set/role": Role}
EVENT_ROWS = ("holder",)
