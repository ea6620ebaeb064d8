"""Exams in versions: what is drawn, how long it takes, what passes."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly, Stamped
from apps.knowledge.models.articles import CODE
from apps.sla.models.policy import TwoNames
from apps.training.models.courses import Course

LONGEST_MINUTES, MOST_ATTEMPTS, LONGEST_PAUSE = 240, 10, 720


class Exam(TwoNames, Stamped):
    code = models.CharField(_("code"), max_length=40, unique=True, validators=[CODE])
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("exam")
        verbose_name_plural = _("exams")
        ordering = ["code"]
        permissions = [("allow_attempt", _("Can allow another attempt"))]
        constraints = [
            models.CheckConstraint(
                name="exam_code_ascii",
                condition=Q(code__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$") & ~Q(name=""),
            )
        ]


class ExamVersion(AppendOnly):
    """``pass_mark`` is a percentage of the points; ``attempts`` are allowed until one passes, with
    ``pause_hours`` between them."""

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="versions", verbose_name=_("exam"))
    n = models.PositiveSmallIntegerField(_("version"))
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    pass_mark = models.PositiveSmallIntegerField(_("pass mark (%)"))
    attempts = models.PositiveSmallIntegerField(_("attempts"))
    pause_hours = models.PositiveSmallIntegerField(_("pause between attempts (hours)"))
    shuffles = models.BooleanField(_("questions and options in another order each time"))
    at = models.DateTimeField(_("written"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("version of an exam")
        verbose_name_plural = _("versions of exams")
        ordering = ["-n"]
        constraints = [
            models.UniqueConstraint(fields=["exam", "n"], name="exam_version_once"),
            models.CheckConstraint(
                name="exam_version_bounds",
                condition=Q(
                    n__gt=0,
                    minutes__gt=0,
                    minutes__lte=LONGEST_MINUTES,
                    pass_mark__gt=0,
                    pass_mark__lte=100,
                    attempts__gt=0,
                    attempts__lte=MOST_ATTEMPTS,
                    pause_hours__lte=LONGEST_PAUSE,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exam} ({self.n})"


class ExamDraw(AppendOnly):
    """How many questions of a course a version draws."""

    version = models.ForeignKey(ExamVersion, models.PROTECT, related_name="draws")
    course = models.ForeignKey(Course, models.PROTECT, related_name="+", verbose_name=_("course"))
    count = models.PositiveSmallIntegerField(_("number of questions"))

    class Meta:
        verbose_name = _("draw of an exam")
        verbose_name_plural = _("draws of exams")
        ordering = ["course__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "course"], name="exam_draw_once"),
            models.CheckConstraint(name="exam_draw_some", condition=Q(count__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.course}: {self.count}"
