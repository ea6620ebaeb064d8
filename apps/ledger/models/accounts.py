"""The chart of accounts: titles 科目, and under each an account for every party."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.ledger.enums import MEMO, AccountKind, PartyKind


class AccountTitle(models.Model):
    """Under which number and name the accounting system keeps a kind of account (科目)."""

    kind = models.CharField(
        _("kind"), max_length=24, choices=AccountKind.choices, primary_key=True, editable=False
    )
    code = models.CharField(
        _("account code"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[0-9A-Za-z.]{1,20}$", _("Digits, letters and dots only."))],
    )
    name = models.CharField(_("account name"), max_length=60)

    class Meta:
        verbose_name = _("account title")
        verbose_name_plural = _("account titles")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="account_title_kind_known", condition=Q(kind__in=AccountKind.values)
            ),
            models.CheckConstraint(name="account_title_named", condition=~Q(code="") & ~Q(name="")),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Account(models.Model):
    """A balance: one for each kind and party. ``party_name`` is what the party was called when the
    account was opened, for lists and the export."""

    kind = models.ForeignKey(
        AccountTitle,
        models.PROTECT,
        related_name="accounts",
        verbose_name=_("kind"),
        db_column="kind",
    )
    party_kind = models.CharField(
        _("party"), max_length=14, choices=PartyKind.choices, blank=True, default=PartyKind.NONE
    )
    party_id = models.BigIntegerField(_("party's number"), null=True, blank=True)
    party_name = models.CharField(_("party's name"), max_length=160, blank=True)
    is_memo = models.BooleanField(_("off the balance sheet"), default=False)
    opened_on = models.DateTimeField(_("opened"), db_default=Now())

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("chart of accounts")
        ordering = ["kind", "party_name", "id"]
        constraints = [
            models.UniqueConstraint(
                name="account_once",
                fields=["kind", "party_kind", "party_id"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="account_party_whole",
                condition=Q(party_kind="", party_id__isnull=True, party_name="")
                | (~Q(party_kind="") & Q(party_id__isnull=False) & ~Q(party_name="")),
            ),
            models.CheckConstraint(
                name="account_party_known", condition=Q(party_kind__in=PartyKind.values)
            ),
            models.CheckConstraint(
                name="account_memo_by_kind",
                condition=Q(is_memo=True, kind__in=sorted(MEMO))
                | (Q(is_memo=False) & ~Q(kind__in=sorted(MEMO))),
            ),
        ]

    def __str__(self) -> str:
        label = str(AccountKind(self.kind_id).label)
        return f"{label} · {self.party_name}" if self.party_name else label
