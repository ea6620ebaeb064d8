"""Entries and their postings: written once, corrected by a reversing entry only."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.core.models import AppendOnly, MoneyField
from apps.ledger.models.accounts import Account


class Entry(AppendOnly):
    """One event in money. ``key`` is what makes it happen once ("bank-line:17"); ``kind`` says which
    event of which app it was; ``subject`` is the row it is about. ``day`` is the day it counts for
    (Asia/Shanghai); ``lines`` how many postings it has, so that none is added later."""

    key = models.CharField(_("key"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    day = models.DateField(_("day"))
    text = models.CharField(_("summary"), max_length=200)
    subject_type = models.CharField(_("kind of subject"), max_length=60)
    subject_id = models.CharField(_("subject"), max_length=40)
    lines = models.PositiveSmallIntegerField(_("postings"))
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=_("reverses"),
    )
    at = models.DateTimeField(_("when"), db_default=Now())
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("by"),
    )

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("journal entries")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["day", "id"], name="entry_by_day"),
            models.Index(fields=["subject_type", "subject_id"], name="entry_by_subject"),
        ]
        constraints = [
            models.CheckConstraint(name="entry_has_lines", condition=Q(lines__gt=0)),
            models.CheckConstraint(name="entry_keyed", condition=~Q(key="")),
            models.CheckConstraint(name="entry_not_of_itself", condition=~Q(reverses=F("id"))),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.text}"


class Posting(AppendOnly):
    """An amount from one account to another: both sides in one row, so that nothing can be out of
    balance. ``day`` is the entry's (a trigger keeps it so), ``waybill`` a number."""

    # No constraint of the database's on these three: a trigger looks for all of a statement at once.
    entry = models.ForeignKey(
        Entry,
        models.PROTECT,
        related_name="postings",
        verbose_name=_("entry"),
        db_index=False,
        db_constraint=False,
    )
    n = models.PositiveSmallIntegerField(_("line"))
    day = models.DateField(_("day"))
    debit = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="debits",
        verbose_name=_("debit"),
        db_index=False,
        db_constraint=False,
    )
    credit = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="credits",
        verbose_name=_("credit"),
        db_index=False,
        db_constraint=False,
    )
    amount = MoneyField(_("amount"))
    waybill = models.CharField(_("waybill"), max_length=40, blank=True, default="")

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ["entry_id", "n"]
        indexes = [
            models.Index(fields=["debit", "day", "id"], include=["amount"], name="posting_debit"),
            models.Index(fields=["credit", "day", "id"], include=["amount"], name="posting_credit"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["entry", "n"], name="posting_once"),
            models.CheckConstraint(name="posting_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="posting_two_accounts", condition=~Q(debit=F("credit"))),
            models.CheckConstraint(name="posting_from_one", condition=Q(n__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.n}"
