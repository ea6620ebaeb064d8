"""Lists of goods that may not travel, kept as data so that staff can follow the law (ORD-2)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.orders.enums import ListScope


class ProhibitedList(models.Model):
    """One class of goods that one kind of transport prohibits, with where the rule comes from."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    english_name = models.CharField(_("English name"), max_length=120)
    applies_to = models.CharField(_("applies to"), max_length=8, choices=ListScope.choices)
    why = models.CharField(_("why"), max_length=300)
    english_why = models.CharField(_("why, in English"), max_length=300)
    source = models.CharField(_("source"), max_length=200)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to, exclusive"), null=True, blank=True)

    class Meta:
        verbose_name = _("list of prohibited goods")
        verbose_name_plural = _("lists of prohibited goods")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="prohibited_list_validity",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProhibitedTerm(models.Model):
    """A word that names prohibited goods, and the other words people use for it."""

    goods_list = models.ForeignKey(
        ProhibitedList, models.CASCADE, related_name="terms", verbose_name=_("list")
    )
    term = models.CharField(_("word"), max_length=60)
    aliases = ArrayField(
        models.CharField(max_length=60), verbose_name=_("other words"), default=list, blank=True
    )

    class Meta:
        verbose_name = _("prohibited word")
        verbose_name_plural = _("prohibited words")
        ordering = ["term"]
        constraints = [
            models.UniqueConstraint(fields=["goods_list", "term"], name="prohibited_term_once"),
            models.CheckConstraint(name="prohibited_term_not_empty", condition=~Q(term="")),
        ]

    def __str__(self) -> str:
        return self.term


class HarmlessTerm(models.Model):
    """A longer name that contains a prohibited word and is allowed all the same (枪灰色)."""

    term = models.CharField(_("harmless name"), max_length=60, unique=True)
    why = models.CharField(_("why it is harmless"), max_length=200)

    class Meta:
        verbose_name = _("harmless name")
        verbose_name_plural = _("harmless names")
        ordering = ["term"]
        constraints = [
            models.CheckConstraint(name="harmless_term_not_empty", condition=~Q(term="")),
        ]

    def __str__(self) -> str:
        return self.term
