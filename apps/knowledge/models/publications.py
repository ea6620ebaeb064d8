"""Who may read which version, from when to when: facts, not a status."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import Language
from apps.knowledge.enums import ArticleKind, Audience
from apps.knowledge.models.articles import Article, ArticleVersion

# Published rules of compensation and complaints change with so much notice (快递市场管理办法, article 22).
NOTICE = timedelta(days=10)


class Publication(models.Model):
    """One version for one audience within a span; never two at once for an article and language. Only
    its end may be set, and only once it is known (a trigger refuses everything else).

    ``article``, ``language`` and ``kind`` are the version's, kept here for the constraints."""

    version = models.ForeignKey(
        ArticleVersion, models.PROTECT, related_name="publications", verbose_name=_("version")
    )
    article = models.ForeignKey(
        Article, models.PROTECT, related_name="publications", verbose_name=_("article")
    )
    language = models.CharField(_("language"), max_length=10, choices=Language.choices)
    kind = models.CharField(_("kind"), max_length=10, choices=ArticleKind.choices)
    audience = models.CharField(_("readers"), max_length=8, choices=Audience.choices)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    urgent_why = models.CharField(_("why without notice"), max_length=200, blank=True)
    at = models.DateTimeField(_("published"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["-starts_at", "-id"]
        constraints = [
            ExclusionConstraint(
                name="publication_one_at_a_time",
                expressions=[
                    ("article", RangeOperators.EQUAL),
                    ("language", RangeOperators.EQUAL),
                    ("audience", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_at"),
                            F("ends_at"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                name="publication_audience_known", condition=Q(audience__in=Audience.values)
            ),
            models.CheckConstraint(
                name="publication_not_in_the_past", condition=Q(starts_at__gte=F("at"))
            ),
            models.CheckConstraint(
                name="publication_ends_after_it_begins",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
            ),
            models.CheckConstraint(
                name="publication_policy_with_notice",
                condition=~Q(kind=ArticleKind.POLICY, audience=Audience.PUBLIC)
                | ~Q(urgent_why="")
                | Q(starts_at__gte=F("at") + NOTICE),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} · {self.get_audience_display()}"
