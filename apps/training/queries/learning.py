"""What somebody is to learn, has read, and may be examined in."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from apps.accounts.models import User
from apps.training.enums import AttemptState
from apps.training.models import (
    Attempt,
    Course,
    Enrolment,
    Exam,
    ExamDraw,
    ExamVersion,
    ExtraAttempt,
    LessonRead,
    LessonVersion,
    Qualification,
    Requirement,
)


def requirements_in_force(at: datetime) -> "QuerySet[Requirement]":
    return Requirement.objects.filter(Q(until=None) | Q(until__gt=at), since__lte=at)


def current_lessons(courses: Collection[int] | None = None) -> "QuerySet[LessonVersion]":
    """The newest version of each lesson in use, in the order of the courses."""
    newest = LessonVersion.objects.filter(lesson=OuterRef("lesson"), n__gt=OuterRef("n"))
    rows = LessonVersion.objects.filter(
        ~Exists(newest), lesson__is_active=True, lesson__course__is_active=True
    )
    if courses is not None:
        rows = rows.filter(lesson__course__in=courses)
    return rows.select_related("lesson__course", "article").order_by(
        "lesson__course__position", "lesson__course__code", "lesson__position", "lesson"
    )


def lessons_unread(user: User, courses: Collection[int]) -> "QuerySet[LessonVersion]":
    """Lessons of these courses of which ``user`` has read no version. Whoever has read an earlier one
    is asked to read a new one by no gate: what changed is given to read in the handbook."""
    read = LessonRead.objects.filter(by=user, version__lesson=OuterRef("lesson"))
    return current_lessons(courses).filter(~Exists(read))


def who_completed(course: int, users: Collection[int]) -> set[int]:
    """Those of ``users`` (numbers of rows) who have read every lesson of a course; none where it has no lesson.
    Whoever was never enrolled and read all of it counts as well."""
    lessons = set(current_lessons([course]).values_list("lesson", flat=True))
    if not lessons or not users:
        return set()
    read = LessonRead.objects.filter(by__in=users, version__lesson__in=lessons).order_by()
    counted = read.values("by").annotate(n=Count("version__lesson", distinct=True))
    return set(counted.filter(n=len(lessons)).values_list("by", flat=True))


@dataclass
class CourseToLearn:
    course: Course
    enrolment: Enrolment
    lessons: list[tuple[LessonVersion, bool]] = field(
        default_factory=list
    )  # with whether it is read

    @property
    def left(self) -> int:
        return sum(not is_read for _lesson, is_read in self.lessons)


def courses_of(user: User) -> list[CourseToLearn]:
    """The courses that ``user`` is enrolled in with their lessons: three statements."""
    enrolments = user.enrolments.select_related("course").order_by("course__position", "pk")
    found = {row.course_id: CourseToLearn(row.course, row) for row in enrolments}
    read = set(LessonRead.objects.filter(by=user).values_list("version__lesson", flat=True))
    for version in current_lessons(list(found)):
        course = found[version.lesson.course_id]
        course.lessons.append((version, version.lesson_id in read))
    return list(found.values())


def current_version(exam: Exam) -> ExamVersion | None:
    return exam.versions.order_by("-n").first()


@dataclass(frozen=True, slots=True)
class ExamProgress:
    """How somebody stands with an exam: whether they may start, else from when or why not."""

    exam: Exam
    version: ExamVersion | None
    running: Attempt | None
    last: Attempt | None
    left: int  # attempts
    not_before: datetime | None
    unread: int = 0  # lessons of the courses it draws from
    next_lesson: int = 0  # the first of them

    @property
    def is_marking(self) -> bool:
        states = (AttemptState.SUBMITTED, AttemptState.TIMED_OUT)
        return self.last is not None and self.last.state in states

    def may_start(self, at: datetime) -> bool:
        waits = self.not_before is not None and self.not_before > at
        free = self.running is None and not self.is_marking and not self.unread
        return free and self.version is not None and self.left > 0 and not waits


def exams_of(user: User, at: datetime) -> list[ExamProgress]:
    """Exams that a role of ``user`` requires, and those that they have begun."""
    roles = {role for role, _unit in user.current_roles}
    asked = requirements_in_force(at).filter(role__in=roles).values("exam")
    begun = Attempt.objects.filter(user=user).values("exam")
    exams = Exam.objects.filter(Q(pk__in=asked) | Q(pk__in=begun), is_active=True)
    return [exam_progress(user, exam) for exam in exams]


def exam_progress(user: User, exam: Exam) -> ExamProgress:
    """Attempts are counted from the last one that was passed: whoever renews has all of them again. An
    attempt that a leader has allowed comes on top, and needs no pause."""
    version = current_version(exam)
    attempts = list(Attempt.objects.filter(user=user, exam=exam).order_by("n"))
    last = attempts[-1] if attempts else None
    passed = max((place for place, one in enumerate(attempts) if one.passed), default=-1)
    since = attempts[passed].submitted_at if passed >= 0 else None
    extra = ExtraAttempt.objects.filter(user=user, exam=exam)
    if since is not None:
        extra = extra.filter(at__gt=since)
    allowed = list(extra.order_by("at").values_list("at", flat=True))
    used = len(attempts) - passed - 1
    left = (version.attempts if version else 0) + len(allowed) - used
    not_before = None
    if version and last and last.submitted_at:
        not_before = last.submitted_at + timedelta(hours=version.pause_hours)
        if allowed and allowed[-1] >= last.submitted_at:
            not_before = None
    unread: list[int] = []
    if version is not None:
        drawn = ExamDraw.objects.filter(version=version).values_list("course", flat=True)
        unread = list(lessons_unread(user, list(drawn)).values_list("lesson", flat=True))
    running = last if last and last.state == AttemptState.RUNNING else None
    following = unread[0] if unread else 0
    return ExamProgress(
        exam, version, running, last, max(left, 0), not_before, len(unread), following
    )


def qualifications_of(user: User, at: datetime) -> "QuerySet[Qualification]":
    return Qualification.objects.filter(user=user, until__gt=at).order_by("area", "since")
