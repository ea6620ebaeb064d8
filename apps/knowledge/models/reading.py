"""What became of articles with their readers: understood, helped or not, looked for in vain."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Language, Role
from apps.core.models import AppendOnly
from apps.knowledge.enums import Audience
from apps.knowledge.models.articles import Article, ArticleVersion, Section


class ReadingRequest(models.Model):
    """A version that everybody of some roles is to read and say so, by ``due_at``. Who is missing is
    read from the roles as they are, so that a new colleague is asked too."""

    version = models.ForeignKey(
        ArticleVersion, models.PROTECT, related_name="reading_requests", verbose_name=_("version")
    )
    roles = ArrayField(
        models.CharField(max_length=24, choices=Role.choices), verbose_name=_("who is to read it")
    )
    due_at = models.DateTimeField(_("due"))
    at = models.DateTimeField(_("asked"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )

    class Meta:
        verbose_name = _("reading asked for")
        verbose_name_plural = _("readings asked for")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["version"], name="reading_request_once"),
            models.CheckConstraint(name="reading_request_of_somebody", condition=~Q(roles=[])),
            models.CheckConstraint(
                name="reading_request_ahead", condition=Q(due_at__gt=models.F("at"))
            ),
        ]

    def __str__(self) -> str:
        return str(self.version)


class Review(models.Model):
    """A round of looking an article through: due at the end of a day, ended by somebody, by a review
    (``is_done``) or because another day was set or the article was retired. At most one is open for an
    article; its deadline is a clock of ``sla``."""

    article = models.ForeignKey(
        Article, models.PROTECT, related_name="reviews", verbose_name=_("article")
    )
    due_on = models.DateField(_("due"))
    is_done = models.BooleanField(_("reviewed"), default=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("ended by"),
    )

    class Meta:
        verbose_name = _("review of an article")
        verbose_name_plural = _("reviews of articles")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["article"], name="review_one_open", condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(
                name="review_ended_by_whom",
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, is_done=False)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article} · {self.due_on}"


class Understanding(AppendOnly):
    """Somebody says that they have read and understood a version."""

    version = models.ForeignKey(
        ArticleVersion, models.PROTECT, related_name="understandings", verbose_name=_("version")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("read and understood")
        verbose_name_plural = _("read and understood")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "by"], name="understanding_once"),
        ]

    def __str__(self) -> str:
        return f"{self.version} · {self.by}"


class Opinion(models.Model):
    """Whether a version helped: once per person or visitor, who may change their mind. ``who`` is
    "user:17", or a keyed fingerprint of a visitor's address and day."""

    version = models.ForeignKey(
        ArticleVersion, models.CASCADE, related_name="opinions", verbose_name=_("version")
    )
    who = models.CharField(max_length=40, editable=False)
    helped = models.BooleanField(_("helped"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "who"], name="opinion_once"),
            models.CheckConstraint(name="opinion_of_somebody", condition=~Q(who="")),
        ]

    def __str__(self) -> str:
        return f"{self.version} · {self.helped}"


class MissedSearch(models.Model):
    """What somebody looked for and did not find; the same words are one row. Masked, as people type
    names and numbers into search boxes. It is settled by an article that answers it."""

    language = models.CharField(_("language"), max_length=10, choices=Language.choices)
    audience = models.CharField(_("readers"), max_length=8, choices=Audience.choices)
    text = models.CharField(_("words"), max_length=80)
    times = models.PositiveIntegerField(_("times"), default=1)
    last_seen_at = models.DateTimeField(_("last"))
    section = models.ForeignKey(
        Section,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked of the owner of"),
    )
    article = models.ForeignKey(
        Article,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )

    class Meta:
        verbose_name = _("search without result")
        verbose_name_plural = _("searches without result")
        ordering = ["-times", "-last_seen_at"]
        permissions = [("settle_missedsearch", _("Can settle searches without result"))]
        constraints = [
            models.UniqueConstraint(
                fields=["language", "audience", "text"], name="missed_search_once"
            ),
            models.CheckConstraint(
                name="missed_search_says", condition=~Q(text="") & Q(times__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Search(AppendOnly):
    """That somebody searched for words, and whether anything was found; without ``missed`` it was. Who it was
    is not kept."""

    at = models.DateTimeField(_("at"), db_index=True)
    language = models.CharField(_("language"), max_length=10, choices=Language.choices)
    audience = models.CharField(_("readers"), max_length=8, choices=Audience.choices)
    missed = models.ForeignKey(
        MissedSearch,
        models.PROTECT,
        null=True,
        related_name="searches",
        verbose_name=_("search without result"),
    )

    class Meta:
        verbose_name = _("search in the knowledge base")
        verbose_name_plural = _("searches in the knowledge base")
        ordering = ["-id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.get_audience_display()} · {self.get_language_display()}"
