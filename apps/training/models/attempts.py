"""What somebody wrote in an exam, and what it was worth."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly
from apps.training.enums import AttemptState
from apps.training.models.exams import Exam, ExamVersion
from apps.training.models.questions import Question, QuestionVersion

USER = settings.AUTH_USER_MODEL
LONGEST_ANSWER = 1000
_OPEN = Q(submitted_at=None, points=None, passed=None, marked_at=None)
_HANDED_IN = Q(submitted_at__isnull=False, points=None, passed=None, marked_at=None)
_MARKED = Q(
    submitted_at__isnull=False,
    points__isnull=False,
    points__lte=F("maximum"),
    passed__isnull=False,
    marked_at__isnull=False,
)


class Attempt(models.Model):
    """One go at an exam. The server ends it at ``ends_at`` (with some seconds of grace for the wire).
    ``pass_mark`` and ``maximum`` are what they were at the start; passed ⇔ points × 100 ≥ pass_mark ×
    maximum, which the database checks too."""

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="attempts", verbose_name=_("exam"))
    version = models.ForeignKey(ExamVersion, models.PROTECT, related_name="+")
    user = models.ForeignKey(
        USER, models.PROTECT, related_name="exam_attempts", verbose_name=_("learner")
    )
    n = models.PositiveSmallIntegerField(_("attempt"))
    state = models.CharField(
        _("state"), max_length=10, choices=AttemptState.choices, default=AttemptState.RUNNING
    )
    pass_mark = models.PositiveSmallIntegerField(_("pass mark (%)"))
    maximum = models.PositiveIntegerField(_("points at most"))
    started_at = models.DateTimeField(_("started"))
    ends_at = models.DateTimeField(_("ends"))
    submitted_at = models.DateTimeField(_("handed in"), null=True, blank=True)
    points = models.PositiveIntegerField(_("points"), null=True, blank=True)
    passed = models.BooleanField(_("passed"), null=True, blank=True)
    marked_at = models.DateTimeField(_("marked"), null=True, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-pk"]
        default_permissions = ("view",)
        permissions = [
            ("mark_attempt", _("Can mark short answers")),
            ("take_attempt", _("Can take exams")),
        ]
        indexes = [
            models.Index(
                fields=["ends_at"], name="attempt_running", condition=Q(state=AttemptState.RUNNING)
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "exam", "n"], name="attempt_once"),
            models.UniqueConstraint(
                fields=["user"], name="attempt_one_running", condition=Q(state=AttemptState.RUNNING)
            ),
            models.CheckConstraint(
                name="attempt_state_times",
                condition=Q(state=AttemptState.RUNNING) & _OPEN
                | Q(state__in=[AttemptState.SUBMITTED, AttemptState.TIMED_OUT]) & _HANDED_IN
                | Q(state=AttemptState.MARKED) & _MARKED,
            ),
            models.CheckConstraint(
                name="attempt_in_time",
                condition=Q(ends_at__gt=F("started_at"), maximum__gt=0, n__gt=0)
                & (Q(submitted_at=None) | Q(submitted_at__gte=F("started_at"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exam} · {self.user} · {self.n}"


class AttemptQuestion(models.Model):
    """A question as it was drawn, and what was answered. ``shown`` is the order of its options, by
    their places in the version; ``chosen`` are such places. ``marked_as`` is the version by which it
    was marked, another one only after a regrade. A trigger keeps answers once the attempt is closed."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="questions")
    place = models.PositiveSmallIntegerField(_("place"))
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+")
    shown = ArrayField(models.PositiveSmallIntegerField(), default=list)
    chosen = ArrayField(models.PositiveSmallIntegerField(), default=list)
    number = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    text = models.TextField(max_length=LONGEST_ANSWER, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    points = models.PositiveSmallIntegerField(_("points"), null=True)
    marked_as = models.ForeignKey(QuestionVersion, models.PROTECT, null=True, related_name="+")
    marked_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    remark = models.CharField(_("remark"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("question of an attempt")
        verbose_name_plural = _("questions of attempts")
        ordering = ["place"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["attempt", "place"], name="attempt_question_place"),
            models.UniqueConstraint(fields=["attempt", "version"], name="attempt_question_once"),
            models.CheckConstraint(
                name="attempt_question_marked",
                condition=Q(points=None, marked_as=None, marked_by=None)
                | Q(points__isnull=False, marked_as__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt} · {self.place}"


class ExtraAttempt(AppendOnly):
    """A leader lets somebody try once more who has used all attempts, or need not wait."""

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="extra_attempts")
    user = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("learner"))
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("allowed"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("attempt allowed besides")
        verbose_name_plural = _("attempts allowed besides")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="extra_attempt_for_another", condition=~Q(user=F("by")) & ~Q(reason="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.exam} · {self.user}"


class Regrade(AppendOnly):
    """Marked attempts were marked again by the newest version of a question, on purpose."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="regrades")
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=200)
    attempts = models.PositiveIntegerField(_("exams whose points changed"))
    passed = models.PositiveIntegerField(_("pass now"))
    failed = models.PositiveIntegerField(_("do not pass any more"))
    at = models.DateTimeField(_("regraded"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("regrade")
        verbose_name_plural = _("regrades")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["version"], name="regrade_once_by_a_version"),
            models.CheckConstraint(
                name="regrade_reasoned", condition=~Q(reason="") & Q(attempts__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question} · {self.at:%Y-%m-%d}"
