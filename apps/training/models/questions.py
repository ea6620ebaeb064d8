"""The question bank: every version of a question is kept, as exams were written with it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.languages import in_reader_language
from apps.core.models import AppendOnly, Stamped
from apps.knowledge.models import Article
from apps.training.enums import FALSE, TRUE, WITH_OPTIONS, QuestionKind
from apps.training.models.courses import Course

MOST_OPTIONS, LONGEST_OPTION, LONGEST_QUESTION, MOST_POINTS = 8, 200, 1000, 20


class Question(Stamped):
    """A question of a course. ``article`` is where it can be looked up."""

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="questions", verbose_name=_("course")
    )
    article = models.ForeignKey(
        Article,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("article"),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("exam question")
        verbose_name_plural = _("questions")
        ordering = ["-pk"]
        permissions = [("regrade_question", _("Can regrade exams"))]

    def __str__(self) -> str:
        return f"Q{self.pk}"


class QuestionVersion(AppendOnly):
    """What a question asks. ``right`` holds places of ``options`` counted from 1; of a true-or-false
    question 1 (true) or 2 (false). A number is right within ``tolerance``; ``expected`` is what a
    short text should say, for whoever marks it. ``why`` is shown after marking."""

    question = models.ForeignKey(
        Question, models.PROTECT, related_name="versions", verbose_name=_("exam question")
    )
    n = models.PositiveSmallIntegerField(_("version"))
    kind = models.CharField(_("kind"), max_length=10, choices=QuestionKind.choices)
    text = models.TextField(_("exam question"), max_length=LONGEST_QUESTION)
    options = ArrayField(
        models.CharField(max_length=LONGEST_OPTION),
        verbose_name=_("options"),
        default=list,
        blank=True,
    )
    right = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("right options"),
        default=list,
        blank=True,
    )
    number = models.DecimalField(
        _("right number"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    tolerance = models.DecimalField(
        _("may differ by"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    expected = models.TextField(_("what the answer should say"), max_length=1000, blank=True)
    points = models.PositiveSmallIntegerField(_("points"), default=1)
    why = models.TextField(_("explanation"), max_length=1000, blank=True)
    english_text = models.TextField(
        _("English question"), max_length=LONGEST_QUESTION, blank=True, default=""
    )
    # In the order of the options; all of them or none.
    english_options = ArrayField(
        models.CharField(max_length=LONGEST_OPTION),
        verbose_name=_("options in English"),
        default=list,
        blank=True,
    )
    english_why = models.TextField(
        _("explanation in English"), max_length=1000, blank=True, default=""
    )
    at = models.DateTimeField(_("written"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("version of a question")
        verbose_name_plural = _("versions of questions")
        ordering = ["-n"]
        constraints = [
            models.UniqueConstraint(fields=["question", "n"], name="question_version_once"),
            models.CheckConstraint(
                name="question_version_kind", condition=Q(kind__in=QuestionKind.values)
            ),
            models.CheckConstraint(
                name="question_version_written",
                condition=~Q(text="") & Q(n__gt=0, points__gt=0, points__lte=MOST_POINTS),
            ),
            models.CheckConstraint(
                name="question_version_options",
                condition=Q(kind__in=WITH_OPTIONS, options__len__gte=2, right__len__gte=1)
                | ~Q(kind__in=WITH_OPTIONS) & Q(options__len=0),
            ),
            models.CheckConstraint(
                name="question_version_english_options",
                condition=Q(english_options__len=0) | Q(english_options__len=F("options__len")),
            ),
            models.CheckConstraint(
                name="question_version_single",
                condition=~Q(kind__in=[QuestionKind.SINGLE, QuestionKind.TRUE_FALSE])
                | Q(right__len=1),
            ),
            models.CheckConstraint(
                name="question_version_true_false",
                condition=~Q(kind=QuestionKind.TRUE_FALSE) | Q(right__contained_by=[TRUE, FALSE]),
            ),
            models.CheckConstraint(
                name="question_version_number",
                condition=Q(
                    kind=QuestionKind.NUMBER,
                    right__len=0,
                    number__isnull=False,
                    tolerance__gte=0,
                )
                | ~Q(kind=QuestionKind.NUMBER) & Q(number=None, tolerance=None),
            ),
            models.CheckConstraint(
                name="question_version_text",
                condition=~Q(kind=QuestionKind.TEXT) | Q(right__len=0) & ~Q(expected=F("text")),
            ),
        ]

    def __str__(self) -> str:
        return self.asked if len(self.asked) <= 60 else f"{self.asked[:60]}…"

    @property
    def asked(self) -> str:
        """The question in the reader's language."""
        return in_reader_language(self.text, self.english_text)

    @property
    def choices(self) -> list[str]:
        """The options in the reader's language."""
        return in_reader_language(self.options, self.english_options)

    @property
    def explanation(self) -> str:
        return in_reader_language(self.why, self.english_why)
