"""Articles, and what was written of them: every version is kept."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Language
from apps.core.models import AppendOnly, Stamped
from apps.knowledge.enums import ArticleKind

CODE = RegexValidator(
    r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z", _("Small letters, digits and single hyphens only.")
)

LONGEST = 20_000  # signs of a text
LONGEST_REPLY = 4_000


class Section(models.Model):
    """What belongs together; its owner is asked when a search finds nothing."""

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[CODE])
    name = models.CharField(_("Chinese name"), max_length=60)
    english_name = models.CharField(_("English name"), max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                name="section_named", condition=~Q(name="") & ~Q(english_name="")
            ),
        ]

    def __str__(self) -> str:
        return self.english_name if (get_language() or "").startswith("en") else self.name


class Article(Stamped):
    """``code`` is its address for good; it is typed, never made from a title. What it says stands in
    its versions, who may read which of them in their publications."""

    code = models.CharField(
        _("code"),
        max_length=60,
        unique=True,
        validators=[CODE],
        help_text=_("Its address, for good: small letters, digits and hyphens."),
    )
    section = models.ForeignKey(
        Section, models.PROTECT, related_name="articles", verbose_name=_("section")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ArticleKind.choices)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    review_on = models.DateField(_("next review"))
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Among replies and guides that fit equally well.")
    )
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("retired by"),
    )

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["code"]
        permissions = [("publish_article", _("Can publish articles for everybody"))]
        indexes = [
            models.Index(
                fields=["review_on", "id"],
                name="article_to_review",
                condition=Q(retired_at__isnull=True),
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="article_kind_known", condition=Q(kind__in=ArticleKind.values)
            ),
            models.CheckConstraint(
                name="article_code_ascii", condition=Q(code__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$")
            ),
            models.CheckConstraint(
                name="article_retired_by_whom",
                condition=Q(retired_at__isnull=True, retired_by__isnull=True)
                | Q(retired_at__isnull=False, retired_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ArticleVersion(AppendOnly):
    """What an article says in one language from one hand; the newest is what is worked on.

    ``reply`` is ready-made text that may be sent to a customer, with ``{variables}``; the body of an
    article for staff may not. ``words`` is what it is found by: the words of title, body and reply with
    their places, Chinese as pairs of neighbouring signs (``rules.words``). ``passages`` are the numbers
    of the body's longer sentences, by which a message that repeats one is recognised
    (``rules.passages``)."""

    article = models.ForeignKey(
        Article, models.PROTECT, related_name="versions", verbose_name=_("article")
    )
    language = models.CharField(_("language"), max_length=10, choices=Language.choices)
    n = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(
        _("text"), max_length=LONGEST, validators=[MaxLengthValidator(LONGEST)], blank=True
    )
    reply = models.TextField(
        _("reply"), max_length=LONGEST_REPLY, validators=[MaxLengthValidator(LONGEST_REPLY)],
        blank=True, default="",
    )  # fmt: skip
    why = models.CharField(_("what changed"), max_length=200, blank=True)
    words = SearchVectorField(editable=False)
    passages = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)
    at = models.DateTimeField(_("written"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("version of an article")
        verbose_name_plural = _("versions of articles")
        ordering = ["language", "-n"]
        indexes = [
            GinIndex(fields=["words"], name="article_version_words"),
            GinIndex(fields=["passages"], name="article_version_passages"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "language", "n"], name="article_version_once"
            ),
            models.CheckConstraint(
                name="article_version_language", condition=Q(language__in=Language.values)
            ),
            models.CheckConstraint(
                name="article_version_written",
                condition=~Q(title="") & (~Q(body="") | ~Q(reply="")) & Q(n__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.n})"
