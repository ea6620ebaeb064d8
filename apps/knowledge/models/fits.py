"""Which cases an article is for, in which it was used, and how often in cases of a class."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly
from apps.customers.models import Customer
from apps.knowledge.enums import FitAspect, UseHow
from apps.knowledge.models.articles import Article, ArticleVersion


class Fit(models.Model):
    """An article is for cases of this class, cause, tracking status, channel or customer, or for every
    case. ``value`` is the code that the floor above gives it ("loss", "delivery.rain"); a customer is
    a reference. Changed as a whole by ``services.set_fits``."""

    article = models.ForeignKey(
        Article, models.CASCADE, related_name="fits", verbose_name=_("article")
    )
    aspect = models.CharField(_("by"), max_length=8, choices=FitAspect.choices)
    value = models.CharField(_("value"), max_length=60, blank=True, default="")
    customer = models.ForeignKey(
        Customer,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("customer"),
    )

    class Meta:
        verbose_name = _("fit of an article")
        verbose_name_plural = _("fits of articles")
        ordering = ["aspect", "value"]
        indexes = [
            models.Index(fields=["aspect", "value", "article"], name="fit_by_value"),
            models.Index(
                fields=["customer", "article"],
                name="fit_by_customer",
                condition=Q(customer__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "aspect", "value", "customer"],
                name="fit_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="fit_aspect_known", condition=Q(aspect__in=FitAspect.values)
            ),
            models.CheckConstraint(
                name="fit_customer_or_value",
                condition=Q(aspect=FitAspect.CUSTOMER, customer__isnull=False, value="")
                | Q(aspect=FitAspect.ANY, customer__isnull=True, value="")
                | (
                    ~Q(aspect__in=[FitAspect.CUSTOMER, FitAspect.ANY])
                    & Q(customer__isnull=True)
                    & ~Q(value="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article} · {self.aspect} {self.value or self.customer_id or ''}"


class Use(AppendOnly):
    """A version was read beside a case, or its reply was sent in it: each once. ``case_id`` is a case of
    the complaints floor, which stands above this one; ``case_class`` is its class then."""

    version = models.ForeignKey(
        ArticleVersion, models.PROTECT, related_name="uses", verbose_name=_("version")
    )
    case_id = models.PositiveBigIntegerField(_("case"))
    case_class = models.CharField(_("class of case"), max_length=20)
    how = models.CharField(_("how"), max_length=4, choices=UseHow.choices)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("use of an article")
        verbose_name_plural = _("uses of articles")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["case_id", "version", "how"], name="use_once"),
            models.CheckConstraint(name="use_how_known", condition=Q(how__in=UseHow.values)),
            models.CheckConstraint(name="use_of_a_class", condition=~Q(case_class="")),
        ]

    def __str__(self) -> str:
        return f"{self.version} · {self.case_id}"


class UseTally(models.Model):
    """In how many cases of a class an article was used in a month (in the company's zone); without an
    article: in how many any article was. Counted up by ``services.note_use``. The one index begins with the
    article, because the tallies of some articles are asked for beside every case."""

    case_class = models.CharField(max_length=20)
    month = models.DateField()
    article = models.ForeignKey(
        Article, models.CASCADE, null=True, db_index=False, related_name="+"
    )
    cases = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("cases that used an article")
        verbose_name_plural = _("cases that used articles")
        constraints = [
            models.UniqueConstraint(
                fields=["article", "case_class", "month"],
                name="use_tally_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_class} {self.month} {self.article_id}: {self.cases}"
