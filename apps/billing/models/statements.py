"""A payer's month: the statement, its totals, and what stands in its way (BIL-2, BIL-3)."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import ObjectScope
from apps.billing.enums import AgreedHow, Side, StatementState
from apps.billing.models.fields import amount
from apps.customers.models import Customer

if TYPE_CHECKING:
    from apps.accounts.models import User

USER = settings.AUTH_USER_MODEL
STAGES = {
    "frozen": [StatementState.FROZEN, StatementState.REVIEWED],
    "reviewed": [StatementState.REVIEWED],
    "sent": [StatementState.SENT, StatementState.CONFIRMED],
}
AFTER_FREEZE = [state for state in StatementState.values if state != StatementState.OPEN]
FIGURES = ("lines", "opening", "charged", "received", "closing")


class StatementQuerySet(models.QuerySet["Statement"]):
    def visible_to(self, user: "User") -> Self:
        """Those of the payers this user may see, and of the stations of this user's units."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        theirs = Q(bill_to__in=Customer.objects.visible_to(user))
        if user.scope == ObjectScope.CUSTOMERS:
            return self.filter(theirs)
        units = user.visible_unit_ids()
        return self if units is None else self.filter(theirs | Q(station__in=units))


class Statement(models.Model):
    """What one payer, or one collecting station, owes for one month (Asia/Shanghai). Its number is
    what a transfer quotes (打款附言). The figures are empty while it is open: charges still come.

    ``opening`` is what was owed at the month's beginning, ``received`` what was settled in it,
    ``closing`` = opening + charged - received. ``revision`` counts how often it was frozen.
    """

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    bill_to = models.ForeignKey(
        Customer,
        models.PROTECT,
        related_name="statements",
        null=True,
        db_index=False,
        verbose_name=_("payer"),
    )
    station = models.ForeignKey(
        "accounts.Unit",
        models.PROTECT,
        related_name="statements",
        null=True,
        db_index=False,
        verbose_name=_("collecting station"),
    )
    period = models.DateField(_("month"))
    state = models.CharField(
        _("state"), max_length=10, choices=StatementState, default=StatementState.OPEN
    )
    issued_by_side = models.CharField(_("issued by"), max_length=8, choices=Side)
    created_at = models.DateTimeField(_("opened"))

    lines = models.PositiveIntegerField(_("lines"), null=True)
    opening = amount(_("opening balance"), null=True)
    charged = amount(_("charges"), null=True)
    received = amount(_("receipts"), null=True)
    closing = amount(_("closing balance"), null=True)
    revision = models.PositiveSmallIntegerField(default=0)

    frozen_at = models.DateTimeField(_("frozen"), null=True)
    frozen_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True, db_index=False)
    reviewed_at = models.DateTimeField(_("reviewed"), null=True)
    reviewed_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, db_index=False
    )
    sent_at = models.DateTimeField(_("sent"), null=True)
    sent_by = models.ForeignKey(USER, models.PROTECT, related_name="+", null=True, db_index=False)
    due_on = models.DateField(_("due on"), null=True)
    # Of the paper that the payer got, in hex; made just after it was sent.
    pdf_sha256 = models.CharField(
        _("SHA-256 of the PDF"), max_length=64, blank=True, default="", editable=False
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    confirmed_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", null=True, db_index=False
    )
    confirmed_how = models.CharField(
        _("agreed how"), max_length=8, choices=AgreedHow, blank=True, default=""
    )
    confirmed_note = models.CharField(_("note on the agreement"), max_length=200, blank=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["-period", "-id"]
        permissions = [
            ("freeze_statement", _("Can close a month: freeze its statements")),
            ("service_statement", _("Can issue and review statements for customer service")),
            ("finance_statement", _("Can issue and review statements for finance")),
            ("confirm_statement", _("Can record that a customer agreed")),
            ("export_statement", _("Can export statements")),
        ]
        indexes = [
            models.Index(fields=["period", "state", "id"], name="statement_by_stage"),
            models.Index(fields=["-period", "-id"], name="statement_newest"),
            models.Index(
                fields=["due_on"],
                name="statement_due",
                condition=Q(state__in=[StatementState.SENT, StatementState.CONFIRMED]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["bill_to", "period"],
                name="statement_once_per_payer",
                condition=Q(bill_to__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["station", "period"],
                name="statement_once_per_station",
                condition=Q(station__isnull=False),
            ),
            models.CheckConstraint(
                name="statement_of_one",
                condition=Q(bill_to__isnull=True, station__isnull=False)
                | Q(bill_to__isnull=False, station__isnull=True),
            ),
            models.CheckConstraint(name="statement_of_a_month", condition=Q(period__day=1)),
            models.CheckConstraint(
                name="statement_state_known", condition=Q(state__in=StatementState.values)
            ),
            models.CheckConstraint(
                name="statement_side_known", condition=Q(issued_by_side__in=Side.values)
            ),
            models.CheckConstraint(
                name="statement_figures_when_frozen",
                condition=Q(
                    state=StatementState.OPEN, **{f"{name}__isnull": True for name in FIGURES}
                )
                | Q(state__in=AFTER_FREEZE, **{f"{name}__isnull": False for name in FIGURES}),
            ),
            models.CheckConstraint(
                name="statement_adds_up",
                condition=Q(closing__isnull=True)
                | Q(closing=F("opening") + F("charged") - F("received")),
            ),
            models.CheckConstraint(
                name="statement_frozen_agrees",
                condition=Q(
                    state=StatementState.OPEN, frozen_at__isnull=True, frozen_by__isnull=True
                )
                | Q(state__in=AFTER_FREEZE, frozen_at__isnull=False, frozen_by__isnull=False),
            ),
            models.CheckConstraint(
                name="statement_reviewed_agrees",
                condition=Q(
                    state__in=[StatementState.OPEN, StatementState.FROZEN],
                    reviewed_at__isnull=True,
                    reviewed_by__isnull=True,
                )
                | Q(
                    state__in=[
                        StatementState.REVIEWED,
                        StatementState.SENT,
                        StatementState.CONFIRMED,
                    ],
                    reviewed_at__isnull=False,
                    reviewed_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="statement_sent_agrees",
                condition=Q(
                    state__in=[
                        StatementState.OPEN,
                        StatementState.FROZEN,
                        StatementState.REVIEWED,
                    ],
                    sent_at__isnull=True,
                    sent_by__isnull=True,
                    due_on__isnull=True,
                )
                | Q(
                    state__in=[StatementState.SENT, StatementState.CONFIRMED],
                    sent_at__isnull=False,
                    sent_by__isnull=False,
                    due_on__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="statement_paper_once_sent",
                condition=Q(pdf_sha256="")
                | Q(
                    state__in=[StatementState.SENT, StatementState.CONFIRMED],
                    pdf_sha256__regex="^[0-9a-f]{64}$",
                ),
            ),
            models.CheckConstraint(
                name="statement_two_people",
                condition=Q(sent_by__isnull=True) | ~Q(sent_by=F("reviewed_by")),
            ),
            models.CheckConstraint(
                name="statement_confirmed_agrees",
                condition=(
                    ~Q(state=StatementState.CONFIRMED)
                    & Q(confirmed_at__isnull=True, confirmed_by__isnull=True, confirmed_how="")
                )
                | Q(
                    state=StatementState.CONFIRMED,
                    confirmed_at__isnull=False,
                    confirmed_by__isnull=False,
                    confirmed_how__in=AgreedHow.values,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state == StatementState.OPEN

    @property
    def payer_name(self) -> str:
        if self.bill_to is not None:
            return self.bill_to.display_name
        return str(self.station.name) if self.station is not None else ""
