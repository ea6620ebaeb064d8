"""Accounts of ours, and who is told to pay into which since when."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.banking.enums import ASSIGNED_FOR, AccountPurpose, AccountState
from apps.core.crypto import EncryptedTextField
from apps.core.models import Stamped
from apps.customers.models import Customer


class BankAccount(Stamped):
    """An account of ours. Its number is never changed: another number is another account (a trigger
    refuses it). ``tail`` are the last four digits, all that is shown without a reason."""

    name = models.CharField(_("called"), max_length=60, unique=True)
    bank = models.CharField(_("bank"), max_length=60)
    branch = models.CharField(_("branch"), max_length=80, blank=True)
    cnaps = models.CharField(
        _("CNAPS code"),
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^\d{12}$", _("A CNAPS code has 12 digits."))],
    )
    holder = models.CharField(_("account holder"), max_length=120)
    number = EncryptedTextField(_("account number"))
    number_index = models.CharField(max_length=32, unique=True, editable=False)
    tail = models.CharField(_("last digits"), max_length=4, editable=False)
    purpose = models.CharField(
        _("purpose"), max_length=10, choices=AccountPurpose.choices, default=AccountPurpose.FREIGHT
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY", editable=False)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("main account"),
        help_text=_("For virtual sub-accounts: the account that the money is in."),
    )
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=AccountState.choices,
        default=AccountState.OPEN,
        editable=False,
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("closed by"),
    )

    class Meta:
        verbose_name = _("account of ours")
        verbose_name_plural = _("our accounts")
        ordering = ["state", "name"]
        constraints = [
            models.CheckConstraint(
                name="bank_account_state_known", condition=Q(state__in=AccountState.values)
            ),
            models.CheckConstraint(
                name="bank_account_purpose_known", condition=Q(purpose__in=AccountPurpose.values)
            ),
            models.CheckConstraint(name="bank_account_indexed", condition=~Q(number_index="")),
            models.CheckConstraint(
                name="bank_account_closed_by_whom",
                condition=Q(state=AccountState.OPEN, closed_at__isnull=True, closed_by__isnull=True)
                | Q(state=AccountState.CLOSED, closed_at__isnull=False, closed_by__isnull=False),
            ),
        ]
        permissions = [("reveal_bankaccount", _("Can reveal an account number with a reason"))]

    def __str__(self) -> str:
        return f"{self.name} ({self.masked})"

    @property
    def masked(self) -> str:
        return f"**** {self.tail}"


class AccountAssignment(Stamped):
    """Since when a customer, or everybody, is told to pay into which account for what. There is no
    end: the next assignment is the end, so there is never a gap and never two at once.

    ``accept_until``, set on the one that ends: until when money at the old account is nothing odd.
    """

    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="account_assignments",
        verbose_name=_("customer"),
        help_text=_("Empty: everybody who has no account of their own."),
    )
    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="assignments", verbose_name=_("account")
    )
    purpose = models.CharField(
        _("paid for"), max_length=10, choices=ASSIGNED_FOR, default=AccountPurpose.FREIGHT
    )
    since = models.DateTimeField(_("since"))
    accept_until = models.DateTimeField(_("accepts until"), null=True, blank=True, editable=False)
    project = models.CharField(_("project"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("account assignment")
        verbose_name_plural = _("account assignments")
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="assignment_one_since",
                fields=["customer", "purpose", "since"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="assignment_purpose_known",
                condition=Q(purpose__in=[AccountPurpose.FREIGHT, AccountPurpose.COD]),
            ),
            models.CheckConstraint(
                name="assignment_accepts_after_since",
                condition=Q(accept_until__isnull=True) | Q(accept_until__gt=models.F("since")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer or _('everybody')} → {self.account}"
