"""Courses and lessons; who is enrolled and has read them."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.accounts.models import User, UserRole
from apps.core.errors import BadInput, RuleBroken
from apps.core.models import save_checked
from apps.events.services import new_event, record, record_many
from apps.knowledge.models import ArticleVersion
from apps.sla.enums import FactKind, Metric
from apps.sla.services import NewMatter, finish_matters, open_matters
from apps.training.enums import TrainingMatter
from apps.training.models import Course, Enrolment, Lesson, LessonRead, LessonVersion
from apps.training.queries import lessons_unread, requirements_in_force
from apps.training.rules.questions import check_links
from apps.training.services.saving import one_line

COURSE_FIELDS = ("name", "english_name", "position", "days", "is_active")


@transaction.atomic
def enter_course(*, code: str, values: Mapping[str, Any], by: User, at: datetime) -> Course:
    """A course without lessons yet. BadInput for a code that is none or is taken."""
    row = Course(code=code.strip(), created_by=by, **values)
    save_checked(row)
    record("course.entered", row, by=by, at=at, data={"code": row.code})
    return row


@transaction.atomic
def change_course(course: Course, values: Mapping[str, Any], *, by: User, at: datetime) -> Course:
    row = Course.objects.select_for_update().get(pk=course.pk)
    changed = [name for name in COURSE_FIELDS if getattr(row, name) != values.get(name)]
    for name in changed:
        setattr(row, name, values[name])
    save_checked(row)
    if changed:
        record("course.changed", row, by=by, at=at, data={"fields": changed})
    return row


@transaction.atomic
def write_lesson(
    course: Course,
    *,
    title: str,
    by: User,
    at: datetime,
    body: str = "",
    article: ArticleVersion | None = None,
    english_title: str = "",
    english_body: str = "",
    lesson: Lesson | None = None,
    after: int = 0,
) -> LessonVersion:
    """A new lesson, or another version of ``lesson``: own text in Markdown, or a version of an article.
    ``after`` is the version that the writer had before them. BadInput for both or neither, and for
    links that would not be led to, with their lines."""
    Course.objects.select_for_update().get(pk=course.pk)
    if bool(body.strip()) == (article is not None):
        raise BadInput(
            _("Write a text, or choose an article: one of the two."),
            code="text_or_article",
            field="body",
        )
    check_links(body, "body")
    check_links(english_body, "english_body")
    if lesson is None:
        last = course.lessons.aggregate(last=Max("position"))["last"]
        lesson = Lesson.objects.create(course=course, position=(last or 0) + 1)
    newest = lesson.versions.order_by("-n").first()
    if (newest.n if newest else 0) != after:
        raise RuleBroken(
            _(
                "A colleague has written version %(n)d meanwhile. Read it, then write yours after it."
            )
            % {"n": newest.n if newest else 0},
            code="changed_meanwhile",
            field="body",
        )
    text = body if article is None else ""
    row = LessonVersion(
        lesson=lesson, n=after + 1, title=one_line(title), body=text, article=article, at=at, by=by,
        english_title=one_line(english_title), english_body=english_body.strip(),
    )  # fmt: skip
    save_checked(row)
    data = {"n": row.n, "title": row.title}
    record("course.lesson_written", course, by=by, at=at, data=data)
    return row


@transaction.atomic
def drop_lesson(lesson: Lesson, *, by: User, at: datetime) -> None:
    """Nobody is asked to read it any more; who has read what stays on record."""
    row = Lesson.objects.select_for_update(of=["self"]).select_related("course").get(pk=lesson.pk)
    if not row.is_active:
        raise RuleBroken(_("This lesson has been taken out already."), code="dropped_already")
    row.is_active = False
    row.save(update_fields=["is_active"])
    newest = row.versions.order_by("-n").first()
    data = {"title": newest.title if newest else ""}
    record("course.lesson_dropped", row.course, by=by, at=at, data=data)


@transaction.atomic
def enrol(
    users: Collection[User], courses: Collection[Course], *, by: User, at: datetime
) -> list[Enrolment]:
    """Each of ``users`` is to complete each of ``courses`` within its days, by a clock. Who is enrolled
    already stays as they are; returns the new ones."""
    if not users or not courses:
        raise BadInput(_("Choose people and courses."), code="nobody", field="courses")
    known = set(
        Enrolment.objects.filter(user__in=users, course__in=courses).values_list("user", "course")
    )
    new = [
        Enrolment(user=user, course=course, due_at=at + timedelta(days=course.days), at=at, by=by)
        for user in users
        for course in courses
        if (user.pk, course.pk) not in known
    ]
    Enrolment.objects.bulk_create(new, ignore_conflicts=True)
    # Whoever enrolled them at this moment has opened the clock of theirs.
    rows = Enrolment.objects.filter(user__in=users, course__in=courses, at=at, by=by)
    made = [
        row
        for row in rows.select_related("user", "course")
        if (row.user_id, row.course_id) not in known
    ]
    matters = [
        NewMatter(
            kind=TrainingMatter.COURSE, subject=row, title=f"{row.user.display_name} · {row.course.name}",
            opened_at=at, owner=row.user, dues={Metric.ACTION: row.due_at},
        )
        for row in made
    ]  # fmt: skip
    if matters:
        open_matters(matters, by=by, at=at)
        record_many(
            [
                new_event(
                    "enrolment.entered", row, by=by, at=at,
                    data={"course": row.course.code, "holder": row.user_id, "due": row.due_at.isoformat()},
                )
                for row in made
            ]
        )  # fmt: skip
    return made


def enrol_required(users: Collection[User], *, by: User, at: datetime) -> int:
    """Enrol each of these in the courses that their roles require; how many enrolments that made."""
    held: dict[str, list[User]] = {}
    by_id = {user.pk: user for user in users}
    roles = UserRole.objects.current(at).filter(user__in=by_id)
    for role, user_id in roles.values_list("role", "user").distinct():
        held.setdefault(role, []).append(by_id[user_id])
    made = 0
    for requirement in requirements_in_force(at).filter(role__in=held).prefetch_related("courses"):
        courses = [one for one in requirement.courses.all() if one.is_active]
        if courses:
            made += len(enrol(held[requirement.role], courses, by=by, at=at))
    return made


@transaction.atomic
def read_lesson(version: LessonVersion, *, by: User, at: datetime) -> LessonRead:
    """Read; said twice it is said once. With the last lesson the course is completed."""
    course = version.lesson.course
    enrolment = Enrolment.objects.select_for_update().filter(user=by, course=course).first()
    row, is_new = LessonRead.objects.get_or_create(version=version, by=by, defaults={"at": at})
    if not is_new or enrolment is None or enrolment.completed_at is not None:
        return row
    if not lessons_unread(by, [course.pk]).exists():
        enrolment.completed_at = max(at, enrolment.at)
        enrolment.save(update_fields=["completed_at"])
        finish_matters([enrolment], kind=FactKind.DONE, by=by, at=at)
        record("enrolment.completed", enrolment, by=by, at=at, data={"course": course.code})
    return row
