"""Courses, their lessons in versions, who is enrolled and what they have read."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.languages import in_reader_language
from apps.core.models import AppendOnly, Stamped
from apps.knowledge.models import ArticleVersion
from apps.knowledge.models.articles import CODE, LONGEST
from apps.sla.models.policy import TwoNames

USER = settings.AUTH_USER_MODEL


class Course(TwoNames, Stamped):
    """A subject of the training manual (ethics, phone manners, …) or house rules; questions and exams
    are by course. ``days`` is within how many days of the enrolment its lessons are to be read."""

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[CODE])
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    days = models.PositiveSmallIntegerField(_("days to complete it"), default=7)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(name="course_named", condition=~Q(name="") & Q(days__gt=0)),
            models.CheckConstraint(
                name="course_code_ascii", condition=Q(code__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$")
            ),
        ]


class Lesson(models.Model):
    """A part of a course; what it says is its newest version."""

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="lessons", verbose_name=_("course")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.course} · {self.position}"


class LessonVersion(AppendOnly):
    """Own text in Markdown, or what a version of a knowledge article says: one of the two."""

    lesson = models.ForeignKey(
        Lesson, models.PROTECT, related_name="versions", verbose_name=_("lesson")
    )
    n = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text"), max_length=LONGEST, blank=True)
    english_title = models.CharField(_("English title"), max_length=120, blank=True, default="")
    english_body = models.TextField(_("English text"), max_length=LONGEST, blank=True, default="")
    article = models.ForeignKey(
        ArticleVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("article"),
    )
    at = models.DateTimeField(_("written"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("version of a lesson")
        verbose_name_plural = _("versions of lessons")
        ordering = ["-n"]
        constraints = [
            models.UniqueConstraint(fields=["lesson", "n"], name="lesson_version_once"),
            models.CheckConstraint(
                name="lesson_version_text_or_article",
                condition=(Q(body="", article__isnull=False) | ~Q(body="") & Q(article=None))
                & ~Q(title="")
                & Q(n__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.heading} ({self.n})"

    @property
    def heading(self) -> str:
        """The title in the reader's language."""
        return in_reader_language(self.title, self.english_title)

    @property
    def text(self) -> str:
        """What is read, in Markdown, in the reader's language."""
        return in_reader_language(
            self.article.body if self.article else self.body, self.english_body
        )


class Enrolment(models.Model):
    """Somebody is to read the lessons of a course by ``due_at``, which its clock keeps."""

    user = models.ForeignKey(
        USER, models.PROTECT, related_name="enrolments", verbose_name=_("learner")
    )
    course = models.ForeignKey(
        Course, models.PROTECT, related_name="enrolments", verbose_name=_("course")
    )
    due_at = models.DateTimeField(_("due"))
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    at = models.DateTimeField(_("enrolled"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("enrolled by"))

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["-pk"]
        default_permissions = ("add", "view")
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="enrolment_open", condition=Q(completed_at=None)
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "course"], name="enrolment_once"),
            models.CheckConstraint(name="enrolment_due_ahead", condition=Q(due_at__gt=F("at"))),
            models.CheckConstraint(
                name="enrolment_completed_after",
                condition=Q(completed_at=None) | Q(completed_at__gte=F("at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.course}"


class LessonRead(AppendOnly):
    """Somebody says that they have read a version of a lesson."""

    version = models.ForeignKey(
        LessonVersion, models.PROTECT, related_name="reads", verbose_name=_("lesson")
    )
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("read"))

    class Meta:
        verbose_name = _("lesson read")
        verbose_name_plural = _("lessons read")
        constraints = [models.UniqueConstraint(fields=["version", "by"], name="lesson_read_once")]

    def __str__(self) -> str:
        return f"{self.version} · {self.by}"
