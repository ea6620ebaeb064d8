"""Lines of bank files, what each was posted as, and payers known by number or name."""

from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.banking.enums import AliasKind, Use
from apps.banking.matching import Why
from apps.banking.models.accounts import BankAccount
from apps.banking.models.files import BankFile
from apps.core.crypto import EncryptedTextField
from apps.core.masking import mask_name, mask_text
from apps.core.models import AppendOnly, Stamped
from apps.customers.models import Customer
from apps.ledger.models import Entry

# Between the parts of what a line says; no reader leaves one inside.
DETAILS_SEPARATOR = "\x1f"


class BankLineQuerySet(models.QuerySet["BankLine"]):
    def with_use(self) -> "BankLineQuerySet":
        """With what each is posted as at hand: one query more, however many lines."""
        live = LineUse.objects.filter(undone_at=None).select_related("customer", "entry", "by")
        return self.prefetch_related(models.Prefetch("uses", live, to_attr="live_uses"))

    def unposted(self) -> "BankLineQuerySet":
        return self.filter(~Exists(LineUse.objects.filter(line=OuterRef("pk"), undone_at=None)))


class BankLine(AppendOnly):
    """One movement at one account, once however many files hold it: ``fingerprint`` is over account,
    day, time, amount, balance, payer, reference and text, ``nth`` counts equal ones within a file.

    ``details`` is the payer's name and number and the bank's text, encrypted as one.
    """

    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="lines", verbose_name=_("account")
    )
    file = models.ForeignKey(
        BankFile, models.PROTECT, related_name="lines", verbose_name=_("bank file"), db_index=False
    )
    row = models.PositiveIntegerField(_("line of the file"))
    day = models.DateField(_("day"))
    time = models.TimeField(_("time"), null=True, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    balance_after = models.DecimalField(
        _("balance after it"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    party_index = models.CharField(max_length=32, blank=True, editable=False)
    name_index = models.CharField(max_length=32, blank=True, editable=False)
    ref = models.CharField(_("bank's reference"), max_length=80, blank=True)
    details = EncryptedTextField(_("payer and text"), blank=True)
    fingerprint = models.CharField(_("fingerprint"), max_length=32)
    nth = models.PositiveSmallIntegerField(_("nth of equal ones"))

    objects = BankLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("bank line")
        verbose_name_plural = _("bank lines")
        ordering = ["-day", "-id"]
        indexes = [models.Index(fields=["account", "day", "id"], name="bank_line_by_day")]
        constraints = [
            models.UniqueConstraint(
                name="bank_line_once", fields=["account", "fingerprint", "nth"]
            ),
            models.CheckConstraint(name="bank_line_nth", condition=Q(nth__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.amount}"

    @cached_property
    def _details_parts(self) -> list[str]:
        return [*self.details.split(DETAILS_SEPARATOR), "", "", ""][:3]

    @property
    def party_name(self) -> str:
        return self._details_parts[0]

    @property
    def party_number(self) -> str:
        return self._details_parts[1]

    @property
    def text(self) -> str:
        return self._details_parts[2]

    @property
    def shown_name(self) -> str:
        """A company as it is called, a person's name masked."""
        name = self.party_name
        return name if len(name) > 5 else mask_name(name)

    @property
    def shown_number(self) -> str:
        return f"**** {self.party_number[-4:]}" if self.party_number else ""

    @property
    def shown_text(self) -> str:
        return mask_text(self.text)

    @property
    def use(self) -> "LineUse | None":
        """What it is posted as; from ``with_use``, else one query."""
        live: list[LineUse] | None = getattr(self, "live_uses", None)
        if live is not None:
            return live[0] if live else None
        return self.uses.filter(undone_at=None).select_related("customer", "entry").first()


class LineUse(models.Model):
    """What a line was posted as, by which entry. Undone by a reversing entry; the row stays."""

    line = models.ForeignKey(
        BankLine, models.PROTECT, related_name="uses", verbose_name=_("bank line")
    )
    use = models.CharField(_("posted as"), max_length=10, choices=Use.choices)
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("customer"),
    )
    why = models.CharField(_("why"), max_length=10, choices=Why.choices)
    is_confirmed = models.BooleanField(_("said by a person"), default=False)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+", verbose_name=_("entry"))
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
    )

    class Meta:
        verbose_name = _("use of a bank line")
        verbose_name_plural = _("uses of bank lines")
        ordering = ["id"]
        permissions = [("identify_bankline", _("Can say whose payment a bank line is"))]
        constraints = [
            models.UniqueConstraint(
                name="line_used_once", fields=["line"], condition=Q(undone_at__isnull=True)
            ),
            models.CheckConstraint(
                name="line_use_customer",
                condition=Q(use=Use.CUSTOMER, customer__isnull=False)
                | (
                    Q(use__in=[Use.UNKNOWN, Use.TRANSIT, Use.CHARGE, Use.PAYOUT])
                    & Q(customer__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="line_use_undone_by_whom",
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_use_display()} · {self.customer or '—'}"


class PayerAlias(Stamped):
    """An account number or a name of which a person confirmed whose it is. One for each key: two
    customers under one name is no alias."""

    kind = models.CharField(_("kind"), max_length=8, choices=AliasKind.choices)
    key = models.CharField(_("key"), max_length=32, editable=False)
    shown = models.CharField(_("account or name"), max_length=60)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="payer_aliases", verbose_name=_("customer")
    )
    is_ambiguous = models.BooleanField(_("of several customers"), default=False, editable=False)
    dropped_at = models.DateTimeField(_("dropped"), null=True, blank=True, editable=False)
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("dropped by"),
    )

    class Meta:
        verbose_name = _("payer's alias")
        verbose_name_plural = _("payers' aliases")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="payer_alias_once",
                fields=["kind", "key"],
                condition=Q(dropped_at__isnull=True),
            ),
            models.CheckConstraint(
                name="payer_alias_kind_known", condition=Q(kind__in=AliasKind.values)
            ),
            models.CheckConstraint(
                name="payer_alias_dropped_by_whom",
                condition=Q(dropped_at__isnull=True, dropped_by__isnull=True)
                | Q(dropped_at__isnull=False, dropped_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shown} → {self.customer}"
