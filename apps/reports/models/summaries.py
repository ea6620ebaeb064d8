"""The summary of one customer and month, its signatures and its way to the customer (REP-3)."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.crypto import EncryptedTextField
from apps.core.models import AppendOnly, Stamped
from apps.customers.enums import PaperChannel
from apps.customers.models import Customer
from apps.reports.enums import SummaryState

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
S = SummaryState
# What people write; the customer reads it.
TEXTS = ("happened", "ahead", "project_plan", "department_plan")
SHA256 = "^[0-9a-f]{64}$"


class SummaryQuerySet(models.QuerySet["Summary"]):
    def visible_to(self, user: "User") -> "SummaryQuerySet":
        """Those of the customers this user may see, and their own."""
        if user.visible_unit_ids() is None:
            return self
        return self.filter(Q(customer__in=Customer.objects.visible_to(user)) | Q(agent=user.pk))


class Summary(Stamped):
    """``month`` is its first day. ``content`` are the figures and lists as they were frozen at ``frozen_at``; with the
    texts they are what is signed. The signatures are the approvals of the back office: a request is a round, and all
    its signatures are over the ``sha256`` of it. A trigger keeps what is being signed, and lets it be sent under four
    signatures of four people only."""

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="summaries", verbose_name=_("customer")
    )
    month = models.DateField(_("month"))
    agent = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("agent")
    )
    state = models.CharField(_("state"), max_length=10, choices=S, default=S.DRAFT)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    content = models.JSONField(_("figures and lists"))
    frozen_at = models.DateTimeField(_("figures as of"))
    happened = EncryptedTextField(_("what happened this month"), blank=True, default="")
    ahead = EncryptedTextField(_("what we do next month"), blank=True, default="")
    project_plan = EncryptedTextField(
        _("improvement plan of the project manager"), blank=True, default=""
    )
    department_plan = EncryptedTextField(
        _("improvement plan of the department manager"), blank=True, default=""
    )
    sha256 = models.CharField(_("fingerprint"), max_length=64, blank=True)
    written_at = models.DateTimeField(_("signed by the agent"), null=True)
    written_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("signatory")
    )
    # The agent who is away, where their stand-in signed.
    written_for = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, verbose_name=_("in place of")
    )
    returned_reason = models.CharField(_("why sent back"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    sent_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)

    objects = SummaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly summary")
        verbose_name_plural = _("monthly summaries")
        ordering = ["-month", "-id"]
        default_permissions = ("view",)
        permissions = [
            ("write_summary", _("Can write the agent's part of a summary and sign it")),
            ("plan_summary", _("Can write an improvement plan into a summary")),
            ("sign_summary", _("Can check summaries, as role or stand-in")),
            ("send_summary", _("Can send a signed summary to the customer")),
            ("prepare_summary", _("Can have the summaries of a month prepared")),
        ]
        indexes = [
            models.Index(fields=["-month", "-id"], name="summary_newest"),
            models.Index(
                fields=["month", "id"], name="summary_under_way", condition=~Q(state=S.SENT)
            ),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["customer", "month"], name="summary_once"),
            models.CheckConstraint(name="summary_month_begins", condition=Q(month__day=1)),
            models.CheckConstraint(name="summary_round_counts", condition=Q(round__gte=1)),
            models.CheckConstraint(name="summary_state_known", condition=Q(state__in=S.values)),
            models.CheckConstraint(
                name="summary_signed_agrees",
                condition=Q(
                    state=S.DRAFT, sha256="", written_at__isnull=True, written_by__isnull=True,
                    written_for__isnull=True,
                )
                | Q(
                    ~Q(state=S.DRAFT), sha256__regex=SHA256, written_at__isnull=False,
                    written_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="summary_sent_agrees",
                condition=Q(~Q(state=S.SENT), sent_at__isnull=True, sent_by__isnull=True)
                | Q(state=S.SENT, sent_at__isnull=False, sent_by__isnull=False),
            ),
            models.CheckConstraint(
                name="summary_for_another",
                condition=Q(written_for__isnull=True)
                | ~Q(written_for=models.F("written_by")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.customer.display_name} {self.month:%Y-%m}"


class SummaryLook(AppendOnly):
    """Somebody whose turn it was opened the summary in this round: what changed since is shown to them in the next."""

    summary = models.ForeignKey(Summary, models.PROTECT, related_name="looks")
    user = models.ForeignKey(USER, models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(_("round"))
    at = models.DateTimeField(_("looked at"))

    class Meta:
        verbose_name = _("look at a summary")
        verbose_name_plural = _("looks at summaries")
        default_permissions = ()
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["summary", "user", "round"], name="summarylook_once")
        ]


class SummarySending(AppendOnly):
    """How it went to the customer, and what of: the files are made again from what was signed."""

    summary = models.OneToOneField(Summary, models.PROTECT, related_name="sending")
    channel = models.CharField(_("sent by"), max_length=10, choices=PaperChannel)
    pdf_sha256 = models.CharField(_("fingerprint of the PDF"), max_length=64)
    xlsx_sha256 = models.CharField(_("fingerprint of the spreadsheet"), max_length=64)
    at = models.DateTimeField(_("sent at"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("sending of a summary")
        verbose_name_plural = _("sendings of summaries")
        default_permissions = ()
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                name="summarysending_hashed",
                condition=Q(pdf_sha256__regex=SHA256, xlsx_sha256__regex=SHA256),
            )
        ]


class SummaryReceipt(AppendOnly):
    """The customer has it: who said so, on the page of the link or to a colleague."""

    sending = models.OneToOneField(SummarySending, models.PROTECT, related_name="receipt")
    name = EncryptedTextField(_("name"))
    by_customer = models.BooleanField(_("on the page of the link"))
    at = models.DateTimeField(_("received"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("noted by"))

    class Meta:
        verbose_name = _("receipt of a summary")
        verbose_name_plural = _("receipts of summaries")
        default_permissions = ()
