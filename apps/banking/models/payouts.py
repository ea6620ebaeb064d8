"""Payouts, the payment files they leave in, and what the bank answered (COD-7)."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.backoffice.models import ApprovalRequest
from apps.banking.enums import PayoutPurpose, PayoutState
from apps.banking.models.accounts import BankAccount
from apps.banking.models.lines import BankLine
from apps.banking.models.payees import PayeeAccount, seen_by
from apps.banking.storage import private_name
from apps.core.models import AppendOnly, MoneyField, Stamped

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
S = PayoutState
BEFORE_FILE = (S.DRAFT, S.APPROVING, S.RELEASED, S.CANCELLED)
IN_FILE = (S.SENT, S.UNCLEAR, S.PAID, S.RETURNED)


class PayoutFile(AppendOnly):
    """A payment file for the bank. Its payouts count as sent from the instant it exists, whether or not
    anybody has uploaded it, so that no other file can hold them; downloaded again it is the same bytes."""

    number = models.CharField(_("number"), max_length=24, unique=True)
    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="payout_files", verbose_name=_("paid from")
    )
    template = models.CharField(_("bank's template"), max_length=20)
    day = models.DateField(_("day"))
    count = models.PositiveIntegerField(_("payouts"))
    total = MoneyField(_("total"))
    file = models.FileField(_("file"), upload_to=private_name, max_length=200)
    file_name = models.CharField(_("file name"), max_length=80)
    sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("made by"))

    class Meta:
        verbose_name = _("payment file")
        verbose_name_plural = _("payment files")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("make_payoutfile", _("Can make and download payment files")),
            ("answer_payoutfile", _("Can take in the bank's results of payment files")),
        ]
        constraints = [
            models.CheckConstraint(
                name="payout_file_holds_something", condition=Q(count__gt=0, total__gt=0)
            )
        ]

    def __str__(self) -> str:
        return self.number


class PayoutQuerySet(models.QuerySet["Payout"]):
    def visible_to(self, user: "User") -> Self:
        """Those to accounts this user may see."""
        return self.filter(seen_by(user, "payee__"))


class Payout(Stamped):
    """Money on its way to somebody. What is paid for (``subject``), to which account, how much and from
    where is never changed: a wrong draft is called off. ``content_sha`` is over all of it, and what two
    people approved must be the same.

    ``subject_type`` and ``subject_id`` name a row of a floor above; it is paid for once.
    """

    number = models.CharField(_("number"), max_length=24, unique=True, editable=False)
    purpose = models.CharField(_("for"), max_length=8, choices=PayoutPurpose.choices)
    subject_type = models.CharField(max_length=60, editable=False)
    subject_id = models.CharField(max_length=40, editable=False)
    payee = models.ForeignKey(
        PayeeAccount, models.PROTECT, related_name="payouts", verbose_name=_("payout account")
    )
    amount = MoneyField(_("amount"))
    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="payouts", verbose_name=_("paid from")
    )
    note = models.CharField(_("text for the payee"), max_length=60, blank=True)
    content_sha = models.CharField(max_length=64, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=S.choices, default=S.DRAFT, editable=False
    )
    approval = models.ForeignKey(
        ApprovalRequest,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("approved by"),
    )
    released_at = models.DateTimeField(_("released"), null=True, editable=False)
    file = models.ForeignKey(
        PayoutFile,
        models.PROTECT,
        null=True,
        related_name="payouts",
        editable=False,
        verbose_name=_("payment file"),
    )
    file_row = models.PositiveIntegerField(_("row of the file"), null=True, editable=False)
    sent_at = models.DateTimeField(_("put into the file"), null=True, editable=False)
    unclear_at = models.DateTimeField(_("unclear since"), null=True, editable=False)
    settled_at = models.DateTimeField(_("paid or returned"), null=True, editable=False)
    # The bank's word: its reference, or why it did not pay.
    bank_ref = models.CharField(_("bank's reference"), max_length=80, blank=True, editable=False)
    bank_answer = models.CharField(_("bank's words"), max_length=200, blank=True, editable=False)
    bank_line = models.OneToOneField(
        BankLine,
        models.PROTECT,
        null=True,
        related_name="payout",
        editable=False,
        verbose_name=_("bank line"),
    )
    return_line = models.OneToOneField(
        BankLine,
        models.PROTECT,
        null=True,
        related_name="returned_payout",
        editable=False,
        verbose_name=_("line by which it came back"),
    )

    objects = PayoutQuerySet.as_manager()

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("draft_payout", _("Can draft payouts and ask for their release")),
            ("approve_payout", _("Can release payouts")),
            ("settle_payout", _("Can say what became of a payout")),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="payout_by_state"),
            models.Index(fields=["file", "file_row"], name="payout_of_file"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "subject_type", "subject_id"],
                name="payout_once",
                condition=~Q(state=S.CANCELLED),
            ),
            models.UniqueConstraint(
                fields=["file", "file_row"],
                name="payout_row_once",
                condition=Q(file__isnull=False),
            ),
            models.CheckConstraint(name="payout_state_known", condition=Q(state__in=S.values)),
            models.CheckConstraint(
                name="payout_purpose_known", condition=Q(purpose__in=PayoutPurpose.values)
            ),
            models.CheckConstraint(name="payout_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="payout_released_by_approval",
                condition=Q(approval__isnull=True, released_at__isnull=True)
                | Q(approval__isnull=False, released_at__isnull=False),
            ),
            models.CheckConstraint(
                name="payout_release_agrees",
                condition=Q(state__in=[S.DRAFT, S.APPROVING], approval__isnull=True)
                | Q(state=S.CANCELLED)
                | Q(state__in=[S.RELEASED, *IN_FILE], approval__isnull=False),
            ),
            models.CheckConstraint(
                name="payout_file_agrees",
                condition=Q(
                    state__in=BEFORE_FILE,
                    file__isnull=True,
                    file_row__isnull=True,
                    sent_at__isnull=True,
                )
                | Q(
                    state__in=IN_FILE,
                    file__isnull=False,
                    file_row__isnull=False,
                    sent_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="payout_settled_agrees",
                condition=Q(state__in=[S.PAID, S.RETURNED], settled_at__isnull=False)
                | Q(~Q(state__in=[S.PAID, S.RETURNED]), settled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.amount}"


class PayoutResult(AppendOnly):
    """A result file of the bank that was taken in for a payment file; the same bytes only once."""

    file = models.ForeignKey(
        PayoutFile, models.PROTECT, related_name="results", verbose_name=_("payment file")
    )
    file_name = models.CharField(_("file name"), max_length=160)
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField(_("rows"))
    paid = models.PositiveIntegerField(_("paid"))
    returned = models.PositiveIntegerField(_("returned"))
    unclear = models.PositiveIntegerField(_("unclear"))
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("bank's results")
        verbose_name_plural = _("bank's results")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["file", "sha256"], name="payout_result_once")
        ]

    def __str__(self) -> str:
        return f"{self.file.number} · {self.file_name}"
