"""Invoices on the undisputed part of statements (BIL-4)."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.billing.enums import InvoiceKind, InvoiceState
from apps.billing.models.channelled import Channelled
from apps.billing.models.fields import amount
from apps.billing.models.statements import Statement
from apps.core.crypto import EncryptedTextField
from apps.core.models import AppendOnly, Stamped
from apps.customers.models import Customer

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
DIGITAL = [InvoiceKind.E_SPECIAL, InvoiceKind.E_NORMAL]
AT_CHANNEL = [InvoiceState.ISSUING, InvoiceState.UNCLEAR]
UNISSUED = [*AT_CHANNEL, InvoiceState.REQUESTED, InvoiceState.FAILED, InvoiceState.WITHDRAWN]
# 数电票 have 20 digits; a paper one has a code of 10 or 12 and a number of 8, written together.
INVOICE_NUMBER = RegexValidator(r"\A[0-9]{8,20}\Z", _("An invoice number has 8 to 20 digits."))


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def visible_to(self, user: "User") -> Self:
        """Those of the payers this user may see."""
        return self.filter(bill_to__in=Customer.objects.visible_to(user))


class Invoice(Channelled, Stamped):
    """``serial`` is our own and asks the provider twice for the same thing at most; ``number`` is the
    bureau's, empty until it is issued. ``title`` and ``tax_number`` are what the customer's data said
    when it was asked for."""

    serial = models.CharField(_("serial"), max_length=20, unique=True, editable=False)
    bill_to = models.ForeignKey(
        Customer, models.PROTECT, related_name="invoices", verbose_name=_("payer")
    )
    kind = models.CharField(_("kind"), max_length=14, choices=InvoiceKind)
    title = models.CharField(_("title"), max_length=120)
    tax_number = models.CharField(_("tax number"), max_length=20)
    state = models.CharField(
        _("state"), max_length=10, choices=InvoiceState, default=InvoiceState.REQUESTED
    )
    gross = amount(_("amount"))
    number = models.CharField(
        _("invoice number"),
        max_length=20,
        unique=True,
        null=True,
        blank=True,
        validators=[INVOICE_NUMBER],
    )
    issued_on = models.DateField(_("issued on"), null=True)
    issued_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    delivered_at = models.DateTimeField(_("handed out"), null=True)
    delivered_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True)
    delivered_how = models.CharField(_("delivered how"), max_length=120, blank=True)
    received_at = models.DateTimeField(_("received"), null=True)
    received_by = EncryptedTextField(_("received by"), blank=True, default="")
    ended_reason = models.CharField(_("reason"), max_length=200, blank=True)
    red_number = models.CharField(
        _("number of the red invoice"),
        max_length=20,
        unique=True,
        null=True,
        blank=True,
        validators=[INVOICE_NUMBER],
    )

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-id"]
        permissions = [
            ("request_invoice", _("Can ask for an invoice")),
            ("issue_invoice", _("Can issue and reverse invoices")),
            ("deliver_invoice", _("Can hand out invoices and confirm their receipt")),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="invoice_by_state"),
            models.Index(
                fields=["channel_due_at"],
                condition=Q(channel_due_at__isnull=False),
                name="invoice_due",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="invoice_state_known", condition=Q(state__in=InvoiceState.values)
            ),
            models.CheckConstraint(
                name="invoice_kind_known", condition=Q(kind__in=InvoiceKind.values)
            ),
            models.CheckConstraint(name="invoice_above_zero", condition=Q(gross__gt=0)),
            models.CheckConstraint(
                name="invoice_titled", condition=~Q(title="") & ~Q(tax_number="")
            ),
            models.CheckConstraint(
                name="invoice_issued_agrees",
                condition=Q(
                    state__in=UNISSUED,
                    number__isnull=True,
                    issued_on__isnull=True,
                    issued_by__isnull=True,
                )
                | (
                    ~Q(state__in=UNISSUED)
                    & Q(number__isnull=False, issued_on__isnull=False, issued_by__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="invoice_number_by_kind",
                condition=Q(number__isnull=True)
                | ~Q(kind__in=DIGITAL)
                | Q(number__regex=r"^[0-9]{20}$"),
            ),
            # What the channel has is asked about, and nothing else is.
            models.CheckConstraint(
                name="invoice_asked_while_with_channel",
                condition=Q(
                    state__in=AT_CHANNEL,
                    channel_due_at__isnull=False,
                    channel_order__isnull=False,
                    kind__in=DIGITAL,
                )
                | (~Q(state__in=AT_CHANNEL) & Q(channel_due_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="invoice_unclear_left",
                condition=~Q(state=InvoiceState.UNCLEAR) | Q(channel_sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="invoice_received_agrees",
                condition=~Q(state=InvoiceState.RECEIVED) | Q(received_at__isnull=False),
            ),
            models.CheckConstraint(
                name="invoice_reversed_with_number",
                condition=(
                    Q(state=InvoiceState.REVERSED, red_number__isnull=False) & ~Q(ended_reason="")
                )
                | (~Q(state=InvoiceState.REVERSED) & Q(red_number__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.serial


class InvoiceLine(AppendOnly):
    """A part of a statement of one tax class. Tax is split here, once: never per charge, where each
    split would round (1,000 × 10.00 at 6 % would owe 570.00 instead of 566.04)."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines")
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="invoice_lines")
    tax_class = models.ForeignKey("pricing.TaxClass", models.PROTECT, related_name="+")
    rate_ppm = models.PositiveIntegerField(_("tax rate (millionths)"))
    gross = amount(_("amount"))
    net = amount(_("net"))
    tax = amount(_("tax"))

    class Meta:
        verbose_name = _("line of an invoice")
        verbose_name_plural = _("lines of invoices")
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "statement", "tax_class"], name="invoice_line_once"
            ),
            models.CheckConstraint(
                name="invoice_line_adds_up", condition=Q(gross=F("net") + F("tax"))
            ),
            models.CheckConstraint(
                name="invoice_line_above_zero", condition=Q(gross__gt=0, tax__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.gross}"
