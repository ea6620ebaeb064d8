"""The tax channel: what goes through it, red forms (红字确认单), and its provider (BIL-4)."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.billing.enums import EnteredBy, RedFormAction, RedFormState, RedReason
from apps.billing.models.channelled import Channelled
from apps.billing.models.fields import amount
from apps.billing.models.invoices import INVOICE_NUMBER, Invoice, InvoiceLine
from apps.core.models import AppendOnly, Stamped, TokenHolder

if TYPE_CHECKING:
    from apps.accounts.models import User

S = RedFormState
OPEN = [S.REQUESTED, S.UNCLEAR, S.PENDING, S.CONFIRMED]
# These took nothing back.
VOID = [S.REFUSED, S.LAPSED, S.WITHDRAWN, S.FAILED]


class TaxProvider(TokenHolder):
    """One row per application at the provider; ``token_since`` is when its token was fetched."""

    name = models.CharField(max_length=60, primary_key=True)
    token_since = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("tax provider")
        verbose_name_plural = _("tax providers")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class RedFormQuerySet(models.QuerySet["RedForm"]):
    def visible_to(self, user: "User") -> Self:
        """Those of the invoices this user may see."""
        return self.filter(invoice__in=Invoice.objects.visible_to(user))


class RedForm(Channelled, Stamped):
    """What takes an issued invoice back, whole or a part: entered by one side, confirmed by the other
    within 72 hours where the bureau asks for that, then followed by the red invoice.

    ``gross`` and ``tax`` are what is taken back, above zero. ``bureau_state`` is the bureau's own code
    (01 … 10), ``channel_order`` our application number (billId) for what we entered, the bureau's for
    what the payer did.
    """

    invoice = models.ForeignKey(
        Invoice, models.PROTECT, related_name="red_forms", verbose_name=_("invoice")
    )
    entered_by = models.CharField(_("entered by"), max_length=6, choices=EnteredBy)
    reason = models.CharField(_("reason"), max_length=2, choices=RedReason)
    state = models.CharField(
        _("state"), max_length=10, choices=RedFormState, default=RedFormState.REQUESTED
    )
    action = models.CharField(max_length=8, choices=RedFormAction, blank=True, editable=False)
    gross = amount(_("amount"))
    tax = amount(_("tax"))
    bureau_state = models.CharField(_("bureau's state"), max_length=2, blank=True, editable=False)
    number = models.CharField(_("number of the form"), max_length=32, blank=True, editable=False)
    uuid = models.CharField(max_length=32, blank=True, editable=False)
    confirm_by = models.DateTimeField(_("to be confirmed by"), null=True, editable=False)
    red_number = models.CharField(
        _("number of the red invoice"),
        max_length=20,
        unique=True,
        null=True,
        blank=True,
        validators=[INVOICE_NUMBER],
        editable=False,
    )
    red_issued_on = models.DateField(_("red invoice of"), null=True, editable=False)

    objects = RedFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("red form")
        verbose_name_plural = _("red forms")
        default_permissions = ("view",)
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "-id"], name="red_form_by_state"),
            models.Index(
                fields=["channel_due_at"],
                condition=Q(channel_due_at__isnull=False),
                name="red_form_due",
            ),
        ]
        constraints = [
            models.CheckConstraint(name="red_form_state_known", condition=Q(state__in=S.values)),
            models.CheckConstraint(
                name="red_form_reason_known", condition=Q(reason__in=RedReason.values)
            ),
            models.CheckConstraint(
                name="red_form_entered_known", condition=Q(entered_by__in=EnteredBy.values)
            ),
            models.CheckConstraint(
                name="red_form_action_known", condition=Q(action__in=["", *RedFormAction.values])
            ),
            models.CheckConstraint(
                name="red_form_amounts", condition=Q(gross__gt=0, tax__gte=0, tax__lt=F("gross"))
            ),
            models.CheckConstraint(
                name="red_form_issued_agrees",
                condition=Q(
                    state=S.ISSUED,
                    red_number__regex=r"^[0-9]{20}$",
                    red_issued_on__isnull=False,
                )
                | (~Q(state=S.ISSUED) & Q(red_number__isnull=True, red_issued_on__isnull=True)),
            ),
            # What is open is asked about, what has ended is not.
            models.CheckConstraint(
                name="red_form_asked_while_open",
                condition=Q(state__in=OPEN, channel_due_at__isnull=False)
                | (~Q(state__in=OPEN) & Q(channel_due_at__isnull=True, action="")),
            ),
            models.CheckConstraint(
                name="red_form_pending_has_end",
                condition=~Q(state=S.PENDING) | Q(confirm_by__isnull=False),
            ),
            models.UniqueConstraint(
                name="red_form_one_open", fields=["invoice"], condition=Q(state__in=OPEN)
            ),
        ]

    def __str__(self) -> str:
        return self.red_number or self.number or self.channel_order or ""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class RedLine(AppendOnly):
    """What a red form takes back of a line of its invoice, above zero; together never more than the
    line has (a trigger sees to that)."""

    form = models.ForeignKey(RedForm, models.PROTECT, related_name="lines")
    line = models.ForeignKey(InvoiceLine, models.PROTECT, related_name="red_lines")
    gross = amount(_("amount"))
    net = amount(_("net"))
    tax = amount(_("tax"))

    class Meta:
        verbose_name = _("line of a red form")
        verbose_name_plural = _("lines of red forms")
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["form", "line"], name="red_line_once"),
            models.CheckConstraint(
                name="red_line_adds_up",
                condition=Q(gross__gt=0, net__gte=0, tax__gte=0, gross=F("net") + F("tax")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form_id} {self.gross}"
