"""What is paid for what, as data with a validity (CMP-6)."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.claims.enums import ClaimKind, Cover, Formula
from apps.core.models import MoneyField
from apps.customers.models import Customer

USER = settings.AUTH_USER_MODEL
# 快递市场管理办法 (2024) art. 22: published rules of compensation change only with ten days' notice.
NOTICE = timedelta(days=10)


def validity(name: str, *same: str, **conditions: Any) -> ExclusionConstraint:
    """Of rows that are alike in ``same`` never two at once; ``since`` and ``until`` are half-open local days."""
    span = Func(F("since"), F("until"), function="daterange", output_field=DateRangeField())
    pairs: list[tuple[Any, str]] = [(one, RangeOperators.EQUAL) for one in same]
    pairs += [(value, RangeOperators.EQUAL) for value in conditions.values()]
    return ExclusionConstraint(name=name, expressions=[*pairs, (span, RangeOperators.OVERLAPS)])


class CompensationRule(models.Model):
    """How a kind of harm is paid for, of insured or uninsured shipments, of everybody or of one customer, from
    ``since`` until ``until`` (local days, the end not included). Written once; only its end is entered later.

    ``share`` and ``fee_per_day`` are parts of one. ``limit`` is an agreed limit for uninsured goods: it counts
    only with ``limit_explained_on``, the day on which it was pointed out to the customer (民法典 496). There is no
    multiple of the fee unless an agreement itself names an amount.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=ClaimKind.choices)
    cover = models.CharField(_("cover"), max_length=10, choices=Cover.choices)
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="compensation_rules",
        verbose_name=_("customer"),
        help_text=_("Empty: for everybody, published."),
    )
    formula = models.CharField(_("formula"), max_length=14, choices=Formula.choices)
    share = models.DecimalField(_("share that is paid"), max_digits=5, decimal_places=4, default=1)
    deductible = MoneyField(_("deductible"), default=0)
    cap = MoneyField(_("at most"), null=True, blank=True)
    is_proportional = models.BooleanField(
        _("under-insurance counts in proportion"),
        default=False,
        help_text=_("Of part of the goods, the share that was insured is paid."),
    )
    fee_per_day = models.DecimalField(
        _("part of the fee per day late"), max_digits=5, decimal_places=4, null=True, blank=True
    )
    limit = MoneyField(_("agreed limit for uninsured goods"), null=True, blank=True)
    limit_explained_on = models.DateField(_("limit explained on"), null=True, blank=True)
    limit_explained_how = models.CharField(_("how it was explained"), max_length=200, blank=True)
    clause = models.CharField(_("clause"), max_length=80)
    text = models.TextField(_("text (Chinese)"), max_length=4000)
    english_text = models.TextField(_("text (English)"), max_length=4000)
    published_on = models.DateField(_("published on"))
    since = models.DateField(_("valid from"))
    until = models.DateField(_("until"), null=True, blank=True)
    review_on = models.DateField(_("to be reviewed by"), null=True, blank=True)
    at = models.DateTimeField(_("entered"))
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("compensation rule")
        verbose_name_plural = _("compensation rules")
        ordering = ["kind", "cover", "customer_id", "-since"]
        default_permissions = ("view", "add")
        constraints = [
            validity(
                "compensation_rule_one_at_a_time",
                "kind",
                "cover",
                customer=Coalesce(F("customer_id"), Value(0)),
            ),
            models.CheckConstraint(
                name="compensation_rule_known",
                condition=Q(kind__in=ClaimKind.values)
                & Q(cover__in=Cover.values, formula__in=Formula.values),
            ),
            models.CheckConstraint(
                name="compensation_rule_ends_after_it_begins",
                condition=Q(until=None) | Q(until__gt=F("since")),
            ),
            models.CheckConstraint(
                name="compensation_rule_published_ahead",
                condition=Q(customer__isnull=False) | Q(since__gte=F("published_on") + NOTICE),
            ),
            models.CheckConstraint(
                name="compensation_rule_amounts",
                condition=Q(share__gt=0, share__lte=1, deductible__gte=0)
                & (Q(cap=None) | Q(cap__gt=0))
                & (Q(limit=None) | Q(limit__gt=0)),
            ),
            models.CheckConstraint(
                name="compensation_rule_limit_of_an_agreement",
                condition=Q(limit=None) | Q(customer__isnull=False, cover=Cover.UNINSURED),
            ),
            models.CheckConstraint(
                name="compensation_rule_explained_how",
                condition=Q(limit_explained_on=None, limit_explained_how="")
                | (Q(limit_explained_on__isnull=False) & ~Q(limit_explained_how="")),
            ),
            models.CheckConstraint(
                name="compensation_rule_by_day",
                condition=Q(formula=Formula.FEE_BY_DAY, fee_per_day__gt=0, fee_per_day__lte=1)
                | (~Q(formula=Formula.FEE_BY_DAY) & Q(fee_per_day=None)),
            ),
            models.CheckConstraint(
                name="compensation_rule_says_what",
                condition=~Q(text="") & ~Q(english_text="") & ~Q(clause=""),
            ),
        ]

    def __str__(self) -> str:
        whose = f" · {self.customer}" if self.customer is not None else ""
        return f"{self.get_kind_display()} · {self.get_cover_display()}{whose} · {self.clause}"

    @property
    def words(self) -> str:
        """Its text in the language of whoever reads."""
        return self.text if (get_language() or "").startswith("zh") else self.english_text
